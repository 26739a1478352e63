package kernel

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
)

const (
	// busReady is how long a module may take until it listens, once it is compiled.
	busReady = 30 * time.Second
	// busAnything is the package that is called where there is none of the name.
	busAnything = "*"
)

// busPackage is a package that processes serve. The bus's lock guards all of it.
type busPackage struct {
	name      string
	conf      busConf
	instances []*instance
	waiting   jobQueue // calls that no instance has taken yet
	stats     PackageStats
}

// instance is a process that serves a package, or will.
type instance struct {
	pkg   *busPackage
	pid   uint32
	ours  bool     // the bus started it
	file  *busFile // its link, once it listens
	limit int      // calls that it takes at once, 0 for any number
	// running are the calls that it has not answered, and waiting those along its
	// sessions that it cannot take yet.
	running map[uint64]*job // by the call's number
	waiting jobQueue
	open    int // calls and sessions
	idle    *time.Timer
	since   time.Time // when its last call ended, zero while one goes on
	over    bool
}

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

// listens reports whether the instance is there to be called. Who hears that its call has ended with
// the link may call again before the bus has heard of that itself. The bus's lock is held.
func (inst *instance) listens() bool {
	return inst.file != nil && !inst.over && inst.file.conn.Err() == nil
}

// takes reports whether the instance can be given a call: it listens, and serves fewer
// than it may. The bus's lock is held.
func (inst *instance) takes() bool {
	return inst.listens() && (inst.limit == 0 || len(inst.running) < inst.limit)
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

// deliver hands a call to an instance of the package name, which may have to be started.
func (b *Bus) deliver(in *bus.Incoming, name string) {
	j := newJob(in, nil)
	b.mu.Lock()
	p := b.packages[name]
	if p == nil {
		p = b.prefixed(name)
	}
	if p == nil {
		p = &busPackage{name: name, conf: busConf{Name: name}}
		b.packages[name] = p
	}
	p.stats.begins()
	b.mu.Unlock()
	in.OnEnd(func(err error) { b.ends(&p.stats, err) }) // at once if the caller has gone
	if in.Err() != nil {
		return
	}
	b.mu.Lock()
	var best *instance
	for _, inst := range p.instances {
		if inst.takes() && (best == nil || len(inst.running) < len(best.running)) {
			best = inst
		}
	}
	for _, inst := range p.instances {
		if best == nil && b.awaits(inst, j) {
			best = inst
		}
	}
	if best != nil {
		var more *instance
		if len(best.running) > 0 { // so all are busy
			more = p.another()
		}
		b.takeAndForward(best, j)
		b.startAside(more, in)
		return
	}
	if b.closed {
		b.mu.Unlock()
		in.Fault(bus.ErrLinkClosed)
		return
	}
	if !p.waiting.push(j) {
		b.mu.Unlock()
		in.Fault(errShare("wait for the package", name))
		return
	}
	in.Hold()
	inst := p.another()
	b.mu.Unlock()
	in.OnEnd(func(error) { b.givenUp(j) })
	within(in)
	b.startAside(inst, in)
}

// startAside starts an instance, nil is none, that a call has wanted.
func (b *Bus) startAside(inst *instance, in *bus.Incoming) {
	if inst != nil {
		b.k.aside(func() { b.start(inst, pathOf(in)) })
	}
}

// prefixed is the package that serves all names which begin as name does, up to a colon: a
// link to another bus; nil if nobody does. The bus's lock is held.
func (b *Bus) prefixed(name string) *busPackage {
	i := strings.IndexByte(name, ':')
	if i < 0 {
		return nil
	}
	if p := b.packages[name[:i+1]]; p != nil && len(p.instances) > 0 {
		return p
	}
	return nil
}

// elsewhere hands what waits for a package that is not here to who serves what nobody has,
// if there is somebody: a link to another bus. Its own calls do not come back to it.
func (b *Bus) elsewhere(inst *instance) bool {
	b.mu.Lock()
	p, any := inst.pkg, b.packages[busAnything]
	if strings.Contains(p.name, ":") || any == nil || len(any.instances) == 0 || !any.instances[0].takes() || inst.over {
		b.mu.Unlock()
		return false
	}
	link := any.instances[0]
	inst.over = true
	p.instances = slices.DeleteFunc(p.instances, func(i *instance) bool { return i == inst })
	var handed, own, refused []*job
	for _, j := range p.waiting.popAll() {
		switch {
		case j.in.Err() != nil: // nobody waits for it any more
		case j.in.Meta().Caller == link.pid:
			own = append(own, j)
		case !b.take(link, j):
			refused = append(refused, j)
		default:
			any.stats.begins()
			handed = append(handed, j)
		}
	}
	b.mu.Unlock()
	link.refuse(refused)
	for _, j := range handed {
		j.in.OnEnd(func(err error) { b.ends(&any.stats, err) })
		b.forward(j)
	}
	for _, j := range own {
		j.in.Fault(errNoPackage(p.name))
	}
	return true
}

func errNoPackage(name string) error {
	return &bus.Error{Code: bus.CodeNotFound, Crate: bus.CrateInvalidPackage, Message: errno.Sentence("there is no package %s", name)}
}

// another is a new instance that is to be started, since those that there are are busy; nil if
// there may be none. The bus's lock is held.
func (p *busPackage) another() *instance {
	for _, inst := range p.instances {
		if inst.file == nil || !inst.ours {
			return nil // one is on its way, or the user runs it
		}
	}
	if len(p.instances) >= max(p.conf.Instances, 1) {
		return nil
	}
	inst := &instance{pkg: p, ours: true}
	p.instances = append(p.instances, inst)
	return inst
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
		within(j.in)
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

// rests has an instance that the bus started stop after a while without calls. The
// bus's lock is held.
func (b *Bus) rests(inst *instance) {
	if !inst.ours || inst.over || inst.file == nil || inst.open > 0 || b.closed {
		return
	}
	if inst.since = time.Now(); inst.idle == nil {
		inst.idle = time.AfterFunc(inst.pkg.conf.idle(), func() { b.rested(inst) })
	}
}

// rested looks whether an instance has had no calls for so long that it is to stop. Its timer
// goes on meanwhile: to set one for each call costs more than the call.
func (b *Bus) rested(inst *instance) {
	b.mu.Lock()
	if inst.over || b.closed {
		b.mu.Unlock()
		return
	}
	if inst.since.IsZero() {
		inst.idle = nil // until the call that goes on has ended
		b.mu.Unlock()
		return
	}
	if left := inst.pkg.conf.idle() - time.Since(inst.since); left > 0 {
		inst.idle.Reset(left)
		b.mu.Unlock()
		return
	}
	b.mu.Unlock()
	b.gone(inst, nil)
}

// serves makes the peer one who serves the package name. The bus's lock is held.
func (b *Bus) serves(f *busFile, name string, limit int) error {
	if b.closed {
		return bus.ErrLinkClosed
	}
	if f.serves != nil {
		return bus.NewError(bus.CodeFailedPrecondition, fmt.Sprintf("this link serves the package %s already", f.serves.pkg.name))
	}
	inst := b.startedAs(f.pid)
	if inst != nil && (name == "" || name == inst.pkg.name) {
		if inst.file != nil {
			return bus.NewError(bus.CodeAlreadyExists, "the process serves the package "+inst.pkg.name+" over another link")
		}
		inst.file, inst.limit, f.serves = f, limit, inst
		return nil
	}
	p := b.packages[name]
	switch {
	case name == "":
		return bus.NewError(bus.CodeInvalidArgument, "a package needs a name")
	case len(name) > bus.MaxPackage:
		return bus.NewError(bus.CodeInvalidArgument, "the package's name is too long")
	case b.handlers[name] != nil, name == bus.PackageBus, p != nil && len(p.instances) > 0:
		return bus.NewError(bus.CodeAlreadyExists, "the package "+name+" is served already")
	}
	if p == nil {
		p = &busPackage{name: name, conf: busConf{Name: name}}
		b.packages[name] = p
	}
	inst = &instance{pkg: p, pid: f.pid, file: f, limit: limit}
	p.instances = append(p.instances, inst)
	f.serves = inst
	return nil
}

// startedAs finds the instance for which the bus started the process pid.
func (b *Bus) startedAs(pid uint32) *instance {
	for _, p := range b.packages {
		for _, inst := range p.instances {
			if inst.ours && inst.pid == pid {
				return inst
			}
		}
	}
	return nil
}

// ready hands an instance that has begun to listen what waits for it.
func (b *Bus) ready(f *busFile) {
	b.mu.Lock()
	inst := f.serves
	if inst == nil {
		b.mu.Unlock()
		return
	}
	b.rests(inst)
	b.next(inst)
}

// gone is the end of an instance: what is open with it fails, and so does what waits,
// if there is no other instance. Its process is ended, if the bus has started it.
func (b *Bus) gone(inst *instance, why error) {
	b.mu.Lock()
	if inst.over {
		b.mu.Unlock()
		return
	}
	inst.over = true
	p, f := inst.pkg, inst.file
	if f != nil {
		f.serves = nil
	}
	if inst.idle != nil {
		inst.idle.Stop()
	}
	p.instances = slices.DeleteFunc(p.instances, func(i *instance) bool { return i == inst })
	failed := inst.waiting.popAll()
	var again *instance
	var path []string
	switch {
	case p.waiting.n == 0:
	case len(p.instances) > 0:
		// The others are busy. One that has never listened would be started again and again.
		if inst.ours && f != nil && !b.closed {
			if again = p.another(); again != nil {
				path = pathOf(p.waiting.first().in)
			}
		}
	case why == nil && inst.ours && f != nil && !b.closed:
		// It had served; what came since is for a new one.
		again, path = &instance{pkg: p, ours: true}, pathOf(p.waiting.first().in)
		p.instances = append(p.instances, again)
	default:
		failed = append(failed, p.waiting.popAll()...)
	}
	pid, closed := inst.pid, b.closed
	stops := inst.ours && pid != 0 && !closed
	// What goes on aside begins before Close waits for it, though this be a timer's goroutine.
	if stops || again != nil {
		b.k.programs.Add(1)
		defer b.k.programs.Done()
	}
	b.mu.Unlock()
	if f != nil {
		f.conn.Close(errEnded(p))
	}
	if why == nil {
		why = errEnded(p)
	}
	for _, j := range failed {
		j.in.Fault(why)
	}
	if (why != nil || len(failed) > 0) && !closed && bus.CodeOf(why) != bus.CodeNotFound {
		b.k.log.Warn("a package has failed", "module", "bus", "pid", pid, "package", p.name, "waited", len(failed), "err", why)
	}
	if stops {
		b.k.aside(func() { b.stop(pid) })
	}
	if again != nil {
		b.k.aside(func() { b.start(again, path) })
	}
}
