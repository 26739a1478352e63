package engine

import (
	"errors"

	"github.com/tetratelabs/wazero/api"
)

// Thread is a further thread of a guest: its module once more, on the guest's
// shared memory.
type Thread struct {
	// Start is the exported function that it begins with. It takes the thread's
	// number and Arg, both i32, and has no result. The thread ends when it returns.
	Start string
	// Arg is what whoever asked for the thread has to tell it.
	Arg uint32
	// Host makes what the thread may import. It is called once, on the thread's
	// own goroutine. An engine whose threads are other workers does not call it:
	// they have ABIs of their own.
	Host func() []HostFunc
}

// MaxThreads is how many threads of one guest there may be at a time, besides the first.
const MaxThreads = 1024

// MaxThreadID is the highest number of a thread, by wasi-threads.
const MaxThreadID = 1<<29 - 1

// ErrThreads is the answer of [Spawn] for a thread more than there may be.
var ErrThreads = errors.New("too many threads")

// errNoThreads is the answer for a guest without a memory that could be shared.
var errNoThreads = errors.New("the guest has no shared memory")

// Spawner is implemented by the module that an engine with threads hands to a
// host function.
type Spawner interface {
	// Spawn is package function Spawn for this module.
	Spawn(t *Thread) (id uint32, err error)
}

// Spawn begins a thread of the guest that mod belongs to, and returns the
// thread's number, between 1 and [MaxThreadID], without waiting for it. A trap or an exit
// of any thread ends all of them, and so does the end of the first.
func Spawn(mod api.Module, t *Thread) (id uint32, err error) {
	if s, ok := mod.(Spawner); ok {
		return s.Spawn(t)
	}
	return 0, errNoThreads
}
