package kernel

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

func sysExit(c *call) verdict {
	if c.p.pid == 1 {
		return c.fail(errno.EPERM)
	}
	status := sys.Exited(uint8(c.r.Args[0]))
	if c.p.dying {
		status = c.p.fate
	}
	c.p.end(status, false)
	return ended
}

// end makes the process a zombie: nothing it does or waits for has an effect any
// more. kill says that a guest does not know of its end yet. The lock is held.
func (p *Process) end(status sys.WaitStatus, kill bool) {
	if p.dead {
		return
	}
	k := p.k
	watched := p.watchedGroups()
	p.rests()
	p.unwatchCPU()
	p.dead, p.ending, p.stopped, p.status = true, true, false, status
	k.after(p.cancel)
	if r := p.running; r != nil && kill {
		k.after(r.Kill)
	}
	p.running = nil
	p.endAgents()
	for len(p.calls) > 0 {
		p.calls[len(p.calls)-1].abandon()
	}
	p.endLoans()
	p.dropFDs()
	p.leaveJoints()
	if p.copies != nil {
		k.after(p.copies.end)
	}
	delete(k.leases.of, p)
	if k.names.holder == p {
		k.names.giveBack()
	}
	p.cwd, p.sig = vfs.Place{}, signalState{}
	p.endSession()
	children := p.children
	p.children = nil
	for _, child := range children {
		child.adopt()
	}
	p.hangUp(children)
	for _, pgid := range watched {
		if k.orphaned(pgid) && k.hasStopped(pgid) {
			k.signalGroup(pgid, sys.SIGHUP)
			k.signalGroup(pgid, sys.SIGCONT)
		}
	}
	up := p.parent
	p.ending = false
	if up != nil && up.standIn == p {
		up.resume()
	}
	switch {
	case up == nil:
	case p.adopted:
		p.reap()
	case up.sig.how[sys.SIGCHLD] == ignored:
		p.reap()
		up.childq.wake() // there may be none left to wait for
	default:
		up.childq.wake()
		up.signal(sys.SIGCHLD)
	}
}

// watchedGroups are the groups that may be orphaned by the end of p and are not yet.
func (p *Process) watchedGroups() []uint32 {
	var list []uint32
	add := func(pgid uint32) {
		if !slices.Contains(list, pgid) && !p.k.orphaned(pgid) {
			list = append(list, pgid)
		}
	}
	add(p.pgid)
	for _, child := range p.children {
		if !child.dead {
			add(child.pgid)
		}
	}
	return list
}

// endSession does what the end of a session's leader does to the others: the
// foreground group of its terminal is told, and the terminal is free.
func (p *Process) endSession() {
	s := p.session
	if s.leader != p {
		return
	}
	s.leader = nil
	if t := s.tty; t != nil {
		group := t.group
		s.dropTTY()
		if group != 0 {
			p.k.signalGroup(group, sys.SIGHUP)
			p.k.signalGroup(group, sys.SIGCONT)
		}
		t.changed()
	}
}

// adopt makes process 1 the parent, which asks for none of these: they go as they end.
func (p *Process) adopt() {
	p.parent, p.adopted = p.k.init, true
	if p.dead && !p.ending { // else end sees to it
		p.reap()
	}
}

// reap forgets the zombie.
func (p *Process) reap() {
	delete(p.k.procs, p.pid)
	if up := p.parent; up != nil {
		if i := slices.Index(up.children, p); i >= 0 {
			up.children = slices.Delete(up.children, i, i+1)
		}
	}
	p.leave()
}

func sysWait(c *call) verdict {
	pid, flags := int64(c.r.Args[0]), sys.WaitFlag(c.r.Args[1])
	if c.r.Args[1]&^uint64(sys.WNoHang|sys.WUntraced|sys.WContinued) != 0 {
		return c.fail(errno.EINVAL)
	}
	found := false
	for _, p := range c.p.children {
		if !c.p.waitsFor(p, pid) {
			continue
		}
		found = true
		news := !p.reported && (p.report.Stopped() && flags&sys.WUntraced != 0 || p.report.Continued() && flags&sys.WContinued != 0)
		switch {
		case p.dead:
			p.reap()
			cpu := p.cpu.used + p.cpu.children
			c.p.cpu.children += cpu
			return c.ok(uint64(p.pid), uint64(p.status), uint64(cpu))
		case news:
			p.reported = true
			return c.ok(uint64(p.pid), uint64(p.report))
		}
	}
	switch {
	case !found:
		return c.fail(errno.ECHILD)
	case flags&sys.WNoHang != 0:
		return c.ok(0, 0)
	}
	return c.wait(&c.p.childq)
}

// waitsFor reports whether a wait for pid means child.
func (p *Process) waitsFor(child *Process, pid int64) bool {
	switch {
	case pid > 0:
		return pid == int64(child.pid)
	case pid == 0:
		return child.pgid == p.pgid
	case pid == -1:
		return true
	}
	return int64(child.pgid) == -pid
}
