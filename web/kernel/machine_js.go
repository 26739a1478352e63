package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmbin"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/web/storage"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/guests.ts.

// jsGuestImage hands over a program's code; memMin and memMax are the pages of the
// memory that it shares with its threads, or 0.
//
//go:wasmimport bushel guest_image
//go:noescape
func jsGuestImage(id uint32, p unsafe.Pointer, n, memMin, memMax uint32)

//go:wasmimport bushel guest_forget
//go:noescape
func jsGuestForget(id uint32)

//go:wasmimport bushel guest_start
//go:noescape
func jsGuestStart(pid, image, interpret, abi uint32, p unsafe.Pointer, n uint32)

//go:wasmimport bushel guest_post
//go:noescape
func jsGuestPost(pid uint32, p unsafe.Pointer, n uint32)

// jsGuestEnd ends a guest, and has guestSilent called when all has come that it had sent.
//
//go:wasmimport bushel guest_end
//go:noescape
func jsGuestEnd(pid uint32)

//go:wasmimport bushel guest_kill
//go:noescape
func jsGuestKill(pid uint32)

// jsGuestStop stops an interpreted guest, or lets it go on.
//
//go:wasmimport bushel guest_stop
//go:noescape
func jsGuestStop(pid, stopped uint32)

//go:wasmimport bushel has_threads
//go:noescape
func jsHasThreads() uint32

//go:wasmimport bushel has_browser_engine
//go:noescape
func jsHasBrowserEngine() uint32

// maxImages is how many programs' code is kept for their next run.
const maxImages = 64

// machine runs guests in process workers.
type machine struct {
	mu     sync.Mutex
	images map[kernel.ImageKey]*image
	order  []kernel.ImageKey // oldest use first
	lastID uint32
	guests map[uint32]*guest
}

// image is a program's code, which JavaScript holds under id.
type image struct {
	id        uint32
	abi       uint32
	fullPaths bool
	threads   bool            // it needs threads
	pages     uint32          // the most memory that it may have
	explained map[string]bool // it has been said why it is interpreted
	imports   []string        // the functions that it imports, with their types
}

// abiGoJS is the abi of a GOOS=js program, as web/ts/workers/kernel-worker.ts
// numbers it; 0 is WASI.
const abiGoJS = 1

// notAModule says in one sentence why a file is no module that can run.
func notAModule(err error) error {
	switch {
	case errors.Is(err, wasmbin.ErrNotWasm), errors.Is(err, wasmbin.ErrComponent):
		return &engine.LoadError{Reason: err.Error(), Err: err}
	}
	return &engine.LoadError{Reason: "truncated or malformed module: " + err.Error(), Err: err}
}

// guest is a guest that runs.
type guest struct {
	*kernel.Guest
	server *link.Server
	// interpreted says that wazero runs it, which can stop it anywhere.
	interpreted bool
	// threads is the links of the threads that have workers of their own.
	threads map[uint32]*link.Server
	// gone is called when a guest that was killed has had its last calls performed.
	gone func()
}

var theMachine = &machine{
	images: make(map[kernel.ImageKey]*image),
	guests: make(map[uint32]*guest),
}

// Load implements kernel.Machine.
func (m *machine) Load(ctx context.Context, key kernel.ImageKey, name string, read func() ([]byte, error)) (kernel.Image, error) {
	if key.MemoryPages == 0 {
		key.MemoryPages = worker.MemoryPages
	}
	m.mu.Lock()
	if img, ok := m.images[key]; ok {
		m.used(key)
		m.mu.Unlock()
		return img, nil
	}
	m.mu.Unlock()
	code, err := read()
	if err != nil {
		return nil, err
	}
	module, err := wasmbin.Parse(code)
	if err != nil {
		return nil, notAModule(err)
	}
	if reason := module.TooLarge(key.MemoryPages); reason != "" {
		return nil, &engine.LoadError{Reason: reason}
	}
	code, _ = wasmbin.CapMemory(code, key.MemoryPages)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lastID++
	img := &image{
		id: m.lastID, fullPaths: module.BuiltByGo(), threads: module.NeedsThreads(),
		pages: key.MemoryPages, explained: map[string]bool{},
	}
	if module.ABI() == "gojs" {
		img.abi = abiGoJS
	} else {
		img.imports = module.Signatures()
	}
	shared := sharedPages(module, key.MemoryPages)
	jsGuestImage(img.id, worker.Pointer(code), uint32(len(code)), shared[0], shared[1])
	m.images[key] = img
	m.used(key)
	for len(m.order) > maxImages {
		jsGuestForget(m.images[m.order[0]].id)
		delete(m.images, m.order[0])
		m.order = m.order[1:]
	}
	return img, nil
}

// used makes key the one used last.
func (m *machine) used(key kernel.ImageKey) {
	for i, k := range m.order {
		if k == key {
			m.order = append(m.order[:i], m.order[i+1:]...)
			break
		}
	}
	m.order = append(m.order, key)
}

// Start implements kernel.Machine.
func (m *machine) Start(g *kernel.Guest) (kernel.Running, error) {
	pid := g.Info.PID
	interpret, why := uint32(0), "the browser lets it wait"
	switch {
	case g.Info.Engine == "browser":
		why = "it was asked for"
	case g.Info.Engine == "wazero":
		interpret, why = 1, "it was asked for"
	case jsHasBrowserEngine() == 0:
		interpret, why = 1, "the browser's engine cannot wait, or is not wanted"
	}
	img := g.Image.(*image)
	switch {
	case interpret != 0:
	case img.threads && jsHasThreads() == 0:
		interpret, why = 1, "it has threads"
		m.explain(g, "threads need cross-origin isolation on the browser's engine")
	case g.Info.Instructions != 0:
		interpret, why = 1, "its instructions are counted"
		if g.Info.Engine == "browser" {
			m.explain(g, "the browser's engine counts no instructions")
		}
	}
	g.SetEngine([...]string{"browser", "wazero"}[interpret], why)
	g.Info.FullPaths, g.Info.MemoryPages = img.fullPaths, img.pages
	g.Info.Imports = img.imports
	var caller sys.Caller = g.Process
	if img.threads {
		caller = threadCaller{g.Process}
	}
	r := &guest{Guest: g, interpreted: interpret != 0, server: link.NewServer(caller, func(b []byte) {
		storage.Flush()
		jsGuestPost(pid, worker.Pointer(b), uint32(len(b)))
	})}
	gather(r.server)
	m.mu.Lock()
	m.guests[pid] = r
	m.mu.Unlock()
	info := g.Info.Append(nil)
	jsGuestStart(pid, img.id, interpret, img.abi, worker.Pointer(info), uint32(len(info)))
	return r, nil
}

// Linger implements kernel.Lingerer.
func (r *guest) Linger(gone func()) {
	m := theMachine
	m.mu.Lock()
	r.gone = gone
	links := r.links()
	m.mu.Unlock()
	for _, s := range links {
		s.Linger()
	}
	jsGuestEnd(r.Info.PID)
}

// links are the guest's and those of its threads. The machine's lock is held.
func (r *guest) links() []*link.Server {
	return append([]*link.Server{r.server}, slices.Collect(maps.Values(r.threads))...)
}

// guestSilent is told when all has come that a guest had sent which Linger has ended.
//
//go:wasmexport guest_silent
func guestSilent(pid uint32) {
	g := theMachine.find(pid)
	if g == nil {
		return // it has ended by itself
	}
	theMachine.mu.Lock()
	links := g.links()
	theMachine.mu.Unlock()
	var left atomic.Int32
	left.Store(int32(len(links)))
	for _, s := range links {
		s.Idle(func() {
			if left.Add(-1) == 0 {
				g.gone()
			}
		})
	}
}

// Kill implements kernel.Running.
func (r *guest) Kill() {
	r.server.Close()
	r.closeThreads()
	theMachine.forget(r.Info.PID)
	jsGuestKill(r.Info.PID)
}

// Stop implements kernel.Running. A guest that the browser's engine runs stops at its next
// call, because the kernel withholds the answers of a stopped process; an
// interpreted one within some milliseconds, wherever it is.
func (r *guest) Stop() {
	if r.interpreted {
		jsGuestStop(r.Info.PID, 1)
	}
}

// Continue implements kernel.Running.
func (r *guest) Continue() {
	if r.interpreted {
		jsGuestStop(r.Info.PID, 0)
	}
}

func (m *machine) find(pid uint32) *guest {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.guests[pid]
}

func (m *machine) forget(pid uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.guests, pid)
}

// guestMessage takes frames of a guest's worker, and lets the goroutines run that they wake.
//
//go:wasmexport guest_message
func guestMessage(pid, n uint32) {
	msg := worker.Received(n)
	g := theMachine.find(pid)
	if g == nil {
		return // it was killed with this on its way
	}
	turn.on = true
	err := g.server.Receive(msg)
	turned()
	if err != nil {
		g.babbles()
	}
	worker.LetRun()
}

// guestGone is told when a guest has ended by itself and its worker is free again.
//
//go:wasmexport guest_gone
func guestGone(pid uint32) {
	theMachine.forget(pid)
}

// guestFailed is told when a guest cannot begin or its worker has died.
//
//go:wasmexport guest_failed
func guestFailed(pid, n, died uint32) {
	reason := string(worker.Received(n))
	g := theMachine.find(pid)
	if g == nil {
		return
	}
	theMachine.forget(pid)
	g.closeThreads()
	if died != 0 {
		g.fail(reason, codeDied)
	} else {
		g.fail(reason, codeNotRun)
	}
}

// The exit codes of guests that do not end by themselves, as those of a module that cannot
// be loaded and of a trap are.
const (
	codeNotRun = 126
	codeDied   = 134
)

// babbles ends a guest that sends what is no frame.
func (r *guest) babbles() {
	r.fail("sent what is no frame", codeDied)
	r.Kill()
}

// fail ends the guest with a line on its standard error.
func (r *guest) fail(reason string, code uint8) {
	line := []byte(errno.Plain(r.Info.Name) + ": " + reason + "\n")
	r.Process.Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{2, sys.WriteOwnLine}, Data: line}, func(sys.Reply) {})
	r.Ended(sys.Exited(code))
}
