package kernel

import (
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
	// system. It runs once, without the lock.
	outside func(c *call)

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

	waits   []*waiter
	timer   *time.Timer
	pending int  // place in p.calls plus 1, 0 if it is not there
	queued  bool // in k.ready
	again   bool // to be tried when the process continues
	intr    bool // a caught signal has come
	expired bool // the timer has fired
	out     bool // outside, not to be touched
	gone    bool // ended or abandoned
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
	c := calls.Get().(*call)
	*c = call{k: p.k, p: p, r: r, sync: true}
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
	if p.pid == 1 {
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
		if p.pid == 1 {
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
	v := waiting
	if p.stopped {
		c.again = true
	} else {
		v = c.handler(c)
	}
	if v == outside {
		c.pin()
		p.addCall(c)
		c.out = true
		k.unlock()
		c.outside(c)
		k.lock()
		c.out = false
		if c.gone {
			c.dropPin()
			k.unlock()
			return begunDead
		}
		v = ended
	}
	if p.dead {
		c.abandon()
		k.unlock()
		return begunDead
	}
	if v == waiting && c.interrupted() {
		v = ended
	}
	if v == ended && !p.stopped {
		c.close()
		k.unlock()
		if hook := k.cfg.Hook; hook != nil {
			hook(p, c.r, &c.reply)
		}
		return begunEnded
	}
	if c.sync {
		c.end = make(chan result, 1)
	}
	c.pin()
	p.addCall(c)
	if v == ended {
		c.withhold()
	}
	k.unlock()
	return begunWaits
}

// retry tries a waiting call again. The lock is held.
func (c *call) retry() {
	if c.p.stopped {
		c.again = true
		return
	}
	c.unwait()
	v := c.handler(c)
	if c.gone || c.p.dead {
		return // the call ended its own process
	}
	if v == outside {
		// Only calls of a process that was stopped begin here. What they do
		// outside may take its time, and must not hold up who woke them.
		c.pin()
		c.out = true
		c.k.programs.Add(1)
		go func() {
			defer c.k.programs.Done()
			c.outside(c)
			c.k.lock()
			c.out = false
			if c.gone {
				c.dropPin()
			} else {
				c.finish()
			}
			c.k.unlock()
		}()
		return
	}
	if v == ended || c.interrupted() {
		c.finish()
	}
}

// finish hands out the reply, or keeps it while the process is stopped.
func (c *call) finish() {
	if c.p.stopped {
		c.withhold()
		return
	}
	c.close()
	if hook := c.k.cfg.Hook; hook != nil {
		reply := c.reply
		c.k.after(func() { hook(c.p, c.r, &reply) })
	}
	if c.sync {
		c.end <- result{reply: c.reply}
		return
	}
	c.k.replies = append(c.k.replies, ending{c.done, c.reply})
}

// withhold keeps the reply until the process continues.
func (c *call) withhold() {
	c.unwait()
	c.handler = func(*call) verdict { return ended }
	c.again = true
}

// interrupted makes a call that would wait end with EINTR, if a caught signal has
// come. A write that has begun ends with what it has done.
func (c *call) interrupted() bool {
	if !c.intr && !c.p.takeInterrupt() {
		return false
	}
	c.unwait()
	c.reply = sys.Reply{Errno: errno.EINTR}
	if c.sent > 0 {
		c.reply = sys.Reply{Vals: [3]uint64{uint64(c.sent)}}
	}
	return true
}

// abandon ends the call without a reply: its process is no more.
func (c *call) abandon() {
	if c.out {
		// Whoever is outside with it takes it from there.
		c.gone = true
		c.p.removeCall(c)
	} else {
		c.close()
	}
	if c.end != nil {
		c.end <- result{dead: true}
	}
}

// close undoes all that ties the call to the kernel.
func (c *call) close() {
	c.gone = true
	c.unwait()
	c.dropPin()
	c.p.removeCall(c)
}

// pin keeps the call's open file open.
func (c *call) pin() {
	if c.f != nil && !c.pinned {
		c.f.refs++
		c.pinned = true
	}
}

func (c *call) dropPin() {
	if c.pinned {
		c.pinned = false
		c.f.release()
	}
}

// wake has the call tried again when the lock is given up.
func (c *call) wake() {
	if !c.queued && !c.gone && !c.out {
		c.queued = true
		c.k.ready = append(c.k.ready, c)
	}
}

// wait puts the call on q.
func (c *call) wait(q *queue) verdict {
	w := &waiter{c: c}
	c.waits = append(c.waits, w)
	q.add(w)
	return waiting
}

func (c *call) unwait() {
	for _, w := range c.waits {
		w.remove()
	}
	c.waits = c.waits[:0]
	if c.gone && c.timer != nil {
		c.timer.Stop()
	}
}

// expire has the call tried again after d, with expired set.
func (c *call) expire(d time.Duration) {
	if c.timer != nil {
		return
	}
	c.timer = time.AfterFunc(d, func() {
		c.k.lock()
		c.expired = true
		c.wake()
		c.k.unlock()
	})
}

// fail ends the call with e.
func (c *call) fail(e errno.Errno) verdict {
	c.reply = sys.Reply{Errno: e}
	return ended
}

// failErr ends the call with the number that stands for err; nil is success.
func (c *call) failErr(err error) verdict {
	c.reply = sys.Fail(err)
	return ended
}

// ok ends the call with the values vals.
func (c *call) ok(vals ...uint64) verdict {
	c.reply = sys.Reply{}
	copy(c.reply.Vals[:], vals)
	return ended
}

// goOutside lets fn end the call without the lock.
func (c *call) goOutside(fn func(c *call)) verdict {
	c.outside = fn
	return outside
}

func noCall(c *call) verdict { return c.fail(errno.ENOSYS) }
