package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// BreakCall has the system call op panic, with the kernel's lock held or outside it, when
// met says so of its request, and returns what undoes that. No kernel may be running.
func BreakCall(op sys.Op, outside bool, met func(*sys.Request) bool) (restore func()) {
	was := table[op]
	table[op] = func(c *call) verdict {
		switch {
		case !met(c.r):
			return was(c)
		case outside:
			return c.goOutside(func(*call) { panic("a bug outside") })
		}
		panic("a bug")
	}
	return func() { table[op] = was }
}
