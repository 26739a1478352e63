package link

import (
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// joinAfter is how many bytes a process writes to a pipe before it asks that
	// they go straight to the reader: what is over soon is not worth a channel. It has
	// asked before, without waiting, whether that could be. After each no, and each time
	// a pipe was taken back, it is twice as many, up to window and joinRarely.
	joinAfter  = 128 << 10
	joinRarely = 16 << 20
	// pieceBytes is how much goes in one message of a channel, and moved is from what
	// size on a write is not put together with others.
	pieceBytes = 64 << 10
	moved      = 32 << 10
	// creditBytes is after how many bytes the writer hears that they have been read.
	creditBytes = 64 << 10
	// roomBytes is how much a pipe must have room for to be polled as writable, and up
	// to what size a write that must not wait is in one piece.
	roomBytes = 4096
)

// pipeEnd is an end of a pipe that is joined past the kernel, or is about to be.
type pipeEnd struct {
	number uint32
	ch     Channel
	fd     uint32
	writes bool
	// joining: the kernel has not yet said whether the pipe is joined.
	joining bool
	// returned: the kernel has the end again. A reader still brings what arrives.
	returned bool
	// barriers are calls that the kernel has to answer before anything is sent.
	barriers int
	waits    []pipeCall

	credit int    // of a writer: how much more it may send
	sent   uint64 // what it has sent, with what is held back
	out    []byte // what is held back

	arrived int    // of a reader: what can be taken
	read    uint64 // what it has taken
	owed    int    // what of that the writer has not heard of
}

// pipeCall is a read or a write that waits.
type pipeCall struct {
	lane uint16
	req  sys.Request
	sent int // of a write: what has been sent
	// swift: it ends when the messages that lie there have been served.
	swift bool
	done  func(sys.Reply)
}

// past performs r if it reads or writes a joined pipe. It reports whether it has taken
// the call, and whether reply is its end already. What else may not find a pipe joined
// has it given back first.
func (c *Client) past(lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	switch r.Op {
	case sys.OpPoll:
		c.tellOffsets(r)
		return c.pollPast(lane, r, done)
	case sys.OpSpawn:
		c.giveBackAll()
		return
	}
	if r.Args[0] > 1<<31 {
		return
	}
	state := c.fds.get(uint32(r.Args[0]))
	e := state.end
	switch r.Op {
	case sys.OpWrite:
		switch {
		case e != nil && e.writes:
			reply, answered = c.writePast(e, lane, r, done)
			return reply, answered, true
		case state.pipe && lane != Unordered && state.err == 0:
			state.wrote += len(r.Data)
			switch {
			case state.fit && state.wrote >= joinAfter, !state.probed && len(r.Data) >= joinAfter && state.wrote >= state.askAt:
				// One so long would wait for an answer anyway.
				c.join(state, lane, r, done)
				return reply, false, true
			case !state.probed && state.wrote >= max(state.askAt, joinAfter/2):
				state.probed = true
				req := sys.Request{Op: sys.OpPipeJoin, Args: [6]uint64{r.Args[0], 1}}
				c.call(lane, &req, waiter{op: sys.OpPipeJoin, args: req.Args, gen: state.gen})
			}
			c.fds.set(uint32(r.Args[0]), state)
		}
	case sys.OpRead:
		if e != nil && !e.writes && (state.ahead == nil || len(state.ahead.data) == 0) {
			reply, answered = c.readPast(e, lane, r, done)
			return reply, answered, true
		}
	case sys.OpClose:
		if e != nil && !e.writes && len(e.waits) == 0 {
			c.drop(e) // what has not been read is lost with the end
			c.unpoll()
		} else {
			c.giveBack(e)
		}
	case sys.OpDup, sys.OpRenumber:
		c.giveBack(e)
		if r.Args[1] <= 1<<31 {
			c.giveBack(c.fds.get(uint32(r.Args[1])).end)
		}
	case sys.OpSetFD:
		c.giveBack(e)
	}
	return
}

// joinLater has the process write more before it asks again: twice as much as before
// this time, or as least, but not more than most.
func (s *fdState) joinLater(least, most int) {
	s.wrote, s.askAt = 0, max(s.askAt, min(2*max(s.askAt, least), most))
	s.probed, s.fit = false, false
}

// probed takes the answer to whether a pipe could be joined.
func (c *Client) probed(w *waiter, r *sys.Reply) {
	fd := uint32(w.args[0])
	state := c.fds.get(fd)
	if w.args[1] == 0 || state.gen != w.gen {
		return // it asked for more than that, or was closed meanwhile
	}
	if state.fit = r.Vals[0] != 0; !state.fit {
		state.joinLater(joinAfter/2, window)
	}
	c.fds.set(fd, state)
}

// join asks the kernel to join the pipe that r writes to, which waits for the answer.
func (c *Client) join(state fdState, lane uint16, r *sys.Request, done func(sys.Reply)) {
	fd := uint32(r.Args[0])
	e := &pipeEnd{fd: fd, writes: true, joining: true}
	state.joinLater(joinAfter, joinRarely)
	state.end = e
	c.fds.set(fd, state)
	c.wait(e, pipeCall{lane: lane, req: *r, done: done})
	c.call(lane, &sys.Request{Op: sys.OpPipeJoin, Args: [6]uint64{uint64(fd)}}, waiter{op: sys.OpPipeJoin, done: func(reply sys.Reply) {
		c.mu.Lock()
		defer c.finish()
		c.joined(e, &reply)
	}})
	c.flush()
}

// joined takes the answer to join.
func (c *Client) joined(e *pipeEnd, r *sys.Reply) {
	e.joining = false
	known := c.pipes[uint32(r.Vals[0])]
	if r.Errno != 0 || r.Vals[0] == 0 || known == nil {
		e.returned = true
		c.detach(e)
		c.reissue(e)
		c.flush()
		return
	}
	e.number, e.ch, e.credit = known.number, known.ch, int(r.Vals[1])
	c.pipes[e.number] = e
	if known.returned || c.fds.get(e.fd).end != e {
		c.giveBack(e)
		c.flush()
		return
	}
	c.pump(e)
}

// writePast writes to a joined pipe.
func (c *Client) writePast(e *pipeEnd, lane uint16, r *sys.Request, done func(sys.Reply)) (sys.Reply, bool) {
	if !e.joining && len(e.waits) == 0 && c.settled(e) {
		n := c.put(e, r.Data)
		if n == len(r.Data) || n > 0 && e.swift(c) {
			if len(e.out) > 0 && c.pace.due(c.now(), n) {
				c.flush()
			}
			return sys.Reply{Vals: [3]uint64{uint64(n)}}, true
		}
		c.wait(e, pipeCall{lane: lane, req: *r, sent: n, done: done})
	} else {
		c.wait(e, pipeCall{lane: lane, req: *r, done: done})
	}
	c.flush()
	return sys.Reply{}, false
}

// settled reports whether the kernel has performed all writes before: who reads of the
// pipe may look for them. If not, it is asked to say when.
func (c *Client) settled(e *pipeEnd) bool {
	if e.barriers > 0 {
		return false
	}
	c.unacked.each(func(lane uint16) {
		e.barriers++
		c.call(lane, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID, done: func(sys.Reply) {
			c.mu.Lock()
			defer c.finish()
			if e.barriers--; e.barriers == 0 && !e.returned {
				c.pump(e)
			}
		}})
	})
	return e.barriers == 0
}

// pump sends what waits, as far as there is credit.
func (c *Client) pump(e *pipeEnd) {
	for len(e.waits) > 0 && e.barriers == 0 && !e.joining {
		w := &e.waits[0]
		w.sent += c.put(e, w.req.Data[w.sent:])
		if w.sent < len(w.req.Data) && (w.sent == 0 || !w.swift) {
			break
		}
		call := c.unwait(e)
		c.finished = append(c.finished, finished{call.done, sys.Reply{Vals: [3]uint64{uint64(call.sent)}}})
	}
	if len(e.waits) > 0 && e.waits[0].swift && e.barriers == 0 {
		e.ch.Turn()
	}
	c.flush()
}

// put sends of data what there is credit for, small pieces together.
func (c *Client) put(e *pipeEnd, data []byte) int {
	if len(data) <= roomBytes && len(data) > e.credit && e.swift(c) {
		return 0 // in one piece or not at all
	}
	data = data[:min(len(data), e.credit)]
	n := len(data)
	e.credit -= n
	e.sent += uint64(n)
	for len(data) > 0 {
		if len(e.out) == 0 && len(data) >= moved {
			k := min(len(data), pieceBytes)
			c.flushOut() // a close sent behind comes before what is written after it
			e.ch.Post(data[:k])
			data = data[k:]
			continue
		}
		if len(e.out) == 0 {
			c.holding = append(c.holding, e)
		}
		k := min(len(data), pieceBytes-len(e.out))
		e.out = append(e.out, data[:k]...)
		if data = data[k:]; len(e.out) == pieceBytes {
			c.flush()
		}
	}
	return n
}

// flushPipes sends what is held back of joined pipes.
func (c *Client) flushPipes() {
	for _, e := range c.holding {
		if len(e.out) > 0 {
			e.ch.Post(e.out)
			e.out = e.out[:0]
		}
	}
	c.holding = c.holding[:0]
}

// readPast reads from a joined pipe.
func (c *Client) readPast(e *pipeEnd, lane uint16, r *sys.Request, done func(sys.Reply)) (sys.Reply, bool) {
	if r.Args[1] == 0 || r.Dst != nil && len(r.Dst) == 0 {
		return sys.Reply{}, true
	}
	if e.arrived > 0 && len(e.waits) == 0 {
		reply := e.take(r)
		if len(c.out)+len(c.holding) > 0 && c.pace.due(c.now(), len(reply.Data)) {
			c.flush()
		}
		return reply, true
	}
	c.wait(e, pipeCall{lane: lane, req: *r, done: done})
	c.flush()
	return sys.Reply{}, false
}

// take is the reply to a read of what has arrived.
func (e *pipeEnd) take(r *sys.Request) sys.Reply {
	n := int(min(uint64(e.arrived), r.Args[1]))
	dst := r.Dst
	if dst == nil {
		dst = make([]byte, n)
	}
	n = e.ch.Take(dst[:min(n, len(dst))])
	e.arrived -= n
	e.read += uint64(n)
	if e.owed += n; e.owed >= creditBytes {
		e.ch.Credit(e.owed)
		e.owed = 0
	}
	return sys.Reply{Data: dst[:n]}
}
