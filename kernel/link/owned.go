package link

import "github.com/bushel-wasm/bushel/kernel/sys"

// A file that was open when the process began (its input, that its shell has redirected) has
// an offset that others share. The process asks for it with its first read, and keeps it as that of a
// file which it has opened itself, until the kernel asks for it or others could come to share it:
// see [sys.OpRead].

// toOwn is the number for the file that r reads or writes, if it was open when the process
// began and its offset could be kept here from now on, and has not been asked for; else 0.
func (c *Client) toOwn(r *sys.Request) uint64 {
	if r.Args[0] > 1<<31 {
		return 0
	}
	state := c.fds.get(uint32(r.Args[0]))
	if !state.file || state.of != nil || state.asked || c.plain {
		return 0
	}
	state.asked = true
	c.fds.set(uint32(r.Args[0]), state)
	c.lastFile++
	return c.lastFile
}

// own asks for the offset of the file that is written by r, under the number id for the file,
// and then begins r. What is written to a file of which nothing is known may be to any
// that is known.
func (c *Client) own(r *sys.Request, id uint64, done func(sys.Reply)) {
	c.lastLoan++
	fd := r.Args[0]
	args := [6]uint64{fd, 0, uint64(sys.SeekCur), 0, c.lastLoan, id}
	w := waiter{op: sys.OpSeek, args: args, gen: c.fds.get(uint32(fd)).gen, owned: id, loan: c.lastLoan}
	w.done = func(sys.Reply) { c.StartLane(0, r, done) }
	c.call(0, &sys.Request{Op: sys.OpSeek, Args: args}, w)
	c.flush()
}

// owns takes what the reply to w, a read or a seek, says of a file that was open when the process
// began: its offset is kept here, if that has been asked for and can be.
func (c *Client) owns(w *waiter, r *sys.Reply) {
	flags, off, id := sys.OpenFlag(r.Vals[0]), int64(r.Vals[1]), r.Vals[2]
	r.Vals = [3]uint64{}
	if id == 0 {
		return
	}
	var fd uint32
	var state fdState
	for fd = range c.fds.all() {
		if state = c.fds.get(fd); state.gen == w.gen {
			break
		}
	}
	switch {
	case state.gen != w.gen:
		return // it has been closed, and with it all has come back
	case c.plain:
		c.follow(&sys.Request{Op: sys.OpSeek, Args: [6]uint64{uint64(fd), uint64(off), uint64(sys.SeekSet), 1}})
		c.flushOut()
		return
	}
	f := c.files[id]
	if f == nil {
		f = &file{id: id}
		c.files[id] = f
	}
	f.fds++
	c.names.epoch++ // it may be one of those that are known by their names
	state.of = f
	state.desc = &description{file: f, flags: flags, off: off, next: off, window: firstAhead, lent: w.loan}
	c.fds.set(fd, state)
	if w.recalled {
		c.settle(state.desc)
		c.flushOut()
	}
}

// settleLentAll is settleLent for all fds.
func (c *Client) settleLentAll() {
	for fd := range c.fds.all() {
		c.settleLent(uint64(fd))
	}
}

// settleLent gives the offset of fd to the kernel if others share it.
func (c *Client) settleLent(fd uint64) {
	if fd <= 1<<31 {
		if d := c.fds.get(uint32(fd)).desc; d != nil && d.lent != 0 {
			c.settle(d)
		}
	}
}
