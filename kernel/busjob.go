package kernel

import (
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

// job is a call to an instance.
type job struct {
	in     *bus.Incoming
	to     bus.Target // nil: the package itself
	inst   *instance
	call   uint64
	depth  uint32
	caller uint32    // whose share it takes
	queue  *jobQueue // where it waits, and who is behind it there; nil if it does not
	next   *job
}

// maxCauses is how many calls that a peer serves are looked at when it does not say in
// whose service it makes one.
const maxCauses = 64

// cause finds in whose service the peer makes a call, of which it says m: the job, if it
// serves that one, or else any that it serves, the deepest of some. It is nil if it serves
// none. The bus's lock is held.
func (f *busFile) cause(m *bus.Meta) *job {
	if f.serves == nil {
		return nil
	}
	if j := f.serves.running[m.Cause]; j != nil {
		return j
	}
	var deepest *job
	n := 0
	for _, j := range f.serves.running {
		if deepest == nil || j.depth > deepest.depth {
			deepest = j
		}
		if n++; n == maxCauses {
			break
		}
	}
	return deepest
}

// awaits reports whether the instance serves a call in whose service j is made: it would
// wait for ever if j waited for that call's end. The bus's lock is held.
func (b *Bus) awaits(inst *instance, j *job) bool {
	if !inst.listens() {
		return false
	}
	c := j.in.Meta().Cause
	for range bus.DefaultDepth {
		if c == 0 {
			break
		}
		if inst.running[c] != nil {
			return true
		}
		c = b.causes[c]
	}
	return false
}

func newJob(in *bus.Incoming, to bus.Target) *job {
	m := in.Meta()
	return &job{in: in, to: to, call: m.Call, depth: m.Depth, caller: peerOf(in).share}
}

// take gives j to inst, and reports whether its caller may have one more open there. The
// bus's lock is held.
func (b *Bus) take(inst *instance, j *job) bool {
	if !inst.file.admit(j.caller, len(j.in.Body())) {
		return false
	}
	j.inst = inst
	if inst.running == nil {
		inst.running = make(map[uint64]*job)
	}
	inst.running[j.call] = j
	inst.open++
	inst.since = time.Time{}
	return true
}

// refuse faults calls that the instance did not take.
func (inst *instance) refuse(list []*job) {
	for _, j := range list {
		j.in.Fault(errShare("be open with the package", inst.pkg.name))
	}
}

// takeAndForward hands inst a call that it can take. It is called with the bus's lock, and
// gives it up.
func (b *Bus) takeAndForward(inst *instance, j *job) {
	took := b.take(inst, j)
	b.mu.Unlock()
	if took {
		b.forward(j)
	} else {
		inst.refuse([]*job{j})
	}
}

// forward makes the call of j to its instance.
func (b *Bus) forward(j *job) {
	inst := j.inst
	f := bus.Forwarder{
		Nested: b.nested,
		Ended:  func(*bus.Response, error) { b.freed(j) },
	}
	j.in.OnEnd(func(error) {
		b.freed(j)
		b.closes(j)
	})
	most := busBehind
	if j.in.IsNotify() {
		most = busNotified // it is over for its caller, who has no share of what waits
	}
	if inst.file.behind(most) {
		j.in.Fault(bus.NewError(bus.CodeResourceExhausted, "the package does not read its calls"))
		return
	}
	to := j.to
	if to == nil {
		to = inst.file.conn.Package(j.in.Package()) // by which it was called
	}
	f.Forward(j.in, to)
}

// nested hands on a call along a session: to an object of an instance, which may have
// to wait its turn, or back to a caller.
func (b *Bus) nested(in *bus.Incoming, to bus.Target) {
	s, object := to.(*bus.Session)
	var inst *instance
	b.mu.Lock()
	if object {
		inst = s.Conn().Owner().(*busFile).serves
	}
	if inst == nil {
		b.mu.Unlock()
		b.back(in, to)
		return
	}
	j := newJob(in, to)
	switch {
	case inst.takes() || b.awaits(inst, j):
		b.takeAndForward(inst, j)
	case inst.waiting.push(j):
		in.Hold()
		b.mu.Unlock()
		in.OnEnd(func(error) { b.givenUp(j) })
	default:
		b.mu.Unlock()
		in.Fault(errShare("wait for objects of the package", inst.pkg.name))
	}
}

// back hands on a call to a peer that serves no package: mostly a callback.
func (b *Bus) back(in *bus.Incoming, to bus.Target) {
	if !in.IsNotify() {
		f := to.(interface{ Conn() *bus.Conn }).Conn().Owner().(*busFile)
		caller, size := peerOf(in).share, len(in.Body())
		b.mu.Lock()
		admitted := f.admit(caller, size)
		b.mu.Unlock()
		if !admitted {
			in.Fault(errShare("be open with", f.p.name))
			return
		}
		in.OnEnd(func(error) {
			b.mu.Lock()
			f.leaves(caller, size)
			b.mu.Unlock()
		})
	}
	(&bus.Forwarder{Nested: b.nested}).Forward(in, to)
}

// freed is the answer of a call: the instance can take another.
func (b *Bus) freed(j *job) {
	inst := j.inst
	b.mu.Lock()
	if inst.running[j.call] != j {
		b.mu.Unlock()
		return
	}
	delete(inst.running, j.call)
	b.next(inst)
}

// next hands the instance what waits for it, as much as it takes. It is called with the
// bus's lock, and gives it up.
func (b *Bus) next(inst *instance) {
	var list, refused []*job
	for inst.takes() {
		j := inst.waiting.pop()
		if j == nil {
			j = inst.pkg.waiting.pop()
		}
		if j == nil {
			break
		}
		switch {
		case j.in.Err() != nil: // nobody waits for it any more
		case b.take(inst, j):
			list = append(list, j)
		default:
			refused = append(refused, j)
		}
	}
	var more *instance
	wants := inst.pkg.waiting.first()
	if wants == nil && len(list) > 0 && len(inst.running) > 1 {
		wants = list[0] // it shares the instance with others
	}
	if wants != nil && inst.listens() {
		more = inst.pkg.another()
	}
	b.mu.Unlock()
	if more != nil { // wants is not nil
		b.startAside(more, wants.in)
	}
	inst.refuse(refused)
	for _, j := range list {
		b.forward(j)
	}
}

// closes is the end of a call or session. After the last one the instance is idle.
func (b *Bus) closes(j *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	inst := j.inst
	inst.open--
	inst.file.leaves(j.caller, len(j.in.Body()))
	b.rests(inst)
}
