package link

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// pipePoll is a poll that waits for joined pipes, and fds that are fed, and nothing else.
type pipePoll struct {
	lane uint16
	req  sys.Request
	list []sys.PollFD
	done func(sys.Reply)
}

// pollPast answers a poll at once if it asks after something that was read ahead, or a
// joined pipe that is ready. If it asks after joined pipes and fds that are fed only, it
// waits for them; else the pipes are given back, since only the kernel can wait for
// several things.
func (c *Client) pollPast(lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	if !c.anyAhead && len(c.pipes) == 0 && len(c.feeds) == 0 {
		return
	}
	list, err := sys.DecodePoll(r.Data)
	if err != nil {
		return
	}
	if reply, answered = c.poll(list); answered {
		c.flush()
		return reply, true, true
	}
	all := len(list) > 0
	for i := range list {
		state := c.fds.get(list[i].FD)
		e := state.end
		all = all && (e != nil && !e.joining || state.feed.awaits(&list[i]))
	}
	if all && r.Args[0] == 0 && c.idles() {
		c.flush()
		return sys.Reply{Data: sys.AppendPoll(nil, list)}, true, true
	}
	if all && r.Args[0] == ^uint64(0) {
		c.polls = append(c.polls, pipePoll{lane, *r, list, done})
		c.waitsFor(r)
		c.flush()
		return reply, false, true
	}
	for i := range list {
		c.letPoll(list[i].FD)
	}
	return
}

// letPoll leaves it to the kernel to say what is the case for fd.
func (c *Client) letPoll(fd uint32) {
	state := c.fds.get(fd)
	c.giveBack(state.end)
	if state.feed != nil {
		c.grant(state.feed, 0)
	}
}

// poll fills in what is the case for joined pipes and for what was read ahead. It
// reports whether that is anything.
func (c *Client) poll(list []sys.PollFD) (reply sys.Reply, ready bool) {
	for i := range list {
		p := &list[i]
		p.Revents, p.Bytes = 0, 0
		switch state := c.fds.get(p.FD); {
		case state.ahead != nil && len(state.ahead.data) > 0 && p.Events&sys.PollIn != 0:
			p.Revents, p.Bytes = sys.PollIn, uint64(len(state.ahead.data))
		case state.loan != nil && p.Events&sys.PollIn != 0:
			p.Revents, p.Bytes = sys.PollIn, uint64(len(state.loan.data))
		case state.feed != nil:
			p.Revents, p.Bytes = state.feed.poll(p.Events)
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
		reply.Data = sys.AppendPoll(nil, list)
	}
	return reply, reply.Vals[0] > 0
}

// repoll ends the polls that wait for something that is the case now.
func (c *Client) repoll() {
	kept := c.polls[:0]
	for _, p := range c.polls {
		if reply, ready := c.poll(p.list); ready {
			c.waitedFor(&p.req)
			c.finished = append(c.finished, finished{p.done, reply})
		} else {
			kept = append(kept, p)
		}
	}
	clear(c.polls[len(kept):])
	c.polls = kept
}

// unpoll makes the polls that wait calls of the kernel.
func (c *Client) unpoll() {
	list := c.polls
	c.polls = nil
	for _, p := range list {
		c.waitedFor(&p.req)
		for i := range p.list {
			c.letPoll(p.list[i].FD)
		}
		c.call(p.lane, &p.req, waiter{op: sys.OpPoll, args: p.req.Args, done: p.done})
	}
}

// swift reports whether calls on the end's fd must not wait.
func (e *pipeEnd) swift(c *Client) bool { return c.fds.get(e.fd).swift }

// Turned is told, after [Channel.Turn], that the messages which lay there have been served:
// a call that must not wait has nothing to wait for.
func (c *Client) Turned(number uint32) {
	c.mu.Lock()
	defer c.finish()
	e := c.pipes[number]
	if e == nil || e.returned {
		return
	}
	for len(e.waits) > 0 && e.waits[0].swift && e.barriers == 0 {
		w := c.unwait(e)
		c.finished = append(c.finished, finished{w.done, sys.Reply{Errno: errno.EAGAIN}})
	}
}

// tellOffsets tells the kernel the offsets that are kept here of the files that a poll
// asks after: what it says is left of a file counts from there.
func (c *Client) tellOffsets(r *sys.Request) {
	if len(c.files) == 0 {
		return
	}
	list, err := sys.DecodePoll(r.Data)
	if err != nil {
		return
	}
	for i := range list {
		if d := c.fds.get(list[i].FD).desc; d != nil && list[i].Events&sys.PollIn != 0 {
			c.sayAll()
			c.follow(&sys.Request{Op: sys.OpSeek, Args: [6]uint64{uint64(list[i].FD), uint64(d.off), uint64(sys.SeekSet)}})
		}
	}
}
