package link

import (
	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// detach has the fd of e go by the kernel again.
func (c *Client) detach(e *pipeEnd) {
	if state := c.fds.get(e.fd); state.end == e {
		state.end = nil
		c.fds.set(e.fd, state)
	}
}

// sentTo handles the reply of a read that goes on with a joined pipe. It reports
// whether reply is its end.
func (c *Client) sentTo(w *waiter, reply *sys.Reply) bool {
	e := c.pipes[uint32(reply.Vals[0])]
	fd := uint32(w.args[0])
	state := c.fds.get(fd)
	reply.Vals[0] = 0
	again := sys.Request{Op: sys.OpRead, Args: w.args, Dst: w.dst, Aside: w.aside}
	switch {
	case state.gen != w.gen:
		if e != nil {
			c.giveBack(e)
			c.flush()
		}
		if len(reply.Data) == 0 {
			reply.Errno = errno.EBADF // it was closed under the read
		}
		return true
	case e != nil && !e.returned && state.end == nil:
		e.fd, state.end = fd, e
		c.fds.set(fd, state)
	}
	if len(reply.Data) > 0 {
		return true
	}
	if e == nil || e.returned || state.end != nil && state.end != e {
		c.call(w.lane, &again, *w)
		c.flush()
		return false
	}
	if r, ok := c.readPast(e, w.lane, &again, w.done); ok {
		c.finished = append(c.finished, finished{w.done, r})
	}
	return false
}

// giveBack gives an end, unless it is nil or has been given back, to the kernel, and
// with it the calls that wait for it.
func (c *Client) giveBack(e *pipeEnd) {
	if e == nil || e.returned || e.joining {
		return
	}
	if e.writes {
		c.flush()
		c.tell(&sys.Request{Op: sys.OpPipeReturn, Args: [6]uint64{uint64(e.number), 0, e.sent}})
		c.drop(e)
	} else {
		e.returned = true
		c.detach(e)
		c.bring(e, false)
	}
	c.reissue(e)
	c.unpoll()
}

// giveBackAll is giveBack of all ends.
func (c *Client) giveBackAll() {
	for _, e := range c.pipes {
		c.giveBack(e)
	}
}

// bring sends the kernel what has arrived and was not read. last says that nothing
// will follow.
func (c *Client) bring(e *pipeEnd, last bool) {
	data := make([]byte, e.arrived)
	data = data[:e.ch.Take(data)]
	e.arrived -= len(data)
	e.read += uint64(len(data))
	r := &sys.Request{Op: sys.OpPipeReturn, Args: [6]uint64{uint64(e.number), 1, e.read}, Data: data}
	if last {
		r.Args[3] = 1
	}
	c.tell(r)
}

// drop gives up the channel of e.
func (c *Client) drop(e *pipeEnd) {
	e.returned = true
	c.detach(e)
	e.ch.Close()
	delete(c.pipes, e.number)
}

// dropAll gives up all channels of a process that ends, or has ended.
func (c *Client) dropAll() {
	for _, e := range c.pipes {
		c.drop(e)
	}
	c.holding, c.polls = c.holding[:0], nil
}

// reissue makes the calls that wait for e calls of the kernel.
func (c *Client) reissue(e *pipeEnd) {
	for len(e.waits) > 0 {
		w := c.unwait(e)
		state := c.fds.get(uint32(w.req.Args[0]))
		w.req.Data = w.req.Data[w.sent:]
		c.call(w.lane, &w.req, waiter{op: w.req.Op, dst: w.req.Dst, args: w.req.Args, aside: w.req.Aside, done: w.done, lane: w.lane, plus: w.sent, gen: state.gen})
	}
}

// tell sends r without asking for an answer. It overtakes what waits in lanes.
func (c *Client) tell(r *sys.Request) {
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindNotify, Unordered, 0, r)
}
