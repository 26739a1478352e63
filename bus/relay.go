package bus

// Relay joins two ends of calls, on two links, for who stands between them: from now on
// their streams go from one to the other, under the credit that the ends give each
// other. What has come before is passed on. Calls, answers and closes are not the
// relay's.
func Relay(a, b *Session) {
	a.passTo(b)
	b.passTo(a)
}

func (s *Session) passTo(other *Session) {
	type held struct {
		n uint32
		p piece
	}
	var list []held
	type end struct {
		n   uint32
		err error
		ok  bool
	}
	var ends []end
	c := s.conn
	c.mu.Lock()
	if s.state == stateEnded {
		c.mu.Unlock()
		return
	}
	s.relay = other
	for _, st := range s.streams {
		for _, p := range st.queue {
			list = append(list, held{st.n, p})
		}
		st.queue = nil
		if st.gotEnd {
			ends = append(ends, end{st.n, st.gotErr, true})
		}
	}
	c.mu.Unlock()
	for _, h := range list {
		flags := uint16(0)
		if h.p.more {
			flags = FlagMore
		}
		other.passData(h.n, flags, h.p.format, h.p.body)
	}
	for _, e := range ends {
		other.Stream(e.n).CloseSend(e.err)
	}
}

// passData sends a piece that came over the other link. Its sender had credit of who
// reads it.
func (s *Session) passData(n uint32, flags uint16, format Format, body []byte) {
	c := s.conn
	c.mu.Lock()
	defer c.unlock()
	if s.state != stateEnded && s.id != 0 {
		c.out = AppendData(c.out, s.id, n, flags, format, body)
	}
}

// passCredit gives the sender on this link what the reader on the other gives.
func (s *Session) passCredit(n, more uint32, flags uint16) {
	c := s.conn
	c.mu.Lock()
	defer c.unlock()
	if s.state == stateEnded || s.id == 0 {
		return
	}
	st := s.stream(n)
	if int64(st.allowed)+int64(more) > 1<<31-1 {
		return // the reader gave more than there is; it harms itself
	}
	st.allowed += int(more)
	c.out = AppendCredit(c.out, s.id, n, more, flags)
}
