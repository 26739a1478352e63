package link

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// aheadBytes is how much more than it asks for a read may bring, where the kernel
// allows it: a pipe's whole content.
const aheadBytes = 64 << 10

// ahead is what was read of a fd before the process asked for it. The kernel gives
// it only of a pipe's end that nobody but this process holds, so nobody else
// misses it; if the process ends, it is gone with the end.
type ahead struct {
	data []byte
}

// served answers a call from what was read ahead, or makes the call fit it.
func (c *Client) served(r *sys.Request) (sys.Reply, bool) {
	switch r.Op {
	case sys.OpRead:
		if r.Args[0] > 1<<31 || r.Args[1] == 0 {
			return sys.Reply{}, false
		}
		a := c.fds.get(uint32(r.Args[0])).ahead
		if a == nil || len(a.data) == 0 {
			return sys.Reply{}, false
		}
		n := min(len(a.data), int(min(r.Args[1], aheadBytes)))
		if r.Dst != nil {
			n = min(n, len(r.Dst))
		}
		var reply sys.Reply
		if r.Dst != nil {
			reply.Data = r.Dst[:copy(r.Dst[:n], a.data)]
		} else {
			reply.Data = slices.Clone(a.data[:n])
		}
		if a.data = a.data[n:]; len(a.data) == 0 {
			a.data = nil
		}
		c.flush() // as any call, it comes after the writes before it
		return reply, true
	case sys.OpPoll:
		return c.servedPoll(r)
	}
	return sys.Reply{}, false
}

// servedPoll answers a poll at once if it asks after something that was read ahead, or
// a joined pipe that is ready. Other joined pipes are given back: only the kernel can
// wait for several things.
func (c *Client) servedPoll(r *sys.Request) (reply sys.Reply, ok bool) {
	if !c.anyAhead && len(c.pipes) == 0 {
		return reply, false
	}
	list, err := sys.DecodePoll(r.Data)
	if err != nil {
		return reply, false
	}
	for i := range list {
		p := &list[i]
		p.Revents, p.Bytes = 0, 0
		switch state := c.fds.get(p.FD); {
		case state.ahead != nil && len(state.ahead.data) > 0 && p.Events&sys.PollIn != 0:
			p.Revents, p.Bytes = sys.PollIn, uint64(len(state.ahead.data))
		case state.end == nil:
		case !state.end.writes && state.end.arrived > 0 && p.Events&sys.PollIn != 0:
			p.Revents, p.Bytes = sys.PollIn, uint64(state.end.arrived)
		case state.end.writes && state.end.credit >= roomBytes && p.Events&sys.PollOut != 0:
			p.Revents = sys.PollOut
		}
		if p.Revents != 0 {
			reply.Vals[0]++
		}
	}
	if reply.Vals[0] > 0 {
		c.flush()
		reply.Data = sys.AppendPoll(nil, list)
		return reply, true
	}
	for i := range list {
		c.giveBack(c.fds.get(list[i].FD).end)
	}
	return reply, false
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
	// Another read may have been under way; its data came before.
	state.ahead.data = append(state.ahead.data, r.Data[want:]...)
	r.Data = r.Data[:want]
}
