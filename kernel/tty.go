package kernel

import (
	"strconv"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// ttyOutput is how many bytes a terminal holds for its master; then writers wait.
	ttyOutput = 64 << 10
	// ttyInput is how many bytes it holds for its readers; then the master waits.
	ttyInput = 256 << 10
	// ttyEcho is the room that input needs for its echo.
	ttyEcho = 64
)

// tty is a pseudo-terminal: the terminal itself, a stream that programs read and
// write, and with [ptyMaster] the side of who draws it and types. What happens in between
// is the line discipline, in ldisc.go.
type tty struct {
	k          *Kernel
	name       string
	mode       sys.TTYMode
	cols, rows uint32
	session    *session // whose controlling terminal it is, or nil
	group      uint32   // the foreground group, 0 if there is none

	ldisc
	out  ring
	inq  queue // readers of the terminal
	outq queue // writers of the terminal
	mq   queue // both of the master

	slaves int  // open files of the terminal
	hung   bool // the master is gone

	watches   map[*ttyWatch]bool
	questions []*question // that the user is to answer; the first is shown
}

// ptyMaster is the master's side of a terminal.
type ptyMaster struct{ t *tty }

func sysPTY(c *call) verdict {
	cols, rows := c.r.Args[0], c.r.Args[1]
	if cols > maxTTYSize || rows > maxTTYSize {
		return c.fail(errno.EINVAL)
	}
	t := &tty{k: c.k, mode: sys.TTYCooked, cols: uint32(cols), rows: uint32(rows), out: ring{max: ttyOutput}}
	t.name = "pts/" + strconv.FormatUint(c.k.ttySeq, 10)
	c.k.ttySeq++
	c.k.ttys++
	master := c.k.newStream(ptyMaster{t}, sys.ORead|sys.OWrite, sys.FDInfo(sys.TypeCharDevice))
	slave := t.open(sys.ORead | sys.OWrite)
	m, e := c.p.add(master, 0)
	if e != 0 {
		slave.release()
		return c.fail(e)
	}
	s, e := c.p.add(slave, 0)
	if e != 0 {
		c.p.closeFD(m)
		return c.fail(e)
	}
	return c.ok(uint64(m), uint64(s))
}

// open makes an open file on the terminal.
func (t *tty) open(flags sys.OpenFlag) *openFile {
	t.slaves++
	info := sys.FDInfo(sys.TypeCharDevice) | sys.InfoTTY
	if flags&sys.OWrite != 0 && flags&sys.ONonblock == 0 {
		info |= sys.InfoBulk
	}
	return t.k.newStream(t, flags, info)
}

// changed has all that waits for the terminal look again.
func (t *tty) changed() {
	t.inq.wake()
	t.outq.wake()
	t.mq.wake()
}

// background holds up a process that is not in the foreground: sig, SIGTTIN or SIGTTOU,
// goes to its group. go on says that the process may proceed. A process that ignores
// SIGTTOU may; one that ignores SIGTTIN, or that nobody could continue, gets EIO.
func (t *tty) background(c *call, sig sys.Signal) (v verdict, goOn bool) {
	p := c.p
	if t.session == nil || p.session != t.session || p.pgid == t.group {
		return 0, true
	}
	if p.sig.how[sig] == ignored && sig == sys.SIGTTOU {
		return 0, true
	}
	if p.sig.how[sig] == ignored || p.k.orphaned(p.pgid) {
		return c.fail(errno.EIO), false
	}
	if p.sig.how[sig] == caught {
		c.intr = true
	}
	p.k.signalGroup(p.pgid, sig)
	// A group that has been stopped tries again when it is continued.
	c.again = true
	return waiting, false
}

func (t *tty) read(c *call, n int) verdict {
	if t.hung {
		return c.ok()
	}
	if v, ok := t.background(c, sys.SIGTTIN); !ok {
		return v
	}
	switch {
	case n == 0:
		return c.ok()
	case t.readable():
		buf := c.buffer(min(n, t.nextLen()))
		t.takeInput(buf)
		c.ok()
		c.reply.Data = buf
		t.mq.wake()
		return ended
	case c.flags&sys.ONonblock != 0:
		return c.fail(errno.EAGAIN)
	}
	return c.wait(&t.inq)
}

func (t *tty) write(c *call, data []byte) verdict {
	if t.hung {
		if c.sent > 0 {
			return c.ok(uint64(c.sent))
		}
		return c.fail(errno.EIO)
	}
	n := t.output(data)
	c.sent += n
	if n > 0 {
		t.mq.wake()
	}
	switch {
	case n == len(data):
		return c.ok(uint64(c.sent))
	case c.flags&sys.ONonblock == 0:
		return c.wait(&t.outq)
	case c.sent > 0:
		return c.ok(uint64(c.sent))
	}
	return c.fail(errno.EAGAIN)
}

func (t *tty) poll() (sys.PollEvent, uint64) {
	if t.hung {
		return sys.PollIn | sys.PollOut | sys.PollHup, 0
	}
	var ev sys.PollEvent
	n := 0
	if t.readable() {
		ev, n = sys.PollIn, t.nextLen()
	}
	if t.out.free() >= pipeBuf {
		ev |= sys.PollOut
	}
	return ev, uint64(n)
}

func (t *tty) await(c *call, events sys.PollEvent) {
	c.wait(&t.inq)
	if events&sys.PollOut != 0 {
		c.wait(&t.outq)
	}
}

func (t *tty) stat() sys.Stat {
	return sys.Stat{Type: sys.TypeCharDevice, Mode: 0o620, Nlink: 1}
}

func (t *tty) closed() {
	if t.slaves--; t.slaves == 0 {
		t.mq.wake()
		t.forget()
	}
}

// forget counts the terminal out when both sides are closed.
func (t *tty) forget() {
	if t.slaves == 0 && t.hung {
		t.k.ttys--
	}
}

func (m ptyMaster) read(c *call, n int) verdict {
	t := m.t
	switch {
	case n == 0:
		return c.ok()
	case t.out.len() > 0:
		buf := c.buffer(min(n, t.out.len()))
		t.out.take(buf)
		t.outq.wake()
		t.mq.wake() // input may have waited for room for its echo
		c.ok()
		c.reply.Data = buf
		return ended
	case t.hung:
		return c.fail(errno.EIO)
	case t.slaves == 0:
		return c.ok()
	case c.flags&sys.ONonblock != 0:
		return c.fail(errno.EAGAIN)
	}
	return c.wait(&t.mq)
}

func (m ptyMaster) write(c *call, data []byte) verdict {
	t := m.t
	if t.hung {
		return c.fail(errno.EIO)
	}
	n := 0
	for n < len(data) && t.takes(data[n]) {
		t.receive(data[n])
		n++
	}
	c.sent += n
	if n > 0 {
		t.inq.wake()
		t.mq.wake()
	}
	switch {
	case n == len(data):
		return c.ok(uint64(c.sent))
	case c.flags&sys.ONonblock == 0:
		return c.wait(&t.mq)
	case c.sent > 0:
		return c.ok(uint64(c.sent))
	}
	return c.fail(errno.EAGAIN)
}

// takes reports whether there is room for what b brings about. Keys that send signals
// are always taken, so that they work when nothing else moves.
func (t *tty) takes(b byte) bool {
	if len(t.questions) > 0 || t.signalOf(b) != 0 {
		return true
	}
	return t.inLen < ttyInput && (t.mode&sys.TTYEcho == 0 || t.out.free() >= ttyEcho)
}

func (m ptyMaster) poll() (sys.PollEvent, uint64) {
	var ev sys.PollEvent
	t := m.t
	if t.out.len() > 0 {
		ev = sys.PollIn
	}
	if t.takes(' ') {
		ev |= sys.PollOut
	}
	if t.slaves == 0 {
		ev |= sys.PollHup
	}
	return ev, uint64(t.out.len())
}

func (m ptyMaster) await(c *call, _ sys.PollEvent) { c.wait(&m.t.mq) }

func (m ptyMaster) stat() sys.Stat {
	return sys.Stat{Type: sys.TypeCharDevice, Mode: 0o600, Nlink: 1}
}

// closed hangs up: the session is told, reads end and writes fail.
func (m ptyMaster) closed() {
	t := m.t
	if t.hung {
		return
	}
	t.hung = true
	for len(t.questions) > 0 {
		t.answered(reply{}) // nobody will
	}
	t.out = ring{max: ttyOutput}
	t.changed()
	if s := t.session; s != nil {
		s.dropTTY()
		in := func(p *Process) bool { return p.session == s }
		t.k.signalAll(sys.SIGHUP, in)
		t.k.signalAll(sys.SIGCONT, in)
	}
	t.forget()
}
