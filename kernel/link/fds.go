package link

import (
	"iter"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// fewFDs is up to which number fds are kept in an array.
const fewFDs = 16

// fdTable is what is known of fds, the low ones without a map.
type fdTable struct {
	low  [fewFDs]fdState
	high map[uint32]fdState
}

// get returns the zero state for what is not known.
func (t *fdTable) get(fd uint32) fdState {
	if fd < fewFDs {
		return t.low[fd]
	}
	return t.high[fd]
}

func (t *fdTable) set(fd uint32, s fdState) {
	switch {
	case fd < fewFDs:
		t.low[fd] = s
	case s == fdState{}:
		delete(t.high, fd)
	default:
		t.high[fd] = s
	}
}

// lowest is the lowest number of which nothing is known.
func (t *fdTable) lowest() uint32 {
	fd := uint32(0)
	for t.get(fd).open {
		fd++
	}
	return fd
}

// all gives the numbers of which anything is known.
func (t *fdTable) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for fd := range t.low {
			if t.low[fd].open && !yield(uint32(fd)) {
				return
			}
		}
		for fd := range t.high {
			if !yield(fd) {
				return
			}
		}
	}
}

func (t *fdTable) clear() {
	t.low = [fewFDs]fdState{}
	clear(t.high)
}

// fdState is what the client must know of a fd.
type fdState struct {
	open bool
	bulk bool
	sure bool        // and its writes do not fail
	file bool        // it has an offset: nobody waits for its end
	last bool        // its close has something to tell
	slow bool        // calls of other lanes overtake those on it
	err  errno.Errno // of a write sent behind, told with the next call on the fd
	// ahead is what was read before it was asked for. Duplicates of the fd share it.
	ahead *ahead

	unsaid bool     // the kernel does not know that it is open
	gen    uint32   // which of the files that had this number
	pipe   bool     // the end to write of a pipe
	probed bool     // the kernel has been asked whether it could be joined
	fit    bool     // and has said so
	swift  bool     // its calls must not wait
	end    *pipeEnd // if it is joined, or about to be
	wrote  int      // since the kernel was last asked to join it
	askAt  int      // how much that is when it is asked
	feed   *feed    // if the kernel may send what comes unasked
	loan   *loan    // what is to be read next

	asked bool         // it has been asked whether the offset can be: see toOwn
	of    *file        // what is known of the file, if anything may be
	desc  *description // if the offset is kept here
}

// stateOf is what the kernel says of a fd that has just been opened.
func stateOf(info sys.FDInfo) fdState {
	return fdState{
		open: true, bulk: info&sys.InfoBulk != 0, sure: info&sys.InfoSure != 0, file: info&sys.InfoSeek != 0, last: info&sys.InfoFlush != 0, slow: info&sys.InfoSlow != 0,
		pipe: info.Type() == sys.TypeFIFO && info&sys.InfoBulk != 0,
	}
}

// enter sets what is known of a fd that is open from now on.
func (c *Client) enter(fd uint32, info sys.FDInfo) {
	state := stateOf(info)
	c.lastGen++
	state.gen = c.lastGen
	c.fds.set(fd, state)
}
