package link

import "github.com/bushel-wasm/bushel/kernel/sys"

// aheadBytes is how much more than it asks for a read may bring, where the kernel
// allows it: the whole content of most pipes.
const aheadBytes = 1 << 20

// ahead is what was read of a fd before the process asked for it. The kernel gives
// it only of a pipe's end that nobody but this process holds, so nobody else
// misses it; if the process ends, it is gone with the end.
type ahead struct {
	data []byte
}

// served answers a call from what was read ahead, or makes the call fit it.
func (c *Client) served(r *sys.Request) (sys.Reply, bool) {
	if r.Op != sys.OpRead || r.Args[0] > 1<<31 || r.Args[1] == 0 {
		return sys.Reply{}, false
	}
	a := c.fds.get(uint32(r.Args[0])).ahead
	if a == nil || len(a.data) == 0 {
		return sys.Reply{}, false
	}
	reply := sys.Reply{Data: take(&a.data, r)}
	if len(c.out) > 0 {
		if c.shown = true; c.pace.due(c.now(), len(reply.Data)) {
			c.flush()
		}
	}
	return reply, true
}

// keep takes what a read brought beyond what was asked for.
func (c *Client) keep(w *waiter, r *sys.Reply) {
	want := int(min(w.args[1], uint64(len(r.Data))))
	if w.dst != nil {
		want = min(want, len(w.dst))
	}
	if len(r.Data) <= want {
		return
	}
	fd := uint32(w.args[0])
	state := c.fds.get(fd)
	if state.ahead == nil {
		state.ahead = new(ahead)
		c.fds.set(fd, state)
	}
	c.anyAhead = true
	rest := r.Data[want:]
	r.Data = r.Data[:want:want]
	if len(state.ahead.data) == 0 {
		state.ahead.data = rest // the message's memory is whose the reply is
	} else {
		// Another read was under way; its data came before.
		state.ahead.data = append(state.ahead.data, rest...)
	}
}
