package wasix

import (
	"context"
	"slices"
	"time"

	"github.com/tetratelabs/wazero/api"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/engine"
)

// forever is a timeout that nobody sees the end of, in nanoseconds.
const forever = 1 << 60

// breath is after how many polls that found nothing a poll without a timeout lets the
// worker look at what has arrived, which is no earlier than the guest waits for something.
const breath = 4

// A poll is a bus_poll that is under way.
type poll struct {
	mod    api.Module
	events uint32 // where the records go
	most   uint32
	count  uint32 // where their number goes
}

// busPoll has the timeout in nanoseconds, where the events go, how many have room there,
// and where their number goes.
func (a *ABI) busPoll(_ context.Context, mod api.Module, s []uint64) {
	p := poll{mod, uint32(s[1]), uint32(s[2]), uint32(s[3])}
	a.mu.Lock()
	if len(a.events) > 0 && a.callbacks == 0 || p.most == 0 {
		a.empties = 0
		breathes := a.finds.Breathes(true)
		a.mu.Unlock()
		if !breathes {
			s[0] = uint64(a.tell(p))
			return
		}
		engine.Suspend(mod, func(resume func()) {
			a.peer.Sleep(0, func() {
				s[0] = uint64(a.tell(p))
				resume()
			})
		})
		return
	}
	a.finds.Breathes(false)
	timeout := s[0]
	if timeout == 0 {
		if a.empties++; a.empties%breath != 0 {
			a.mu.Unlock()
			s[0] = uint64(a.tell(p))
			return
		}
	}
	a.mu.Unlock()
	engine.Suspend(mod, func(resume func()) {
		a.mu.Lock()
		if a.entry.Over() != nil {
			a.mu.Unlock()
			engine.Exit(mod, 0) // it serves no longer, and nothing will come
			return
		}
		if a.mayTell(1) > 0 {
			a.mu.Unlock()
			s[0] = uint64(a.tell(p))
			resume()
			return
		}
		made := a.nextRound()
		defer open(made)
		a.waiting = func() {
			s[0] = uint64(a.tell(p))
			resume()
		}
		clock := timeout < forever && a.needsClock(timeout)
		a.rests()
		a.mu.Unlock()
		a.peer.TellRest()
		if clock {
			a.peer.Sleep(timeout, a.rung)
		}
	})
}

// needsClock notes a clock that ends after timeout, unless one is under way that ends
// before: a poll may come back early. The lock is held.
func (a *ABI) needsClock(timeout uint64) bool {
	end := a.now().Add(time.Duration(timeout))
	for _, t := range a.clocks {
		if !t.After(end) {
			return false
		}
	}
	a.clocks = append(a.clocks, end)
	return true
}

// rung is the end of a clock: of the one that was to end first, as far as is known.
func (a *ABI) rung() {
	a.mu.Lock()
	if len(a.clocks) > 0 {
		first := 0
		for i, t := range a.clocks {
			if t.Before(a.clocks[first]) {
				first = i
			}
		}
		a.clocks = slices.Delete(a.clocks, first, first+1)
	}
	waiting := a.waiting
	a.waiting = nil
	a.rests()
	a.mu.Unlock()
	a.peer.TellRest()
	if waiting != nil {
		waiting()
	}
}

// unlock gives up the lock, and has the guest look at what there is to tell.
func (a *ABI) unlock() {
	var wake func()
	if a.mayTell(1) > 0 {
		wake, a.waiting = a.waiting, nil
		if wake == nil && a.fresh && !a.entry.Inside && a.peer.Serving() {
			a.entry.Inside, a.fresh = true, false
			wake = a.react
		}
	}
	a.rests()
	a.mu.Unlock()
	a.peer.TellRest()
	if wake != nil {
		wake()
	}
}

// rests notes whether the guest waits. The lock is held.
func (a *ABI) rests() { a.peer.Rests(a.waiting != nil || a.peer.Serving() && !a.entry.Inside) }

// mayTell is how many of the first most events the guest may be told. The lock is held.
//
// While the guest runs a callback, which polls too, that is none: the crate's lock on its
// calls is held then, and whatever ends or begins one would meet it. Several events in one
// poll are safe, but for a call along one that it has not yet looked at: its object is made by
// a task that runs when there is nothing more to poll.
func (a *ABI) mayTell(most int) int {
	if a.callbacks > 0 {
		return 0
	}
	most = min(most, len(a.events))
	for i := range most {
		e := &a.events[i]
		if e.kind != eventCall || e.parent == 0 || e.callback {
			continue
		}
		if p := a.calls[e.parent]; p != nil && (p.round == 0 || p.round == a.round) {
			return i
		}
	}
	return most
}

// tell tells the guest as many events as there are and may be.
func (a *ABI) tell(p poll) bus.Crate {
	mem := p.mod.Memory()
	var made []*call
	defer func() { open(made) }()
	a.mu.Lock()
	defer a.mu.Unlock()
	n := uint32(a.mayTell(int(min(p.most, 1<<20))))
	end := uint64(p.events) + uint64(n)*eventSize
	if mem == nil || end > 1<<32 || !mem.WriteUint32Le(p.count, n) {
		return bus.CrateMemoryAccess
	}
	if n == 0 {
		made = a.nextRound()
		return 0
	}
	if _, ok := mem.Read(uint32(end-1), 1); !ok {
		return bus.CrateMemoryAccess
	}
	if a.payloads.full() {
		return bus.CrateMemoryAllocation
	}
	a.fresh = true
	for i := range a.events[:n] {
		e := &a.events[i]
		var fd uint32
		if e.kind == eventCall || e.kind == eventResult {
			fd = a.payloads.add(e.body)
			a.waits -= len(e.body)
			e.body = nil
		}
		if e.callback {
			a.callbacks++
		}
		if c := a.calls[e.cid]; c != nil && e.kind == eventCall {
			c.round = a.round
		}
		b := e.record(fd)
		if !mem.Write(p.events+uint32(i)*eventSize, b[:]) {
			return bus.CrateMemoryAccess
		}
	}
	clear(a.events[:n])
	a.events = a.events[n:]
	return 0
}
