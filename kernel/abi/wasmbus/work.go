package wasmbus

import (
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/engine"
)

// The kinds of work, which are the exports that take it.
const (
	begin  = "wasm_bus_start"
	finish = "wasm_bus_finish"
	failed = "wasm_bus_error"
	drop   = "wasm_bus_drop"
)

// malloc is the export that gives room for a body. What it gave belongs to the guest from
// then on.
const malloc = "wasm_bus_malloc"

// work is what is handed into the guest.
type work struct {
	kind   string
	handle uint32
	parent uint32
	code   uint32
	topic  string
	body   []byte
	// callback is answered when the guest has taken it, so that who calls it back can
	// wait for that. Nil for anything else.
	callback *bus.Incoming
}

// push has w handed in, as soon as the guest can be entered.
func (a *ABI) push(w work) {
	a.mu.Lock()
	a.waits += len(w.body)
	if w.kind == begin && !a.peer.Serving() {
		a.served = append(a.served, w)
		a.mu.Unlock()
		return
	}
	a.work = append(a.work, w)
	a.mu.Unlock()
	a.wake()
}

// wake hands in what there is, if the guest waits for it.
func (a *ABI) wake() {
	a.mu.Lock()
	if len(a.work) == 0 || a.entry.Inside || a.waiting == nil && !a.peer.Serving() {
		a.unlock()
		return
	}
	a.entry.Inside = true
	w := a.waiting
	a.waiting = nil
	a.unlock()
	a.hand(w)
}

// unlock gives up the lock, and tells whether the guest waits.
func (a *ABI) unlock() {
	a.peer.Rests(a.waiting != nil || a.peer.Serving() && !a.entry.Inside)
	a.mu.Unlock()
	a.peer.TellRest()
}

// hand hands in what there is, one after another, and resumes the poll that waited for it.
func (a *ABI) hand(to *waiter) {
	a.mu.Lock()
	if end := a.entry.Over(); end != nil && to == nil {
		a.mu.Unlock()
		end()
		return
	}
	if len(a.work) == 0 {
		a.entry.Inside = to != nil && to.busy
		a.unlock()
		if to != nil {
			to.resume()
		}
		return
	}
	w := a.work[0]
	a.work[0] = work{}
	a.work = a.work[1:]
	a.waits -= len(w.body)
	a.mu.Unlock()
	next := func([]uint64) {
		if w.callback != nil {
			_ = w.callback.Reply(bus.FormatRaw, nil)
		}
		a.hand(to)
	}
	h := uint64(w.handle)
	switch w.kind {
	case finish:
		a.give(w.body, func(at uint32) {
			a.enter(finish, []uint64{h, uint64(at), uint64(len(w.body))}, next)
		})
	case failed:
		a.enter(failed, []uint64{h, uint64(w.code)}, next)
	case drop:
		a.enter(drop, []uint64{h}, next)
	case begin:
		a.give([]byte(w.topic), func(topic uint32) {
			a.give(w.body, func(at uint32) {
				a.enter(begin, []uint64{
					uint64(w.parent), h, uint64(topic), uint64(len(w.topic)), uint64(at), uint64(len(w.body)),
				}, next)
			})
		})
	}
}

// give copies b into memory of the guest.
func (a *ABI) give(b []byte, then func(at uint32)) {
	a.enter(malloc, []uint64{uint64(len(b))}, func(results []uint64) {
		at := uint32(results[0])
		if len(b) > 0 && !a.entry.Mod.Memory().Write(at, b) {
			engine.Exit(a.entry.Mod, exitBadABI)
			return
		}
		then(at)
	})
}

// exitBadABI is the exit code of a guest that imports the bus and lacks its exports, or
// whose exports give wild pointers: that of a program that cannot be run.
const exitBadABI = 126

func (a *ABI) enter(export string, params []uint64, done func([]uint64)) {
	if engine.Enter(a.entry.Mod, export, engine.Types(strings.Repeat("i", len(params))), params, done) != nil {
		engine.Exit(a.entry.Mod, exitBadABI)
	}
}
