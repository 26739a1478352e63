package link

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// feedRoom is how many bytes the kernel may send of a fd that nobody has read, and
	// feedAgain after how many that were read it hears that it may send as many more.
	feedRoom  = 1 << 20
	feedAgain = 256 << 10
	// feedWindow is how many bytes written to such a fd may be on their way.
	feedWindow = 512 << 10
	// mostTries is how often a process is told at once that there is nothing yet. Then it
	// waits for a message to the kernel and back, without which none could come in.
	mostTries = 3
)

// feed is a fd, or what was one, of which the kernel sends what comes before it is asked
// for: see [sys.OpFeed]. Duplicates of the fd share it.
type feed struct {
	id   uint64
	fd   uint64
	fds  int  // how many have it
	on   bool // the kernel has been asked
	off  bool // it sends no more so: what is not here is read as of any fd
	over bool // what is here is the rest

	pieces []fedPiece // what has come
	length int
	took   uint64 // what of it was read, and the kernel has not heard of
	came   uint64
	sent   uint64 // what was written
	acked  uint64 // what of it the kernel has taken

	reading int // reads that were sent before the feed began: what they bring comes first
	waits   []feedRead
}

// fedPiece is a part of what has come, and the message that it is of.
type fedPiece struct {
	data []byte
	of   *message // nil if nobody wants its memory back
}

// feedRead is a read that waits.
type feedRead struct {
	lane uint16
	req  sys.Request
	done func(sys.Reply)
}

// feedOf is the feed of a call's fd; nil if it has none.
func (c *Client) feedOf(r *sys.Request) *feed {
	if len(c.feeds) == 0 || r.Args[0] > 1<<31 {
		return nil
	}
	return c.fds.get(uint32(r.Args[0])).feed
}

// newFeed prepares the feed of a fd that has just been opened, if the kernel has one.
func (c *Client) newFeed(fd uint32, info sys.FDInfo, flags sys.OpenFlag) {
	if info&sys.InfoFed == 0 {
		return
	}
	c.lastFeed++
	f := &feed{id: c.lastFeed, fd: uint64(fd), fds: 1}
	c.feeds[f.id] = f
	state := c.fds.get(fd)
	state.feed, state.swift = f, flags&sys.ONonblock != 0
	c.fds.set(fd, state)
}

// grant tells the kernel how much more it may send, and how much has come.
func (c *Client) grant(f *feed, more uint64) {
	if f.on && !f.off && !f.over {
		c.tell(&sys.Request{Op: sys.OpFeed, Args: [6]uint64{f.fd, more, f.id, f.came}})
	}
}

// writeFed sends a write behind and has the kernel feed the fd from then on. It leaves one
// for which there is no room on the way to be a call.
func (c *Client) writeFed(f *feed, lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	fd, n := uint32(r.Args[0]), len(r.Data)
	state := c.fds.get(fd)
	if state.err != 0 {
		reply.Errno, state.err = state.err, 0
		c.fds.set(fd, state)
		return reply, true, true
	}
	room := feedWindow - int(f.sent-f.acked)
	if f.off || f.over || lane == Unordered || r.Args[1] != 0 || n > room && !state.swift {
		return reply, false, false
	}
	req := *r
	req.Args[1] = sys.WriteBehind
	if n > room {
		if room <= 0 {
			reply, answered = c.nothing(lane, r, done)
			return reply, answered, true
		}
		n = room
		req.Data = r.Data[:n]
	}
	if !f.on {
		f.on = true
		c.grant(f, feedRoom)
	}
	f.sent += uint64(n)
	c.sendBehind(lane, fd, &req)
	if len(c.out) >= holdBytes || c.pace.due(c.now(), n) {
		c.flush()
	} else {
		c.shown = true
	}
	return sys.Reply{Vals: [3]uint64{uint64(n)}}, true, true
}

// readFed reads of what has come, or has the read wait. taken is false for one that the
// kernel has to answer.
func (c *Client) readFed(f *feed, lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	switch {
	case r.Args[1] == 0 || r.Dst != nil && len(r.Dst) == 0:
		return reply, true, true
	case len(f.waits) > 0:
	case f.length > 0 && f.reading == 0:
		reply = c.take(f, r)
		c.grantAgain(f)
		if len(c.out) > 0 && c.pace.due(c.now(), len(reply.Data)) {
			c.flush()
		}
		return reply, true, true
	case f.over && f.length == 0:
		return reply, true, true
	case f.off || !f.on:
		return reply, false, false
	}
	if c.fds.get(uint32(r.Args[0])).swift {
		reply, answered = c.nothing(lane, r, done)
		return reply, answered, true
	}
	f.waits = append(f.waits, feedRead{lane, *r, done})
	c.waitsFor(r)
	c.flush()
	return reply, false, true
}

// nothing tells a call that must not wait that there is nothing for it; perhaps later.
func (c *Client) nothing(lane uint16, r *sys.Request, done func(sys.Reply)) (sys.Reply, bool) {
	if c.idles() {
		c.flush()
		return sys.Reply{Errno: errno.EAGAIN}, true
	}
	again := *r
	c.call(Unordered, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID, done: func(sys.Reply) {
		c.StartLane(lane, &again, done)
	}})
	c.flush()
	return sys.Reply{}, false
}

// idles reports whether a call that must not wait may be told at once that there is
// nothing.
func (c *Client) idles() bool {
	c.tries++
	return c.tries <= mostTries
}

// take is the reply to a read of what has come.
func (c *Client) take(f *feed, r *sys.Request) (reply sys.Reply) {
	most := int(min(r.Args[1], uint64(f.length)))
	if r.Dst == nil {
		// A piece is the receiver's alone.
		first := f.pieces[0]
		n := min(most, len(first.data))
		reply.Data = first.data[:n:n]
		if n == len(first.data) && first.of != nil {
			if r.Lend {
				c.borrowed = append(c.borrowed, first.of)
			} else {
				first.of.buf = nil // it is the reader's now
			}
			f.pieces[0].of = nil
		} else if first.of != nil && !r.Lend {
			first.of.buf = nil
		}
		c.dropFed(f, n)
		return reply
	}
	most = min(most, len(r.Dst))
	reply.Data = r.Dst[:most]
	for at := 0; at < most; {
		n := copy(r.Dst[at:most], f.pieces[0].data)
		c.dropFed(f, n)
		at += n
	}
	return reply
}

// dropFed takes n bytes of the first piece away.
func (c *Client) dropFed(f *feed, n int) {
	f.length -= n
	f.took += uint64(n)
	first := &f.pieces[0]
	if first.data = first.data[n:]; len(first.data) > 0 {
		return
	}
	c.unused(first.of)
	f.pieces = without(f.pieces)
}

// fed takes what the kernel sends with OpFeed, in the message m; nil if nobody wants its
// memory back.
func (c *Client) fed(r *sys.Request, m *message) {
	c.mu.Lock()
	defer c.finish()
	f := c.feeds[r.Args[0]]
	if f == nil {
		return
	}
	if len(r.Data) > 0 {
		if m != nil {
			m.users++
		}
		f.pieces = append(f.pieces, fedPiece{r.Data, m})
		f.length += len(r.Data)
		f.came += uint64(len(r.Data))
	}
	f.acked = max(f.acked, min(r.Args[2], f.sent))
	f.over = f.over || sys.Fed(r.Args[1]) == sys.FedOver
	f.off = f.off || sys.Fed(r.Args[1]) == sys.FedOff
	c.tries = 0
	c.serveFed(f)
	c.repoll()
	if f.off {
		c.unfeed(f)
	}
}

// serveFed ends the reads that wait for what is there now.
func (c *Client) serveFed(f *feed) {
	for len(f.waits) > 0 && f.reading == 0 && (f.length > 0 || f.over) {
		w := f.waits[0]
		f.waits = without(f.waits)
		c.waitedFor(&w.req)
		var reply sys.Reply
		if f.length > 0 {
			reply = c.take(f, &w.req)
		}
		c.finished = append(c.finished, finished{w.done, reply})
	}
	c.grantAgain(f)
}

// grantAgain tells the kernel that it may send as much more as has been read, if that is
// worth a word.
func (c *Client) grantAgain(f *feed) {
	if f.took >= feedAgain {
		c.grant(f, f.took)
		f.took = 0
	}
}

// unfeed makes the calls that wait for f calls of the kernel.
func (c *Client) unfeed(f *feed) {
	for _, w := range f.waits {
		c.waitedFor(&w.req)
		f.reading++
		c.call(w.lane, &w.req, waiter{op: sys.OpRead, dst: w.req.Dst, args: w.req.Args, aside: w.req.Aside, done: w.done, feed: f})
	}
	f.waits = nil
	c.unpoll()
	c.flush()
}

// starve is the close of one of the fds of f.
func (c *Client) starve(f *feed) {
	if f.fds--; f.fds > 0 {
		return
	}
	delete(c.feeds, f.id)
	for _, w := range f.waits {
		c.waitedFor(&w.req)
		c.finished = append(c.finished, finished{w.done, sys.Reply{Errno: errno.EBADF}})
	}
	f.waits, f.pieces, f.off = nil, nil, true
	if len(c.polls) > 0 {
		c.unpoll()
	}
}

// pastFed performs r if it is of a fd that is fed, as past does with joined pipes.
func (c *Client) pastFed(lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	f := c.feedOf(r)
	if f == nil {
		return
	}
	switch r.Op {
	case sys.OpWrite:
		return c.writeFed(f, lane, r, done)
	case sys.OpRead:
		return c.readFed(f, lane, r, done)
	}
	return
}

// isFed handles the reply of a read that goes on with what the kernel feeds. It reports
// whether reply is its end.
func (c *Client) isFed(w *waiter, reply *sys.Reply) bool {
	reply.Vals[1] = 0
	state := c.fds.get(uint32(w.args[0]))
	if state.feed == nil || state.gen != w.gen {
		reply.Errno = errno.EBADF // it was closed under the read
		return true
	}
	again := sys.Request{Op: sys.OpRead, Args: w.args, Dst: w.dst, Aside: w.aside}
	r, answered, taken := c.readFed(state.feed, w.lane, &again, w.done)
	switch {
	case answered:
		c.finished = append(c.finished, finished{w.done, r})
	case !taken:
		w.feed.reading++
		c.call(w.lane, &again, *w)
		c.flush()
	}
	return false
}

// readReplied takes the reply to a read that the kernel has answered: what it brought beyond
// what was asked for came before all that is there.
func (c *Client) readReplied(w *waiter, r *sys.Reply) {
	f := w.feed
	f.reading--
	want := int(min(w.args[1], uint64(len(r.Data))))
	if w.dst != nil {
		want = min(want, len(w.dst))
	}
	if rest := r.Data[want:]; len(rest) > 0 {
		f.pieces = append([]fedPiece{{data: rest}}, f.pieces...)
		f.length += len(rest)
		r.Data = r.Data[:want]
	}
	c.serveFed(f)
}

// wrote takes the answer to a write that was a call: all before it has been taken too.
func (f *feed) wrote(reply *sys.Reply) {
	f.sent += reply.Vals[0]
	f.acked = f.sent
}

// poll is what is the case for the fd: nothing if only the kernel knows.
func (f *feed) poll(events sys.PollEvent) (ready sys.PollEvent, n uint64) {
	if f.length > 0 {
		ready, n = events&sys.PollIn, uint64(f.length)
	}
	if f.on && !f.off {
		if f.over && f.length == 0 {
			ready |= sys.PollHup
		}
		if f.over || f.sent-f.acked < feedWindow/2 {
			ready |= events & sys.PollOut
		}
	}
	return ready, n
}

// awaits reports whether what p asks for comes by the feed.
func (f *feed) awaits(p *sys.PollFD) bool {
	return f != nil && f.on && !f.off && !f.over && p.Events == sys.PollIn
}
