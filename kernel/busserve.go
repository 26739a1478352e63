package kernel

import (
	"fmt"
	"slices"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

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
