package bus

import (
	"errors"
	"fmt"
	"time"
)

// Receive takes a message of one or more whole frames and owns it from then on.
// Handlers that need not wait have answered before it returns, and their answers go in
// one message. An error means that the other side has broken the protocol; the link has
// ended then.
func (c *Conn) Receive(msg []byte) error {
	c.mu.Lock()
	c.depth++
	c.mu.Unlock()
	var err error
	for len(msg) > 0 && err == nil {
		var f Frame
		if f, msg, err = Decode(msg); err == nil {
			err = c.receive(&f)
		}
	}
	c.mu.Lock()
	c.depth--
	if err != nil && c.err == nil {
		e := ErrorOf(err)
		if errors.Is(err, ErrFrame) || errors.Is(err, ErrPayload) {
			e.Code = CodeInvalidArgument
		}
		c.breaks(e)
	}
	c.unlock()
	return err
}

func violation(format string, args ...any) error {
	return &Error{Code: CodeInvalidArgument, Message: fmt.Sprintf(format, args...)}
}

func (c *Conn) receive(f *Frame) error {
	if len(f.Payload)+HeaderSize > c.limits.Frame {
		return violation("a frame of %d bytes, where %d is the most", len(f.Payload)+HeaderSize, c.limits.Frame)
	}
	if f.Kind == KindHello {
		return c.receiveHello(f)
	}
	if !c.greeted {
		return violation("the first frame is not a hello")
	}
	switch f.Kind {
	case KindCall, KindNotify:
		return c.receiveCall(f)
	case KindResult:
		return c.receiveResult(f)
	case KindFault:
		return c.receiveFault(f)
	case KindClose:
		return c.receiveClose(f)
	case KindData:
		return c.receiveData(f)
	case KindCredit:
		return c.receiveCredit(f)
	}
	if f.Kind&KindOptional != 0 {
		return nil
	}
	return &Error{Code: CodeUnimplemented, Message: fmt.Sprintf("frames of kind %d are not known", f.Kind)}
}

func (c *Conn) receiveHello(f *Frame) error {
	h, err := DecodeHello(f.Payload)
	if err != nil {
		return err
	}
	if c.greeted {
		return violation("a second hello")
	}
	if h.Version != Version {
		return &Error{Code: CodeUnimplemented, Message: fmt.Sprintf("version %d of the protocol is not known, only %d", h.Version, Version)}
	}
	if h.MaxFrame < 4<<10 || h.MaxCalls == 0 {
		return violation("a hello with frames of %d bytes and %d calls", h.MaxFrame, h.MaxCalls)
	}
	c.mu.Lock()
	c.greeted = true
	c.peer = h
	c.mu.Unlock()
	return nil
}

// receiveCall begins a call or a notification of the other side, or answers why it does not.
func (c *Conn) receiveCall(f *Frame) error {
	h, body, err := DecodeCall(f.Payload)
	switch {
	case err != nil:
		return err
	case f.Kind == KindNotify && f.ID != 0:
		return violation("a notification with the id %d", f.ID)
	case f.Kind == KindCall && (f.ID == 0 || c.mine(f.ID)):
		return violation("a call with the id %d, which is not the caller's", f.ID)
	}
	in := &Incoming{pkg: h.Package, method: f.Method, format: Format(f.Format), body: body, meta: h.Meta, stays: f.Lane&FlagKeep != 0}
	in.Session = Session{conn: c, id: f.ID, in: in}
	if h.Timeout != 0 {
		in.deadline = time.Now().Add(time.Duration(h.Timeout) * time.Millisecond)
	}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return nil
	}
	c.stats.CallsIn++
	if f.ID != 0 && c.calls[f.ID] != nil {
		c.mu.Unlock()
		return violation("the id %d of a call is that of one which is open", f.ID)
	}
	handler := c.opt.Handler
	var fault *Error
	if h.Parent != 0 {
		parent := c.calls[h.Parent]
		switch {
		case parent == nil || parent.state == stateEnded:
			fault = &Error{Code: CodeNotFound, Crate: CrateInvalidHandle, Message: fmt.Sprintf("there is no open call %d", h.Parent)}
		case parent.depth >= c.limits.Sessions:
			fault = NewError(CodeResourceExhausted, fmt.Sprintf("more than %d sessions one below another", c.limits.Sessions))
		default:
			parent.adopt(&in.Session)
			handler = parent.handler
		}
	}
	switch {
	case fault != nil:
	case c.incoming >= c.limits.Calls:
		fault = NewError(CodeResourceExhausted, fmt.Sprintf("more than %d calls are open", c.limits.Calls))
	case int64(h.Meta.Depth) > int64(c.limits.Depth):
		fault = NewError(CodeResourceExhausted, fmt.Sprintf("more than %d calls wait one for another", c.limits.Depth))
	case handler == nil && h.Parent != 0:
		fault = errNoCalls
	case handler == nil:
		fault = &Error{Code: CodeUnimplemented, Crate: CrateInvalidPackage, Message: "the other side serves nothing"}
	}
	if fault != nil {
		in.state = stateEnded
		in.leave()
		if f.ID != 0 {
			c.stats.FaultsOut++
			c.out = AppendFault(c.out, f.ID, fault)
		}
		c.mu.Unlock()
		return nil
	}
	if f.ID != 0 {
		c.calls[f.ID] = &in.Session
		c.incoming++
	} else {
		in.leave()
	}
	c.mu.Unlock()
	c.serve(handler, in)
	return nil
}

// serve calls h and makes a fault of its panic.
func (c *Conn) serve(h Handler, in *Incoming) {
	defer in.recovered()
	if c.opt.Around != nil {
		c.opt.Around(in, h)
	} else {
		h.ServeBus(in)
	}
}

// ours finds the call of this side that an answer is for. A nil session is one that
// nobody waits for, of which the other side is told.
func (c *Conn) ours(f *Frame) *Session {
	s := c.calls[f.ID]
	if s == nil || !c.mine(f.ID) {
		c.stats.Strays++
		if c.mine(f.ID) && f.ID != 0 {
			c.out = AppendFault(c.out, f.ID, NewError(CodeFailedPrecondition, fmt.Sprintf("nobody waits for an answer to call %d", f.ID)))
		}
		return nil
	}
	return s
}

func (c *Conn) receiveResult(f *Frame) error {
	c.mu.Lock()
	defer c.unlock()
	s := c.ours(f)
	if s == nil {
		return nil
	}
	open := f.Lane&FlagOpen != 0
	switch {
	case s.answered:
		c.stats.Strays++
		c.out = AppendFault(c.out, f.ID, NewError(CodeFailedPrecondition, fmt.Sprintf("call %d was answered before", f.ID)))
		return nil
	case s.state == stateEnded: // given up by this side
		s.answered = true
		if !open {
			delete(c.calls, f.ID)
		}
		return nil
	}
	s.answered = true
	r := &Response{Format: Format(f.Format), Body: f.Payload}
	if done := s.done; done != nil {
		s.done = nil
		c.after(func() { done(r, nil) })
	}
	if open {
		s.state = stateOpen
		r.Session = s
	} else {
		delete(c.calls, f.ID)
		c.end(s, errOver)
	}
	return nil
}

func (c *Conn) receiveFault(f *Frame) error {
	e, err := DecodeFault(Format(f.Format), f.Payload)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.unlock()
	if f.ID == 0 {
		c.out = nil
		c.fail(e)
		return nil
	}
	if !c.mine(f.ID) {
		c.stats.Strays++ // the other side says that an answer of ours was none
		return nil
	}
	if s := c.ours(f); s != nil {
		c.stats.FaultsIn++
		delete(c.calls, f.ID)
		c.end(s, e)
	}
	return nil
}

func (c *Conn) receiveClose(f *Frame) error {
	c.mu.Lock()
	defer c.unlock()
	s := c.calls[f.ID]
	if s == nil {
		return nil // it crossed the end of the call
	}
	if !c.mine(f.ID) {
		c.drop(s, errCanceled)
		return nil
	}
	if !s.answered {
		return violation("a close of the call %d instead of an answer", f.ID)
	}
	delete(c.calls, f.ID)
	c.end(s, errOver)
	return nil
}
