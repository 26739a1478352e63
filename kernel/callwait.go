package kernel

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// retry tries a waiting call again. The lock is held.
func (c *call) retry() {
	if c.p.stopped {
		c.again = true
		return
	}
	c.unwait()
	v := c.try()
	if c.gone || c.p.dead {
		return // the call ended its own process
	}
	if v == outside {
		// Only calls of a process that was stopped begin here. What they do
		// outside may take its time, and must not hold up who woke them.
		c.pin()
		c.out = true
		c.mayWait()
		c.detach()
		return
	}
	if v == ended || c.interrupted() {
		c.finish()
	}
}

// finish hands out the reply, or keeps it while the process is stopped.
func (c *call) finish() {
	if c.settle(); c.p.dead {
		return // of that
	}
	if c.p.stopped {
		c.withhold()
		return
	}
	c.close()
	if hook := c.k.cfg.Hook; hook != nil {
		r, reply := *c.r, c.reply // who made the call has r back by then
		c.k.after(func() { hook(c.p, &r, &reply) })
	}
	if c.traced != nil {
		c.traced.ended(&c.reply)
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
	if c.lingers || !c.intr && !c.p.hushed && !c.p.takeInterrupt() {
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
	if c.traced != nil {
		c.traced.cutOff()
		c.traced = nil
	}
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
	c.named()
	c.p.removeCall(c)
	if c.cancel != nil {
		c.cancel()
	}
}

// pin keeps the call's open file open.
func (c *call) pin() {
	if c.f != nil && !c.pinned {
		c.f.refs++
		c.f.pins++
		c.pinned = true
	}
}

func (c *call) dropPin() {
	if c.pinned {
		c.pinned = false
		c.f.pins--
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

// ok ends the call with the values vals.
func (c *call) ok(vals ...uint64) verdict {
	c.reply = sys.Reply{}
	copy(c.reply.Vals[:], vals)
	return ended
}

func noCall(c *call) verdict { return c.fail(errno.ENOSYS) }
