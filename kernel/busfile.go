package kernel

import (
	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// busFull is how many bytes may wait to be read from /dev/bus before writes to it
	// wait too: who does not read the answers asks no more.
	busFull = 1 << 20
	// busShared is how many bytes the bodies of the calls may have that are open to a peer: each
	// caller has a share. busBytes is that for all peers, and busShort what counts for nothing
	// there.
	busShared = 64 << 20
	busBytes  = 256 << 20
	busShort  = 4 << 10
	// busBehind is how many bytes may wait for a peer before calls to it fail, and busNotified
	// before it is notified of nothing more.
	busBehind   = 128 << 20
	busNotified = 16 << 20
	// busLost is how many bytes may wait to be read in all: each program has a share of that for all
	// its links, and at least busLeast. A link on which more comes is cut.
	busLost  = 256 << 20
	busLeast = 32 << 20
)

// busFile is an open /dev/bus: the kernel's end of a link, and what of it the process
// has not read or not written whole yet. The kernel's lock guards all but conn.
type busFile struct {
	k   *Kernel
	pid uint32 // of the process that opened it, as whom its calls are made
	// share is whose share they take of what all callers have.
	share uint32
	conn  *bus.Conn
	p     *Process // that one
	path  string   // along which the packages that it calls are looked for

	in    bus.Splitter
	taken uint64 // how many bytes have been written in all
	out   []byte
	off   int // how much of out was read
	feed  feed
	// telling is what feedsThrough sends; nobody else touches it while feed.sending.
	telling sys.Request
	over    bool
	shut    bool   // the process has closed it
	pump    func() // is f.pumpIn
	pumps   bool   // a goroutine takes messages from in
	more    bool   // there is something in in again

	readable, writable queue

	// The bus's lock guards these.
	serves *instance // what is served over the link
	calls  shares    // what is open to the process, by who calls
	bytes  shares    // of the bodies of those
}

// openBus is a new link of the process to the bus.
func (p *Process) openBus(flags sys.OpenFlag) *openFile {
	f := &busFile{k: p.k, pid: p.pid, share: p.share(), p: p, path: getenv(p.env, "PATH"), in: bus.Splitter{Most: bus.DefaultFrame}}
	f.pump = f.pumpIn
	f.conn = p.k.bus.accept(f)
	return p.k.newStream(f, flags, sys.FDInfo(sys.TypeCharDevice)|p.feedable())
}

// Send implements [bus.Port]: what the kernel's end sends is there to be read.
func (f *busFile) Send(frames []byte) error {
	f.k.lock()
	if f.feedsThrough(frames) {
		return nil
	}
	defer f.k.unlock()
	if f.over {
		return bus.ErrLinkClosed
	}
	if !f.holds(len(frames)) {
		err := bus.NewError(bus.CodeResourceExhausted, "more waits on the links of the program than it may leave unread")
		fault := bus.AppendFault(nil, 0, err)
		f.k.unread.add(f.share, len(fault))
		f.out = append(f.out, fault...)
		return err
	}
	if f.off > 0 && f.off >= len(f.out)/2 {
		f.out = f.out[:copy(f.out, f.out[f.off:])]
		f.off = 0
	}
	f.out = append(f.out, frames...)
	f.readable.wake()
	f.feeds()
	return nil
}

// Close implements [bus.Port]: the link has ended, and what was sent can be read yet.
func (f *busFile) Close() error {
	f.k.lock()
	defer f.k.unlock()
	f.over = true
	f.readable.wake()
	f.writable.wake()
	f.feeds()
	return nil
}

func (f *busFile) waitingBytes() int { return len(f.out) - f.off }

// behind reports whether the process does not read what it is sent: more than most waits for it.
func (f *busFile) behind(most int) bool {
	f.k.lock()
	defer f.k.unlock()
	return f.waitingBytes() > most
}

func (f *busFile) read(c *call, n int) verdict {
	left := f.waitingBytes()
	switch {
	case n == 0:
		return c.ok()
	case f.feed.on && c.p == f.p:
		return c.ok(0, 1)
	case left > 0:
		buf := c.buffer(min(n, left))
		f.off += copy(buf, f.out[f.off:])
		f.k.unread.leave(f.share, len(buf))
		if left == len(buf) {
			f.out, f.off = f.out[:0], 0
			if cap(f.out) > busFull {
				f.out = nil
			}
		}
		if f.waitingBytes() < busFull {
			f.writable.wake()
		}
		c.ok()
		c.reply.Data = buf
		return ended
	case f.over:
		return c.ok()
	case c.flags&sys.ONonblock != 0:
		return c.fail(errno.EAGAIN)
	}
	return c.wait(&f.readable)
}

func (f *busFile) write(c *call, data []byte) verdict {
	switch {
	case f.over && c.sent == 0:
		return c.fail(errno.EPIPE)
	case f.over:
		return c.ok(uint64(c.sent))
	case f.waitingBytes() >= busFull && c.flags&sys.ONonblock != 0 && c.r.Args[1]&sys.WriteBehind == 0:
		return c.fail(errno.EAGAIN)
	case f.waitingBytes() >= busFull:
		return c.wait(&f.writable)
	}
	if c.r.Given {
		f.in.Give(data)
	} else {
		f.in.Write(data)
	}
	f.taken += uint64(len(data))
	f.more = true
	f.k.after(f.pump)
	f.feeds()
	return c.ok(uint64(c.sent + len(data)))
}

// pumpIn hands the frames that are whole to the link. One goroutine does so at a time; it
// takes what others write meanwhile.
func (f *busFile) pumpIn() {
	k := f.k
	k.lock()
	if f.pumps || !f.more {
		k.unlock()
		return
	}
	f.pumps = true
	for f.more && !f.over {
		f.more = false
		msg, err := f.in.Next()
		if msg == nil && err == nil {
			break
		}
		k.unlock()
		if err != nil {
			f.conn.Break(bus.NewError(bus.CodeInvalidArgument, err.Error()))
		} else {
			f.conn.Receive(msg) // its error has ended the link
		}
		k.lock()
	}
	f.pumps = false
	k.unlock()
}

func (f *busFile) poll() (sys.PollEvent, uint64) {
	var ev sys.PollEvent
	n := f.waitingBytes()
	onWay := f.feed.sent - f.feed.seen // what the process was sent after it asked
	if n > 0 || onWay > 0 {
		ev |= sys.PollIn
	}
	switch {
	case f.over:
		ev |= sys.PollHup | sys.PollOut
	case n < busFull:
		ev |= sys.PollOut
	}
	return ev, uint64(n) + onWay
}

func (f *busFile) await(c *call, events sys.PollEvent) {
	if events&sys.PollIn != 0 {
		c.wait(&f.readable)
	}
	if events&sys.PollOut != 0 {
		c.wait(&f.writable)
	}
	if events&(sys.PollIn|sys.PollOut) == 0 {
		c.wait(&f.readable) // its end
	}
}

func (f *busFile) stat() sys.Stat {
	return sys.Stat{Type: sys.TypeCharDevice, Mode: 0o666, Nlink: 1, Size: uint64(f.waitingBytes())}
}

// closed is the end of the link: nobody has it open any more. Reads that wait end with it.
func (f *busFile) closed() {
	if f.shut {
		return
	}
	f.over, f.shut = true, true
	f.readable.wake()
	f.writable.wake()
	f.k.unread.leave(f.share, f.waitingBytes())
	f.out, f.off, f.in, f.feed = nil, 0, bus.Splitter{}, feed{}
	f.k.after(func() { f.conn.Lost(f.k.bus.lost(f)) })
}
