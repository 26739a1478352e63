package kernel

import (
	"math"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// feed is how a busFile sends a process at the far end of a link what comes, before it
// asks: see [sys.OpFeed]. The process's reads and polls cost no messages then. The
// kernel's lock guards it.
type feed struct {
	on      bool
	id      uint64 // by which the process knows the file
	room    uint64 // how many bytes more it takes
	sent    uint64
	told    uint64 // of how many bytes that it has written it has heard
	seen    uint64 // how many of those it has said to have
	off     bool   // it is to be told that there is no more of this
	sending bool   // a goroutine sends
	spare   []byte
}

// feedTells is after how many bytes written a process hears that they have been taken,
// if nothing else is sent to it.
const feedTells = 128 << 10

// Feeds says that the process may be sent what comes on files of its own before it asks
// for it, and be lent bytes of pipes, by tell, which must not block and borrows what it is given. It is for links, and
// is called before the process's first call; only the first one counts.
func (p *Process) Feeds(tell func(r *sys.Request)) {
	p.k.lock()
	defer p.k.unlock()
	if !p.dead && p.feeds == nil {
		p.feeds = tell
	}
}

// feedable is what a process is told of a new link of its: whether it may be fed. One
// that is traced is not, so that all its reads are seen.
func (p *Process) feedable() sys.FDInfo {
	if p.feeds == nil || p.tracer.Load() != nil {
		return 0
	}
	return sys.InfoFed
}

// sysFeed takes a process's word that it is to be sent more of a file.
func sysFeed(c *call) verdict {
	var f *busFile
	file, ok := c.use(c.r.Args[0])
	if ok {
		f, ok = file.stream.(*busFile)
	}
	id := c.r.Args[2]
	if !ok || f.p != c.p || c.p.feeds == nil || !f.feed.on && file.refs-file.pins != 1 || f.feed.on && f.feed.id != id {
		if tell := c.p.feeds; tell != nil {
			c.k.after(func() { tell(fed(id, sys.FedOff, 0, nil)) })
		}
		return c.ok()
	}
	d := &f.feed
	d.on, d.id = true, id
	d.room += min(c.r.Args[1], math.MaxInt64-d.room)
	d.seen = c.r.Args[3]
	f.readable.wake() // reads that wait are told to wait for this instead
	f.feeds()
	return c.ok()
}

func fed(id uint64, how sys.Fed, taken uint64, data []byte) *sys.Request {
	return &sys.Request{Op: sys.OpFeed, Args: [6]uint64{id, uint64(how), taken}, Data: data}
}

// feeds has what there is sent to the process, when the lock has been given up.
func (f *busFile) feeds() {
	if d := &f.feed; d.on && !d.sending && f.feedsMore() {
		d.sending = true
		f.k.after(f.sendFed)
	}
}

// feedsMore reports whether there is anything to be sent that may be.
func (f *busFile) feedsMore() bool {
	d := &f.feed
	if f.p.stopped || f.p.dead {
		return false
	}
	return d.off || f.taken-d.told >= feedTells || f.over && f.waitingBytes() == 0 || f.waitingBytes() > 0 && d.room > 0
}

// sendFed sends what there is. One goroutine does so at a time, so that it arrives in order.
func (f *busFile) sendFed() {
	k, d := f.k, &f.feed
	k.lock()
	tell := f.p.feeds
	for d.on && f.feedsMore() {
		how, data := sys.FedMore, []byte(nil)
		switch n := int(min(uint64(f.waitingBytes()), d.room)); {
		case d.off:
			how, d.on = sys.FedOff, false
		case n == 0 && f.over && f.waitingBytes() == 0:
			how, d.on = sys.FedOver, false
		case n == 0: // only what has been taken is told
		case n == f.waitingBytes():
			data = f.out[f.off:]
			f.out, f.off, d.spare = d.spare[:0], 0, nil
		default:
			data = append(data, f.out[f.off:f.off+n]...)
			f.off += n
		}
		f.k.unread.leave(f.share, len(data))
		d.room -= uint64(len(data))
		d.sent += uint64(len(data))
		d.told = f.taken
		if f.waitingBytes() < busFull {
			f.writable.wake()
		}
		r := fed(d.id, how, f.taken, data)
		k.unlock()
		tell(r)
		k.lock()
		if cap(data) <= busFull {
			d.spare = data[:0]
		}
	}
	d.sending = false
	k.unlock()
}

// feedsThrough sends frames, which are borrowed, at once if nothing waits before them and there
// is room for all: most do, and go without a copy of their own. The lock is held, and has been
// given up if it did.
func (f *busFile) feedsThrough(frames []byte) bool {
	k, d := f.k, &f.feed
	if !d.on || d.off || d.sending || f.over || f.waitingBytes() > 0 || uint64(len(frames)) > d.room || f.p.stopped || f.p.dead {
		return false
	}
	d.room -= uint64(len(frames))
	d.sent += uint64(len(frames))
	d.told = f.taken
	d.sending = true
	tell, r := f.p.feeds, &f.telling
	*r = sys.Request{Op: sys.OpFeed, Args: [6]uint64{d.id, uint64(sys.FedMore), f.taken}, Data: frames}
	f.readable.wake() // polls of the kernel's
	k.unlock()
	tell(r)
	k.lock()
	r.Data = nil
	d.sending = false
	f.feeds()
	k.unlock()
	return true
}

// unfeed ends the feeding: somebody else may read from now on.
func (f *busFile) unfeed() {
	if f.feed.on {
		f.feed.off = true
		f.feeds()
	}
}

// feedAgain sends what came while the process was stopped.
func (p *Process) feedAgain() {
	for _, e := range p.fds {
		if e.f == nil {
			continue
		}
		if f, ok := e.f.stream.(*busFile); ok && f.p == p {
			f.feeds()
		}
	}
}
