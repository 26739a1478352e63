package kernel

import (
	"fmt"
	"runtime/debug"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A panic is a bug. What it must not do is to take more with it than the process that
// met it: the kernel's lock may be held at that point, and the goroutine may be one on which
// other processes' calls are ended too. So it is caught where the kernel calls what may
// have one, the lock is given up in the usual way, and the process is ended by SIGABRT.

// try has the handler look at the call. The lock is held, also afterwards.
func (c *call) try() (v verdict) {
	defer func() {
		if bug := recover(); bug != nil {
			c.p.abort(bug)
			v = c.fail(errno.EIO) // for process 1, which goes on
		}
	}()
	return c.handler(c)
}

// goOut runs the part of the call that needs no lock.
func (c *call) goOut() {
	defer func() {
		if bug := recover(); bug != nil {
			c.k.lock()
			c.p.abort(bug)
			c.k.unlock()
			c.fail(errno.EIO)
		}
	}()
	c.outside(c)
}

// abort ends a process that met a bug. The lock is held.
func (p *Process) abort(bug any) {
	stack := string(debug.Stack())
	p.k.after(func() {
		p.k.log.Error("a panic in the kernel", "module", "kernel", "pid", p.pid, "program", p.name, "panic", bug, "stack", stack)
	})
	if p.pid != 1 && !p.dead {
		p.complain(fmt.Sprintf("internal error: %v", bug))
		p.end(sys.Signaled(sys.SIGABRT), true)
	}
}
