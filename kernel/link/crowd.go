package link

import "github.com/bushel-wasm/bushel/kernel/sys"

// crowded is a write for which there is no room on the way before the kernel has done
// others, of which it will be heard anyway.
type crowded struct {
	lane  uint16
	retry func()
}

// awaitRoom has the write r wait if that is the case. What stands in the same lane behind
// such a write waits as well, so that none overtakes it.
func (c *Client) awaitRoom(lane uint16, r *sys.Request, done func(sys.Reply)) bool {
	if lane == Unordered || r.Args[0] > 1<<31 {
		return false
	}
	waits := false
	for _, of := range c.crowd {
		waits = waits || of.lane == lane
	}
	if n := len(r.Data); !waits {
		state := c.fds.get(uint32(r.Args[0]))
		full := c.unacked.get(lane)+n > window && n <= window
		waits = state.bulk && state.err == 0 && full && c.unacked.awaited(lane)
	}
	if waits {
		c.crowd = append(c.crowd, crowded{lane, func() { c.StartLane(lane, r, done) }})
		c.flush()
	}
	return waits
}

// leaveCrowd is what waited for a reply in lane, in its order.
func (c *Client) leaveCrowd(lane uint16) (left []crowded) {
	kept := c.crowd[:0]
	for _, of := range c.crowd {
		if of.lane == lane {
			left = append(left, of)
		} else {
			kept = append(kept, of)
		}
	}
	clear(c.crowd[len(kept):])
	c.crowd = kept
	return left
}
