package bus

import (
	"context"
	"time"
)

// Target is what calls are made on: a package, see [Conn.Package]; an object, which is
// the [Session] of the call that returned it; and, for callbacks, the caller of a call
// that came in.
type Target interface {
	// Invoke makes a call and waits for its end. When ctx is done first, the callee
	// is told that nobody waits any more.
	Invoke(ctx context.Context, r *Request) (*Response, error)
	// Start begins a call. done is called once with its end, maybe before Start
	// returns, by whoever brings it; it must not block. ctx gives the deadline and
	// what the call is made for; it is not watched.
	Start(ctx context.Context, r *Request, done func(*Response, error)) *Session
	// Notify makes a call that has no answer.
	Notify(ctx context.Context, r *Request) error
}

// Request is a call to be made.
type Request struct {
	Method Method
	Format Format
	Body   []byte // borrowed until the call has been begun
	// Keep says that the method returns an object, for callees that cannot tell: without
	// it they may end the call with their answer.
	Keep bool
	// Handler serves the calls that the callee makes back along this one, as long
	// as it is open. Nil refuses them.
	Handler Handler
	// Meta, if it is not nil, replaces what ctx says of the call's cause.
	Meta *Meta
	// Deadline is when the caller gives up, if ctx does not say it.
	Deadline time.Time

	relay *Session // where the call's streams go
}

// Response is the result of a call. Its body belongs to who gets it.
type Response struct {
	Format Format
	Body   []byte
	// Session is the call, if it stays open: an object, or the end of streams. It
	// must be closed. Nil if the call is over.
	Session *Session
}

type state uint8

const (
	stateCalled state = iota // there is no answer yet
	stateOpen                // answered, and it stays open
	stateEnded
)

// Session is one end of a call that is under way, or stays open: of the one who made
// it and of the one who serves it. Calls on it belong to it: they end with it. A
// Session is a [Target]. All methods may be used by several goroutines at once.
type Session struct {
	conn *Conn
	id   uint32
	in   *Incoming // of a call that came in, else nil

	// The link's lock guards all below.
	parent     *Session
	child      *Session // the first of those below
	next, prev *Session
	depth      int
	state      state
	answered   bool // its result has come or gone
	handler    Handler
	streams    []*Stream
	relay      *Session
	number     uint64 // the call's number on the bus, if it is known
	err        error
	done       func(*Response, error)
	onEnd      func(error) // who is told of the end first, of several
	onEnds     []func(error)
	ctx        context.Context // of a call that came in, made by Context
	cancel     func(error)
	ended      chan struct{} // made by Done
}

// What ends a session without a failure, as its error.
var (
	errOver     = &Error{Code: CodeCanceled, Crate: CrateInvalidHandle, Message: "the session is closed"}
	errCanceled = &Error{Code: CodeCanceled, Crate: CrateAborted, Message: "the call was canceled"}
)

// Conn is the link that the call goes over.
func (s *Session) Conn() *Conn { return s.conn }

// Along is the number, on the bus, of the call along which this one was made; 0 if it was
// made to a package, or the number is not known.
func (s *Session) Along() uint64 {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	if s.parent == nil {
		return 0
	}
	return s.parent.number
}

// Handle sets who serves the calls that the other side makes along this one from now
// on: the methods of an object, or callbacks.
func (s *Session) Handle(h Handler) {
	s.conn.mu.Lock()
	s.setHandler(h)
	s.conn.mu.Unlock()
}

// Err is why the session has ended, nil while it has not.
func (s *Session) Err() error {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return s.err
}

// Done is closed when the session has ended.
func (s *Session) Done() <-chan struct{} {
	c := s.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if s.ended == nil {
		s.ended = make(chan struct{})
		if s.state == stateEnded {
			close(s.ended)
		}
	}
	return s.ended
}

// OnEnd has fn called once when the session has ended, with the reason; at once if it
// has. fn must not block.
func (s *Session) OnEnd(fn func(err error)) {
	c := s.conn
	c.mu.Lock()
	if s.state != stateEnded {
		if s.onEnd == nil {
			s.onEnd = fn
		} else {
			s.onEnds = append(s.onEnds, fn)
		}
		c.mu.Unlock()
		return
	}
	err := s.err
	c.mu.Unlock()
	fn(err)
}

// Close ends the call and all below it: the callee of one that is not answered yet is
// told that nobody waits for it, an object is given back. It may be called more than
// once.
func (s *Session) Close() error {
	c := s.conn
	c.mu.Lock()
	c.drop(s, errCanceled)
	c.unlock()
	return nil
}

// giveUp is Close with the error that the call then ends with on this side.
func (s *Session) giveUp(err error) {
	c := s.conn
	c.mu.Lock()
	c.drop(s, err)
	c.unlock()
}

// drop ends s from this side, or for a caller that gave it up. The lock is held.
func (c *Conn) drop(s *Session, err error) {
	if s.state == stateEnded {
		return
	}
	switch {
	case s.in == nil:
		c.out = AppendClose(c.out, s.id) // the callee's last frame is still to come
	case s.id == 0:
	case s.state == stateOpen:
		c.out = AppendClose(c.out, s.id)
		c.forget(s)
	default:
		c.stats.FaultsOut++
		c.out = AppendFault(c.out, s.id, ErrorOf(err))
		c.forget(s)
	}
	c.end(s, err)
}

// forget frees the number of a call that came in.
func (c *Conn) forget(s *Session) {
	if c.calls[s.id] == s {
		delete(c.calls, s.id)
		c.incoming--
	}
}

// end is the end of s, and of all below it, on this side. Of s itself nothing is sent.
// The lock is held.
func (c *Conn) end(s *Session, err error) {
	tell := false        // nobody needs to be told of s
	var below []*Session // those that are to be ended, which may be a long chain
	for {
		if s.state != stateEnded {
			if tell && s.in != nil && s.id != 0 {
				c.out = AppendFault(c.out, s.id, errCanceled)
				c.forget(s)
			}
			for child := s.child; child != nil; child = child.next {
				below = append(below, child)
			}
			s.over(err)
		}
		if len(below) == 0 {
			return
		}
		s = below[len(below)-1]
		below = below[:len(below)-1]
		if tell, err = c.err == nil, error(errCanceled); !tell {
			err = c.err
		}
	}
}

// over makes s ended. The lock is held.
func (s *Session) over(err error) {
	s.state, s.err = stateEnded, err
	if s.in != nil {
		s.in.observed() // if it was not answered
	}
	s.leave()
	s.child, s.relay, s.handler = nil, nil, nil
	for _, st := range s.streams {
		st.wake()
	}
	if s.ended != nil {
		close(s.ended)
	}
	if s.done != nil || s.onEnd != nil || s.cancel != nil {
		s.conn.later = append(s.conn.later, step{ended: s})
	}
}

// tellEnd tells all that wait for the end of s. Nobody else looks at those any more.
func (s *Session) tellEnd() {
	done, onEnd, onEnds, cancel := s.done, s.onEnd, s.onEnds, s.cancel
	s.done, s.onEnd, s.onEnds, s.cancel = nil, nil, nil, nil
	if cancel != nil {
		cancel(s.err)
	}
	if done != nil {
		done(nil, s.err)
	}
	if onEnd != nil {
		onEnd(s.err)
	}
	for _, fn := range onEnds {
		fn(s.err)
	}
}

// adopt makes child one of those that end with s. The lock is held.
func (s *Session) adopt(child *Session) {
	child.parent, child.depth = s, s.depth+1
	child.next = s.child
	if s.child != nil {
		s.child.prev = child
	}
	s.child = child
}

// leave undoes adopt.
func (s *Session) leave() {
	if s.parent == nil {
		return
	}
	if s.prev != nil {
		s.prev.next = s.next
	} else if s.parent.child == s {
		s.parent.child = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	}
	s.parent, s.next, s.prev = nil, nil, nil
}

// timeout is the time that is left until t, as it travels: at least a millisecond.
func timeout(t time.Time) uint32 {
	left := time.Until(t).Milliseconds()
	return uint32(min(max(left, 1), 1<<32-1))
}
