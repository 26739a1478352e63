package kernel

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A call is a system call under way. A handler is given it with the kernel's
// lock held, sets reply, and says how it stands.
type call struct {
	k *Kernel
	p *Process
	r *sys.Request

	reply   sys.Reply
	handler handler
	// outside is the rest of a call that touches what is not ours, such as a file
	// system. It runs without the lock; see goOutside. mustWait says that it has met
	// what may wait, and ctx is then what ends that.
	outside  func(c *call)
	mustWait bool
	ctx      context.Context
	cancel   context.CancelFunc

	narrowed *narrowing // of what a spawn starts
	tracer   *Trace     // likewise
	traced   *traced    // nil if nobody traces it

	// f is the open file that the call works on. Once the call waits or is outside
	// it is pinned: it stays open until the call ends, whatever becomes of its fd.
	f      *openFile
	flags  sys.OpenFlag // f's, when the call began
	pinned bool

	// sent is how much of a write has been taken.
	sent  int
	state any // what a handler remembers between attempts

	// done or end is where the reply goes: a continuation or a waiting goroutine.
	done func(sys.Reply)
	end  chan result
	sync bool

	// fileMax is the limit of the file size, 0 if there is none; over says that what
	// went on outside has met it.
	fileMax uint64
	over    bool
	cut     bool // the limit of the output has cut off what is written

	waits   []*waiter
	timer   *time.Timer
	pending int  // place in p.calls plus 1, 0 if it is not there
	queued  bool // in k.ready
	again   bool // to be tried when the process continues
	intr    bool // a caught signal has come
	expired bool // the timer has fired
	out     bool // outside, not to be touched
	gone    bool // ended or abandoned
	lingers bool // waits although its process is dying
	naming  bool // counted in k.names.changing
	asleep  bool // the process waits for it
	aside   bool // counted in p.asides

	altering bool // counted in k.leases.altering
}

// result is what a waiting goroutine is woken with.
type result struct {
	reply sys.Reply
	dead  bool
}

// verdict is how a call stands after a handler looked at it.
type verdict uint8

const (
	ended   verdict = iota // reply is set
	waiting                // try again when a queue of c.waits is woken
	outside                // c.outside has the rest
)

// handler tries a call, with the kernel's lock held.
type handler func(c *call) verdict

var calls = sync.Pool{New: func() any { return new(call) }}

// Syscall performs r and waits for its end; see [sys.Caller]. In a process that has
// been ended, it does not return: the goroutine is unwound by runtime.Goexit.
func (p *Process) Syscall(r *sys.Request) sys.Reply {
	return p.syscall(call{k: p.k, p: p, r: r, sync: true})
}

// syscall performs a call that is begun as with says.
func (p *Process) syscall(with call) sys.Reply {
	c := calls.Get().(*call)
	*c = with
	state := c.begin()
	var rep sys.Reply
	switch state {
	case begunEnded:
		rep = c.reply
		c.reuse()
	case begunWaits:
		res := <-c.end
		if res.dead {
			return p.unwind()
		}
		rep = res.reply
	case begunDead:
		return p.unwind()
	}
	if p.main != nil {
		if y := p.k.cfg.Yield; y != nil {
			y()
		}
	}
	return rep
}

// unwind is the end of a system call in a process that has been ended.
func (p *Process) unwind() sys.Reply {
	if p.pid == 1 || p.acts != nil {
		return sys.Reply{Errno: errno.ESRCH}
	}
	runtime.Goexit()
	panic("kernel: Goexit returned")
}

// Start performs r without waiting; see [sys.Caller]. done is never called for a
// process that has been ended meanwhile, nor for OpExit.
func (p *Process) Start(r *sys.Request, done func(sys.Reply)) bool {
	c := calls.Get().(*call)
	*c = call{k: p.k, p: p, r: r, done: done}
	switch c.begin() {
	case begunEnded:
		rep := c.reply
		c.reuse()
		done(rep)
		return true
	case begunDead:
		if p.pid == 1 || p.acts != nil {
			done(sys.Reply{Errno: errno.ESRCH})
			return true
		}
	}
	return false
}

// reuse gives c back. One whose timer may be about to fire is left alone.
func (c *call) reuse() {
	if c.timer == nil {
		calls.Put(c)
	}
}

type begun uint8

const (
	begunEnded begun = iota // c.reply is the end, and nobody else knows of c
	begunWaits              // the reply comes by done or end
	begunDead               // the process has been ended: no reply
)

// begin is the one road on which all calls enter the kernel.
func (c *call) begin() begun {
	k, p := c.k, c.p
	if hook := k.cfg.Hook; hook != nil {
		if e := hook(p, c.r, nil); e != 0 {
			c.reply = sys.Reply{Errno: e}
			hook(p, c.r, &c.reply)
			return begunEnded
		}
	}
	if t := p.tracer.Load(); t != nil && c.r.Op != sys.OpRest {
		c.traced = t.begins(p, c.r)
	}
	if op := c.r.Op; op < sys.NumOps && table[op] != nil {
		c.handler = table[op]
	} else {
		c.handler = noCall
	}
	k.lock()
	if p.dead {
		k.unlock()
		return begunDead
	}
	if p.acts != nil {
		p.follow()
	}
	if k.names.holder == p {
		k.names.heard = time.Now()
	}
	c.fileMax = p.limits.FileSize
	v := waiting
	switch {
	case !c.maySend():
		v = c.fail(errno.EFBIG)
	case p.stopped && !ofJoint(c.r.Op):
		c.again = true
	default:
		v = c.try()
	}
	if v == outside {
		if !c.perform() {
			k.unlock()
			return begunWaits
		}
		if !c.inside() {
			k.unlock()
			return begunDead
		}
		v = ended
	}
	if v == waiting && !p.dead && c.interrupted() {
		v = ended
	}
	if v == ended && !p.dead {
		c.settle()
	}
	if p.dead {
		c.abandon()
		k.unlock()
		return begunDead
	}
	if v == ended && (!p.stopped || ofJoint(c.r.Op)) {
		c.close()
		k.unlock()
		if hook := k.cfg.Hook; hook != nil {
			hook(p, c.r, &c.reply)
		}
		if c.traced != nil {
			c.traced.ended(&c.reply)
		}
		return begunEnded
	}
	if c.sync {
		c.end = make(chan result, 1)
	}
	c.pin()
	p.addCall(c)
	c.sleeps()
	if v == ended {
		c.withhold()
	}
	k.unlock()
	return begunWaits
}
