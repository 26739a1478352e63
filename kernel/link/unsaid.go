package link

import "github.com/bushel-wasm/bushel/kernel/sys"

// A file that the kernel keeps at hand can be opened, read from what is known, and
// closed, without the kernel hearing of any of it. Its fd is unsaid until there is a
// call for which it matters which fds are open; such an open cannot fail, as nobody but
// this process changes names and modes meanwhile, nor the kernel lets go of the file.

// knownInfo is what a file's fd is that is opened without asking.
func knownInfo(flags sys.OpenFlag) sys.FDInfo {
	info := sys.FDInfo(sys.TypeRegular) | sys.InfoSeek
	if flags&sys.OWrite != 0 {
		info |= sys.InfoBulk | sys.InfoSure
	}
	return info
}

// openUnsaid opens f, which is retained, as fd.
func (c *Client) openUnsaid(f *file, fd uint32, flags sys.OpenFlag) sys.Reply {
	info := knownInfo(flags)
	c.describe(fd, info, f, flags)
	state := c.fds.get(fd)
	state.unsaid = true
	c.fds.set(fd, state)
	c.unsaid++
	return sys.Reply{Vals: [3]uint64{uint64(fd), uint64(info &^ sys.InfoSure)}}
}

// sayAll tells the kernel of the fds that are unsaid, with what is sent next.
func (c *Client) sayAll() {
	if c.unsaid == 0 {
		return
	}
	c.unsaid = 0
	for fd := range c.fds.all() {
		state := c.fds.get(fd)
		if !state.unsaid {
			continue
		}
		state.unsaid = false
		c.fds.set(fd, state)
		// Of a file that is opened by its number the path says nothing.
		c.follow(&sys.Request{Op: sys.OpOpen, Args: [6]uint64{
			sys.AtCwd, uint64(state.desc.flags), 0, 0, state.of.id, sys.OpenNumbered | sys.OpenKept | uint64(fd),
		}})
		c.unacked.add(0, 1)
		c.flow.sent += openCost
	}
}
