package bus

import (
	"context"
	"fmt"
)

// Package is the [Target] that is the package name at the other side of the link.
func (c *Conn) Package(name string) Target { return &remote{c, name} }

type remote struct {
	conn *Conn
	name string
}

func (p *remote) Invoke(ctx context.Context, r *Request) (*Response, error) {
	return p.conn.invoke(ctx, nil, p.name, r)
}

func (p *remote) Start(ctx context.Context, r *Request, done func(*Response, error)) *Session {
	return p.conn.start(ctx, nil, p.name, r, done)
}

func (p *remote) Notify(ctx context.Context, r *Request) error {
	return p.conn.notify(ctx, nil, p.name, r)
}

// Invoke implements [Target]: it makes a call along the session.
func (s *Session) Invoke(ctx context.Context, r *Request) (*Response, error) {
	return s.conn.invoke(ctx, s, "", r)
}

// Start implements [Target]: it begins a call along the session.
func (s *Session) Start(ctx context.Context, r *Request, done func(*Response, error)) *Session {
	return s.conn.start(ctx, s, "", r, done)
}

// Notify implements [Target].
func (s *Session) Notify(ctx context.Context, r *Request) error {
	return s.conn.notify(ctx, s, "", r)
}

type outcome struct {
	r   *Response
	err error
}

// Begin begins a call, for callers that have something to do with it before its end,
// such as to feed its streams. wait waits for that, and gives the call up when ctx is
// done; it must be called, once.
func Begin(ctx context.Context, t Target, r *Request) (s *Session, wait func() (*Response, error)) {
	end := make(chan outcome, 1)
	s = t.Start(ctx, r, func(r *Response, err error) { end <- outcome{r, err} })
	return s, func() (*Response, error) { return s.await(ctx, end) }
}

func (c *Conn) invoke(ctx context.Context, parent *Session, pkg string, r *Request) (*Response, error) {
	if ctx.Err() != nil {
		return nil, ErrorOf(context.Cause(ctx))
	}
	end := make(chan outcome, 1)
	s := c.start(ctx, parent, pkg, r, func(r *Response, err error) { end <- outcome{r, err} })
	return s.await(ctx, end)
}

// ErrDeadline is the error of a call whose deadline has passed.
var ErrDeadline = NewError(CodeDeadlineExceeded, "the time for the call is over")

// await waits for what the call's continuation sends to end.
func (s *Session) await(ctx context.Context, end <-chan outcome) (*Response, error) {
	select {
	case o := <-end:
		return o.r, o.err
	default:
	}
	select {
	case o := <-end:
		return o.r, o.err
	case <-ctx.Done():
	}
	err := ErrorOf(context.Cause(ctx))
	if err.Code == CodeDeadlineExceeded {
		err = ErrDeadline
	}
	s.giveUp(err)
	o := <-end // it was the call's end, or that has come meanwhile
	if o.r != nil && o.r.Session != nil {
		return nil, err // an object that has just been given back
	}
	return o.r, o.err
}

// head is what goes before the body of a call.
func (c *Conn) head(ctx context.Context, pkg string, r *Request) CallHead {
	h := CallHead{Package: pkg}
	if r.Keep {
		h.Flags = FlagKeep
	}
	if t, ok := ctx.Deadline(); ok {
		h.Timeout = timeout(t)
	} else if !r.Deadline.IsZero() {
		h.Timeout = timeout(r.Deadline)
	}
	if r.Meta != nil {
		h.Meta, h.HasMeta = *r.Meta, true
	} else if m, ok := MetaFrom(ctx); ok {
		h.Meta, h.HasMeta = Meta{Cause: m.Call, Depth: m.Depth + 1}, true
	}
	return h
}

// refuse says why a call cannot go. The lock is held.
func (c *Conn) refuse(parent *Session, h *CallHead, r *Request) error {
	size := HeaderSize + h.size() + len(r.Body)
	switch {
	case c.err != nil:
		return c.err
	case parent != nil && parent.state == stateEnded:
		return parent.err
	case parent != nil && parent.id == 0:
		return NewError(CodeFailedPrecondition, "a notification cannot be called back")
	case len(h.Package) > MaxPackage:
		return NewError(CodeInvalidArgument, fmt.Sprintf("a package's name of %d bytes, where %d is the most", len(h.Package), MaxPackage))
	case uint64(size) > uint64(c.peer.MaxFrame):
		return NewError(CodeResourceExhausted, fmt.Sprintf("a call of %d bytes, where %d is the most", size, c.peer.MaxFrame))
	case len(c.calls)-c.incoming >= int(c.peer.MaxCalls):
		return NewError(CodeResourceExhausted, fmt.Sprintf("more than %d calls are open", c.peer.MaxCalls))
	case parent != nil && parent.depth >= c.limits.Sessions:
		return NewError(CodeResourceExhausted, fmt.Sprintf("more than %d sessions one below another", c.limits.Sessions))
	}
	return nil
}

func (c *Conn) start(ctx context.Context, parent *Session, pkg string, r *Request, done func(*Response, error)) *Session {
	h := c.head(ctx, pkg, r)
	s := &Session{conn: c, handler: r.Handler, done: done, relay: r.relay, number: h.Meta.Call}
	c.mu.Lock()
	if err := c.refuse(parent, &h, r); err != nil {
		s.over(err)
		c.unlock()
		return s
	}
	s.id = c.nextID()
	if parent != nil {
		h.Parent = parent.id
		parent.adopt(s)
	}
	c.calls[s.id] = s
	c.stats.CallsOut++
	c.out = AppendCall(c.out, s.id, r.Method, r.Format, &h, r.Body)
	c.unlock()
	return s
}

func (c *Conn) notify(ctx context.Context, parent *Session, pkg string, r *Request) error {
	h := c.head(ctx, pkg, r)
	c.mu.Lock()
	if err := c.refuse(parent, &h, r); err != nil {
		c.mu.Unlock()
		return err
	}
	if parent != nil {
		h.Parent = parent.id
	}
	c.stats.CallsOut++
	c.out = AppendCall(c.out, 0, r.Method, r.Format, &h, r.Body)
	c.unlock()
	return nil
}
