package wazero

import (
	"context"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
)

// A loader is one of the functions of the module that holds a shared memory: it
// loads a value atomically, as wazero's engines do it for the guest, and traps
// where the guest would.
type loader struct {
	name string
	size uint32
}

var (
	load32 = loader{"load32", 4}
	load64 = loader{"load64", 8}
)

// load loads a value from the guest's memory, and panics with a trap if there is none.
func (g *guest) load(how loader, addr uint32) uint64 {
	if g.process.memory.mod != nil {
		f := g.loaders[how.name]
		if f == nil {
			f = g.process.memory.mod.ExportedFunction(how.name)
			if g.loaders == nil {
				g.loaders = make(map[string]api.Function)
			}
			g.loaders[how.name] = f
		}
		stack := [1]uint64{uint64(addr)}
		if err := f.CallWithStack(context.Background(), stack[:]); err != nil {
			panic(err)
		}
		return stack[0]
	}
	// A memory of the module's own is seen by no other thread.
	switch {
	case uint64(addr)+uint64(how.size) > uint64(g.mem.Size()):
		panic(trapped(engine.TrapMemory))
	case addr%how.size != 0:
		panic(trapped(engine.TrapUnaligned))
	case how.size == 4:
		v, _ := g.mem.ReadUint32Le(addr)
		return uint64(v)
	}
	v, _ := g.mem.ReadUint64Le(addr)
	return v
}

// sharedMemory makes a module that exports a shared memory of the imported
// limits, under the imported name.
func (e *Engine) sharedMemory(i wasmbin.Import) (hostModule, error) {
	ctx := context.Background()
	code, err := e.runtime.CompileModule(ctx, memoryModule(i))
	if err != nil {
		return hostModule{}, rejected(err)
	}
	mod, err := e.runtime.InstantiateModule(ctx, code, wazero.NewModuleConfig().WithName("").WithStartFunctions())
	if err != nil {
		_ = code.Close(ctx) // it only takes the module off a list
		return hostModule{}, rejected(err)
	}
	return hostModule{mod, code}, nil
}

// memoryModule is the binary form of that module.
func memoryModule(i wasmbin.Import) []byte {
	b := []byte("\x00asm\x01\x00\x00\x00" +
		"\x01\x0b\x02\x60\x01\x7f\x01\x7f\x60\x01\x7f\x01\x7e" + // types: i32 -> i32, i32 -> i64
		"\x03\x03\x02\x00\x01") // functions
	part := func(id byte, body []byte) { b = append(appendUleb(append(b, id), uint64(len(body))), body...) }
	part(5, appendUleb(appendUleb([]byte{1, 3}, i.Limits.Min), i.Limits.Max))
	exports := []byte{3}
	for _, e := range [...]struct {
		name string
		kind string
	}{{i.Name, "\x02\x00"}, {load32.name, "\x00\x00"}, {load64.name, "\x00\x01"}} {
		exports = append(append(appendUleb(exports, uint64(len(e.name))), e.name...), e.kind...)
	}
	part(7, exports)
	part(10, []byte("\x02"+
		"\x08\x00\x20\x00\xfe\x10\x02\x00\x0b"+ // i32.atomic.load
		"\x08\x00\x20\x00\xfe\x11\x03\x00\x0b")) // i64.atomic.load
	return b
}

func appendUleb(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}
