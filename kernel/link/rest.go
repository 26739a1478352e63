package link

import (
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// RestTime is after how long the kernel hears that the process waits.
	RestTime = 20 * time.Millisecond
	// mostRested is how much of its waiting it is told of late.
	mostRested = 200 * time.Millisecond
)

// rest is the time in which the process waits for joined pipes, for fds that are fed, or as it
// says itself. The kernel, which sees no call then, would take it for processor time.
type rest struct {
	blocked int           // calls that wait
	since   time.Duration // when the first of them began to
	passed  time.Duration // waited, and not told
	told    bool          // the kernel knows that it waits
	alarm   bool          // Rests will be called
}

// Alarm has alarm called when the process begins to wait without a call of the kernel: it must
// have [Client.Rests] called [RestTime] later. It must not call the client back.
func (c *Client) Alarm(alarm func()) { c.alarm = alarm }

// wait puts a call to those that wait for e. If it must not wait, it does until the
// messages that lie there have been served: a process that asked again and again would
// otherwise never let any in.
func (c *Client) wait(e *pipeEnd, w pipeCall) {
	if w.swift = e.swift(c); w.swift && !e.joining {
		e.ch.Turn()
	}
	e.waits = append(e.waits, w)
	c.waitsFor(&w.req)
}

// waitsFor notes that a call waits, and the process with it unless it is made aside.
func (c *Client) waitsFor(r *sys.Request) {
	if !r.Aside {
		c.blocks()
	}
}

// waitedFor notes that such a call waits no longer.
func (c *Client) waitedFor(r *sys.Request) {
	if !r.Aside {
		c.unblocks()
	}
}

// blocks notes that one more call waits.
func (c *Client) blocks() {
	if c.rest.blocked++; c.rest.blocked > 1 {
		return
	}
	c.rest.since = c.now()
	if !c.rest.alarm && c.alarm != nil {
		c.rest.alarm = true
		c.alarm()
	}
}

// rests performs the process's own OpRest: it is told no earlier than any other waiting.
func (c *Client) rests(waits bool) {
	if waits {
		c.blocks()
		c.flush()
	} else {
		c.unblocks()
	}
}

// unwait takes the first of the calls that wait for e.
func (c *Client) unwait(e *pipeEnd) pipeCall {
	w := e.waits[0]
	e.waits = without(e.waits)
	c.waitedFor(&w.req)
	return w
}

// unblocks notes that one less does.
func (c *Client) unblocks() {
	t := &c.rest
	if t.blocked--; t.blocked > 0 {
		return
	}
	if t.told {
		t.told = false
		c.tellRest(0, 0)
		c.flushOut()
	} else if t.passed += c.now() - t.since; t.passed >= mostRested {
		c.tellRested()
		c.flushOut()
	}
}

// Rests is called [RestTime] after an alarm.
func (c *Client) Rests() {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &c.rest
	t.alarm = false
	if t.blocked == 0 || t.told || c.gone {
		return
	}
	now := c.now()
	if now-t.since < RestTime/2 {
		t.alarm = true
		c.alarm()
		return
	}
	t.told = true
	c.tellRest(1, t.passed+now-t.since)
	c.flush()
}

// tellRest tells the kernel whether the process waits, and for how long it did.
func (c *Client) tellRest(waits uint64, passed time.Duration) {
	c.rest.passed = 0
	c.tell(&sys.Request{Op: sys.OpRest, Args: [6]uint64{waits, uint64(passed)}})
}

// tellRested tells what has not been told, with what is sent next.
func (c *Client) tellRested() {
	if c.rest.passed > 0 {
		c.tellRest(0, c.rest.passed)
	}
}
