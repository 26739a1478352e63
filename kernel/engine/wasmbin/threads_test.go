package wasmbin_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
)

func TestNeedsThreads(t *testing.T) {
	start := wasmtest.Func{Export: "_start"}
	spawn := wasmtest.Func{Module: "wasi", Name: "thread-spawn", Params: []byte{wasmtest.I32}, Results: []byte{wasmtest.I32}}
	own := []byte("\x00asm\x01\x00\x00\x00\x05\x04\x01\x03\x01\x02") // a shared memory of its own
	tests := []struct {
		name          string
		code          []byte
		needs, shares bool
		max           uint64
	}{
		{"none", (&wasmtest.Module{Pages: 1, Funcs: []wasmtest.Func{start}}).Bytes(), false, false, 0},
		{"shared memory", (&wasmtest.Module{Shared: 300, Funcs: []wasmtest.Func{start}}).Bytes(), true, true, 300},
		{"thread-spawn", (&wasmtest.Module{Funcs: []wasmtest.Func{spawn, start}}).Bytes(), true, false, 0},
		{"both", (&wasmtest.Module{Shared: 2, Funcs: []wasmtest.Func{spawn, start}}).Bytes(), true, true, 2},
		{"its own", own, false, true, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := wasmbin.Parse(test.code)
			if err != nil {
				t.Fatal(err)
			}
			if m.NeedsThreads() != test.needs || m.Shares() != test.shares {
				t.Errorf("needs %v, shares %v; want %v, %v", m.NeedsThreads(), m.Shares(), test.needs, test.shares)
			}
			i, ok := m.SharedMemory()
			if ok != (test.max != 0) || i.Limits.Max != test.max {
				t.Errorf("memory %+v, %v; want at most %d pages", i, ok, test.max)
			}
		})
	}
}
