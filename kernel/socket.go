package kernel

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// socket is one end of a connection: a stream of bytes in either direction.
type socket struct {
	k    *Kernel
	id   uint64
	peer *socket
	in   ring // what the peer has sent and nobody has read

	noRead, noWrite bool // shut down, or closed
	open            bool
	reset           bool // the peer has thrown away what was sent: told once

	readable, writable queue

	local, remote uint16 // ports
}

// pair makes the two ends of a connection that hold size bytes each way.
func (k *Kernel) pair(size int, client, server uint16) (a, b *socket) {
	k.sockets += 2
	a = &socket{k: k, id: k.sockets - 1, in: ring{max: size}, open: true, local: client, remote: server}
	b = &socket{k: k, id: k.sockets, in: ring{max: size}, open: true, local: server, remote: client, peer: a}
	a.peer = b
	return a, b
}

// file is an open file on s.
func (s *socket) file(flags sys.OpenFlag) *openFile {
	return s.k.newStream(s, sys.OAccess|flags&sys.ONonblock, sys.FDInfo(sys.TypeSocket))
}

// atEnd reports whether nothing more can come.
func (s *socket) atEnd() bool { return s.noRead || s.peer.noWrite }

func (s *socket) read(c *call, n int) verdict { return s.receive(c, n, 0) }

// receive is read with the flags of OpRecv.
func (s *socket) receive(c *call, n int, flags sys.RecvFlag) verdict {
	enough := 1
	if flags&sys.RecvWaitAll != 0 {
		// All of it has to fit: that is the caller's own memory.
		enough = n
		s.in.max = max(s.in.max, n)
		s.peer.writable.wake()
	}
	switch {
	case n == 0:
		return c.ok()
	case s.in.len() >= enough || s.in.len() > 0 && (s.atEnd() || c.flags&sys.ONonblock != 0):
		buf := c.buffer(min(n, s.in.len()))
		if flags&sys.RecvPeek != 0 {
			s.in.peek(buf)
		} else {
			s.in.take(buf)
			s.peer.writable.wake()
		}
		c.ok()
		c.reply.Data = buf
		return ended
	case s.reset:
		s.reset = false
		return c.fail(errno.ECONNRESET)
	case s.atEnd():
		return c.ok()
	case c.flags&sys.ONonblock != 0:
		return c.fail(errno.EAGAIN)
	}
	return c.wait(&s.readable)
}

func (s *socket) write(c *call, data []byte) verdict {
	switch {
	case s.reset && c.sent == 0:
		s.reset = false
		return c.fail(errno.ECONNRESET)
	case s.noWrite || s.peer.noRead:
		// No signal: preview 1 has no way to ignore one, and a server must not end with
		// its client.
		return c.hungUp()
	}
	n := len(data)
	if !c.p.hushed { // else it has returned, or might have
		n = min(n, s.peer.in.free())
	}
	if n > 0 {
		s.peer.in.put(data[:n])
		c.sent += n
		s.peer.readable.wake()
	}
	switch {
	case n == len(data):
		return c.ok(uint64(c.sent))
	case c.flags&sys.ONonblock == 0:
		return c.wait(&s.writable)
	case c.sent > 0:
		return c.ok(uint64(c.sent))
	}
	return c.fail(errno.EAGAIN)
}

func (s *socket) poll() (sys.PollEvent, uint64) {
	var ev sys.PollEvent
	n := s.in.len()
	if n > 0 || s.atEnd() || s.reset {
		ev |= sys.PollIn
	}
	switch {
	case s.noWrite || s.peer.noRead:
		ev |= sys.PollOut
		if !s.peer.open || s.atEnd() {
			ev |= sys.PollHup
		}
	case s.peer.in.free() > 0:
		ev |= sys.PollOut
	}
	if s.reset {
		ev |= sys.PollErr
	}
	return ev, uint64(n)
}

func (s *socket) await(c *call, events sys.PollEvent) {
	c.wait(&s.readable)
	if events&sys.PollOut != 0 {
		c.wait(&s.writable)
	}
}

func (s *socket) stat() sys.Stat {
	return sys.Stat{Ino: s.id, Type: sys.TypeSocket, Mode: 0o777, Nlink: 1}
}

// shutdown ends one direction, or both. What has come and was not read is still
// there to be read.
func (s *socket) shutdown(how sys.ShutFlag) {
	if how&sys.ShutRead != 0 {
		s.noRead = true
	}
	if how&sys.ShutWrite != 0 {
		s.noWrite = true
	}
	s.wakeAll()
	s.peer.wakeAll()
}

func (s *socket) wakeAll() {
	s.readable.wake()
	s.writable.wake()
}

// closed ends both directions. The peer hears that what it sent has not been read.
func (s *socket) closed() {
	s.open = false
	if s.in.len() > 0 {
		s.peer.reset = true
		s.in = ring{}
	}
	s.shutdown(sys.ShutRead | sys.ShutWrite)
}
