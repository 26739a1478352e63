package wazero_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// nested is a program that calls itself n deep, and then reports n by calling "env"."report".
func nested(n int32) ([]byte, []engine.HostFunc, *uint32) {
	m := wasmtest.Module{Funcs: []wasmtest.Func{
		{Module: "env", Name: "report", Params: []byte{wasmtest.I32}},
		{ // down(n) = n == 0 ? 0 : 1 + down(n-1)
			Params: []byte{wasmtest.I32}, Results: []byte{wasmtest.I32},
			Body: wasmtest.Code(0x20, 0, 0x45, 0x04, wasmtest.I32, 0x41, 0, 0x05,
				0x20, 0, 0x41, 1, 0x6b, 0x10, 1, 0x41, 1, 0x6a, 0x0b),
		},
		{Export: "_start", Body: wasmtest.Code(0x41, n, 0x10, 1, 0x10, 0)},
	}}
	got := new(uint32)
	return m.Bytes(), []engine.HostFunc{{
		Module: "env", Name: "report", Params: []api.ValueType{api.ValueTypeI32},
		Fn: func(_ context.Context, _ api.Module, stack []uint64) { *got = uint32(stack[0]) },
	}}, got
}

func TestDepth(t *testing.T) {
	engines(t, wazero.Config{}, func(t *testing.T, e *wazero.Engine) {
		t.Run("21,000 calls", func(t *testing.T) {
			code, host, got := nested(21_000)
			err := e.Run(t.Context(), &engine.Program{Code: code, Host: host})
			if *got != 21_000 || err != nil {
				t.Errorf("%d, %v; want 21000", *got, err)
			}
		})
		t.Run("for ever", func(t *testing.T) {
			code, host, _ := nested(-1)
			err := e.Run(t.Context(), &engine.Program{Code: code, Host: host})
			trap, ok := errors.AsType[*engine.Trap](err)
			if !ok || trap.Kind != engine.TrapStackOverflow {
				t.Errorf("%v, want a stack overflow", err)
			}
		})
	})
}
