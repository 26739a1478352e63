package wazero_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// The programs of the benchmarks: many iterations of a short loop, of a
// longer one, and many calls.
func benchPrograms() map[string][]byte {
	loop := func(n int32, body []byte) []byte {
		return start(wasmtest.Code(0x41, n, 0x21, 0, 0x03, 0x40, body,
			0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b), wasmtest.I32, wasmtest.I32).Bytes()
	}
	var long []byte
	for range 10 { // x = (x + n) ^ n, stored to memory
		long = append(long, wasmtest.Code(0x20, 1, 0x20, 0, 0x6a, 0x20, 0, 0x73, 0x21, 1,
			0x41, 16, 0x20, 1, 0x36, 2, 0)...)
	}
	fib := &wasmtest.Module{Funcs: []wasmtest.Func{
		{
			Params: []byte{wasmtest.I32}, Results: []byte{wasmtest.I32},
			Body: wasmtest.Code(0x20, 0, 0x41, 2, 0x48, 0x04, wasmtest.I32, 0x20, 0, 0x05,
				0x20, 0, 0x41, 1, 0x6b, 0x10, 0, 0x20, 0, 0x41, 2, 0x6b, 0x10, 0, 0x6a, 0x0b),
		},
		{Export: "_start", Body: wasmtest.Code(0x41, 20, 0x10, 0, 0x1a)},
	}}
	return map[string][]byte{
		"short loop": loop(200_000, nil),
		"long loop":  loop(20_000, long),
		"calls":      fib.Bytes(),
	}
}

func BenchmarkMeter(b *testing.B) {
	for name, code := range benchPrograms() {
		for _, interpreter := range []bool{false, true} {
			for _, metered := range []bool{false, true} {
				kind := map[bool]string{false: "compiler", true: "interpreter"}[interpreter]
				how := map[bool]string{false: "bare", true: "metered"}[metered]
				b.Run(name+"/"+kind+"/"+how, func(b *testing.B) {
					config := wazero.Config{Interpreter: interpreter}
					if !metered {
						config = wazero.Unmetered(config)
					}
					e, err := wazero.New(config)
					if err != nil {
						b.Fatal(err)
					}
					defer e.Close()
					c, err := e.Compile(b.Context(), code)
					if err != nil {
						b.Fatal(err)
					}
					_, host := beats()
					for b.Loop() {
						if err := e.Run(b.Context(), &engine.Program{Compiled: c, Host: host}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
