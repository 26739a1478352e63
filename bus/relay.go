package bus

import (
	"context"
)

// Forwarder hands calls on from one link to another, for who stands between two peers:
// the broker of a kernel, a link between two buses. Its zero value hands all on as it is.
type Forwarder struct {
	// Nested is called for each call that is made along one that was forwarded, in
	// either direction, with what it is to be made on. Nil forwards it by itself.
	Nested func(in *Incoming, to Target)
	// Ended, if it is not nil, is called with the callee's answer, before it is handed on.
	Ended func(r *Response, err error)
}

// Forward makes the call in on to, with in's meta data and deadline, and hands the answer,
// what is called along the two, their streams and their end from one to the other. It does
// not block.
func (f *Forwarder) Forward(in *Incoming, to Target) {
	ctx := context.Background()
	r := &Request{
		Method: in.method, Format: in.format, Body: in.body, Keep: in.stays, Meta: &in.meta, Deadline: in.deadline,
		relay: &in.Session,
	}
	if in.IsNotify() {
		to.Notify(ctx, r)
		in.Reply(FormatRaw, nil)
		return
	}
	r.Handler = f.nested(in)
	out := to.Start(ctx, r, func(a *Response, err error) {
		if f.Ended != nil {
			f.Ended(a, err)
		}
		switch {
		case err != nil:
			in.Fault(err)
		case a.Session == nil:
			in.Reply(a.Format, a.Body)
		default:
			in.Open(a.Format, a.Body, nil)
			a.Session.OnEnd(func(err error) {
				if err == errOver {
					in.Close()
				} else {
					in.Fault(err)
				}
			})
		}
	})
	in.Release(f.nested(out))
	in.OnEnd(func(error) { out.Close() })
	in.passTo(out)
}

// Hold keeps the calls that are made along in until it is forwarded or [Incoming.Release] is
// called, for who does not know yet who serves them: a caller need not wait for an answer
// before it calls along a call.
func (in *Incoming) Hold() {
	c := in.conn
	c.mu.Lock()
	in.holds, in.kept, in.below = true, false, nil
	in.handler = HandlerFunc(in.holdBack)
	c.mu.Unlock()
}

func (in *Incoming) holdBack(along *Incoming) {
	c := in.conn
	c.mu.Lock()
	h := in.handler
	if in.holds {
		in.held = append(in.held, along)
		h = nil
		if along.state != stateEnded {
			// What its caller calls along it, before it has heard of it, waits with it.
			along.holds, along.kept = true, true
			along.handler = HandlerFunc(along.holdBack)
		}
	}
	c.mu.Unlock()
	if h != nil {
		h.ServeBus(along) // it came just when those that were held went on
	}
}

// servedBy hands a call that was held to h, and what was held with it to whom h has set.
func (in *Incoming) servedBy(h Handler) {
	defer in.recovered()
	h.ServeBus(in)
	c := in.conn
	c.mu.Lock()
	kept, below := in.kept, in.below
	c.mu.Unlock()
	if kept { // h has neither held nor released them itself
		in.Release(below)
	}
}

// errNoCalls is what a call gets along one whose side here takes none.
var errNoCalls = &Error{Code: CodeUnimplemented, Crate: CrateMissingCallback, Message: "the other side takes no calls here"}

// Release sets who serves the calls along in, those that were held first. Nil is nobody.
func (in *Incoming) Release(h Handler) {
	c := in.conn
	for {
		c.mu.Lock()
		held := in.held
		in.held = nil
		if len(held) == 0 {
			in.holds, in.kept, in.below = false, false, nil
			in.handler = h
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		for _, along := range held {
			if h == nil {
				along.Fault(errNoCalls)
				continue
			}
			along.servedBy(h)
		}
	}
}

// setHandler sets who serves the calls along s, once those that were held with it have gone
// on. The lock is held.
func (s *Session) setHandler(h Handler) {
	if s.in != nil && s.in.kept {
		s.in.below = h
		return
	}
	s.handler = h
}

// nested forwards the calls along one session to the other.
func (f *Forwarder) nested(to Target) Handler {
	return HandlerFunc(func(in *Incoming) {
		if f.Nested != nil {
			f.Nested(in, to)
		} else {
			f.Forward(in, to)
		}
	})
}

// passTo has the streams of s go to other from now on, and passes on what has come.
func (s *Session) passTo(other *Session) {
	type held struct {
		n     uint32
		flags uint16
		p     piece
		err   error
		stop  bool
	}
	c := s.conn
	for {
		var list []held
		c.mu.Lock()
		for _, st := range s.streams {
			for _, p := range st.queue {
				h := held{n: st.n, p: p}
				if p.more {
					h.flags = FlagMore
				}
				list = append(list, h)
			}
			st.queue = nil
			if st.gotEnd && !st.passed {
				st.passed = true
				list = append(list, held{n: st.n, flags: FlagEnd, err: st.gotErr})
			}
			if st.refused && !st.passedStop {
				st.passedStop = true
				list = append(list, held{n: st.n, stop: true})
			}
		}
		if len(list) == 0 {
			// What comes now goes after what has been passed on.
			s.relay = other
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		for _, h := range list {
			if h.stop {
				other.passCredit(h.n, 0, FlagStop)
				continue
			}
			if h.err != nil {
				e := ErrorOf(h.err)
				h.flags |= FlagError
				h.p = piece{body: appendError(nil, e), format: e.Format}
			}
			other.passData(h.n, h.flags, h.p.format, h.p.body)
		}
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
