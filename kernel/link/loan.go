package link

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// loanBytes is how much is read of a loan, at most, before the kernel hears of it.
const loanBytes = 32 << 10

// loan is what the kernel has lent the process of a pipe that others may read as well: see
// [sys.OpRead]. What was read of it is told before anything else that leaves the process
// after that, so that the kernel never knows of something that came of bytes which it
// believes to be in the pipe.
type loan struct {
	number uint64
	fd     uint32
	data   []byte
	read   uint64 // what was read, and the kernel has not been told
}

// pastLoan performs r if it reads what was lent. What shares the fd, or gives it up, has
// that given back first.
func (c *Client) pastLoan(lane uint16, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	switch r.Op {
	case sys.OpSpawn:
		for _, l := range c.loans {
			c.giveUp(l)
		}
		return
	case sys.OpPoll:
		// Who asks again and again must let in what the kernel asks.
		if !c.listens() && c.again(lane, r, done) {
			return reply, false, true
		}
		return
	}
	if r.Args[0] > 1<<31 {
		return
	}
	l := c.fds.get(uint32(r.Args[0])).loan
	switch r.Op {
	case sys.OpRead:
		if l == nil || r.Args[1] == 0 || r.Dst != nil && len(r.Dst) == 0 {
			return
		}
		if !c.listens() && c.again(lane, r, done) {
			return reply, false, true
		}
		return c.readLoan(l, r), true, true
	case sys.OpDup, sys.OpRenumber:
		if r.Args[1] <= 1<<31 {
			c.giveUp(c.fds.get(uint32(r.Args[1])).loan)
		}
		c.giveUp(l)
	case sys.OpClose, sys.OpSetFD:
		c.giveUp(l)
	}
	return
}

// readLoan is the reply to a read of what was lent.
func (c *Client) readLoan(l *loan, r *sys.Request) (reply sys.Reply) {
	reply.Data = take(&l.data, r)
	l.read += uint64(len(reply.Data))
	if len(l.data) == 0 {
		c.detachLoan(l) // what comes next is the kernel's to say
	}
	if l.read >= loanBytes || c.pace.due(c.now(), len(reply.Data)) {
		c.flush()
	} else {
		c.shown = true // a writer may wait for room
	}
	return reply
}

// take removes from data what the read r is given of it.
func take(data *[]byte, r *sys.Request) (got []byte) {
	n := min(len(*data), int(min(r.Args[1], aheadBytes)))
	if r.Dst != nil {
		n = copy(r.Dst, (*data)[:n])
		got = r.Dst[:n]
	} else {
		got = slices.Clone((*data)[:n])
	}
	if *data = (*data)[n:]; len(*data) == 0 {
		*data = nil
	}
	return got
}

// lent takes what the reply to the read w has lent. Of a fd that has been closed meanwhile,
// or if it has been asked for already, it is given back at once.
func (c *Client) lent(w *waiter, r *sys.Reply) {
	at := len(r.Data) - int(min(r.Vals[2], uint64(len(r.Data))))
	l := &loan{number: w.loan, fd: uint32(w.args[0]), data: r.Data[at:]}
	r.Data, r.Vals[2] = r.Data[:at:at], 0
	c.loans[l.number] = l
	state := c.fds.get(l.fd)
	if w.recalled || state.gen != w.gen || state.loan != nil {
		c.giveUp(l)
		c.flushOut()
		return
	}
	state.loan = l
	c.fds.set(l.fd, state)
	c.anyAhead = true
}

// detachLoan has reads of the fd go to the kernel.
func (c *Client) detachLoan(l *loan) {
	if state := c.fds.get(l.fd); state.loan == l {
		state.loan = nil
		c.fds.set(l.fd, state)
	}
}

// giveUp tells the kernel, with what is sent next, that what was not read of l is its own.
// It does nothing to nil.
func (c *Client) giveUp(l *loan) {
	if l == nil {
		return
	}
	read := l.read
	l.read, l.data = 0, nil
	c.detachLoan(l)
	delete(c.loans, l.number)
	c.tell(&sys.Request{Op: sys.OpLoan, Args: [6]uint64{l.number, read, 1}})
}

// tellLoans adds what was read of loans to what is to be sent.
func (c *Client) tellLoans() {
	for _, l := range c.loans {
		if l.read == 0 {
			continue
		}
		read := l.read
		l.read = 0
		if len(l.data) == 0 {
			delete(c.loans, l.number)
		}
		c.tell(&sys.Request{Op: sys.OpLoan, Args: [6]uint64{l.number, read}})
	}
}

// recalledLoan is told that the kernel wants a loan back, or an offset. One that it has not come to know of
// yet is given back as it comes.
func (c *Client) recalledLoan(number uint64) {
	c.mu.Lock()
	defer c.finish()
	if l := c.loans[number]; l != nil {
		c.giveUp(l)
		c.flushOut()
		return
	}
	for fd := range c.fds.all() {
		if d := c.fds.get(fd).desc; d != nil && d.lent == number {
			c.settle(d)
			c.flushOut()
			return
		}
	}
	for id, w := range c.waiting {
		if (w.op == sys.OpRead || w.owned != 0) && w.loan == number {
			w.recalled = true
			c.waiting[id] = w
			return
		}
	}
	c.flushOut() // it has been given back with what was not in a hurry
}
