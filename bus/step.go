package bus

import "slices"

// step is something that is done when a link's lock has been given up, in the order in which
// it came up. Each call ends with some, so that they are values and not functions made for it.
type step struct {
	fn      func()                 // what is done, if it is none of these:
	observe func(*Response, error) // the observer of in is told of its answer
	in      *Incoming
	ended   *Session // all are told that it has ended
}

func (s step) do() {
	switch {
	case s.fn != nil:
		s.fn()
	case s.observe != nil:
		s.in.tellAnswer(s.observe)
	default:
		s.ended.tellEnd()
	}
}

// after has fn called when the lock has been given up.
func (c *Conn) after(fn func()) { c.later = append(c.later, step{fn: fn}) }

// unlock sends what is to be sent, gives up the lock and does what had to wait for
// that.
func (c *Conn) unlock() {
	c.flush(false)
	if len(c.later) > 0 {
		c.unlockAndDo()
	} else {
		c.mu.Unlock()
	}
}

// fewSteps is how many steps most calls end with.
const fewSteps = 4

func (c *Conn) unlockAndDo() {
	if len(c.later) > fewSteps {
		later := c.later
		c.later = nil
		c.mu.Unlock()
		do(later)
		return
	}
	var few [fewSteps]step
	n := copy(few[:], c.later)
	clear(c.later)
	c.later = c.later[:0]
	c.mu.Unlock()
	do(few[:n])
}

// do does each of list. One that does not return, since its goroutine is unwound, does
// not keep the others from being done.
func do(list []step) {
	i := 0
	defer func() {
		if i < len(list) {
			go do(slices.Clone(list[i:]))
		}
	}()
	for i < len(list) {
		i++
		list[i-1].do()
	}
}
