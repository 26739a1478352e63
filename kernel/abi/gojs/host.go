package gojs

import (
	"context"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// names lists the imports in the order of web/ts/workers/gojs-imports.ts, which
// knows them by their place in it.
var names = [...]string{
	"runtime.wasmExit",
	"runtime.wasmWrite",
	"runtime.resetMemoryDataView",
	"runtime.nanotime1",
	"runtime.walltime",
	"runtime.scheduleTimeoutEvent",
	"runtime.clearTimeoutEvent",
	"runtime.getRandomData",
	"syscall/js.finalizeRef",
	"syscall/js.stringVal",
	"syscall/js.valueGet",
	"syscall/js.valueSet",
	"syscall/js.valueDelete",
	"syscall/js.valueIndex",
	"syscall/js.valueSetIndex",
	"syscall/js.valueCall",
	"syscall/js.valueInvoke",
	"syscall/js.valueNew",
	"syscall/js.valueLength",
	"syscall/js.valuePrepareString",
	"syscall/js.valueLoadString",
	"syscall/js.valueInstanceOf",
	"syscall/js.copyBytesToGo",
	"syscall/js.copyBytesToJS",
	"debug",
}

// modules are the names that Go has given to the module of its imports: since
// Go 1.21, and before.
var modules = [...]string{"gojs", "go"}

// Host lists the imports of a program, under both names of their module. They
// work for the one guest that [Main] runs.
func Host() []engine.HostFunc {
	list := make([]engine.HostFunc, 0, len(modules)*len(names))
	for _, module := range modules {
		for i, name := range names {
			list = append(list, engine.HostFunc{
				Module: module,
				Name:   name,
				Params: []api.ValueType{api.ValueTypeI32},
				Fn: func(_ context.Context, mod api.Module, stack []uint64) {
					call(mod, uint32(i), uint32(stack[0]))
				},
			})
		}
	}
	return list
}
