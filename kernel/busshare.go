package kernel

import "github.com/bushel-wasm/bushel/bus"

// busGreed is how many times what is free one caller may hold: whoever comes finds room, and
// those who all want as much as they can get come to hold the same.
const busGreed = 3

// shared reports whether a caller that holds so much may have more of something, of which all
// together hold total and may hold most.
func shared(holds, more, total, most int) bool {
	return total+more <= most && holds+more <= busGreed*(most-total)
}

// shares counts which caller has how many calls open to a peer. The bus's lock guards it.
type shares struct {
	held  map[uint32]int // by the caller's pid
	total int
}

// admit counts a call of the caller to the peer, and reports whether it may be made. The bus's
// lock is held.
func (f *busFile) admit(caller uint32) bool {
	s := &f.calls
	n := s.held[caller]
	if !shared(n, 1, s.total, f.conn.PeerCalls()) {
		return false
	}
	if s.held == nil {
		s.held = make(map[uint32]int)
	}
	s.held[caller] = n + 1
	s.total++
	return true
}

// leaves undoes admit.
func (f *busFile) leaves(caller uint32) {
	s := &f.calls
	s.total--
	if n := s.held[caller] - 1; n > 0 {
		s.held[caller] = n
	} else {
		delete(s.held, caller)
	}
}

// errShare is what a caller gets who has as many calls with what as it may, while there is room
// for others.
func errShare(how, what string) error {
	return bus.NewError(bus.CodeResourceExhausted, "the caller has its share of the calls that may "+how+" "+what+": what is left is for others")
}
