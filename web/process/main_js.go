package main

import (
	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/browser"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/worker"
	"unsafe"
)

//go:wasmimport bushel post
//go:noescape
func jsPost(p unsafe.Pointer, n uint32)

//go:wasmimport bushel idle
//go:noescape
func jsIdle()

var client = link.NewClient(func(b []byte) { jsPost(worker.Pointer(b), uint32(len(b))) }, worker.Now)

// The ABIs, as web/ts/workers/process-worker.ts numbers them.
const abiWASI = 0

// begin starts the guest whose module the JavaScript half holds.
//
//go:wasmexport begin
func begin(n, abi uint32) {
	info, err := sys.DecodeStartInfo(worker.Received(n))
	if err != nil {
		panic(err) // the kernel and this are of one build
	}
	client.Begin(&info)
	if abi != abiWASI {
		return // a GOOS=js guest, which JavaScript starts
	}
	shim := wasi.New(client, &info)
	browser.Start(&engine.Program{Name: info.Name, Host: shim.Host()}, func(err error) { end(info.Name, err) })
}

// end tells the kernel how the guest ended; the worker can then be used again.
func end(name string, err error) {
	code, message := engine.Status(name, err)
	if message != "" {
		client.Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2}, Data: []byte(message + "\n")}, func(sys.Reply) {})
	}
	client.Exit(code)
	jsIdle()
}

//go:wasmexport ended
func ended(kind, n uint32) { browser.Ended(kind, string(worker.Received(n))) }

//go:wasmexport receive
func receive(n uint32) {
	if err := client.Receive(worker.Received(n)); err != nil {
		panic(err)
	}
}

func main() { select {} }
