package wasix

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/abi/busport"
	"github.com/bushel-wasm/bushel/kernel/engine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Module is the name of the module that guests import.
const Module = "wasix_32v1"

// An ABI is the bus of one guest.
type ABI struct {
	peer *busport.Peer

	mu       sync.Mutex
	bids     map[string]uint32 // the numbers of packages
	packages []string          // by number, less 1
	lastCID  uint64
	calls    map[uint64]*call
	events   []event // that the guest is to be told
	waits    int     // the bytes of their bodies
	// callbacks counts those that the guest has been told of and has not ended.
	callbacks int
	// round counts the times that the guest was told all there was, and so has done what
	// follows from it. The first is 1.
	round uint64
	// wanted are calls that came in and whose callers want an object, told in this round or
	// not yet: see object.go.
	wanted   []*call
	payloads payloads

	waiting func()      // what a poll waits with, nil if none does
	clocks  []time.Time // when the clocks end that are under way
	now     func() time.Time
	empties int // polls without a wait that found nothing, one after another
	finds   busport.Finds

	entry busport.Entry // by _react, once its main function has returned
	fresh bool          // there was an event, or it was told one, since it was last entered
}

// A call is one that the guest made, or that came in, and is not over.
type call struct {
	session *bus.Session  // of one that the guest made
	in      *bus.Incoming // of one that came in
	// callback is one that came in along a call which the guest made.
	callback bool
	// round is when the guest was told of one that came in; 0 is not yet.
	round uint64
}

// New makes the bus of the process that caller stands for and info describes. now is a clock,
// [time.Now] if it is nil.
func New(caller sys.Caller, info *sys.StartInfo, now func() time.Time) *ABI {
	if now == nil {
		now = time.Now
	}
	a := &ABI{now: now, bids: make(map[string]uint32), calls: make(map[uint64]*call), round: 1}
	a.peer = busport.NewPeer(caller, info, bus.HandlerFunc(func(in *bus.Incoming) { a.incoming(in, 0) }))
	return a
}

// Host is the functions of the module, and list, those of WASI, with the ones that work on
// descriptors made to know those of payloads.
func (a *ABI) Host(list []engine.HostFunc) []engine.HostFunc {
	return append(a.payloads.wrap(list), a.functions()...)
}

// enter gives c a number. The lock is held.
func (a *ABI) enter(c *call) uint64 {
	a.lastCID++
	a.calls[a.lastCID] = c
	return a.lastCID
}

// bid is the number of a package; 0 if the guest has opened as many as it may.
func (a *ABI) bid(name string) uint32 {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, ok := a.bids[name]
	switch {
	case ok:
	case busport.Full(len(a.packages), 0):
		return 0
	default:
		a.packages = append(a.packages, name)
		n = uint32(len(a.packages))
		a.bids[name] = n
	}
	return n
}

// named is the package with a number.
func (a *ABI) named(bid uint32) (name string, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if bid == 0 || uint64(bid) > uint64(len(a.packages)) {
		return "", false
	}
	return a.packages[bid-1], true
}

// call begins a call on target and tells the guest of its end; it returns the call's number.
func (a *ABI) call(target bus.Target, r *bus.Request) uint64 {
	c := new(call)
	a.mu.Lock()
	cid := a.enter(c)
	a.mu.Unlock()
	r.Handler = bus.HandlerFunc(func(in *bus.Incoming) { a.incoming(in, cid) })
	s := target.Start(context.Background(), r, func(r *bus.Response, err error) { a.over(cid, r, err) })
	a.mu.Lock()
	c.session = s
	_, open := a.calls[cid]
	a.mu.Unlock()
	if !open {
		s.Close() // it ended, or was answered, before it was known
	}
	return cid
}

// over tells the guest how a call of its own has ended. The result of a call that stays
// open is an object, of which the crate wants to hear nothing but its end.
func (a *ABI) over(cid uint64, r *bus.Response, err error) {
	switch {
	case err != nil:
		a.fault(cid, err)
	case r.Session != nil:
		r.Session.OnEnd(func(err error) { a.fault(cid, err) })
	default:
		a.mu.Lock()
		defer a.unlock()
		if _, ok := a.calls[cid]; ok {
			delete(a.calls, cid)
			a.push(event{kind: eventResult, cid: cid, format: r.Format, body: r.Body})
		}
	}
}

func (a *ABI) fault(cid uint64, err error) {
	a.mu.Lock()
	defer a.unlock()
	if _, ok := a.calls[cid]; ok { // and not closed by the guest
		delete(a.calls, cid)
		a.push(event{kind: eventFault, cid: cid, errno: bus.ErrorOf(err).CrateNumber()})
	}
}

// incoming tells the guest of a call, along the call parent unless that is 0.
func (a *ABI) incoming(in *bus.Incoming, parent uint64) {
	a.mu.Lock()
	if a.full() {
		a.mu.Unlock()
		_ = in.Fault(busport.ErrFull)
		return
	}
	c := &call{in: in}
	if p := a.calls[parent]; p != nil {
		c.callback = p.in == nil
	}
	cid := a.enter(c)
	if in.Keep() && !c.callback {
		a.wanted = append(a.wanted, c)
	}
	a.push(event{
		kind: eventCall, cid: cid, parent: parent, callback: c.callback,
		format: in.Format(), method: in.Method(), body: in.Body(),
	})
	a.unlock()
	in.Handle(bus.HandlerFunc(func(below *bus.Incoming) { a.incoming(below, cid) }))
	if !in.IsNotify() {
		in.OnEnd(func(error) { a.closed(cid) })
	}
}

// push adds an event. The lock is held.
func (a *ABI) push(e event) {
	a.events = append(a.events, e)
	a.waits += len(e.body)
	a.fresh = true
}

// full reports whether the guest has as much as it may. The lock is held.
func (a *ABI) full() bool { return busport.Full(len(a.calls)+len(a.events), a.waits) }

// closed tells the guest that a call which it serves is closed, unless it has ended it
// itself or not heard of it. Of a callback it still hears: the callee may have answered right
// behind it, which ends all that is along the call.
func (a *ABI) closed(cid uint64) {
	a.mu.Lock()
	defer a.unlock()
	c := a.calls[cid]
	if c == nil {
		return
	}
	for i := range a.events {
		if e := &a.events[i]; e.kind == eventCall && e.cid == cid {
			if c.callback && a.hearsOf(e.parent) {
				return
			}
			a.waits -= len(e.body)
			a.events = append(a.events[:i], a.events[i+1:]...)
			delete(a.calls, cid)
			return
		}
	}
	if c.callback {
		return // the guest ends it when it has been called back
	}
	delete(a.calls, cid)
	a.push(event{kind: eventClose, cid: cid})
}

// hearsOf reports whether a call of the guest is open, or it is to be told of its end: it has not
// given it up. The lock is held.
func (a *ABI) hearsOf(cid uint64) bool {
	if _, open := a.calls[cid]; open {
		return true
	}
	return slices.ContainsFunc(a.events, func(e event) bool {
		return e.cid == cid && (e.kind == eventResult || e.kind == eventFault)
	})
}

// take removes the call that came in with that number.
func (a *ABI) take(cid uint64) *call {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.calls[cid]
	if c == nil {
		return nil
	}
	delete(a.calls, cid)
	if c.callback {
		a.callbacks--
	}
	return c
}
