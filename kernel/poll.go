package kernel

import (
	"math"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// maxPoll is how many fds one poll takes.
const maxPoll = 1 << 16

// alwaysReady is what is the case for a file: reading and writing never wait.
const alwaysReady = sys.PollIn | sys.PollOut

func sysPoll(c *call) verdict {
	list, ok := c.state.([]sys.PollFD)
	if !ok {
		var err error
		if list, err = sys.DecodePoll(c.r.Data); err != nil || len(list) > maxPoll {
			return c.fail(errno.EINVAL)
		}
	}
	ready := false
	var files []*openFile // of the entries that are files; nil if there are none
	for i := range list {
		e := &list[i]
		e.Revents, e.Bytes = 0, 0
		f, ok := c.p.fd(uint64(e.FD))
		switch {
		case !ok:
			e.Revents = sys.PollBad
		case f.stream == nil && e.Events&sys.PollIn != 0 && c.elsewhere(f):
			return c.wait(&f.owned)
		case f.stream == nil:
			e.Revents = e.Events & alwaysReady
			if e.Revents&sys.PollIn != 0 {
				if files == nil {
					files = make([]*openFile, len(list))
				}
				files[i] = f
			}
		default:
			ev, n := c.p.pollStream(uint64(e.FD), f)
			e.Revents = ev & (e.Events | sys.PollHup | sys.PollErr)
			if ev&sys.PollIn != 0 {
				e.Bytes = n
			}
		}
		ready = ready || e.Revents != 0
	}
	timeout := c.r.Args[0]
	switch {
	case files != nil:
		for _, f := range files {
			if f != nil {
				f.refs++
			}
		}
		return c.goOutside(func(c *call) { pollFiles(c, list, files) })
	case ready || timeout == 0 || c.expired:
		return c.pollReply(list)
	}
	c.state = list
	for i := range list {
		if f, ok := c.p.fd(uint64(list[i].FD)); ok && f.stream != nil {
			f.stream.await(c, list[i].Events)
		}
	}
	if timeout <= math.MaxInt64 {
		c.expire(time.Duration(timeout))
	}
	return waiting
}

func (c *call) pollReply(list []sys.PollFD) verdict {
	n := uint64(0)
	for i := range list {
		if list[i].Revents != 0 {
			n++
		}
	}
	c.ok(n)
	c.reply.Data = sys.AppendPoll(nil, list)
	return ended
}

// pollFiles finds how much is left to read of files that are polled, which only their
// file systems know.
func pollFiles(c *call, list []sys.PollFD, files []*openFile) {
	for i, f := range files {
		if f == nil {
			continue
		}
		st, err := f.place.Stat()
		f.mu.Lock()
		if left := int64(st.Size) - f.off; err == nil && left > 0 {
			list[i].Bytes = uint64(left)
		}
		f.mu.Unlock()
	}
	c.k.lock()
	for _, f := range files {
		if f != nil {
			f.release()
		}
	}
	c.k.unlock()
	c.pollReply(list)
}
