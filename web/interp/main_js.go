package main

import (
	"context"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/guest"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel image_size
//go:noescape
func jsImageSize() uint32

// jsImageTake copies the guest's code to p, once.
//
//go:wasmimport bushel image_take
//go:noescape
func jsImageTake(p unsafe.Pointer)

// begin starts the guest whose code the JavaScript half holds.
//
//go:wasmexport begin
func begin(n, abi uint32) {
	info := guest.Begin(n)
	code := make([]byte, jsImageSize())
	jsImageTake(worker.Pointer(code))
	go run(info, code)
}

// interpreter is made for the first guest and kept, with what it has compiled.
var interpreter engine.Engine

func run(info *sys.StartInfo, code []byte) {
	if interpreter == nil {
		e, err := wazero.New(wazero.Config{Interpreter: true, Park: worker.Yield})
		if err != nil {
			guest.End(info.Name, err)
			return
		}
		interpreter = e
	}
	shim := wasi.New(guest.Client, info, wasi.Options{FullPaths: info.FullPaths})
	guest.End(info.Name, interpreter.Run(context.Background(), &engine.Program{Name: info.Name, Code: code, Host: shim.Host()}))
}

func main() { select {} }
