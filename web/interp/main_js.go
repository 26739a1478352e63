package main

import (
	"context"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel post
//go:noescape
func jsPost(p unsafe.Pointer, n uint32)

//go:wasmimport bushel idle
//go:noescape
func jsIdle()

//go:wasmimport bushel image_size
//go:noescape
func jsImageSize() uint32

// jsImageTake copies the guest's code to p, once.
//
//go:wasmimport bushel image_take
//go:noescape
func jsImageTake(p unsafe.Pointer)

var client = link.NewClient(func(b []byte) { jsPost(worker.Pointer(b), uint32(len(b))) }, worker.Now)

// begin starts the guest whose code the JavaScript half holds.
//
//go:wasmexport begin
func begin(n, abi uint32) {
	info, err := sys.DecodeStartInfo(worker.Received(n))
	if err != nil {
		panic(err) // the kernel and this are of one build
	}
	client.Begin(&info)
	code := make([]byte, jsImageSize())
	jsImageTake(worker.Pointer(code))
	go run(&info, code)
}

// interpreter is made for the first guest and kept, with what it has compiled.
var interpreter engine.Engine

func run(info *sys.StartInfo, code []byte) {
	if interpreter == nil {
		interpreter = wazero.New(wazero.Config{Interpreter: true, Park: worker.Park})
	}
	shim := wasi.New(client, info)
	err := interpreter.Run(context.Background(), &engine.Program{Name: info.Name, Code: code, Host: shim.Host()})
	status, message := engine.Status(info.Name, err)
	if message != "" {
		client.Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2}, Data: []byte(message + "\n")}, func(sys.Reply) {})
	}
	client.Exit(status)
	jsIdle()
}

//go:wasmexport receive
func receive(n uint32) {
	if err := client.Receive(worker.Received(n)); err != nil {
		panic(err)
	}
}

func main() { select {} }
