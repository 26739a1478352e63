package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Main is a program that runs in the kernel, on a goroutine of its own. What it returns
// is its exit code, of which eight bits count. When its process is ended, the context is
// done and its system calls do not return: deferred functions run, and nothing after. It
// must not wait for anything but system calls and the context for long. Goroutines that it
// starts must end with it.
type Main func(p *Process) int

// ForkAttr says how a forked process differs from its parent.
type ForkAttr struct {
	Argv []string // nil: the parent's
	Env  []string // nil: the parent's
	Cwd  string   // empty: the parent's
	// FDs are the new process's fds: its fd FDs[i][1] is the parent's FDs[i][0], and all
	// others are closed in it. Nil is a copy of all.
	FDs   [][2]uint32
	Flags sys.SpawnFlag
	PGID  uint32 // with SpawnSetPGID: the group to join, 0 for a new one
	TTY   uint32 // with SpawnSetTTY: the parent's fd of the terminal
}

// Fork starts a process that runs main, as fork(2) does: with copies of p's fds, the
// working directory, the umask, limits and ignored signals; caught ones are back to their
// default. p must be of a program in the kernel or process 1.
//
// # Errors
//
// EAGAIN at the limit of processes; EBADF for fds; ENOENT and the like for Cwd; those of
// [sys.OpSpawn] for Flags; ESRCH if p has ended.
func (p *Process) Fork(main Main, attr ForkAttr) (*Process, error) {
	b := birth{
		argv: attr.Argv, env: attr.Env, fds: attr.FDs, all: attr.FDs == nil,
		flags: attr.Flags, pgid: attr.PGID, tty: attr.TTY, main: main,
	}
	k := p.k
	k.lock()
	b.cwd = p.cwd
	if b.argv == nil {
		b.argv = p.argv
	}
	if b.env == nil {
		b.env = p.env
	}
	if attr.Cwd != "" {
		at, _, e := p.at(sys.AtCwd, 0)
		k.unlock()
		if e != 0 {
			return nil, e
		}
		at.Context = p.ctx
		place, err := p.fs.WalkDir(at, attr.Cwd)
		if err == nil {
			err = place.MaySearch()
		}
		if err != nil {
			return nil, err
		}
		b.cwd = place
		k.lock()
	}
	defer k.unlock()
	child, e := p.bear(&b)
	if e != 0 {
		return nil, e
	}
	k.programs.Add(1)
	go child.run()
	return child, nil
}

// run runs the process's program.
func (p *Process) run() {
	defer p.k.programs.Done()
	status := sys.Signaled(sys.SIGABRT) // unless it returns
	defer func() {
		bug := recover()
		p.k.lock()
		defer p.k.unlock()
		if bug != nil {
			p.abort(bug)
		}
		p.end(status, false)
	}()
	status = sys.Exited(uint8(p.main(p)))
}

// birth says what a new process is.
type birth struct {
	argv, env []string
	name      string // argv[0] if it is empty
	cwd       vfs.Place
	fs        *vfs.Namespace // nil for the parent's
	fds       [][2]uint32
	all       bool // copy all fds instead
	flags     sys.SpawnFlag
	pgid, tty uint32
	main      Main
	dirs      []preopen // for a guest
	strict    bool
	engine    string
	limits    []sys.Limit
	narrowed  *narrowing // nil for the parent's
	tracer    *Trace     // nil for the parent's, if that follows
}

// bear makes a child of p. The lock is held. It does not run yet.
func (p *Process) bear(b *birth) (*Process, errno.Errno) {
	k := p.k
	switch {
	case p.dead || k.closed:
		return nil, errno.ESRCH
	case !p.mayFork():
		return nil, errno.EAGAIN
	}
	c := newProcess(k, 0)
	if e := p.bequeath(c, b); e != 0 {
		return nil, e
	}
	if e := p.checkGroup(b); e != 0 {
		return nil, e
	}
	if e := p.giveFDs(c, b); e != 0 {
		return nil, e
	}
	c.pid = k.newPID()
	p.seat(c, b)
	c.parent = p
	p.children = append(p.children, c)
	k.procs[c.pid] = c
	c.cpu.begun = c.main != nil
	c.runs()
	return c, 0
}

// bequeath sets what the child c has of p and of its birth: all but its files, its session and
// its number. The lock is held.
func (p *Process) bequeath(c *Process, b *birth) errno.Errno {
	c.main, c.argv, c.env, c.name, c.cwd = b.main, b.argv, b.env, b.name, b.cwd
	if c.name == "" && len(b.argv) > 0 {
		c.name = b.argv[0]
	}
	c.umask, c.limits, c.strict, c.engine = p.umask, p.limits, b.strict, b.engine
	for _, l := range b.limits {
		if !c.limits.Set(l) {
			return errno.EINVAL
		}
	}
	c.narrowed, c.foreign = p.narrowed, p.foreign || p.guest != nil || b.narrowed != nil
	if c.origin = p.origin; p.guest != nil {
		c.origin = p.share()
	}
	if b.narrowed.within(c.narrowed) {
		c.narrowed = b.narrowed // who is narrowed can only be narrowed further
	}
	if b.tracer != nil {
		c.tracer.Store(b.tracer)
	} else if t := p.self().tracer.Load(); t != nil && t.opt.Follow {
		c.tracer.Store(t)
	}
	c.fs = p.fs
	if b.fs != nil {
		c.fs = b.fs
	}
	for s, how := range p.sig.how {
		if how == ignored && b.flags&sys.SpawnSetSigDef == 0 {
			c.sig.how[s] = ignored
		}
	}
	return 0
}

// seat puts the child c, which has its number, into a session and a group. The lock is held.
func (p *Process) seat(c *Process, b *birth) {
	k := p.k
	if b.flags&sys.SpawnSetSID != 0 {
		k.newSession(c)
		if b.flags&sys.SpawnSetTTY != 0 {
			c.session.tty = p.fds[b.tty].f.stream.(*tty)
			c.session.tty.session = c.session
			c.session.tty.group = c.pgid
		}
	} else {
		p.session.join(c)
		c.pgid = p.pgid
		if b.flags&sys.SpawnSetPGID != 0 {
			c.pgid = b.pgid
			if b.pgid == 0 {
				c.pgid = c.pid
			}
		}
	}
	if b.flags&sys.SpawnForeground != 0 {
		c.session.tty.group = c.pgid
		c.session.tty.changed()
	}
	if b.flags&sys.SpawnStandIn != 0 {
		p.standIn = c
	}
}

// checkGroup is the verdict over the flags of a birth.
func (p *Process) checkGroup(b *birth) errno.Errno {
	newSession := b.flags&sys.SpawnSetSID != 0
	if b.flags&sys.SpawnSetTTY != 0 {
		f, ok := p.fd(uint64(b.tty))
		if !ok {
			return errno.EBADF
		}
		t, isTTY := f.stream.(*tty)
		switch {
		case !isTTY:
			return errno.ENOTTY
		case !newSession:
			return errno.EINVAL
		case t.session != nil:
			return errno.EPERM
		}
		return 0
	}
	switch {
	case b.flags&sys.SpawnForeground != 0 && (newSession || p.session.tty == nil):
		return errno.ENOTTY
	case b.flags&sys.SpawnSetPGID != 0 && !newSession && b.pgid != 0 && !p.k.groupIn(b.pgid, p.session):
		return errno.EPERM
	}
	return 0
}

// giveFDs fills c's table from p's.
func (p *Process) giveFDs(c *Process, b *birth) errno.Errno {
	if b.all {
		c.fds = append([]fdEntry(nil), p.fds...)
		for _, e := range c.fds {
			if e.f != nil {
				e.f.share()
			}
		}
		return 0
	}
	for _, m := range b.fds {
		if _, ok := p.fd(uint64(m[0])); !ok || int(m[1]) >= c.maxOpen() {
			return errno.EBADF
		}
	}
	seen := map[uint32]bool{}
	for _, m := range b.fds {
		if seen[m[1]] {
			return errno.EINVAL
		}
		seen[m[1]] = true
	}
	for _, m := range b.fds {
		f := p.fds[m[0]].f
		f.share()
		c.install(int(m[1]), fdEntry{f: f})
	}
	for _, d := range b.dirs {
		n, e := c.lowest(3)
		if e != 0 {
			c.dropFDs()
			return e
		}
		f := p.k.newFile(0, sys.FDInfo(sys.TypeDirectory))
		f.place, f.readOnly = d.place, d.readOnly
		c.install(n, fdEntry{f: f, flags: sys.OPreopen, name: d.name})
	}
	return 0
}

// dropFDs closes all fds of the process.
func (p *Process) dropFDs() {
	for n := range p.fds {
		if p.fds[n].f != nil {
			p.closeFD(n)
		}
	}
	p.fds = nil
}
