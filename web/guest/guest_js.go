package guest

import (
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/engine"
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

// The ABIs, as web/ts/workers/process-worker.ts numbers them.
const (
	WASI = 0
	GoJS = 1
	// WASIThreads is WASI of a guest whose threads have workers of their own.
	WASIThreads = 2
)

// Client is the process's end of the link.
var Client = link.NewClient(func(b []byte) { jsPost(worker.Pointer(b), uint32(len(b))) }, worker.Now)

// Begin takes the message that starts a guest, of n bytes.
func Begin(n uint32) *sys.StartInfo {
	info, err := sys.DecodeStartInfo(worker.Received(n))
	if err != nil {
		panic(err) // the kernel and this are of one build
	}
	Client.Begin(&info)
	return &info
}

// End tells the kernel how the guest ended, with a line on its standard error where there
// is something to say; pages is the size of its memory in pages of 64 KiB. The worker can
// then be used again.
func End(info *sys.StartInfo, err error, pages uint32) {
	exit(info, err, pages)
	jsIdle()
}

func exit(info *sys.StartInfo, err error, pages uint32) {
	code, message := engine.Status(info.Name, err, pages, info.MemoryPages)
	if message != "" {
		Client.Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2, sys.WriteOwnLine}, Data: []byte(message + "\n")}, func(sys.Reply) {})
	}
	Client.Exit(code)
}

// receive takes frames of the kernel.
//
//go:wasmexport receive
func receive(n uint32) {
	if err := Client.Receive(worker.Received(n)); err != nil {
		panic(err)
	}
}
