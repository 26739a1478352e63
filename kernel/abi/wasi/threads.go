package wasi

import (
	"context"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

// wasi-threads: a thread begins in an export of a new instance of the module.
const (
	threadsModule = "wasi"
	threadSpawn   = "thread-spawn"
)

// ThreadStart is the export in which a thread begins.
const ThreadStart = "wasi_thread_start"

// threadSpawn begins a thread. It answers the thread's number, or an error's as a
// negative one.
func (a *ABI) threadSpawn() engine.HostFunc {
	return engine.HostFunc{
		Module: threadsModule, Name: threadSpawn,
		Params: i32, Results: i32,
		Fn: func(_ context.Context, mod api.Module, stack []uint64) {
			if !a.fds.shared {
				a.fds.shared = true // there is no other thread yet
			}
			id, err := engine.Spawn(mod, &engine.Thread{
				Start: ThreadStart, Arg: uint32(stack[0]),
				Host: func() []engine.HostFunc { return a.thread().Host() },
			})
			if err != nil {
				stack[0] = api.EncodeI32(-int32(errno.EAGAIN))
				return
			}
			stack[0] = uint64(id)
		},
	}
}

// thread makes the ABI of a further thread, which shares all but the call that is
// under way.
func (a *ABI) thread() *ABI {
	t := &ABI{
		caller: a.caller, info: a.info, env: a.env, opts: a.opts, start: a.start, rootAt: a.rootAt,
		fds: a.fds,
	}
	t.begin()
	return t
}

// A fdTable is the mirror of a process's descriptors.
type fdTable struct {
	shared bool // by several threads, so that mu is to be held
	mu     sync.Mutex
	list   []descriptor
}

func (t *fdTable) lock() {
	if t.shared {
		t.mu.Lock()
	}
}

func (t *fdTable) unlock() {
	if t.shared {
		t.mu.Unlock()
	}
}

// take removes a descriptor and returns it.
func (t *fdTable) take(fd uint32) (d descriptor) {
	t.change(fd, func(at *descriptor) { d, *at = *at, descriptor{} })
	return d
}

// change changes a descriptor, unless it is closed.
func (t *fdTable) change(fd uint32, f func(*descriptor)) {
	t.lock()
	defer t.unlock()
	if fd < uint32(len(t.list)) && t.list[fd].open {
		f(&t.list[fd])
	}
}
