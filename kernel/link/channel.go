package link

import "github.com/bushel-wasm/bushel/kernel/sys"

// Channel is one end of a channel between two processes: bytes go one way and
// credit for what has been read the other. A [Client] calls it with its own lock held,
// so none of its methods may call the client back before it has returned.
type Channel interface {
	// Post sends data, which it borrows. The other end hears of it by [Client.Arrived].
	Post(data []byte)
	// Take moves the first of what has arrived into dst and returns how much that was.
	Take(dst []byte) int
	// Credit tells the other end, by [Client.Credited], that n bytes have been read.
	Credit(n int)
	// Drain has [Client.Drained] called when all has arrived that was posted before it
	// was called, if the other end is gone.
	Drain()
	// Turn has [Client.Turned] called when the messages that lie there have been served.
	Turn()
	// Close gives the end up. What was posted before still arrives.
	Close()
}

// Joined takes an end of pipe number. It must come before any message of the kernel
// that speaks of it.
func (c *Client) Joined(number uint32, ch Channel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		ch.Close()
		return
	}
	c.pipes[number] = &pipeEnd{number: number, ch: ch}
}

// Arrived is told that n more bytes of pipe number can be taken.
func (c *Client) Arrived(number uint32, n int) {
	c.mu.Lock()
	defer c.finish()
	e := c.pipes[number]
	if e == nil {
		return
	}
	e.arrived += n
	c.distrust()
	if e.returned {
		c.bring(e, false)
		c.flush()
		return
	}
	for len(e.waits) > 0 && e.arrived > 0 {
		w := c.unwait(e)
		reply := e.take(&w.req)
		c.finished = append(c.finished, finished{w.done, reply})
	}
	c.repoll()
}

// Credited is told that the other end of pipe number has read n bytes.
func (c *Client) Credited(number uint32, n int) {
	c.mu.Lock()
	defer c.finish()
	if e := c.pipes[number]; e != nil && !e.returned {
		e.credit += n
		c.pump(e)
		c.repoll()
	}
}

// Drained is told that nothing more will arrive of pipe number, whose writer is gone.
func (c *Client) Drained(number uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.pipes[number]; e != nil && e.returned {
		c.bring(e, true)
		c.flush()
	}
}

// asked does what the kernel asks with OpPipeReturn.
func (c *Client) asked(r *sys.Request) {
	c.mu.Lock()
	defer c.finish()
	e := c.pipes[uint32(r.Args[0])]
	if e == nil {
		return
	}
	e.writes = r.Args[2] == 0
	switch sys.PipeAsk(r.Args[1]) {
	case sys.PipeReturn:
		c.giveBack(e)
	case sys.PipeDrain:
		c.giveBack(e)
		e.ch.Drain()
	case sys.PipeOver:
		c.drop(e)
	}
	c.flush()
}

// finished is a call that has ended, whose caller is to be told.
type finished struct {
	done  func(sys.Reply)
	reply sys.Reply
}

// finish gives up the lock and tells the callers of what has ended.
func (c *Client) finish() {
	if len(c.finished) != 1 {
		list := c.finished
		c.finished = nil
		c.mu.Unlock()
		for _, f := range list {
			f.done(f.reply)
		}
		return
	}
	f := c.finished[0]
	c.finished[0] = finished{}
	c.finished = c.finished[:0]
	c.mu.Unlock()
	f.done(f.reply)
}
