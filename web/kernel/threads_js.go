package main

import (
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/storage"
	"github.com/bushel-wasm/bushel/web/worker"
)

// The threads of guests on the browser's engine: each has a worker, and with it a
// link of its own, to the same process.

//go:wasmimport bushel thread_post
//go:noescape
func jsThreadPost(pid, id uint32, p unsafe.Pointer, n uint32)

// maxSharedPages bounds a memory that threads share, in pages of 64 KiB: the browser
// sets aside as much as it may grow to.
const maxSharedPages = 1 << 14

// sharedPages is the limits of the memory that the module shares with its threads,
// or zeros. limit is the most that it may be.
func sharedPages(m *wasmbin.Module, limit uint32) (pages [2]uint32) {
	if i, ok := m.SharedMemory(); ok {
		pages[0] = uint32(min(i.Limits.Min, 1<<16))
		pages[1] = max(pages[0], uint32(min(i.Limits.Max, uint64(limit), maxSharedPages)))
	}
	return pages
}

// explain says once of a program why the engine that was chosen does not run it.
func (m *machine) explain(g *kernel.Guest, why string) {
	img := g.Image.(*image)
	m.mu.Lock()
	told := img.explained[why]
	img.explained[why] = true
	m.mu.Unlock()
	if told {
		return
	}
	line := errno.Plain(g.Info.Name) + ": " + why + "; running on wazero\n"
	g.Process.Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2, sys.WriteOwnLine}, Data: []byte(line)}, func(sys.Reply) {})
}

// A threadCaller is the process as one of several links to it sees it.
type threadCaller struct{ *kernel.Process }

// Start implements sys.Caller. Nothing is read ahead, which would be lost to the
// other threads.
func (c threadCaller) Start(r *sys.Request, done func(sys.Reply)) bool {
	if r.Op == sys.OpRead {
		r.Args[2] = 0
	}
	return c.Process.Start(r, done)
}

// thread finds the link of a thread, and makes it if this is the first message.
func (r *guest) thread(id uint32) *link.Server {
	m := theMachine
	m.mu.Lock()
	defer m.mu.Unlock()
	s := r.threads[id]
	if s == nil {
		pid := r.Info.PID
		s = link.NewServer(threadCaller{r.Process}, func(b []byte) {
			storage.Flush()
			jsThreadPost(pid, id, worker.Pointer(b), uint32(len(b)))
		})
		if r.threads == nil {
			r.threads = make(map[uint32]*link.Server)
		}
		r.threads[id] = s
		if r.gone != nil {
			s.Linger()
		}
	}
	return s
}

// closeThreads forgets what the links of the threads still hold.
func (r *guest) closeThreads() {
	m := theMachine
	m.mu.Lock()
	threads := r.threads
	r.threads = nil
	m.mu.Unlock()
	for _, s := range threads {
		s.Close()
	}
}

// threadMessage takes frames of the worker of one of a guest's threads.
//
//go:wasmexport thread_message
func threadMessage(pid, id, n uint32) {
	msg := worker.Received(n)
	g := theMachine.find(pid)
	if g == nil {
		return
	}
	if err := g.thread(id).Receive(msg); err != nil {
		g.babbles()
	}
}

// threadGone is told when a thread has ended.
//
//go:wasmexport thread_gone
func threadGone(pid, id uint32) {
	g := theMachine.find(pid)
	if g == nil {
		return
	}
	theMachine.mu.Lock()
	s := g.threads[id]
	delete(g.threads, id)
	theMachine.mu.Unlock()
	if s != nil {
		s.Close()
	}
}
