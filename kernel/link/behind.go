package link

import (
	"encoding/binary"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// tail is the last frame that is not sent yet, if it is a write that may grow.
type tail struct {
	at   int // where it begins; -1 if there is none
	lane uint16
	fd   uint32
}

// behind answers a write, r, that can be sent behind. Where calls of other lanes would
// overtake it, who made it could read what was there before: it waits for its end.
func (c *Client) behind(lane uint16, r *sys.Request) (sys.Reply, bool) {
	if r.Args[0] > 1<<31 {
		return sys.Reply{}, false
	}
	fd := uint32(r.Args[0])
	state := c.fds.get(fd)
	if state.err != 0 {
		err := state.err
		state.err = 0
		c.fds.set(fd, state)
		return sys.Reply{Errno: err}, true
	}
	n := len(r.Data)
	if !state.bulk || lane == Unordered || lane != 0 && state.slow || c.unacked.get(lane)+n > window {
		return sys.Reply{}, false
	}
	c.sendBehind(lane, fd, r)
	if c.unacked.unasked(lane) >= window/2 {
		// So that the answer is there, or on its way, when the window is full.
		c.call(lane, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID})
	}
	if state.file || len(c.out) >= holdBytes || c.pace.due(c.now(), n) {
		c.flush() // what was written to a file must not be lost with the process
	} else {
		c.shown = true
	}
	return sys.Reply{Vals: [3]uint64{uint64(n)}}, true
}

// sendBehind adds a write to what is to be sent, to the one before it if that may grow.
func (c *Client) sendBehind(lane uint16, fd uint32, r *sys.Request) {
	c.unacked.add(lane, len(r.Data))
	if lane == 0 && !c.fds.get(fd).file {
		c.sayAll() // what comes behind it may wait
		c.names.slow = c.unacked.first.sent
	}
	if t := &c.tail; t.at >= 0 && t.fd == fd && t.lane == lane {
		c.out = append(c.out, r.Data...)
		binary.LittleEndian.PutUint32(c.out[t.at:], uint32(len(c.out)-t.at))
		return
	}
	c.tellLoans()
	c.tail = tail{len(c.out), lane, fd}
	c.out = sys.AppendRequest(c.out, bus.KindNotify, lane, 0, r)
}

// closed answers the close of a file of which no write is on its way that can fail, and
// which has nothing to tell then: nothing can go wrong with it and nobody can wait for it, so it goes with the next call.
func (c *Client) closed(lane uint16, r *sys.Request) bool {
	if r.Args[0] > 1<<31 {
		return false
	}
	fd := uint32(r.Args[0])
	state := c.fds.get(fd)
	doubtful := state.bulk && (!state.sure || state.desc == nil) && c.unacked.get(lane) != 0
	if !state.file || state.last || state.err != 0 || lane == Unordered || doubtful {
		return false
	}
	if state.unsaid {
		c.unsaid--
		c.dropped(state)
		c.fds.set(fd, fdState{})
		return true
	}
	req := *r
	if state.desc != nil {
		if kept, old := c.retain(state.of); kept {
			req.Args[1] = 1
			if old != nil {
				req.Args[2] = old.id
			}
		}
	}
	c.dropped(state)
	c.fds.set(fd, fdState{})
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindNotify, lane, 0, &req)
	return true
}
