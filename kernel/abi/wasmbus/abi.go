package wasmbus

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/abi/busport"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Module is the name of the module that guests import.
const Module = "wasm-bus"

// noParent is the handle of no call.
const noParent = 1<<32 - 1

// An ABI is the bus of one guest.
type ABI struct {
	peer *busport.Peer

	mu     sync.Mutex
	handle uint32 // the one drawn last
	calls  map[uint32]*call
	// callbacks are what the guest wants to be called back by, by the call that it has
	// not made yet, and the topic.
	callbacks map[uint32]map[bus.Method]uint32
	topics    map[bus.Method]string // that it serves
	// makers are the methods that have been seen to return objects, and listened says that
	// the guest has begun to listen since it last answered: see stays.
	makers   map[bus.Method]bool
	listened bool
	work     []work // to be handed in
	served   []work // calls of others, to be handed in when it serves
	waits    int    // the bytes of the bodies of both

	entry   busport.Entry // by what takes work
	waiting *waiter       // the poll that waits
	finds   busport.Finds
}

// A waiter is a poll that waits for work.
type waiter struct {
	resume func()
	busy   bool // it was made by what is being entered
}

// A call is one that the guest made, or that came in, and is not over.
type call struct {
	session   *bus.Session
	keepalive bool

	in     *bus.Incoming
	open   bool // it was answered, and stays open
	called bool // its caller has been called back along it
}

// New makes the bus of the process that caller stands for and info describes.
func New(caller sys.Caller, info *sys.StartInfo) *ABI {
	a := &ABI{
		calls: make(map[uint32]*call), callbacks: make(map[uint32]map[bus.Method]uint32),
		topics: make(map[bus.Method]string), makers: make(map[bus.Method]bool),
	}
	a.peer = busport.NewPeer(caller, info, bus.HandlerFunc(func(in *bus.Incoming) { a.incoming(in, noParent) }))
	return a
}

// draw is a handle that no open call has. The lock is held.
func (a *ABI) draw() uint32 {
	for {
		if a.handle++; a.handle != 0 && a.handle != noParent && a.calls[a.handle] == nil {
			return a.handle
		}
	}
}

// formatOf is the format that a body seems to be written in: the crate knows two, and does
// not say which. One of the two that begins and ends as JSON does is JSON.
func formatOf(body []byte) bus.Format {
	text := bytes.TrimSpace(body)
	if len(text) == 0 {
		return bus.FormatBincode
	}
	first, last := text[0], text[len(text)-1]
	switch {
	case first == '{' && last == '}', first == '[' && last == ']', first == '"' && last == '"' && len(text) > 1:
		return bus.FormatJSON
	}
	switch string(text) {
	case "null", "true", "false":
		return bus.FormatJSON
	}
	if len(bytes.Trim(text, "+-.0123456789eE")) == 0 {
		return bus.FormatJSON
	}
	return bus.FormatBincode
}

// begin begins a call of the guest by the handle that it drew.
func (a *ABI) begin(handle uint32, target bus.Target, method bus.Method, body []byte, keepalive bool) {
	c := &call{keepalive: keepalive}
	a.mu.Lock()
	back := a.callbacks[handle]
	delete(a.callbacks, handle)
	a.calls[handle] = c
	a.mu.Unlock()
	r := &bus.Request{Method: method, Format: formatOf(body), Body: body, Keep: keepalive, Handler: bus.HandlerFunc(func(in *bus.Incoming) {
		to, ok := back[in.Method()]
		if !ok {
			_ = in.Fault(bus.CrateError(bus.CrateMissingCallback, "the caller has no such callback"))
			return
		}
		a.push(work{kind: finish, handle: to, body: in.Body(), callback: in})
	})}
	s := target.Start(context.Background(), r, func(r *bus.Response, err error) { a.over(handle, r, err) })
	a.mu.Lock()
	c.session = s
	open := a.calls[handle] == c
	a.mu.Unlock()
	if !open {
		_ = s.Close()
	}
}

// over hands in how a call of the guest has ended.
func (a *ABI) over(handle uint32, r *bus.Response, err error) {
	a.mu.Lock()
	c := a.calls[handle]
	if c == nil || c.in != nil {
		a.mu.Unlock()
		return
	}
	if err != nil || r.Session == nil && !c.keepalive {
		delete(a.calls, handle)
	}
	a.mu.Unlock()
	if err != nil {
		a.push(work{kind: failed, handle: handle, code: codeOf(bus.ErrorOf(err).CrateNumber())})
		return
	}
	a.push(work{kind: finish, handle: handle, body: r.Body})
	if r.Session != nil {
		r.Session.OnEnd(func(error) { a.dropped(handle) })
	}
}

// dropped hands in that the other side has ended a call that stayed open.
func (a *ABI) dropped(handle uint32) {
	a.mu.Lock()
	_, ok := a.calls[handle]
	delete(a.calls, handle)
	a.mu.Unlock()
	if ok {
		a.push(work{kind: drop, handle: handle})
	}
}

// full reports whether the guest has as much as it may. The lock is held.
func (a *ABI) full() bool { return busport.Full(len(a.calls)+len(a.work)+len(a.served), a.waits) }

// incoming hands in a call of others, along the call parent unless that is none. Calls along
// it are held until it is answered: the guest begins to listen for the methods of an object
// when it makes it.
func (a *ABI) incoming(in *bus.Incoming, parent uint32) {
	a.mu.Lock()
	topic, ok := a.topics[in.Method()]
	if !ok {
		a.mu.Unlock()
		_ = in.Fault(bus.ErrNoMethod(in.Method()))
		return
	}
	if a.full() {
		a.mu.Unlock()
		_ = in.Fault(busport.ErrFull)
		return
	}
	handle := a.draw()
	a.calls[handle] = &call{in: in}
	a.mu.Unlock()
	in.Hold()
	a.push(work{kind: begin, handle: handle, parent: parent, topic: topic, body: in.Body()})
	if !in.IsNotify() {
		in.OnEnd(func(error) { a.ended(handle) })
	}
}

// ended is the end of a call that came in: the guest need not hear of one that it was not
// yet given.
func (a *ABI) ended(handle uint32) {
	a.mu.Lock()
	for _, list := range []*[]work{&a.served, &a.work} {
		for i := range *list {
			if w := &(*list)[i]; w.kind == begin && w.handle == handle {
				a.waits -= len(w.body)
				*list = slices.Delete(*list, i, i+1)
				delete(a.calls, handle)
				a.mu.Unlock()
				return
			}
		}
	}
	a.mu.Unlock()
	a.dropped(handle)
}

// Serve is the life of a guest after its main function has returned; see
// engine.Program.Serve.
func (a *ABI) Serve(mod api.Module, end func()) {
	a.mu.Lock()
	if !a.peer.Serve(func() { a.ends(end) }) {
		a.mu.Unlock()
		end()
		return
	}
	a.entry.Mod = mod
	a.listened = false // until now it was for packages
	a.work = append(a.work, a.served...)
	a.served = nil
	a.mu.Unlock()
	a.wake()
}

// ends ends a guest that serves.
func (a *ABI) ends(end func()) {
	a.mu.Lock()
	then := a.entry.Ends(a.waiting != nil, end)
	a.mu.Unlock()
	then()
}
