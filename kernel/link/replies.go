package link

import (
	"slices"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Receive takes a message that came from the kernel, and owns it from then on. It
// returns an error for what is no valid frame; what came before it is done.
func (c *Client) Receive(msg []byte) error {
	whole := c.comes(msg)
	if whole != nil {
		defer func() {
			c.mu.Lock()
			c.unused(whole)
			c.mu.Unlock()
		}()
	}
	for len(msg) > 0 {
		frame, rest, err := bus.Decode(msg)
		if err != nil {
			return err
		}
		msg = rest
		if n, ok := frame.Method.ReservedNumber(); frame.Kind == bus.KindNotify && ok {
			r, err := sys.DecodeRequest(sys.Op(n), frame.Format, frame.Payload)
			if err != nil {
				return err
			}
			switch r.Op {
			case sys.OpPipeReturn:
				c.asked(&r)
			case sys.OpFeed:
				c.fed(&r, whole)
			case sys.OpLoan:
				c.recalledLoan(r.Args[0])
			}
			continue
		}
		if whole != nil {
			whole.buf = nil // who gets the reply may keep it
		}
		if frame.Kind != bus.KindResult {
			continue // a kind that a later kernel may send
		}
		reply, err := sys.DecodeReply(frame.Payload)
		if err != nil {
			return err
		}
		c.reply(frame.ID, frame.Lane, reply)
	}
	return nil
}

func (c *Client) reply(id uint32, lane uint16, reply sys.Reply) {
	c.mu.Lock()
	if id == 0 {
		c.told(&reply)
		c.mu.Unlock()
		return
	}
	w, ok := c.waiting[id]
	if !ok {
		c.mu.Unlock()
		return
	}
	delete(c.waiting, id)
	c.tries = 0
	c.unacked.done(lane, w.mark)
	for _, of := range slices.Backward(c.leaveCrowd(lane)) {
		defer of.retry()
	}
	switch {
	case w.feed == nil:
	case w.op == sys.OpWrite:
		w.feed.wrote(&reply)
	default:
		c.readReplied(&w, &reply)
	}
	c.heard = max(c.heard, w.sent)
	if goOn := c.flow.done(w.cost); goOn != nil {
		defer goOn()
	}
	if w.renews {
		c.renewing = false
		for _, retry := range slices.Backward(c.retries) {
			defer retry()
		}
		c.retries = nil
	}
	if w.desc != nil {
		c.fileReply(&w, &reply)
	} else if reply.Errno == 0 {
		c.learn(&w, &reply)
		if w.op == sys.OpRead && reply.Vals[0] != 0 && !c.sentTo(&w, &reply) {
			c.finish()
			return
		}
		if w.op == sys.OpRead && reply.Vals[1] != 0 && !c.isFed(&w, &reply) {
			c.finish()
			return
		}
	}
	if w.plus > 0 {
		// A write of which a part was sent has not failed; what came after it is why it ends.
		if reply.Errno != 0 {
			reply = sys.Reply{Vals: [3]uint64{0, uint64(reply.Errno)}}
		}
		reply.Vals[0] += uint64(w.plus)
	}
	if w.done == nil {
		if w = c.unpark(&w, &reply); w.done == nil {
			c.finish()
			return
		}
	}
	c.finish()
	if w.dst != nil {
		reply.Data = w.dst[:copy(w.dst, reply.Data)]
	}
	w.done(reply)
}

// told takes what the kernel tells unasked.
func (c *Client) told(r *sys.Reply) {
	switch r.Vals[1] {
	case toldError:
		c.failed(uint32(r.Vals[0]), r.Errno)
	case toldChanged:
		c.changed(r.Vals[0])
	}
}

// failed keeps the error of a write sent behind for the next call on fd.
func (c *Client) failed(fd uint32, e errno.Errno) {
	if state := c.fds.get(fd); state.open {
		state.err = e
		c.fds.set(fd, state)
	}
}

// learn keeps what a reply says of fds.
func (c *Client) learn(w *waiter, r *sys.Reply) {
	set := func(fd uint64, info uint64) {
		c.enter(uint32(fd), sys.FDInfo(info))
	}
	switch w.op {
	case sys.OpRead:
		if w.owned != 0 {
			c.owns(w, r)
		}
		if r.Vals[2] != 0 {
			c.lent(w, r)
		}
		c.keep(w, r)
	case sys.OpOpen:
		c.openedFile(w, r)
	case sys.OpDup:
		if r.Vals[0] == w.args[0] {
			break
		}
		c.dropped(c.fds.get(uint32(r.Vals[0])))
		set(r.Vals[0], r.Vals[1])
		from, twin := c.fds.get(uint32(w.args[0])), c.fds.get(uint32(r.Vals[0]))
		twin.swift = from.swift
		if twin.feed = from.feed; twin.feed != nil {
			twin.feed.fds++
		}
		twin.sure, twin.ahead, twin.of, twin.desc = from.sure && twin.bulk, from.ahead, from.of, from.desc
		if twin.of != nil {
			twin.of.fds++
		}
		c.fds.set(uint32(r.Vals[0]), twin)
	case sys.OpNames:
		c.named(w, r)
	case sys.OpSeek:
		if w.owned != 0 {
			c.owns(w, r)
		} else if d := c.fds.get(uint32(w.args[0])).desc; d != nil {
			d.off = int64(r.Vals[0])
		}
	case sys.OpClose:
		// The error of a write sent behind has no later call to come with.
		state := c.fds.get(uint32(w.args[0]))
		if state.err != 0 {
			r.Errno = state.err
		}
		c.dropped(state)
		c.fds.set(uint32(w.args[0]), fdState{})
	case sys.OpRenumber:
		if w.args[0] == w.args[1] {
			break
		}
		c.dropped(c.fds.get(uint32(w.args[1])))
		c.fds.set(uint32(w.args[1]), c.fds.get(uint32(w.args[0])))
		if f := c.fds.get(uint32(w.args[1])).feed; f != nil {
			f.fd = w.args[1]
		}
		c.fds.set(uint32(w.args[0]), fdState{})
	case sys.OpPipeJoin:
		c.probed(w, r)
	case sys.OpStat:
		c.learnAttributes(w, r)
	case sys.OpSetFD:
		state := c.fds.get(uint32(w.args[0]))
		if state.swift = sys.OpenFlag(w.args[1])&sys.ONonblock != 0; state.swift {
			state.bulk, state.sure = false, false // its writes must not wait, so it must hear of each
		}
		c.fds.set(uint32(w.args[0]), state)
	}
}
