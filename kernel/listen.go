package kernel

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// The kernel's network is itself: a port is a name under which a process listens, and
// others of the same kernel connect to it.

const (
	// firstEphemeral is the lowest port that is given to who asks for any.
	firstEphemeral = 49152
	// maxBacklog bounds how many connections wait to be accepted.
	maxBacklog = 1024
)

// listener is a socket that listens.
type listener struct {
	k       *Kernel
	id      uint64
	port    uint16
	backlog int
	pending []*socket // connections that nobody has accepted

	coming, room queue
}

// freePort is a port that nobody listens on, 0 if there is none.
func (k *Kernel) freePort() uint16 {
	for range 1<<16 - firstEphemeral {
		if k.lastPort++; k.lastPort < firstEphemeral {
			k.lastPort = firstEphemeral
		}
		if k.ports[k.lastPort] == nil {
			return k.lastPort
		}
	}
	return 0
}

func sysListen(c *call) verdict {
	port, k := c.r.Args[0], c.k
	if port > 1<<16-1 {
		return c.fail(errno.EINVAL)
	}
	l := &listener{k: k, port: uint16(port), backlog: int(min(max(c.r.Args[1], 1), maxBacklog))}
	if l.port == 0 {
		l.port = k.freePort()
	}
	if l.port == 0 || k.ports[l.port] != nil {
		return c.fail(errno.EADDRINUSE)
	}
	k.sockets++
	l.id = k.sockets
	flags := sys.OpenFlag(c.r.Args[2])
	k.ports[l.port] = l
	f := k.newStream(l, sys.OAccess|flags&sys.ONonblock, sys.FDInfo(sys.TypeSocket))
	n, e := c.p.add(f, flags)
	if e != 0 {
		return c.fail(e)
	}
	return c.ok(uint64(n), uint64(c.p.fds[n].known()), uint64(l.port))
}

func sysAccept(c *call) verdict {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	l, ok := f.stream.(*listener)
	switch {
	case !ok && f.info.Type() == sys.TypeSocket:
		return c.fail(errno.EINVAL)
	case !ok:
		return c.fail(errno.ENOTSOCK)
	case len(l.pending) == 0 && c.flags&sys.ONonblock != 0:
		return c.fail(errno.EAGAIN)
	case len(l.pending) == 0:
		return c.wait(&l.coming)
	}
	// The table is asked first, so that the connection is not lost if it is full.
	if _, e := c.p.lowest(0); e != 0 {
		return c.fail(e)
	}
	s := l.pending[0]
	l.pending = l.pending[1:]
	l.room.wake()
	flags := sys.OpenFlag(c.r.Args[1])
	n, e := c.p.add(s.file(flags), flags)
	if e != 0 {
		return c.fail(e)
	}
	return c.ok(uint64(n), uint64(c.p.fds[n].known()), uint64(s.remote))
}

func sysConnect(c *call) verdict {
	port, flags := c.r.Args[0], sys.OpenFlag(c.r.Args[1])
	if port == 0 || port > 1<<16-1 {
		return c.fail(errno.EINVAL)
	}
	u := usePort(uint16(port))
	if d, _ := c.k.grants.verdictOn(c.p.narrowed, u); d == grant.Allow {
		return c.connect(uint16(port), flags, flags&sys.ONonblock == 0)
	}
	return c.goOutside(func(c *call) {
		if err := c.mayUse(u); err != nil {
			c.failErr(err)
			return
		}
		c.k.lock()
		defer c.k.unlock()
		c.connect(uint16(port), flags, false)
	})
}

// usePort is the use of a port of the kernel's network.
func usePort(port uint16) use {
	return use{grant.TCP, "localhost:" + strconv.Itoa(int(port))}
}

// mayReach asks for the grant that opening what is at place takes: that of a port.
func (c *call) mayReach(place vfs.Place) error {
	d, ok := place.Node().(vfs.Device)
	if !ok {
		return nil
	}
	port, ok := strings.CutPrefix(d.Device(), "tcp/")
	if !ok {
		return nil
	}
	return c.mayUse(use{grant.TCP, "localhost:" + port})
}

// connect gives the process a connection to a port; waits says that it may wait for room.
func (c *call) connect(port uint16, flags sys.OpenFlag, waits bool) verdict {
	l := c.k.ports[port]
	switch {
	case l == nil:
		return c.fail(errno.ECONNREFUSED)
	case len(l.pending) >= l.backlog && !waits:
		return c.fail(errno.EAGAIN)
	case len(l.pending) >= l.backlog:
		return c.wait(&l.room)
	}
	if _, e := c.p.lowest(0); e != 0 {
		return c.fail(e)
	}
	n, e := c.p.add(l.connect(c.p).file(flags), flags)
	if e != 0 {
		return c.fail(e)
	}
	return c.ok(uint64(n), uint64(c.p.fds[n].known()), uint64(c.p.fds[n].f.stream.(*socket).local))
}

// connect makes a connection to l, which has room for it, and returns p's end.
func (l *listener) connect(p *Process) *socket {
	mine, theirs := l.k.pair(p.limits.pipeBytes(0), l.k.freePort(), l.port)
	l.pending = append(l.pending, theirs)
	l.coming.wake()
	return mine
}

// openPort is an open of the device of a port.
func (p *Process) openPort(port uint16, flags sys.OpenFlag) (*openFile, errno.Errno) {
	l := p.k.ports[port]
	switch {
	case l == nil:
		return nil, errno.ECONNREFUSED
	case len(l.pending) >= l.backlog:
		return nil, errno.EAGAIN
	}
	return l.connect(p).file(flags), 0
}

// connected is the connection that the call's first argument is an fd of.
func (c *call) connected() (*socket, errno.Errno) {
	f, ok := c.use(c.r.Args[0])
	if !ok {
		return nil, errno.EBADF
	}
	switch s, ok := f.stream.(*socket); {
	case ok:
		return s, 0
	case f.info.Type() == sys.TypeSocket:
		return nil, errno.ENOTCONN
	}
	return nil, errno.ENOTSOCK
}

func sysShutdown(c *call) verdict {
	s, e := c.connected()
	how := sys.ShutFlag(c.r.Args[1])
	switch {
	case e != 0:
		return c.fail(e)
	case how == 0 || how&^(sys.ShutRead|sys.ShutWrite) != 0:
		return c.fail(errno.EINVAL)
	case how&sys.ShutWrite != 0 && s.noWrite && !s.peer.open:
		return c.fail(errno.ENOTCONN)
	}
	s.shutdown(how)
	return c.ok()
}

func sysRecv(c *call) verdict {
	s, e := c.connected()
	flags := sys.RecvFlag(c.r.Args[2])
	switch {
	case e != 0:
		return c.fail(e)
	case flags&^(sys.RecvPeek|sys.RecvWaitAll) != 0:
		return c.fail(errno.EINVAL)
	}
	return s.receive(c, c.room(c.r.Args[1]), flags)
}

func (l *listener) read(c *call, _ int) verdict { return c.fail(errno.ENOTCONN) }

func (l *listener) write(c *call, _ []byte) verdict { return c.fail(errno.ENOTCONN) }

func (l *listener) poll() (sys.PollEvent, uint64) {
	if n := len(l.pending); n > 0 {
		return sys.PollIn, uint64(n)
	}
	return 0, 0
}

func (l *listener) await(c *call, _ sys.PollEvent) { c.wait(&l.coming) }

func (l *listener) stat() sys.Stat {
	return sys.Stat{Ino: l.id, Type: sys.TypeSocket, Mode: 0o777, Nlink: 1}
}

// closed gives up the port. Who has not been accepted is told so.
func (l *listener) closed() {
	delete(l.k.ports, l.port)
	for _, s := range l.pending {
		s.peer.reset = true
		s.closed()
	}
	l.pending = nil
	l.room.wake()
}
