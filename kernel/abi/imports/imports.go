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

// Of lists what the guest may import that caller stands for and info describes, and returns
// the engine.Program.Serve of it.
func Of(caller sys.Caller, info *sys.StartInfo, o wasi.Options) (host []engine.HostFunc, serve func(mod api.Module, end func())) {
	second := wasix.New(caller, info, o.Now)
	first := wasmbus.New(caller, info)
	host = append(second.Host(wasi.New(caller, info, o).Host()), first.Host()...)
	return host, func(mod api.Module, end func()) {
		second.Serve(mod, func() { first.Serve(mod, end) })
	}
}
