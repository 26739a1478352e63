package guest

import (
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

//go:wasmimport bushel over
//go:noescape
func jsOver()

// Threads is the caller of a guest with threads. Each thread waits for its own
// calls; nothing is sent behind, so that what a thread has written is written
// before another can hear of it.
type Threads struct{ *link.Client }

// Start implements sys.Caller.
func (t Threads) Start(r *sys.Request, done func(sys.Reply)) bool {
	return t.StartLane(link.Unordered, r, done)
}

// EndThread tells how a thread in a worker of its own has ended: without an error only
// it has, and with one its process. pages is the size of their memory in pages of 64 KiB.
func EndThread(info *sys.StartInfo, err error, pages uint32) {
	if err == nil {
		idle(nil)
		return
	}
	exit(info, err, pages)
	jsOver()
}
