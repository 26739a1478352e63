package link

import (
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// waiter is a call whose reply has not come.
type waiter struct {
	op   sys.Op
	dst  []byte
	args [6]uint64
	// aside: see sys.Request.
	aside bool
	done  func(sys.Reply) // nil: the client itself asked, for a file
	lane  uint16
	plus  int    // of a write: what went by a channel
	gen   uint32 // the fd's
	feed  *feed  // of a read or a write: what the fd may be fed by

	sent   time.Duration
	mark   uint64 // of the first lane: see lanes
	cost   uint64 // of all that was sent behind before it and with it
	desc   *description
	move   bool   // the call moves the offset of desc
	lend   bool   // see sys.Request
	edits  uint64 // of desc's file when it was sent
	renews bool   // see fresh
	loan   uint64 // of a read: the number that what is lent with it has
	owned  uint64 // of a read: see toOwn
	// recalled: and has been asked for already.
	recalled bool
	dir      dirKey // of an open: where the file is, and its name
	name     string
	changed  []uint64 // what changed has been told since it was sent
}

// call adds a call to what is to be sent.
func (c *Client) call(lane uint16, r *sys.Request, w waiter) {
	if r.Op != sys.OpGetPID {
		c.sayAll()
	}
	c.tellLoans()
	c.lastID++
	if c.lastID == 0 {
		c.lastID = 1 // 0 is for what the kernel tells unasked
	}
	id := c.lastID
	w.lane, w.sent, w.mark, w.cost = lane, c.now(), c.unacked.mark(lane), c.flow.sent
	req := *r
	switch {
	case r.Op == sys.OpRead && r.Args[1] != 0:
		if r.Dst != nil {
			req.Args[1] = min(r.Args[1], uint64(len(r.Dst)))
		}
		c.lastLoan++
		w.loan = c.lastLoan
		req.Args[2], req.Args[3], req.Args[5] = aheadBytes, w.loan, w.owned
	case r.Op == sys.OpOpen && !c.plain:
		c.lastFile++
		req.Args[4], req.Args[5] = c.lastFile, firstAhead
	}
	c.waiting[id] = w
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindCall, lane, id, &req)
}

// follow adds a call of the first lane that wants no answer to what is to be sent. It
// knows nothing of fds that have not been said.
func (c *Client) follow(r *sys.Request) {
	c.tellLoans()
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindNotify, 0, 0, r)
}

// Flush sends the writes that are held back.
func (c *Client) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
}

func (c *Client) flush() {
	c.flushOut()
	c.flushPipes()
}

// flushOut sends what is held back of what goes to the kernel.
func (c *Client) flushOut() {
	c.tellLoans()
	c.tail.at = -1
	if len(c.out) == 0 {
		return
	}
	c.post(c.out)
	c.shown = false
	if cap(c.out) > 4*holdBytes {
		c.out = nil // after a giant call, its room is given back
	}
	c.out = c.out[:0]
}
