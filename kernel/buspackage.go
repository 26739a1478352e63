package kernel

import (
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
