package kernel

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Process is a process. It implements [sys.Caller]: any goroutine may make calls for
// it. The kernel's lock guards all fields that change.
type Process struct {
	k     *Kernel
	pid   uint32
	main  Main   // of a program in the kernel, nil for process 1 and guests
	guest *Guest // nil for all but guests
	name  string // for messages
	argv  []string
	env   []string
	began time.Time

	ctx    context.Context
	cancel context.CancelFunc

	parent   *Process
	children []*Process
	childq   queue      // its calls of wait
	adopted  bool       // its parent ended; process 1 does not ask for it
	acts     *Process   // of an agent: for whom it acts
	agents   []*Process // those that act for it
	hangup   sys.Signal // of an agent: what its children get at its end
	standIn  *Process   // the child that stands in for it, if there is one
	pgid     uint32
	session  *session

	fds    []fdEntry
	fs     *vfs.Namespace // the tree that it sees
	cwd    vfs.Place
	umask  uint32
	limits Limits
	strict bool // it may reach its preopened directories only
	// narrowed is what it may use at most, nil for all that its user may. foreign says that a
	// guest or a package has started it, or what did: it may not change grants.
	narrowed *narrowing
	foreign  bool
	origin   uint32                // the topmost guest of those that have started it, 0 if none has; see share
	tracer   atomic.Pointer[Trace] // nil, mostly
	copies   *copies               // of a process at the far end of a link that keeps copies of files
	feeds    func(*sys.Request)    // of one that may be sent what it has not asked for; see Feeds
	loans    map[uint64]*pipe      // of which it has bytes, by its own numbers

	worked  atomic.Int64 // units of Work since the last turn
	cpu     cputime
	written uint64 // bytes of all writes
	met     bound  // limits that its user has been told of

	why string // the sentence that its user was told last

	calls    []*call // those that wait
	asides   int     // of calls, those that it does not wait for
	idle     bool    // it waits: see sysRest
	sig      signalState
	stopped  bool
	dying    bool           // killed, but what it had sent before is still being performed; see kill
	hushed   bool           // and it hears nothing any more
	fate     sys.WaitStatus // of one that is dying
	dead     bool           // ended: a zombie, or no longer known
	ending   bool           // in the middle of end, which may end others and so its parent
	status   sys.WaitStatus
	report   sys.WaitStatus // a stop or continuation that the parent has not seen
	reported bool           // report is empty
	running  Running        // of a guest that has begun
	loaded   time.Time      // of a guest: when it had its module
	starting bool           // the machine is at it, and the guest may have begun
	killed   func(Running)  // of one that was killed meanwhile: what becomes of it then
	engine   string
}

func newProcess(k *Kernel, pid uint32) *Process {
	p := &Process{k: k, pid: pid, began: time.Now(), reported: true}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// PID is the process's number.
func (p *Process) PID() int { return int(p.pid) }

// Args are the process's arguments, the program's name first. The slice must not be
// changed.
func (p *Process) Args() []string { return p.argv }

// Environ is the environment that the process began with, "NAME=value" each. The
// slice must not be changed.
func (p *Process) Environ() []string { return p.env }

// Kernel is what the process runs on.
func (p *Process) Kernel() *Kernel { return p.k }

// Context is done as soon as the process is to die. A program in the kernel that works
// for long without a system call looks at it.
func (p *Process) Context() context.Context { return p.ctx }

// Files is the C library on the process.
func (p *Process) Files() *sys.Files { return sys.NewFiles(p) }

// Stdin is fd 0.
func (p *Process) Stdin() *sys.File { return p.Files().File(0) }

// Stdout is fd 1.
func (p *Process) Stdout() *sys.File { return p.Files().File(1) }

// Stderr is fd 2.
func (p *Process) Stderr() *sys.File { return p.Files().File(2) }

// Done reports whether the process has ended.
func (p *Process) Done() bool {
	p.k.lock()
	defer p.k.unlock()
	return p.dead
}

// addCall notes that c waits.
func (p *Process) addCall(c *call) {
	if c.pending == 0 {
		p.calls = append(p.calls, c)
		c.pending = len(p.calls)
		if c.r.Aside {
			c.aside = true
			p.asides++
		}
	}
}

func (p *Process) removeCall(c *call) {
	if c.pending == 0 {
		return
	}
	i, last := c.pending-1, len(p.calls)-1
	p.calls[i] = p.calls[last]
	p.calls[i].pending = i + 1
	p.calls[last] = nil
	p.calls = p.calls[:last]
	c.pending = 0
	if c.aside {
		c.aside = false
		p.asides--
	}
	c.wakes()
}

// info describes the process for ps.
func (p *Process) info() sys.ProcInfo {
	i := sys.ProcInfo{
		PID: p.pid, PGID: p.pgid, State: p.state(), StartTime: p.began.UnixNano(),
		Engine: p.engine, Command: slices.Clone(p.argv), CPU: int64(p.cpuTime()),
	}
	if p.parent != nil {
		i.PPID = p.parent.pid
	}
	if p.session != nil {
		i.SID = p.session.id
		if t := p.session.tty; t != nil {
			i.TTY = t.name
		}
	}
	return i
}

func (p *Process) state() string {
	switch {
	case p.dead:
		return "Z"
	case p.stopped:
		return "T"
	case len(p.calls) > p.asides || p.idle || p.pid == 1:
		return "S"
	}
	return "R"
}

// newPID finds a free number. Numbers of groups and sessions that still live are
// not given out.
func (k *Kernel) newPID() uint32 {
	for {
		k.lastPID++
		if k.lastPID > maxPID {
			k.lastPID = 2
		}
		pid := k.lastPID
		if k.procs[pid] == nil && k.sessions[pid] == nil && !k.groupExists(pid) {
			return pid
		}
	}
}

// maxPID is the highest number of a process.
const maxPID = 99999
