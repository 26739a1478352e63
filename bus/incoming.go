package bus

import (
	"context"
	"fmt"
	"time"
)

// Incoming is a call that came in, at the side that serves it. It is a [Session]: calls
// on it are callbacks. It gets exactly one answer, by Reply, Open or Fault; those that
// come later, or after the caller has gone, return why they had no effect.
type Incoming struct {
	Session

	pkg      string
	method   Method
	format   Format
	body     []byte
	meta     Meta
	stays    bool
	deadline time.Time

	// The link's lock guards these.
	holds   bool        // calls along it are kept
	held    []*Incoming // those
	kept    bool        // it holds because it is held itself
	below   Handler     // who serves calls along it when that is over
	observe func(*Response, error)
	shown   Response // what it is told of the result, if isShown
	isShown bool
}

// Package is the name of the package that was called; empty for a call along a session.
func (in *Incoming) Package() string { return in.pkg }

// Method is what is called.
func (in *Incoming) Method() Method { return in.method }

// Format is how the body is written.
func (in *Incoming) Format() Format { return in.format }

// Body is the arguments. It belongs to who serves the call.
func (in *Incoming) Body() []byte { return in.body }

// Meta is what came with the call.
func (in *Incoming) Meta() Meta { return in.meta }

// SetMeta replaces what came with the call, for who stands between the caller and the
// one who serves it. It must be called before the call is handed on.
func (in *Incoming) SetMeta(m Meta) {
	in.conn.mu.Lock()
	defer in.conn.mu.Unlock()
	in.meta, in.number = m, m.Call
}

// Observe has fn called once with the answer that the call gets, whoever gives it. The
// answer's body is borrowed until fn returns; fn must not block. It must be called before
// the call is handed on; a call that has ended by itself until then has fn called at once.
func (in *Incoming) Observe(fn func(r *Response, err error)) {
	c := in.conn
	c.mu.Lock()
	if in.state != stateEnded {
		in.observe = fn
		c.mu.Unlock()
		return
	}
	err := in.err
	c.mu.Unlock()
	if fn != nil {
		fn(nil, err)
	}
}

// observed has who observes the call told of its answer. The lock is held.
func (in *Incoming) observed() {
	if fn := in.observe; fn != nil {
		in.observe = nil
		in.conn.later = append(in.conn.later, step{observe: fn, in: in})
	}
}

// shows has who observes the call told of the result r. The lock is held.
func (in *Incoming) shows(r Response) {
	if in.observe != nil {
		in.shown, in.isShown = r, true
		in.observed()
	}
}

// tellAnswer tells an observer of the answer.
func (in *Incoming) tellAnswer(fn func(*Response, error)) {
	if !in.isShown {
		fn(nil, in.err)
		return
	}
	fn(&in.shown, nil)
	in.shown = Response{}
}

// Keep reports whether the caller has said that it wants the call to stay open when it is
// answered: see [Request.Keep].
func (in *Incoming) Keep() bool { return in.stays }

// Deadline is when the caller gives up; ok is false if it named no time.
func (in *Incoming) Deadline() (t time.Time, ok bool) { return in.deadline, !in.deadline.IsZero() }

// IsNotify reports whether nobody waits for an answer.
func (in *Incoming) IsNotify() bool { return in.id == 0 }

// Context is done when the call has ended: it was answered and stays not open, the
// caller has given it up, its session was closed, its time is over or the link has
// ended. It carries the call's meta data, so that calls made with it name their cause.
func (in *Incoming) Context() context.Context {
	c := in.conn
	c.mu.Lock()
	defer c.mu.Unlock()
	if in.ctx != nil {
		return in.ctx
	}
	base := context.WithValue(context.Background(), metaKey{}, in.meta)
	var stop context.CancelFunc
	if !in.deadline.IsZero() {
		base, stop = context.WithDeadline(base, in.deadline)
	}
	ctx, cancel := context.WithCancelCause(base)
	in.ctx = ctx
	end := func(err error) {
		if CodeOf(err) == CodeCanceled {
			err = context.Canceled
		}
		cancel(err)
		if stop != nil {
			stop()
		}
	}
	if in.state == stateEnded {
		end(in.err)
	} else {
		in.cancel = end
	}
	return ctx
}

type metaKey struct{}

// MetaFrom is the meta data of the call in whose service ctx is.
func MetaFrom(ctx context.Context) (Meta, bool) {
	m, ok := ctx.Value(metaKey{}).(Meta)
	return m, ok
}

// WithMeta is ctx in the service of the call that m tells of.
func WithMeta(ctx context.Context, m Meta) context.Context {
	return context.WithValue(ctx, metaKey{}, m)
}

// Reply answers the call, which is over then. body is borrowed until Reply returns.
func (in *Incoming) Reply(format Format, body []byte) error {
	return in.answer(format, body, nil, false)
}

// Open answers the call, which stays open as a session: calls along it go to object,
// its streams go on, until either side closes it. body is borrowed until Open returns.
func (in *Incoming) Open(format Format, body []byte, object Handler) error {
	return in.answer(format, body, object, true)
}

// errAnswered is what a second answer gets.
var errAnswered = NewError(CodeFailedPrecondition, "the call was answered before")

// late is why an answer has no effect.
func (in *Incoming) late() error {
	switch {
	case in.answered:
		return errAnswered
	case in.state == stateEnded:
		return in.err
	}
	return nil
}

func (in *Incoming) answer(format Format, body []byte, object Handler, open bool) error {
	c := in.conn
	c.mu.Lock()
	err := in.late()
	switch {
	case err != nil:
	case in.id == 0:
		in.answered = true
		in.shows(Response{})
		c.end(&in.Session, errOver)
	case uint64(HeaderSize+len(body)) > uint64(c.peer.MaxFrame):
		e := NewError(CodeResourceExhausted, fmt.Sprintf("a result of %d bytes, where %d is the most", HeaderSize+len(body), c.peer.MaxFrame))
		c.drop(&in.Session, e)
		err = e
	case open:
		in.shows(Response{Format: format, Body: body, Session: &in.Session})
		in.answered, in.state = true, stateOpen
		if object != nil {
			in.setHandler(object)
		}
		c.out = AppendHeader(c.out, KindResult, uint8(format), FlagOpen, in.id, Method{}, len(body))
		c.out = append(c.out, body...)
	default:
		in.shows(Response{Format: format, Body: body})
		in.answered = true
		// What is below ends first: its last frames go before the parent's.
		c.forget(&in.Session)
		c.end(&in.Session, errOver)
		c.out = AppendHeader(c.out, KindResult, uint8(format), 0, in.id, Method{}, len(body))
		c.out = append(c.out, body...)
	}
	c.unlock()
	return err
}

// Fault ends the call, or the session that it has become, with err; see [ErrorOf].
func (in *Incoming) Fault(err error) error { return in.fault(err, false) }

// Expire is Fault of a call that has no answer yet; the session that a call has become goes
// on, since the time of a call is that for its answer.
func (in *Incoming) Expire(err error) error { return in.fault(err, true) }

func (in *Incoming) fault(err error, unanswered bool) error {
	c := in.conn
	c.mu.Lock()
	defer c.unlock()
	if in.state == stateEnded || unanswered && in.answered {
		return in.late()
	}
	in.answered = true
	e := ErrorOf(err)
	if most := int(c.peer.MaxFrame) - HeaderSize - faultHead; len(e.Message)+len(e.Details) > most {
		short := *e
		short.Message, short.Details = e.Message[:min(len(e.Message), most)], nil
		e = &short
	}
	c.end(&in.Session, e)
	if in.id != 0 {
		c.stats.FaultsOut++
		c.out = AppendFault(c.out, in.id, e)
		c.forget(&in.Session)
	}
	return nil
}

// recovered makes a fault of a panic in who serves the call.
func (in *Incoming) recovered() {
	if p := recover(); p != nil {
		in.Fault(NewError(CodeInternal, fmt.Sprintf("the callee panicked: %v", p)))
	}
}

// Go is a [Handler] that serves each call on a goroutine of its own. What fn returns
// without having answered is the answer: a fault for an error, and one that says so for
// nil. ctx is the call's.
func Go(fn func(ctx context.Context, in *Incoming) error) Handler {
	return HandlerFunc(func(in *Incoming) { go run(fn, in) })
}

// GoHeld is [Go] for a call whose answer is an object that its caller may call before it has
// heard of it: what comes for the object is held until fn answers with [Incoming.Release],
// and thrown away if fn faults.
func GoHeld(fn func(ctx context.Context, in *Incoming) error) Handler {
	return HandlerFunc(func(in *Incoming) {
		in.Hold()
		go run(fn, in)
	})
}

func run(fn func(ctx context.Context, in *Incoming) error, in *Incoming) {
	defer in.recovered()
	err := fn(in.Context(), in)
	if err == nil {
		err = errNoAnswer
		if in.id == 0 {
			in.Reply(FormatRaw, nil)
			return
		}
		c := in.conn
		c.mu.Lock()
		answered := in.answered
		c.mu.Unlock()
		if answered {
			return
		}
	}
	in.Fault(err)
}

var errNoAnswer = NewError(CodeInternal, "the callee gave no answer")
