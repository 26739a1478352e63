package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// maxTTYSize is the most columns and the most rows of a terminal.
const maxTTYSize = 0xffff

// terminal finds the terminal of a call's fd, on either side of it.
func (c *call) terminal() (t *tty, master bool, e errno.Errno) {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return nil, false, errno.EBADF
	}
	switch s := f.stream.(type) {
	case *tty:
		return s, false, 0
	case ptyMaster:
		return s.t, true, 0
	}
	return nil, false, errno.ENOTTY
}

func sysTTYGet(c *call) verdict {
	t, _, e := c.terminal()
	if e != 0 {
		return c.fail(e)
	}
	return c.ok(uint64(t.mode), uint64(t.cols)<<32|uint64(t.rows), uint64(t.group))
}

func sysTTYSet(c *call) verdict {
	t, master, e := c.terminal()
	if e != 0 {
		return c.fail(e)
	}
	const all = sys.TTYSetMode | sys.TTYSetSize | sys.TTYSetGroup
	what := sys.TTYChange(c.r.Args[1])
	cols, rows := uint32(c.r.Args[3]>>32), uint32(c.r.Args[3])
	switch {
	case c.r.Args[1]&^uint64(all) != 0:
		return c.fail(errno.EINVAL)
	case what&sys.TTYSetMode != 0 && c.r.Args[2]&^uint64(sys.TTYCooked) != 0:
		return c.fail(errno.EINVAL)
	case what&sys.TTYSetSize != 0 && (cols > maxTTYSize || rows > maxTTYSize):
		return c.fail(errno.EINVAL)
	case t.hung:
		return c.fail(errno.EIO)
	}
	if what&sys.TTYSetGroup != 0 {
		if !master && c.p.session.tty != t {
			return c.fail(errno.ENOTTY)
		}
		if c.r.Args[4] > maxPID || t.session == nil || !c.k.groupIn(uint32(c.r.Args[4]), t.session) {
			return c.fail(errno.EPERM)
		}
	}
	if !master {
		if v, ok := t.background(c, sys.SIGTTOU); !ok {
			return v
		}
	}
	if what&sys.TTYSetGroup != 0 {
		t.group = uint32(c.r.Args[4])
	}
	if what&sys.TTYSetMode != 0 {
		t.setMode(sys.TTYMode(c.r.Args[2]))
	}
	if what&sys.TTYSetSize != 0 && (t.cols != cols || t.rows != rows) {
		t.cols, t.rows = cols, rows
		if t.group != 0 {
			c.k.signalGroup(t.group, sys.SIGWINCH)
		}
		t.resized()
	}
	t.changed()
	return c.ok()
}
