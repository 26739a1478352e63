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

// shares counts which caller has how much of something. The bus's lock guards it, or the
// kernel's for what waits to be read; its zero value is empty.
type shares struct {
	held  map[uint32]int // by [Process.share]
	total int
}

// admit gives the caller n more of what there is most of, and reports whether it may have them.
func (s *shares) admit(caller uint32, n, most int) bool {
	if !shared(s.held[caller], n, s.total, most) {
		return false
	}
	s.add(caller, n)
	return true
}

// add is admit without a limit.
func (s *shares) add(caller uint32, n int) {
	if s.held == nil {
		s.held = make(map[uint32]int)
	}
	s.held[caller] += n
	s.total += n
}

// leave undoes admit.
func (s *shares) leave(caller uint32, n int) {
	s.total -= n
	if left := s.held[caller] - n; left > 0 {
		s.held[caller] = left
	} else {
		delete(s.held, caller)
	}
}

// share is who has what the process has of the bus: it, or the guest that has started it, or what
// started that, and so on. A guest gets no more by having others ask for it.
func (p *Process) share() uint32 {
	if p.origin != 0 {
		return p.origin
	}
	return p.pid
}

// admit counts a call to the peer, with a body of so many bytes, and reports whether it may be
// made. The bus's lock is held.
func (f *busFile) admit(caller uint32, size int) bool {
	if !f.calls.admit(caller, 1, f.conn.PeerCalls()) {
		return false
	}
	if !f.bytes.admit(caller, size, busShared) {
		f.calls.leave(caller, 1)
		return false
	}
	return true
}

// leaves undoes admit.
func (f *busFile) leaves(caller uint32, size int) {
	f.calls.leave(caller, 1)
	f.bytes.leave(caller, size)
}

// admit has the body of a call, as long as that is open, count as its caller's share of what all
// calls may have, and reports whether it may. Of short ones so many may be open that they do not
// matter.
func (b *Bus) admit(in *bus.Incoming, caller uint32) bool {
	size := len(in.Body())
	if size < busShort || in.IsNotify() {
		return true
	}
	b.mu.Lock()
	admitted := b.bytes.admit(caller, size, busBytes)
	b.mu.Unlock()
	if admitted {
		in.OnEnd(func(error) {
			b.mu.Lock()
			b.bytes.leave(caller, size)
			b.mu.Unlock()
		})
	}
	return admitted
}

// holds counts n bytes more that wait to be read on the link, and reports whether they may. The
// kernel's lock is held.
func (f *busFile) holds(n int) bool {
	u := &f.k.unread
	if u.held[f.share]+n <= busLeast {
		u.add(f.share, n)
		return true
	}
	return u.admit(f.share, n, busLost)
}

// errShare is what a caller gets who has as many calls with what as it may, while there is room
// for others.
func errShare(how, what string) error {
	return bus.NewError(bus.CodeResourceExhausted, "the caller has its share of the calls that may "+how+" "+what+": what is left is for others")
}
