package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	pipeSize = 64 << 10 // unless a limit says otherwise
	pipeBuf  = 4096     // POSIX's PIPE_BUF: writes up to this are in one piece
)

// pipe is a bounded queue of bytes between any number of writers and readers.
type pipe struct {
	k    *Kernel
	id   uint64
	ring ring

	r, w              *openFile // its ends
	reads, writes     bool      // whether the end is open
	readable, writerq queue

	joint *joint // if its bytes go past the kernel; see joint
	lost  bool   // bytes were lost with a process that had them

	loan   *loan    // if a process has bytes that are still in the ring
	reader *Process // who has read last
	inRow  int      // how often since another did
	shy    int      // how often somebody must before anything is lent
}

// pipeReader and pipeWriter are a pipe's ends, each one open file.
type (
	pipeReader struct{ *pipe }
	pipeWriter struct{ *pipe }
)

// newPipe makes the two open files of a pipe that holds size bytes.
func (k *Kernel) newPipe(size int) (r, w *openFile) {
	k.pipes++
	p := &pipe{k: k, id: k.pipes, ring: ring{max: size}, reads: true, writes: true}
	r = k.newStream(pipeReader{p}, sys.ORead, sys.FDInfo(sys.TypeFIFO))
	w = k.newStream(pipeWriter{p}, sys.OWrite, sys.FDInfo(sys.TypeFIFO)|sys.InfoBulk)
	p.r, p.w = r, w
	return r, w
}

func sysPipe(c *call) verdict {
	r, w := c.k.newPipe(c.p.limits.pipeBytes(c.r.Args[0]))
	rn, e := c.p.add(r, 0)
	if e != 0 {
		w.release()
		return c.fail(e)
	}
	wn, e := c.p.add(w, 0)
	if e != 0 {
		c.p.closeFD(rn)
		return c.fail(e)
	}
	return c.ok(uint64(rn), uint64(wn))
}

func (p *pipe) stat() sys.Stat {
	return sys.Stat{Ino: p.id, Type: sys.TypeFIFO, Mode: 0o600, Nlink: 1, Size: uint64(p.ring.len())}
}

func (p pipeReader) read(c *call, n int) verdict {
	switch {
	case n == 0:
		return c.ok()
	case p.loan != nil:
		p.recall()
	case p.ring.len() > 0 && p.sparse(c):
	case p.ring.len() > 0:
		n = min(n, p.ring.len())
		lent := p.lend(c, n)
		buf := c.buffer(n + lent)
		p.ring.take(buf[:n])
		p.ring.peek(buf[n:])
		if p.ring.free() >= pipeBuf { // any writer can go on
			p.writerq.wake()
		}
		c.ok(0, 0, uint64(lent))
		c.reply.Data = buf
		return ended
	case p.lost:
		return c.fail(errno.EIO)
	case p.joint != nil:
		if j := p.joint; c.p == j.reader && c.r.Args[2] != 0 && !j.returning {
			return c.ok(uint64(j.number))
		}
		p.joint.takeBack()
	case !p.writes:
		return c.ok()
	}
	if c.flags&sys.ONonblock != 0 {
		return c.fail(errno.EAGAIN)
	}
	return c.wait(&p.readable)
}

// sparse reports whether the read c would rather wait for more than there is, and more
// can come without it.
func (p *pipe) sparse(c *call) bool {
	wanted := min(c.r.Args[4], uint64(p.ring.max/2))
	return uint64(p.ring.len()) < wanted && p.ring.free() >= pipeBuf && p.writes && p.joint == nil && !p.lost &&
		c.r.Op == sys.OpRead && c.flags&sys.ONonblock == 0
}

func (p pipeReader) write(c *call, _ []byte) verdict { return c.fail(errno.EBADF) }

func (p pipeReader) poll() (sys.PollEvent, uint64) {
	var ev sys.PollEvent
	if p.loan != nil {
		p.recall() // then it is known
		return 0, 0
	}
	p.joint.takeBack()
	n := uint64(p.ring.len())
	if n > 0 {
		ev |= sys.PollIn
	}
	if !p.writes && p.joint == nil {
		ev |= sys.PollHup
	}
	return ev, n
}

func (p pipeReader) await(c *call, _ sys.PollEvent) { c.wait(&p.readable) }

func (p pipeReader) closed() {
	p.reads = false
	p.endLoan()
	p.ring = ring{}
	p.joint.readerGone()
	p.writerq.wake()
}

func (p pipeWriter) read(c *call, _ int) verdict { return c.fail(errno.EBADF) }

func (p pipeWriter) write(c *call, data []byte) verdict {
	if !p.reads || p.lost {
		return c.broken()
	}
	n := len(data)
	whole := c.sent == 0 && n <= pipeBuf
	free := p.ring.free()
	if c.p.hushed {
		free = n // as it has returned, or might have
	}
	if p.joint != nil {
		p.joint.takeBack()
		free = 0 // not before what went by the channel is here
		c.lingers = c.p.hushed
	}
	if n > free {
		n = free
		if whole {
			n = 0
		}
	}
	if n > 0 {
		if !c.r.Given || n < len(c.r.Data) || !p.ring.adopt(data) {
			p.ring.put(data[:n])
		}
		c.sent += n
		p.readable.wake()
	}
	switch {
	case n == len(data):
		return c.ok(uint64(c.sent))
	case c.flags&sys.ONonblock == 0:
		return c.wait(&p.writerq)
	case c.sent > 0:
		return c.ok(uint64(c.sent))
	}
	return c.fail(errno.EAGAIN)
}

// broken ends a write to a pipe that nobody will read: with SIGPIPE, and EPIPE for who
// lives on.
func (c *call) broken() verdict {
	if c.sent == 0 {
		c.p.signal(sys.SIGPIPE)
	}
	return c.hungUp()
}

// hungUp ends a write that nobody will read.
func (c *call) hungUp() verdict {
	if c.sent > 0 {
		return c.ok(uint64(c.sent), uint64(errno.EPIPE))
	}
	return c.fail(errno.EPIPE)
}

func (p pipeWriter) poll() (sys.PollEvent, uint64) {
	p.joint.takeBack()
	switch {
	case !p.reads || p.lost:
		return sys.PollOut | sys.PollErr | sys.PollHup, 0
	case p.joint == nil && p.ring.free() >= pipeBuf:
		return sys.PollOut, 0
	}
	return 0, 0
}

func (p pipeWriter) await(c *call, _ sys.PollEvent) { c.wait(&p.writerq) }

func (p pipeWriter) closed() {
	p.writes = false
	p.joint.writerGone()
	p.readable.wake()
}
