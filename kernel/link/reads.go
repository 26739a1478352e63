package link

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// readFile answers the read r at off of d, which moves the offset if move is set, or
// sends it with a wish for more than it asks for.
func (c *Client) readFile(d *description, off int64, move bool, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered bool) {
	n := int(min(r.Args[1], maxRead))
	if r.Dst != nil {
		n = min(n, len(r.Dst))
	}
	w := waiter{
		op: sys.OpPRead, dst: r.Dst, done: done, desc: d, move: move, lend: r.Lend,
		args: [6]uint64{r.Args[0], uint64(n), uint64(off)},
	}
	if r.Lend {
		w.dst = nil
	}
	if c.knows(d.file, off, n) {
		if c.fresh() {
			return c.answer(&w), true
		}
		if c.again(0, r, done) {
			return reply, false
		}
	}
	if p := d.ahead; p != nil && p.edits == d.edits {
		from, to := int64(p.args[2]), int64(p.args[2]+p.args[1])
		if off+int64(n) <= to && (off >= from || d.data.covers(off, from)) {
			c.flush()
			c.parked = &w
			return reply, false
		}
	}
	c.fetch(&w)
	return reply, false
}

// maxRead is the most that is asked for at once, as the kernel gives no more.
const maxRead = 16 << 20

// knows reports whether all that a read of n bytes at off would give is known.
func (c *Client) knows(f *file, off int64, n int) bool {
	return f.held && (off >= f.size || f.data.covers(off, min(off+int64(n), f.size)))
}

// answer answers the read w from what is known.
func (c *Client) answer(w *waiter) (reply sys.Reply) {
	d, off := w.desc, int64(w.args[2])
	if off < d.size {
		reply.Data = w.own(d.data.read(w.dst[:0], off, min(off+int64(w.args[1]), d.size)))
	}
	off += int64(len(reply.Data))
	if w.move {
		d.off = off
		if w.args[2] == uint64(d.next) {
			c.readAhead(d, w.args[0])
		}
		d.next = off
	}
	if c.shown {
		c.flush()
	}
	return reply
}

// own is data, which is a part of what is kept, for the caller.
func (w *waiter) own(data []byte) []byte {
	if w.lend || w.dst != nil {
		return data
	}
	return slices.Clone(data)
}

// fetch asks the kernel for what the read w is after, and more if the process reads
// from front to back.
func (c *Client) fetch(w *waiter) {
	d := w.desc
	ahead := 4 << 10
	if d.fetched != d.edits {
		d.fetched, d.window = d.edits, firstAhead // much would be forgotten before it is read
	}
	if w.args[2] == uint64(d.next) {
		d.window = min(2*d.window, maxAhead)
		ahead = d.window
	}
	w.edits = d.edits
	args := w.args
	args[3] = uint64(ahead)
	c.call(0, &sys.Request{Op: sys.OpPRead, Args: args}, *w)
	c.flush()
}

// readAhead asks for what is behind what is known, once the process has read half of
// that.
func (c *Client) readAhead(d *description, fd uint64) {
	end := d.data.end()
	if d.ahead != nil || end >= d.size || end-d.off > int64(d.window/2) {
		return
	}
	d.window = min(2*d.window, maxAhead)
	d.data.dropBefore(d.off)
	w := &waiter{op: sys.OpPRead, desc: d, edits: d.edits, args: [6]uint64{fd, uint64(d.window), uint64(end), 1}}
	d.ahead = w
	c.call(0, &sys.Request{Op: sys.OpPRead, Args: w.args}, *w)
	c.flush()
}

// fileReply takes the reply to a read or a write of a file's.
func (c *Client) fileReply(w *waiter, r *sys.Reply) {
	d, off := w.desc, int64(w.args[2])
	if w.op == sys.OpPWrite {
		c.wrote(w, r)
		return
	}
	if w.done == nil {
		d.ahead = nil
	}
	if r.Errno != 0 {
		return
	}
	if r.Vals[0] == 1 && w.edits == d.edits {
		d.held, d.size = true, int64(r.Vals[1])
		d.data.extend(off, r.Data)
	}
	r.Data = w.own(r.Data[:min(len(r.Data), int(w.args[1]))])
	if w.move {
		d.off = off + int64(len(r.Data))
		d.next = d.off
	}
	r.Vals = [3]uint64{}
}

// unpark answers the read that waited for the read ahead w, or sends it. It returns
// the zero waiter if there is nobody to be told.
func (c *Client) unpark(w *waiter, r *sys.Reply) waiter {
	p := c.parked
	if p == nil || w.op != sys.OpPRead {
		return waiter{}
	}
	c.parked = nil
	if !c.knows(p.desc.file, int64(p.args[2]), int(p.args[1])) {
		c.fetch(p)
		return waiter{}
	}
	*r = c.answer(p)
	return *p
}
