package gojs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unsafe"

	"github.com/tetratelabs/wazero/api"
	wasys "github.com/tetratelabs/wazero/sys"

	"github.com/bushel-wasm/bushel/kernel/engine"
)

// guest is the one that runs.
var guest struct {
	ctx    context.Context
	mod    api.Module // nil if none runs
	events chan struct{}
	ended  chan error
	depth  int   // how many times it has been entered within an import
	trap   error // with which it ended there
}

// Main runs the guest whose module is mod to its end; it is an
// [engine.Program]'s Main. It parks the goroutine while the guest waits. Its end is
// an [*engine.LoadError] if the module is no Go program, a trap, an exit, or
// ctx's end.
func Main(ctx context.Context, mod api.Module) error {
	i32 := []api.ValueType{api.ValueTypeI32}
	run, err := export(mod, "run", []api.ValueType{api.ValueTypeI32, api.ValueTypeI32}, nil)
	if err != nil {
		return err
	}
	resume, err := export(mod, "resume", nil, nil)
	if err != nil {
		return err
	}
	if _, err = export(mod, "getsp", nil, i32); err != nil {
		return err
	}
	if mod.Memory() == nil {
		return &engine.LoadError{Reason: "has no memory"}
	}
	guest.ctx, guest.mod = ctx, mod
	guest.events, guest.ended = make(chan struct{}, 1), make(chan error, 1)
	guest.depth, guest.trap = 0, nil
	defer func() { guest.ctx, guest.mod = nil, nil }()

	args := jsBegin(memory(mod))
	if args == 0 {
		return wait(ctx)
	}
	if _, err = run.Call(ctx, args>>32, args&0xffff_ffff); err != nil {
		return end(ctx, err)
	}
	for {
		for jsNext() != 0 {
			if _, err = resume.Call(ctx); err != nil {
				return end(ctx, err)
			}
		}
		select {
		case <-guest.events:
		case err = <-guest.ended:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// export finds the export of that name and type.
func export(mod api.Module, name string, params, results []api.ValueType) (api.Function, error) {
	f := mod.ExportedFunction(name)
	if f == nil {
		return nil, &engine.LoadError{Reason: fmt.Sprintf("has no function %q, which a Go program has", name)}
	}
	if d := f.Definition(); !slices.Equal(d.ParamTypes(), params) || !slices.Equal(d.ResultTypes(), results) {
		return nil, &engine.LoadError{Reason: fmt.Sprintf("its function %q is not a Go program's", name)}
	}
	return f, nil
}

// end is what Main returns when a call of the guest has ended with err.
func end(ctx context.Context, err error) error {
	if guest.trap != nil {
		err = guest.trap
	}
	var exit *wasys.ExitError
	if errors.As(err, &exit) && ctx.Err() == nil {
		return wait(ctx) // the code is the JavaScript half's, and so are writes under way
	}
	jsFailed()
	return err
}

// wait waits for the JavaScript half to tell the guest's end.
func wait(ctx context.Context) error {
	select {
	case err := <-guest.ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// memory is where the guest's memory lies in ours, and how long it is.
func memory(mod api.Module) (unsafe.Pointer, uint32) {
	m := mod.Memory()
	n := m.Size()
	b, _ := m.Read(0, n)
	return unsafe.Pointer(unsafe.SliceData(b)), n
}

// call serves an import.
func call(mod api.Module, index, sp uint32) {
	at, n := memory(mod)
	if jsCall(index, sp, at, n) == 0 {
		engine.Exit(mod, 0)
	}
}

// Nested reports whether the guest is being run for a JavaScript function that
// waits for it, so that its goroutine must not park.
func Nested() bool { return guest.depth > 0 }

//go:wasmexport gojs_post
func post() {
	select {
	case guest.events <- struct{}{}:
	default:
	}
}

// The functions are looked up for each call: one that is being called cannot be
// called again.

//go:wasmexport gojs_resume
func resumeNested() uint32 {
	guest.depth++
	_, err := guest.mod.ExportedFunction("resume").Call(guest.ctx)
	guest.depth--
	if err != nil {
		if guest.trap == nil {
			guest.trap = err
		}
		return 0
	}
	jsMemory(memory(guest.mod))
	return 1
}

//go:wasmexport gojs_getsp
func getsp() uint32 {
	r, err := guest.mod.ExportedFunction("getsp").Call(guest.ctx)
	if err != nil {
		return 0
	}
	return uint32(r[0])
}

// The ways in which the JavaScript half ends a guest.
const (
	endExit     = 0
	endOverflow = 1
)

//go:wasmexport gojs_ended
func ended(kind, code uint32) {
	if guest.mod == nil {
		return // it has failed, and Main knows
	}
	var err error = &engine.ExitError{Code: code}
	if kind == endOverflow {
		err = &engine.Trap{Kind: engine.TrapStackOverflow}
	}
	select {
	case guest.ended <- err:
	default:
	}
}
