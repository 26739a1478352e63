package link

// Linger is called when the process has been killed: nobody hears of it any more, and of
// what still comes only the calls are performed that have returned to it.
func (s *Server) Linger() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lingers, s.out = true, nil
	for _, l := range s.lanes {
		kept := l.queue[:0]
		for _, j := range l.queue {
			if j.notify {
				kept = append(kept, j)
			}
		}
		l.queue = kept
	}
}

// Idle has fn called, without a lock, when none of the calls is left that have returned to
// the process. It is called once, after Linger and after the last message.
func (s *Server) Idle(fn func()) {
	s.mu.Lock()
	s.idle = fn
	s.mu.Unlock()
	s.tryIdle()
}

func (s *Server) tryIdle() {
	s.mu.Lock()
	fn := s.idle
	for _, l := range s.lanes {
		if l.busy && (!l.calls || len(l.queue) > 0) {
			fn = nil
		}
	}
	if fn != nil {
		s.idle = nil
	}
	s.mu.Unlock()
	if fn != nil {
		fn()
	}
}
