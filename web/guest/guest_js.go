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

// jsIdle says that the guest has ended, and sends its last message along with that.
//
//go:wasmimport bushel idle
//go:noescape
func jsIdle(p unsafe.Pointer, n uint32)

// The ABIs, as web/ts/workers/process-worker.ts numbers them.
const (
	WASI = 0
	GoJS = 1
	// WASIThreads is WASI of a guest whose threads have workers of their own.
	WASIThreads = 2
)

// Client is the process's end of the link.
var Client = link.NewClient(post, worker.Now)

// last is the last messages of a guest that ends, which go along with the word of its end:
// each message wakes the kernel.
var last struct {
	ending bool
	data   []byte
}

func init() { Client.Reuse(worker.Reuse) }

func post(b []byte) {
	if last.ending {
		last.data = append(last.data, b...)
		return
	}
	jsPost(worker.Pointer(b), uint32(len(b)))
}

// idle tells that the worker can be used again; exit is how its guest ends, or nil.
func idle(exit func()) {
	last.ending, last.data = true, last.data[:0]
	if exit != nil {
		exit()
	}
	last.ending = false
	jsIdle(worker.Pointer(last.data), uint32(len(last.data)))
}

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
	idle(func() { exit(info, err, pages) })
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
