package link

import (
	"math"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// behindRoom is how much room what is on its way may take before a write waits.
	// One more of the same may then be sent, within what the kernel has promised.
	behindRoom = sys.PromisedRoom / 2
	// askBytes and askFrames say how often the kernel is asked how far it is.
	askBytes  = 2 << 20
	askFrames = 1024
	// chunk is what a write may take beyond its own length where there is a hole.
	chunk = 64 << 10
)

// flow is how much room is taken by what was sent behind to files whose writes are sure.
type flow struct {
	sent, acked, asked uint64
	frames             int // since the kernel was asked
	blocked            func()
}

// done is told that all that was sent up to cost is done. It returns what waited for
// that, to be called without the lock.
func (f *flow) done(cost uint64) (goOn func()) {
	f.acked = max(f.acked, cost)
	if f.blocked != nil && f.sent-f.acked <= behindRoom {
		goOn, f.blocked = f.blocked, nil
	}
	return goOn
}

// writeFile answers the write r at off of d, which moves the offset if move is set, and
// sends it behind; or it sends it and waits.
func (c *Client) writeFile(d *description, off int64, move bool, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered bool) {
	fd, n := uint32(r.Args[0]), len(r.Data)
	state := c.fds.get(fd)
	if state.err != 0 {
		reply.Errno, state.err = state.err, 0
		c.fds.set(fd, state)
		return reply, true
	}
	if n == 0 {
		return reply, true
	}
	req := sys.Request{Op: sys.OpPWrite, Args: [6]uint64{uint64(fd), 0, uint64(off)}, Data: r.Data}
	cost := uint64(n)
	if !d.held || off != d.size {
		cost += chunk
	}
	switch {
	case off > math.MaxInt64-int64(n) || !state.bulk,
		state.sure && cost > behindRoom,
		!state.sure && c.unacked.get(0)+n > window:
		d.forget()
		c.call(0, &req, waiter{op: sys.OpPWrite, args: req.Args, done: done, desc: d, move: move})
		c.flush()
		return reply, false
	}
	if state.unsaid {
		c.sayAll()
	}
	d.edits++
	c.known(d.file, r.Data, off)
	d.size = max(d.size, off+int64(n))
	if move {
		d.off = off + int64(n)
		d.next = d.off
	}
	reply.Vals[0] = uint64(n)
	c.unacked.add(0, n)
	if !state.sure {
		c.follow(&req)
		c.flush()
		return reply, true
	}
	req.Args[3] = 1
	c.follow(&req)
	answered = c.behindCost(cost, func() { done(reply) })
	c.flush()
	return reply, answered
}

// known keeps what is written to f at off, if all before it is known.
func (c *Client) known(f *file, data []byte, off int64) {
	if f.held && off+int64(len(data)) <= ownCopy {
		if pieces, ok := f.data.write(data, off); ok {
			if pieces > 0 {
				c.spare(f)
			}
			return
		}
	}
	f.data = nil
}

// behindCost counts what was sent behind, and reports whether the process may go on at
// once. If not, goOn is called when the kernel has done enough of it.
func (c *Client) behindCost(cost uint64, goOn func()) bool {
	f := &c.flow
	f.sent += cost
	if f.frames++; f.frames >= askFrames || f.sent-f.asked >= askBytes {
		f.frames, f.asked = 0, f.sent
		c.call(0, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID})
	}
	if f.sent-f.acked > behindRoom {
		f.blocked = goOn
		return false
	}
	return true
}

// wrote takes the reply to a write of a file's.
func (c *Client) wrote(w *waiter, r *sys.Reply) {
	if w.move && r.Errno == 0 {
		w.desc.off = int64(w.args[2] + r.Vals[0])
		w.desc.next = w.desc.off
	}
}
