package kernel

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Bus is the broker between the programs of a kernel: each that opens /dev/bus is a
// peer, and every call goes through here, with the caller's pid. Packages are served by
// what the embedder registered, by processes that listen, and by modules that the bus
// starts when they are called. All methods may be used by several goroutines at once.
type Bus struct {
	k    *Kernel
	hook BusHook
	own  *bus.Server // the package "bus"
	// tracers are the traces of all calls; nil if there is none.
	tracers atomic.Pointer[[]*Trace]

	// mu guards all below. No call is made to others while it is held.
	mu       sync.Mutex
	lastCall uint64
	bytes    shares // of the bodies of open calls
	handlers map[string]*registered
	packages map[string]*busPackage
	causes   map[uint64]uint64 // of the calls that are not answered: in whose service they are made
	listens  []func()          // of processes whose pid is not known yet to who starts them
	starting int               // how many of those there may be
	closed   bool
}

// registered is a package that the embedder serves.
type registered struct {
	handler bus.Handler
	stats   PackageStats
	ended   func(error) // counts the end of a call
}

// BusCall is a call as it passes the broker.
type BusCall struct {
	Call    uint64 // its number
	Cause   uint64 // the number of the call in whose service it is made, 0 if there is none
	Session uint64 // the number of the call along which it goes, 0 if it is to a package
	Depth   uint32 // how many calls wait for it
	Caller  int    // the pid of who makes it
	Package string // empty for a call along a session
	Method  bus.Method
	Format  bus.Format
	Body    []byte // borrowed until the hook returns
	Notify  bool
}

// BusHook sees every call on the bus: for traces, grants and the injection of faults. It is
// called before the call with neither result nor error, and if it returns an error, that
// is the call's end. It is called again with the result or the error of a call that was
// answered; what it returns then does not matter. It must not wait.
type BusHook func(c *BusCall, r *bus.Response, err error) error

// Bus is the kernel's bus.
func (k *Kernel) Bus() *Bus { return k.bus }

func newBus(k *Kernel) *Bus {
	b := &Bus{
		k: k, hook: k.cfg.BusHook,
		handlers: make(map[string]*registered), packages: make(map[string]*busPackage),
		causes: make(map[uint64]uint64),
	}
	b.own = b.ownServer()
	return b
}

// Register makes h the package name, in place of what had that name before.
func (b *Bus) Register(name string, h bus.Handler) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := &registered{handler: h}
	r.ended = func(err error) { b.ends(&r.stats, err) }
	b.handlers[name] = r
}

// Bus opens /dev/bus for a program in the kernel. The link ends with the process.
func (p *Process) Bus(opt bus.Options) (*bus.Conn, error) {
	return p.BusFor(p, opt)
}

// BusFor is [Process.Bus] for calls that are made for user: packages are looked for along
// its PATH. They are p's calls all the same.
func (p *Process) BusFor(user *Process, opt bus.Options) (*bus.Conn, error) {
	files := p.Files()
	fd, err := files.Open(bus.Device, sys.ORead|sys.OWrite|sys.OCloexec, 0)
	if err != nil {
		return nil, err
	}
	p.k.lock()
	if f, ok := p.fd(uint64(fd)); ok {
		f.stream.(*busFile).path = getenv(user.env, "PATH")
	}
	p.k.unlock()
	return bus.NewFileConn(sys.NewFiles(&busCaller{Process: p}).File(fd), opt), nil
}

// busCaller makes the calls on /dev/bus as a program in the kernel has it open: one goroutine
// reads it and another closes it. The fd's number may be another file's as soon as it is
// closed, so no call on it begins behind that.
type busCaller struct {
	*Process
	mu     sync.Mutex
	closed bool
}

// Syscall implements [sys.Caller].
func (c *busCaller) Syscall(r *sys.Request) sys.Reply {
	end := make(chan sys.Reply, 1)
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return sys.Reply{Errno: errno.EBADF}
	}
	c.closed = r.Op == sys.OpClose
	c.Start(r, func(r sys.Reply) { end <- r })
	c.mu.Unlock()
	select {
	case reply := <-end:
		return reply
	case <-c.Context().Done():
		return sys.Reply{Errno: errno.ESRCH}
	}
}

// Find is the process pid.
func (k *Kernel) Find(pid int) (p *Process, ok bool) {
	k.lock()
	defer k.unlock()
	p, ok = k.procs[uint32(pid)]
	return p, ok && !p.dead
}

// accept is the kernel's end of a link with a process.
func (b *Bus) accept(f *busFile) *bus.Conn {
	return bus.NewConn(f, bus.Options{
		Accepts: true, Owner: f, Around: b.pass,
		Handler: bus.HandlerFunc(b.route),
		Closed:  func(error) { b.left(f) },
	})
}

// peerOf is whose link a call came over.
func peerOf(in *bus.Incoming) *busFile { return in.Conn().Owner().(*busFile) }

// pass is the one road of all calls: it numbers them, and lets the hook see them.
func (b *Bus) pass(in *bus.Incoming, h bus.Handler) {
	f := peerOf(in)
	m := in.Meta()
	m.Caller = f.pid
	b.mu.Lock()
	b.lastCall++
	m.Call = b.lastCall
	if f.p.guest != nil {
		m.Depth = 0 // what is of the kernel, such as a link to another bus, knows it
	}
	if j := f.cause(&m); j != nil {
		m.Cause, m.Depth = j.call, max(j.depth+1, m.Depth)
	} else {
		m.Cause = 0
	}
	b.causes[m.Call] = m.Cause
	b.mu.Unlock()
	in.SetMeta(m)
	c := b.seen(in, m)
	end := b.observer(in, f.p, m.Call, c)
	in.Observe(end)
	if m.Depth > bus.DefaultDepth {
		in.Fault(bus.NewError(bus.CodeResourceExhausted, fmt.Sprintf("more than %d calls wait one for another", bus.DefaultDepth)))
		return
	}
	if b.hook != nil {
		if err := b.hook(c, nil, nil); err != nil {
			in.Fault(err)
			return
		}
	}
	if in.IsNotify() {
		in.Observe(nil)
		end(nil, nil)
	}
	if !b.admit(in, f.share) {
		in.Fault(bus.NewError(bus.CodeResourceExhausted, "the caller has its share of the bytes that open calls may have: what is left is for others"))
		return
	}
	if b.mayPass(f, in) {
		h.ServeBus(in)
		within(in)
		return
	}
	in.Hold()
	within(in)
	b.k.aside(func() {
		if err := b.k.grants.CheckCall(in.Context(), in, grant.Bus, in.Package()); err != nil {
			in.Fault(err)
			return
		}
		h.ServeBus(in)
	})
}

// observer is who is told of the answer to the call of that number by p.
func (b *Bus) observer(in *bus.Incoming, p *Process, call uint64, c *BusCall) func(*bus.Response, error) {
	answered := func(r *bus.Response, err error) { b.answered(call, c, r, err) }
	list := b.tracesOf(p)
	if len(list) == 0 {
		return answered
	}
	traced := tracedCall(p, in, list)
	return func(r *bus.Response, err error) {
		traced(r, err)
		answered(r, err)
	}
}

// mayPass reports whether a call can go on at once. One to a package that programs serve
// may need a grant; what the embedder serves sees to that by itself.
func (b *Bus) mayPass(f *busFile, in *bus.Incoming) bool {
	name := in.Package()
	if name == "" || name == bus.PackageBus {
		return true
	}
	b.mu.Lock()
	registered := b.handlers[name] != nil
	b.mu.Unlock()
	if registered {
		return true
	}
	d, _ := b.k.grants.verdictOn(f.p.narrowed, use{grant.Bus, name})
	return d == grant.Allow
}

// seen is what the hook is shown of a call; nil without one.
func (b *Bus) seen(in *bus.Incoming, m bus.Meta) *BusCall {
	if b.hook == nil {
		return nil
	}
	return &BusCall{
		Call: m.Call, Cause: m.Cause, Session: in.Along(), Depth: m.Depth, Caller: int(m.Caller), Package: in.Package(),
		Method: in.Method(), Format: in.Format(), Body: in.Body(), Notify: in.IsNotify(),
	}
}

// answered is the end of a call.
func (b *Bus) answered(call uint64, c *BusCall, r *bus.Response, err error) {
	b.mu.Lock()
	delete(b.causes, call)
	b.mu.Unlock()
	if b.hook != nil {
		b.hook(c, r, err)
	}
}

// route serves a call to a package.
func (b *Bus) route(in *bus.Incoming) {
	name := in.Package()
	if name == bus.PackageBus {
		b.own.ServeBus(in)
		return
	}
	b.mu.Lock()
	r := b.handlers[name]
	if r != nil {
		r.stats.begins()
		b.mu.Unlock()
		in.OnEnd(r.ended)
		r.handler.ServeBus(in)
		return
	}
	b.mu.Unlock()
	b.deliver(in, name)
}

// ends counts the end of a call.
func (b *Bus) ends(s *PackageStats, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Open--
	if c := bus.CodeOf(err); c != 0 && c != bus.CodeCanceled {
		s.Faults++
	}
}

// lost is what those are told who have calls open with a peer that is no more.
func (b *Bus) lost(f *busFile) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.serves == nil {
		return bus.ErrLinkClosed
	}
	return errEnded(f.serves.pkg)
}

func errEnded(p *busPackage) error {
	return &bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateAborted, Message: "the package " + p.name + " has ended"}
}

// left is the end of a link: the process has closed it, or is no more.
func (b *Bus) left(f *busFile) {
	b.mu.Lock()
	inst := f.serves
	f.serves = nil
	b.mu.Unlock()
	if inst != nil {
		b.gone(inst, nil)
	}
}

// close ends all that the bus has under way.
func (b *Bus) close() {
	b.mu.Lock()
	b.closed = true
	var list []*instance
	for _, p := range b.packages {
		list = append(list, p.instances...)
	}
	b.mu.Unlock()
	for _, inst := range list {
		b.gone(inst, errno.ESRCH)
	}
}

// within faults a call that has a deadline when that is over and there is no answer, so
// that its caller never waits for a callee which does not look at it: of a package, of an
// object, of a callback.
func within(in *bus.Incoming) {
	when, ok := in.Deadline()
	if !ok || in.Err() != nil {
		return
	}
	t := time.AfterFunc(time.Until(when), func() {
		in.Expire(bus.ErrDeadline)
	})
	in.OnEnd(func(error) { t.Stop() })
}
