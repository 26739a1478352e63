package wazero

import (
	"fmt"
	"slices"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// Enter implements [engine.Enterer]: the parked goroutine of the guest makes the call.
func (g *guest) Enter(name string, types []api.ValueType, params []uint64, done func([]uint64)) error {
	f := g.Module.ExportedFunction(name)
	if f == nil || !slices.Equal(f.Definition().ParamTypes(), types) {
		return fmt.Errorf("the guest has no function %q of the type that is wanted", name)
	}
	g.mu.Lock()
	g.entry = func() {
		results, err := f.Call(g.ctx, params...)
		if err != nil {
			panic(err) // through the host function, to the guest's end
		}
		done(results)
	}
	g.mu.Unlock()
	g.awake()
	return nil
}

// entered takes what Enter wants.
func (g *guest) entered() func() {
	g.mu.Lock()
	defer g.mu.Unlock()
	entry := g.entry
	g.entry = nil
	return entry
}

// serve is the life of a guest after its start function has returned.
func (g *guest) serve(p *engine.Program) (err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(error)
			if !ok {
				panic(r)
			}
			err = g.ended(e, false)
		}
	}()
	g.Suspend(func(resume func()) { p.Serve(g, resume) })
	return nil
}

var _ engine.Enterer = (*guest)(nil)
