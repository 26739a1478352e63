package kernel

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// AgentAttr says what an agent begins with.
type AgentAttr struct {
	// FDs are its fds: its fd FDs[i][1] is the process's FDs[i][0], if it has that.
	FDs [][2]uint32
	// Hangup is sent to the children that it has left when it ends; 0 is nothing.
	Hangup sys.Signal
}

// Agent makes an agent of the process: what a service on the bus makes system calls with on the
// process's behalf. It sees the same tree from the same directory, is in the same session
// and group, under the same limits, and its children are shown as the process's. Its fds
// and its children are its own, so that nothing of the service's gets in the way of the
// program; it is not listed, and signals do nothing to it.
//
// It ends by [Process.EndAgent], and with the process. What it had open is closed then, and its
// children are sent attr.Hangup and are nobody's to wait for. A call of an agent that has
// ended is ESRCH.
//
// # Errors
//
// ESRCH if the process has ended, or is an agent; EBADF for fds that cannot be.
func (p *Process) Agent(attr AgentAttr) (*Process, error) {
	k := p.k
	k.lock()
	defer k.unlock()
	if p.dead || p.acts != nil {
		return nil, errno.ESRCH
	}
	a := newProcess(k, p.pid)
	a.acts, a.hangup = p, attr.Hangup
	a.narrowed, a.foreign, a.origin = p.narrowed, p.foreign || p.guest != nil, p.origin
	a.name, a.argv, a.env, a.engine = p.name, p.argv, p.env, p.engine
	a.follow()
	for _, m := range attr.FDs {
		if int(m[1]) >= a.maxOpen() || int(m[1]) < len(a.fds) && a.fds[m[1]].f != nil {
			a.cancel()
			a.dropFDs()
			return nil, errno.EBADF
		}
		if f, ok := p.fd(uint64(m[0])); ok {
			f.share()
			a.install(int(m[1]), fdEntry{f: f})
		}
	}
	p.agents = append(p.agents, a)
	return a, nil
}

// EndAgent ends an agent; see [Process.Agent]. It may be called more than once.
func (p *Process) EndAgent() {
	p.k.lock()
	defer p.k.unlock()
	if up := p.acts; up != nil && !p.dead {
		p.end(sys.Exited(0), false)
		if i := slices.Index(up.agents, p); i >= 0 {
			up.agents = slices.Delete(up.agents, i, i+1)
		}
	}
}

// self is the process whose calls are those of p: that of an agent.
func (p *Process) self() *Process {
	if p.acts != nil {
		return p.acts
	}
	return p
}

// follow has an agent be where its process is now. The lock is held.
func (p *Process) follow() {
	up := p.acts
	p.fs, p.cwd, p.umask, p.limits = up.fs, up.cwd, up.umask, up.limits
	p.session, p.pgid = up.session, up.pgid
	for s, how := range up.sig.how {
		p.sig.how[s] = byDefault
		if how == ignored && sys.Signal(s) != sys.SIGCHLD { // it waits for its children

			p.sig.how[s] = ignored
		}
	}
}

// endAgents ends the agents of a process that ends.
func (p *Process) endAgents() {
	list := p.agents
	p.agents = nil
	for _, a := range list {
		a.end(p.status, false)
	}
}

// hangUp is what the children of p are sent that has ended.
func (p *Process) hangUp(children []*Process) {
	for _, child := range children {
		if p.hangup != 0 && !child.dead {
			child.signal(p.hangup)
			child.signal(sys.SIGCONT)
		}
	}
}
