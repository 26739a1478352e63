package wazero_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// start is a module with the one function _start, and beat, which it may call.
func start(body []byte, locals ...byte) *wasmtest.Module {
	return &wasmtest.Module{Pages: 1, Funcs: []wasmtest.Func{
		{Module: "env", Name: "beat"},
		{Export: "_start", Locals: locals, Body: body},
	}}
}

// beats is a host function "env"."beat" that sends to a channel.
func beats() (chan struct{}, []engine.HostFunc) {
	c := make(chan struct{}, 1)
	return c, []engine.HostFunc{{Module: "env", Name: "beat", Fn: func(context.Context, api.Module, []uint64) {
		select {
		case c <- struct{}{}:
		default:
		}
	}}}
}

func TestCancel(t *testing.T) {
	spin := start(wasmtest.Code(0x10, 0, 0x03, 0x40, 0x0c, 0, 0x0b))
	tail := &wasmtest.Module{Funcs: []wasmtest.Func{
		{Module: "env", Name: "beat"},
		{Export: "_start", Body: wasmtest.Code(0x10, 0, 0x12, 2)},
		{Body: wasmtest.Code(0x12, 2)}, // return_call of itself
	}}
	wait := &wasmtest.Module{Funcs: []wasmtest.Func{
		{Module: "env", Name: "beat"},
		{Module: "env", Name: "wait"},
		{Export: "_start", Body: wasmtest.Code(0x10, 0, 0x10, 1)},
	}}
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		for _, test := range []struct {
			name string
			m    *wasmtest.Module
		}{{"loop", spin}, {"tail calls", tail}, {"suspended", wait}} {
			t.Run(test.name, func(t *testing.T) {
				running, host := beats()
				host = append(host, engine.HostFunc{Module: "env", Name: "wait", Waits: true,
					Fn: func(_ context.Context, m api.Module, _ []uint64) { engine.Suspend(m, func(func()) {}) }})
				ctx, cancel := context.WithCancelCause(t.Context())
				reason := errors.New("killed")
				go func() {
					<-running
					cancel(reason)
				}()
				err := e.Run(ctx, &engine.Program{Code: test.m.Bytes(), Host: host})
				if !errors.Is(err, reason) {
					t.Errorf("%v, want the context's cause", err)
				}
			})
		}
	})
}

// TestPark ends a loop without calls from what the guest itself calls now and then,
// which in a page is the only way.
func TestPark(t *testing.T) {
	var cancel context.CancelFunc
	parks := 0
	config := wazero.Config{Park: func() {
		if parks++; parks == 3 {
			cancel()
		}
	}}
	engines(t, config, func(t *testing.T, e *wazero.Engine) {
		_, host := beats()
		parks = 0
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		spin := start(wasmtest.Code(0x03, 0x40, 0x0c, 0, 0x0b))
		err := e.Run(ctx, &engine.Program{Code: spin.Bytes(), Host: host})
		if !errors.Is(err, context.Canceled) || parks != 3 {
			t.Errorf("%v after %d parks, want 3", err, parks)
		}
	})
}

func TestControl(t *testing.T) {
	loop := start(wasmtest.Code(0x03, 0x40, 0x10, 0, 0x0c, 0, 0x0b))
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		running, host := beats()
		var c wazero.Control
		ctx, cancel := context.WithCancel(wazero.WithControl(t.Context(), &c))
		ended := make(chan error)
		go func() { ended <- e.Run(ctx, &engine.Program{Code: loop.Bytes(), Host: host}) }()
		<-running
		c.Stop()
		c.Stop()
		c.Continue()
		<-running // goes on
		<-running
		c.Stop()
		cancel() // ends a stopped guest too
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want %v", err, context.Canceled)
		}
	})
}

func TestExit(t *testing.T) {
	m := &wasmtest.Module{Funcs: []wasmtest.Func{
		{Module: "env", Name: "exit"},
		{Export: "_start", Body: wasmtest.Code(0x10, 0, 0x00)},
	}}
	late := make(chan struct{})
	for _, test := range []struct {
		name string
		fn   api.GoModuleFunc
	}{
		{"at once", func(_ context.Context, m api.Module, _ []uint64) { engine.Exit(m, 9) }},
		{"while it waits", func(_ context.Context, m api.Module, _ []uint64) {
			engine.Suspend(m, func(func()) { engine.Exit(m, 9) })
		}},
		{"later", func(_ context.Context, m api.Module, _ []uint64) {
			engine.Suspend(m, func(func()) {
				go func() {
					engine.Exit(m, 9)
					late <- struct{}{}
				}()
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
				host := []engine.HostFunc{{Module: "env", Name: "exit", Waits: true, Fn: test.fn}}
				err := e.Run(t.Context(), &engine.Program{Code: m.Bytes(), Host: host})
				if exitCode(err) != 9 {
					t.Errorf("%v, want exit code 9", err)
				}
				if test.name == "later" {
					<-late
				}
			})
		})
	}
}

func TestTraps(t *testing.T) {
	const i32const, drop = 0x41, 0x1a
	tests := []struct {
		kind engine.TrapKind
		body []byte
	}{
		{engine.TrapUnreachable, wasmtest.Code(0x00)},
		{engine.TrapMemory, wasmtest.Code(i32const, int32(-4), 0x28, 2, 0, drop)},
		{engine.TrapDivideByZero, wasmtest.Code(i32const, 1, i32const, 0, 0x6d, drop)},
		{engine.TrapOverflow, wasmtest.Code(i32const, int32(-1<<31), i32const, int32(-1), 0x6d, drop)},
		{engine.TrapConversion, wasmtest.Code(0x43, 0, 0, 0xc0, 0x7f, 0xa8, drop)},
		{engine.TrapTable, wasmtest.Code(i32const, 5, 0x11, 0, 0)},
		{engine.TrapTable, wasmtest.Code(i32const, 0, 0x11, 2, 0, drop)},
		{engine.TrapUnaligned, wasmtest.Code(i32const, 1, 0xfe, 0x10, 2, 0, drop)},
	}
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		for _, test := range tests {
			t.Run(string(test.kind), func(t *testing.T) {
				_, host := beats()
				m := start(test.body)
				m.Table = []uint32{1}
				m.Funcs = append(m.Funcs, wasmtest.Func{Results: []byte{wasmtest.I32}, Body: wasmtest.Code(i32const, 0)})
				err := e.Run(t.Context(), &engine.Program{Code: m.Bytes(), Host: host})
				trap, ok := errors.AsType[*engine.Trap](err)
				if !ok || trap.Kind != test.kind {
					t.Errorf("%v, want %q", err, test.kind)
				}
			})
		}
	})
}

func TestLoadErrors(t *testing.T) {
	good := start(nil).Bytes()
	big := start(nil)
	big.Pages = 100
	wide := &wasmtest.Module{Funcs: []wasmtest.Func{{Module: "env", Name: "beat", Params: []byte{wasmtest.I64}}, {Export: "_start"}}}
	tests := []struct {
		name string
		code []byte
		want string // the start of the reason
	}{
		{"empty", nil, "not a WebAssembly module"},
		{"text", []byte("#!/bin/sh\n"), "not a WebAssembly module"},
		{"component", []byte("\x00asm\x0d\x00\x01\x00"), "a WebAssembly component"},
		{"truncated", good[:len(good)-3], "truncated or malformed module: "},
		{"header", good[:6], "truncated or malformed module: "},
		{"import", (&wasmtest.Module{Funcs: []wasmtest.Func{{Module: "env", Name: "foo"}, {Export: "_start"}}}).Bytes(),
			`needs import "env"."foo" (function), which nothing here provides`},
		{"type of an import", wide.Bytes(), `needs import "env"."beat" (function) with a type that it does not have here`},
		{"no start", (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "main"}}}).Bytes(), `has no function "_start" to begin with`},
		{"bad start", (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_start", Params: []byte{wasmtest.I32}}}}).Bytes(),
			`its function "_start" is not one to begin with: it has parameters`},
		{"library", (&wasmtest.Module{Funcs: []wasmtest.Func{{Export: "_initialize"}}}).Bytes(),
			`is a library (it exports "_initialize" and no "_start"), not a program`},
		{"memory", big.Bytes(), "needs 6 MiB of memory, and 1 MiB is the limit"},
		{"invalid", start(wasmtest.Code(0x1a)).Bytes(), "truncated or malformed module: "},
		{"memory64", []byte("\x00asm\x01\x00\x00\x00\x05\x03\x01\x04\x01"), "needs the memory64 proposal, which"},
		{"legacy exceptions", start(wasmtest.Code(0x06, 0x40, 0x19, 0x0b)).Bytes(), "needs the legacy exception handling proposal, which"},
		{"structs", []byte("\x00asm\x01\x00\x00\x00\x01\x03\x01\x5f\x00"), "needs the garbage collection proposal, which"},
		{"relaxed SIMD", start(wasmtest.Code(0xfd, wasmtest.Uleb(0x100), 0x1a)).Bytes(), "needs the relaxed SIMD proposal, which"},
		{"two memories", []byte("\x00asm\x01\x00\x00\x00\x05\x05\x02\x00\x01\x00\x01"), "needs the multi-memory proposal, which"},
	}
	engines(t, wazero.Config{MemoryPages: 16}, func(t *testing.T, e *wazero.Engine) {
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				_, host := beats()
				err := e.Run(t.Context(), &engine.Program{Name: "x.wasm", Code: test.code, Host: host})
				load, ok := errors.AsType[*engine.LoadError](err)
				if !ok || !strings.HasPrefix(load.Reason, test.want) || strings.Contains(load.Reason, "\n") {
					t.Errorf("%v, want %q", err, test.want)
				}
				if code, _ := engine.Status("x.wasm", err, 0, 0); code != 126 {
					t.Errorf("exit code %d, want 126", code)
				}
			})
		}
	})
}

func TestMemoryLimit(t *testing.T) {
	// Grows by a page until that fails, then traps if the size is not the limit.
	body := wasmtest.Code(0x03, 0x40, 0x41, 1, 0x40, 0, 0x41, int32(-1), 0x47, 0x0d, 0, 0x0b,
		0x3f, 0, 0x41, 40, 0x47, 0x04, 0x40, 0x00, 0x0b)
	engines(t, wazero.Config{MemoryPages: 40}, func(t *testing.T, e *wazero.Engine) {
		_, host := beats()
		if err := e.Run(t.Context(), &engine.Program{Code: start(body).Bytes(), Host: host}); err != nil {
			t.Error(err)
		}
	})
}
