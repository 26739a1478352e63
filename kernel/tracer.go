package kernel

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/trace"
)

// maxTraced is how many events a trace keeps for who reads it. It must not hold up who is
// traced, so what comes above that is counted only.
const maxTraced = 16384

// TraceOptions says what a trace is of.
type TraceOptions struct {
	// Syscalls says which system calls are; nil is none.
	Syscalls func(op sys.Op) bool
	// Bus: calls on the bus are.
	Bus bool
	// Follow: what the traced processes start is traced too.
	Follow bool
}

// Trace collects the calls of processes. A process has one trace at a time, the last that was
// begun. Its methods may be used by several goroutines at once.
//
// A process that is traced from its beginning on asks the kernel for everything: it gets no
// copies of files, no right to names, and no pipes past the kernel. What it knows by itself (arguments,
// clock, random numbers) is no call. One that is traced later may go on reading files that
// it has open already from its copies.
type Trace struct {
	k   *Kernel
	opt TraceOptions

	mu     sync.Mutex
	events []trace.Event
	lost   int
	more   chan struct{} // closed by the next event; nil if nobody waits
	closed bool
}

// traced is a call under way that is traced.
type traced struct {
	t  *Trace
	op sys.Op
	e  trace.Event
}

// NewTrace makes a trace of nothing.
func (k *Kernel) NewTrace(o TraceOptions) *Trace { return &Trace{k: k, opt: o} }

// errNoTrace is what a guest's program gets that wants to see what others do.
var errNoTrace = errno.Faultf(errno.EPERM, "no program that a guest or a package has started may trace others")

// Spawn starts a child of p, as [sys.Files.Spawn] does, that is traced from its
// beginning on.
func (t *Trace) Spawn(p *Process, attr *sys.SpawnAttr) (pid int, err error) {
	r := p.syscall(call{k: p.k, p: p, sync: true, tracer: t, r: &sys.Request{Op: sys.OpSpawn, Data: attr.Append(nil)}})
	return int(r.Vals[0]), r.Err()
}

// Attach traces the process pid from now on, in the name of by.
//
// # Errors
//
// ESRCH if there is none; EPERM if by may not.
func (t *Trace) Attach(by *Process, pid int) error {
	if by.foreign {
		return errNoTrace
	}
	k := t.k
	k.lock()
	defer k.unlock()
	p := k.procs[uint32(pid)]
	if p == nil || p.dead {
		return errno.ESRCH
	}
	p.tracer.Store(t)
	p.returnJoints()
	p.recallLoans()
	if n := &k.names; n.holder == p && !n.recalled {
		n.recalled = true
		p.copies.tell(0)
	}
	k.leases.end(p)
	if p.copies != nil {
		k.after(p.copies.revoke)
	}
	return nil
}

// AttachBus traces the calls on the bus of all processes, in the name of by.
//
// # Errors
//
// EPERM if by may not.
func (t *Trace) AttachBus(by *Process) error {
	if by.foreign {
		return errNoTrace
	}
	b := t.k.bus
	b.mu.Lock()
	defer b.mu.Unlock()
	all := append(slices.Clone(b.traces()), t)
	b.tracers.Store(&all)
	return nil
}

// traces are those of all calls on the bus.
func (b *Bus) traces() []*Trace {
	if all := b.tracers.Load(); all != nil {
		return *all
	}
	return nil
}

// Close ends the trace.
func (t *Trace) Close() {
	t.mu.Lock()
	t.closed, t.events = true, nil
	t.wake()
	t.mu.Unlock()
	b := t.k.bus
	b.mu.Lock()
	if all := b.traces(); slices.Contains(all, t) {
		left := slices.DeleteFunc(slices.Clone(all), func(other *Trace) bool { return other == t })
		b.tracers.Store(&left)
		if len(left) == 0 {
			b.tracers.Store(nil)
		}
	}
	b.mu.Unlock()
	t.k.lock()
	defer t.k.unlock()
	for _, p := range t.k.procs {
		p.tracer.CompareAndSwap(t, nil)
	}
}

// Next waits for events and takes them, in the order in which they ended, with how many were lost
// before them for want of room. There are none once ctx is done.
func (t *Trace) Next(ctx context.Context) (list []trace.Event, lost int) {
	for {
		t.mu.Lock()
		list, lost = t.events, t.lost
		if len(list) > 0 || t.closed {
			t.events, t.lost = nil, 0
			t.mu.Unlock()
			return list, lost
		}
		if t.more == nil {
			t.more = make(chan struct{})
		}
		more := t.more
		t.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
			t.mu.Lock()
			defer t.mu.Unlock()
			list, lost = t.events, t.lost
			t.events, t.lost = nil, 0
			return list, lost
		}
	}
}

// wake tells who waits for events. t.mu is held.
func (t *Trace) wake() {
	if t.more != nil {
		close(t.more)
		t.more = nil
	}
}

func (t *Trace) add(e *trace.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return
	case len(t.events) >= maxTraced:
		t.lost++
	default:
		t.events = append(t.events, *e)
	}
	t.wake()
}

// begins is the beginning of a system call of p; nil if that is not traced.
func (t *Trace) begins(p *Process, r *sys.Request) *traced {
	if t.opt.Syscalls == nil || !t.opt.Syscalls(r.Op) {
		return nil
	}
	// The arguments are the caller's again once the call has ended.
	return &traced{t: t, op: r.Op, e: trace.Event{
		Begin: time.Now(), PID: int(p.pid), Program: p.name, Call: r.Op.String(), Args: trace.Args(r),
	}}
}

// ended is the end of the call.
func (c *traced) ended(r *sys.Reply) {
	c.e.Took = time.Since(c.e.Begin)
	c.e.Result, c.e.Failed = trace.Result(c.op, r)
	c.t.add(&c.e)
}

// cutOff is the end of a call whose process has ended.
func (c *traced) cutOff() {
	c.e.Took, c.e.Result = trace.Unfinished, "?"
	c.t.add(&c.e)
}

// tracesOf are the traces of a call on the bus by p; none but rarely.
func (b *Bus) tracesOf(p *Process) []*Trace {
	list := b.traces()
	if t := p.self().tracer.Load(); t != nil && t.opt.Bus && !slices.Contains(list, t) {
		list = append(slices.Clip(list), t)
	}
	return list
}

// tracedCall is the beginning of a call on the bus by p, for traces.
func tracedCall(p *Process, in *bus.Incoming, traces []*Trace) func(r *bus.Response, err error) {
	m := in.Meta()
	body := in.Body()
	begun := time.Now()
	b := trace.BusCall{
		Call: m.Call, Cause: m.Cause, Session: in.Along(), Package: in.Package(), Method: in.Method(),
		Notify: in.IsNotify(), Format: in.Format(), Body: bytes.Clone(body[:min(len(body), trace.MaxBody)]),
	}
	return func(r *bus.Response, err error) {
		e := trace.Event{Begin: begun, Took: time.Since(begun), PID: int(p.pid), Program: p.name, Call: "bus", Failed: err != nil}
		b.Err = err
		if r != nil {
			b.ReplyFormat, b.Reply = r.Format, bytes.Clone(r.Body[:min(len(r.Body), trace.MaxBody)])
		}
		e.Bus = &b
		for _, t := range traces {
			t.add(&e)
		}
	}
}
