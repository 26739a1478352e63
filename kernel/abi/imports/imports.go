// Package imports puts together what a guest may import: WASI, and the two interfaces of
// the bus's crates. What each of them does is in the packages beside this one.
package imports

import (
	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/abi/wasix"
	"github.com/bushel-wasm/bushel/kernel/abi/wasmbus"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Of lists what the guest that caller stands for and info describes may import, as far as
// info says that it does, and returns the engine.Program.Serve of it, nil if it has no use for
// one.
func Of(caller sys.Caller, info *sys.StartInfo, o wasi.Options) (host []engine.HostFunc, serve func(mod api.Module, end func())) {
	host = wasi.New(caller, info, o).Host()
	imported := engine.Imports(info.Imports)
	if imported.From(wasmbus.Module) {
		a := wasmbus.New(caller, info)
		host, serve = append(host, a.Host()...), a.Serve
	}
	if imported.From(wasix.Module) {
		a, next := wasix.New(caller, info, o.Now), serve
		host, serve = a.Host(host), a.Serve
		if next != nil {
			serve = func(mod api.Module, end func()) {
				a.Serve(mod, func() { next(mod, end) })
			}
		}
	}
	return host, serve
}
