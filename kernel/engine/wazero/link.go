package wazero

import (
	"context"
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero/meter"
)

// link makes the modules that the guest imports, with the functions of list
// that it asks for. What was made is returned with an error too.
func (g *guest) link(list []engine.HostFunc) (map[string]hostModule, error) {
	hosts := map[string]hostModule{}
	builders := map[string]wazero.HostModuleBuilder{}
	seen := map[[2]string]bool{}
	defs := g.compiled.code.ImportedFunctions()
	memory, _ := g.compiled.Module.SharedMemory()
	for _, i := range g.compiled.imports {
		if i.Kind == wasmbin.Memory && i == memory && g.process != nil {
			continue // the engine makes it
		}
		if i.Kind != wasmbin.Func || g.process != nil && i.Module == memory.Module {
			return nil, missing(i)
		}
		def := defs[0]
		defs = defs[1:]
		key := [2]string{i.Module, i.Name}
		if seen[key] {
			continue
		}
		seen[key] = true
		f := g.metered(i)
		if f == nil {
			at := slices.IndexFunc(list, func(f engine.HostFunc) bool { return f.Module == i.Module && f.Name == i.Name })
			if at < 0 {
				return nil, missing(i)
			}
			f = &list[at]
		}
		if !slices.Equal(f.Params, def.ParamTypes()) || !slices.Equal(f.Results, def.ResultTypes()) {
			return nil, engine.WrongType(i)
		}
		b := builders[i.Module]
		if b == nil {
			b = g.engine.runtime.NewHostModuleBuilder(i.Module)
			builders[i.Module] = b
		}
		b.NewFunctionBuilder().WithGoModuleFunction(g.wrap(f.Fn), f.Params, f.Results).Export(i.Name)
	}
	for name, b := range builders {
		code, err := b.Compile(g.ctx)
		if err != nil {
			return hosts, fmt.Errorf("wazero: host module %q: %w", name, err)
		}
		mod, err := g.engine.runtime.InstantiateModule(context.Background(), code, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			code.Close(context.Background())
			return hosts, fmt.Errorf("wazero: host module %q: %w", name, err)
		}
		hosts[name] = hostModule{mod, code}
	}
	return hosts, nil
}

// metered finds what the meter has added to the imports.
func (g *guest) metered(i wasmbin.Import) *engine.HostFunc {
	switch {
	case i.Module != meter.Module:
		return nil
	case i.Name == meter.Name:
		return &meterTick
	case g.process == nil:
		return nil
	}
	at := slices.IndexFunc(meterWaits[:], func(f engine.HostFunc) bool { return f.Name == i.Name })
	if at < 0 {
		return nil
	}
	return &meterWaits[at]
}

func missing(i wasmbin.Import) error {
	return &engine.LoadError{Reason: fmt.Sprintf("needs import %v, which nothing here provides", i)}
}

// wrap hands f the guest in place of wazero's module.
func (g *guest) wrap(f api.GoModuleFunc) api.GoModuleFunc {
	return func(ctx context.Context, m api.Module, stack []uint64) {
		if g.Module == nil {
			g.bind(m)
		}
		f(ctx, g, stack)
	}
}

// A hostModule is a module of host functions, and the code that is freed with it.
type hostModule struct {
	mod  api.Module
	code wazero.CompiledModule
}

func (h hostModule) close() {
	// Neither has anything to say: both only take the module off a list.
	_ = h.mod.Close(context.Background())
	_ = h.code.Close(context.Background())
}
