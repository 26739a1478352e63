package kernel

import (
	"context"
	"errors"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// The part of a call that touches what is not ours runs without the kernel's lock.
// It is tried where the call began, and must not wait there: a file system in memory
// answers at once, and a goroutine for each call would cost more than the answer. What
// comes to a file system that may wait is begun anew, with a context that ends
// when a signal or the end of the process does: on the goroutine of the program if that
// waits in any case, else on one of its own.

// goOutside lets fn end the call without the lock. fn may be run twice: it changes
// nothing before it has found out whether it may wait, which look and node see to.
func (c *call) goOutside(fn func(c *call)) verdict {
	c.outside = fn
	return outside
}

// goOutsideToWait is goOutside for a fn that may wait whatever it is asked.
func (c *call) goOutsideToWait(fn func(c *call)) verdict {
	c.mustWait = true
	return c.goOutside(fn)
}

// look is at for a walk of the call's outside part.
func (c *call) look(at vfs.At) vfs.At {
	at.NoWait, at.Context = c.ctx == nil, c.ctx
	return at
}

// place is that of the call's open file, for operations of its outside part.
func (c *call) place() vfs.Place { return c.f.place.For(c.ctx) }

// perform runs the outside part of a call that has just begun, and reports whether it
// has come back: if not, it goes on on a goroutine of its own. The lock is held, but
// not while the part runs.
func (c *call) perform() (back bool) {
	c.pin()
	c.p.addCall(c)
	c.out = true
	if c.f != nil && c.f.place.MayWait() {
		c.mustWait = true
	}
	if !c.mustWait {
		c.k.unlock()
		c.goOut()
		c.k.lock()
	}
	if !c.mustWait || c.gone {
		return true
	}
	c.mayWait()
	switch {
	case c.p.takeInterrupt():
		c.fail(errno.EINTR)
	case c.sync:
		c.sleeps()
		c.k.unlock()
		c.goOut()
		c.k.lock()
	default:
		c.sleeps()
		c.detach()
		return false
	}
	return true
}

// mayWait gives the call what ends its waiting.
func (c *call) mayWait() { c.ctx, c.cancel = context.WithCancel(c.p.ctx) }

// detach runs the outside part on a goroutine of its own, which ends the call. The
// lock is held.
func (c *call) detach() {
	c.k.programs.Add(1)
	go func() {
		defer c.k.programs.Done()
		c.goOut()
		c.k.lock()
		if c.inside() && !c.p.dead {
			c.finish()
		}
		c.k.unlock()
	}()
}

// inside is the return of a call from outside, with the lock held. It reports whether
// anybody waits for it yet.
func (c *call) inside() bool {
	c.out = false
	if c.gone {
		c.dropPin()
		c.named()
		return false
	}
	if c.reply.Errno == errno.ECANCELED && c.ctx != nil && c.ctx.Err() != nil {
		c.fail(errno.EINTR)
	}
	if why := string(c.reply.Data); c.reply.Errno != 0 && why != "" && c.p.guest != nil && c.p.why != why {
		// A guest hears the number alone. Its user is told once, however often it tries.
		c.p.why = why
		c.p.complain(why)
	}
	if c.over {
		c.over = false
		c.tooLong()
	}
	return true
}

// failErr ends the call with the number that stands for err; nil is success. An
// error of a look-up that would have to wait has the call begun anew.
func (c *call) failErr(err error) verdict {
	if errors.Is(err, vfs.ErrWouldWait) {
		c.mustWait = true
	}
	c.reply = sys.Fail(err)
	return ended
}
