package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// session is a session: groups of processes that share a controlling terminal.
type session struct {
	id      uint32
	leader  *Process // nil when it has ended
	tty     *tty     // the controlling terminal, or nil
	members int      // processes, zombies too
	// full is how many members there were when its user was told that there may be
	// no more. It is told again once hardly any are left: those that start each other without end
	// come and go.
	full int
}

// join makes p, which is in no session, one of s's.
func (s *session) join(p *Process) {
	s.members++
	p.session = s
}

// leave takes p out of its session, which ends with its last process.
func (p *Process) leave() {
	s := p.session
	p.session = nil
	if s.members <= 2 {
		s.full = 0
	}
	if s.members--; s.members == 0 {
		s.dropTTY()
		delete(p.k.sessions, s.id)
	}
}

// dropTTY parts the session from its terminal.
func (s *session) dropTTY() {
	if s.tty != nil {
		s.tty.session, s.tty.group = nil, 0
		s.tty = nil
	}
}

// newSession makes p, which is in no session, the leader of a new one.
func (k *Kernel) newSession(p *Process) {
	s := &session{id: p.pid, leader: p}
	k.sessions[s.id] = s
	s.join(p)
	p.pgid = p.pid
}

// groupExists reports whether a process, perhaps a zombie, is in group pgid.
func (k *Kernel) groupExists(pgid uint32) bool {
	for _, p := range k.procs {
		if p.pgid == pgid {
			return true
		}
	}
	return false
}

// groupIn reports whether group pgid is in session s.
func (k *Kernel) groupIn(pgid uint32, s *session) bool {
	for _, p := range k.procs {
		if p.pgid == pgid && p.session == s {
			return true
		}
	}
	return false
}

// orphaned reports whether nobody who could continue group pgid looks after it: no
// living member has a parent in the same session but another group. Process 1 looks
// after nobody.
func (k *Kernel) orphaned(pgid uint32) bool {
	for _, p := range k.procs {
		if p.pgid != pgid || p.dead {
			continue
		}
		if up := p.parent; up != nil && up.pid != 1 && !up.dead && up.pgid != pgid && up.session == p.session {
			return false
		}
	}
	return true
}

// hasStopped reports whether a member of group pgid is stopped.
func (k *Kernel) hasStopped(pgid uint32) bool {
	for _, p := range k.procs {
		if p.pgid == pgid && p.stopped && !p.dead {
			return true
		}
	}
	return false
}

func sysGetPID(c *call) verdict {
	up := uint64(0)
	if c.p.parent != nil {
		up = uint64(c.p.parent.pid)
	}
	return c.ok(uint64(c.p.pid), up<<32|uint64(c.p.pgid), uint64(c.p.session.id))
}

func sysSetPGID(c *call) verdict {
	pid, pgid := c.r.Args[0], c.r.Args[1]
	if int64(pgid) < 0 || pgid > maxPID {
		return c.fail(errno.EINVAL)
	}
	p := c.p
	if pid != 0 {
		if pid > maxPID {
			return c.fail(errno.ESRCH)
		}
		p = c.k.procs[uint32(pid)]
	}
	if p == nil || p != c.p && (p.parent != c.p || p.adopted) {
		return c.fail(errno.ESRCH)
	}
	if pgid == 0 {
		pgid = uint64(p.pid)
	}
	switch {
	case p.session != c.p.session || p.session.leader == p:
		return c.fail(errno.EPERM)
	case uint32(pgid) != p.pid && !c.k.groupIn(uint32(pgid), p.session):
		return c.fail(errno.EPERM)
	}
	p.pgid = uint32(pgid)
	return c.ok()
}

func sysSetSID(c *call) verdict {
	if c.k.groupExists(c.p.pid) {
		return c.fail(errno.EPERM)
	}
	c.p.leave()
	c.k.newSession(c.p)
	return c.ok(uint64(c.p.pid))
}

func sysPS(c *call) verdict {
	k := c.k
	return c.goOutside(func(c *call) {
		list := k.Processes()
		c.ok(uint64(len(list)))
		c.reply.Data = sys.AppendProcs(nil, list)
	})
}
