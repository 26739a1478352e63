package kernel

import (
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// fdEntry is a place in a process's descriptor table.
type fdEntry struct {
	f     *openFile    // nil if it is free
	flags sys.OpenFlag // OCloexec, OPreopen, ONonblock if it was set later: see sysSetFD
	name  string       // of a preopened directory
}

// openFile is an open file description: what fds of several processes may share,
// with one offset and one set of status flags. It is either on a node of the tree
// or on a stream.
type openFile struct {
	k     *Kernel
	refs  int          // fds and pins
	pins  int          // calls that wait, or are outside
	flags sys.OpenFlag // access mode and status; status may change
	info  sys.FDInfo

	place  vfs.Place // of a node, also of a device that became a stream
	stream stream    // nil for a node
	held   vfs.Holder
	copy   atomic.Pointer[fileCopy] // of a file that the process which opened it, or owns it, may have a copy of
	// readOnly: nothing below this directory may be changed through it.
	readOnly bool
	// unfinished: the last write to it has begun a line and not ended it.
	unfinished bool

	mu  sync.Mutex // held while the offset is in use, and taken without the kernel's lock
	off int64

	owner *owner // of the offset, nil if that is the kernel
	owned queue  // calls that wait for it
}

// stream is what is behind an open file that is no node: a pipe's end, a terminal,
// a device. Its methods are called with the kernel's lock held.
type stream interface {
	// read ends c with up to n bytes, or has it wait.
	read(c *call, n int) verdict
	// write takes of data, the rest of what c writes, what it can, and adds that to
	// c.sent. It ends c or has it wait.
	write(c *call, data []byte) verdict
	// poll is what is the case, and how much can be read.
	poll() (sys.PollEvent, uint64)
	// await puts c on the queues of the changes that poll could report.
	await(c *call, events sys.PollEvent)
	// stat describes it.
	stat() sys.Stat
	// closed is called when the last reference is gone.
	closed()
}

func (k *Kernel) newFile(flags sys.OpenFlag, info sys.FDInfo) *openFile {
	k.open++
	return &openFile{k: k, refs: 1, flags: flags & (sys.OAccess | sys.OStatus), info: info}
}

// newStream is an open file on s.
func (k *Kernel) newStream(s stream, flags sys.OpenFlag, info sys.FDInfo) *openFile {
	f := k.newFile(flags, info)
	f.stream = s
	return f
}

// status is the access mode and the status flags of the fd.
func (e fdEntry) status() sys.OpenFlag { return e.f.flags | e.flags&sys.ONonblock }

// known is what a process may know of the file. Writes that must not wait may end
// early, which their caller has to see.
func (e fdEntry) known() sys.FDInfo {
	if e.status()&sys.ONonblock != 0 {
		return e.f.info &^ sys.InfoBulk
	}
	return e.f.info
}

// share takes a reference for one more fd.
func (f *openFile) share() {
	f.refs++
	f.atHome()
}

// atHome has the kernel itself deal with the file's bytes.
func (f *openFile) atHome() {
	switch s := f.stream.(type) {
	case pipeReader:
		s.joint.takeBack()
		if s.loan != nil {
			s.recall()
		}
	case pipeWriter:
		s.joint.takeBack()
	case *busFile:
		s.unfeed()
	}
}

// release gives up a reference.
func (f *openFile) release() {
	if f.refs--; f.refs > 0 {
		// A terminal is hung up with the last fd of its other side, and a link to the bus
		// ends with its own, whatever still waits for what comes: nobody is there to see it.
		switch f.stream.(type) {
		case ptyMaster, *busFile:
			if f.refs == f.pins {
				f.k.closeStream(f.stream)
			}
		}
		return
	}
	f.k.open--
	if f.stream != nil {
		f.k.closeStream(f.stream)
	}
	if f.held != nil {
		f.k.after(f.held.Release)
	}
	if kept := f.copy.Load(); kept != nil {
		f.k.after(kept.release)
	}
}

// closeStream tells s that its last reference is gone. That may end processes, which
// close what they have; those streams are told when s is done with it, so that none
// is half closed when another looks.
func (k *Kernel) closeStream(s stream) {
	k.closing = append(k.closing, s)
	if len(k.closing) > 1 {
		return // whoever tells the first one tells this one too
	}
	for i := 0; i < len(k.closing); i++ {
		k.closing[i].closed()
	}
	clear(k.closing)
	k.closing = k.closing[:0]
}

// fd is the open file of number n.
func (p *Process) fd(n uint64) (*openFile, bool) {
	if n < uint64(len(p.fds)) && p.fds[n].f != nil {
		return p.fds[n].f, true
	}
	return nil, false
}

// lowest is the lowest free number from min on: EMFILE if there is none.
func (p *Process) lowest(min int) (int, errno.Errno) {
	limit := p.maxOpen()
	n := min
	for n < len(p.fds) && p.fds[n].f != nil {
		n++
	}
	if n >= limit {
		return 0, p.noFD()
	}
	return n, 0
}

// install puts f, with the reference that the caller has on it, at number n, which must
// be free.
func (p *Process) install(n int, e fdEntry) {
	for len(p.fds) <= n {
		p.fds = append(p.fds, fdEntry{})
	}
	p.fds[n] = e
}

// add puts f at the lowest free number. If there is none, f is released.
func (p *Process) add(f *openFile, flags sys.OpenFlag) (int, errno.Errno) {
	n, e := p.lowest(0)
	if e != 0 {
		f.release()
		return 0, e
	}
	p.install(n, fdEntry{f: f, flags: flags & sys.OCloexec})
	return n, 0
}

// closeFD frees number n, which must be open.
func (p *Process) closeFD(n int) {
	f := p.fds[n].f
	p.fds[n] = fdEntry{}
	if f.ownedBy(p) {
		f.disown()
	}
	f.release()
}

// use finds the open file of a call's fd, and sets c.f and c.flags. In a call that is
// tried again, it is what it was: the number may mean another file by now.
func (c *call) use(fd uint64) (*openFile, bool) {
	if c.pinned {
		return c.f, true
	}
	f, ok := c.p.fd(fd)
	if ok {
		c.f, c.flags = f, c.p.fds[fd].status()
	}
	return f, ok
}

// sysClose frees the number whatever becomes of what was written.
func sysClose(c *call) verdict {
	f, ok := c.p.fd(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	if f.info&sys.InfoFlush != 0 {
		c.f = f
		c.pin()
		c.p.closeFD(int(c.r.Args[0]))
		return c.goOutside(func(c *call) { c.failErr(c.place().Node().(vfs.Flusher).Flush()) })
	}
	if kept := f.copyOf(c.p); c.r.Args[1] == 1 && kept != nil {
		kept.retain()
		if old := c.r.Args[2]; old != 0 {
			c.k.after(func() { c.p.copies.forget(old) })
		}
	}
	c.p.closeFD(int(c.r.Args[0]))
	return c.ok()
}

func sysDup(c *call) verdict {
	f, ok := c.p.fd(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	to, from := c.r.Args[1], int(c.r.Args[0])
	limit := uint64(c.p.maxOpen())
	switch {
	case to == ^uint64(0):
		if c.r.Args[2] >= limit {
			return c.fail(errno.EINVAL)
		}
		n, e := c.p.lowest(int(c.r.Args[2]))
		if e != 0 {
			return c.fail(e)
		}
		to = uint64(n)
	case to >= limit:
		return c.fail(errno.EBADF)
	case to == uint64(from):
		return c.ok(to, uint64(c.p.fds[from].known()))
	}
	f.share()
	if _, ok := c.p.fd(to); ok {
		c.p.closeFD(int(to))
	}
	// What the process got at its start stays a preopened directory under each of
	// its numbers; close-on-exec belongs to the number.
	c.p.install(int(to), fdEntry{f: f, flags: c.p.fds[from].flags &^ sys.OCloexec, name: c.p.fds[from].name})
	return c.ok(to, uint64(c.p.fds[to].known()))
}

func sysRenumber(c *call) verdict {
	from, to := c.r.Args[0], c.r.Args[1]
	_, ok := c.p.fd(from)
	if _, ok2 := c.p.fd(to); !ok || !ok2 {
		return c.fail(errno.EBADF)
	}
	if from != to {
		e := c.p.fds[from]
		c.p.fds[from] = fdEntry{}
		c.p.closeFD(int(to))
		c.p.fds[to] = e
	}
	return c.ok()
}

func sysGetFD(c *call) verdict {
	f, ok := c.p.fd(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	e := c.p.fds[c.r.Args[0]]
	c.ok(uint64(f.flags|e.flags), uint64(e.known()))
	if e.flags&sys.OPreopen != 0 {
		c.reply.Data = []byte(e.name)
	}
	return ended
}

// sysSetFD sets status flags. ONonblock is set for the number alone, not for all who
// share the file: Go's programs for wasip1 set it on what they are given as standard
// input, and neither the shell nor the programs beside and after them expect that.
func sysSetFD(c *call) verdict {
	f, ok := c.p.fd(c.r.Args[0])
	if !ok {
		return c.fail(errno.EBADF)
	}
	if c.elsewhere(f) {
		return c.wait(&f.owned)
	}
	flags := sys.OpenFlag(c.r.Args[1]) & sys.OStatus
	e := &c.p.fds[c.r.Args[0]]
	e.flags = e.flags&^sys.ONonblock | flags&sys.ONonblock
	f.atHome()
	f.flags = f.flags&^sys.OStatus | flags&(f.flags|^sys.ONonblock)&sys.OStatus
	return c.ok()
}
