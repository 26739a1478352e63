package bus

import (
	"context"
	"fmt"
	"io"
)

// Stream is one of the streams of a call: a pipe in either direction, of bytes or of
// items. Which streams a method has, and what goes over them, its interface says. A
// Stream implements io.ReadWriteCloser. One goroutine may read and another may write
// at once; those that wait go on when the call ends.
type Stream struct {
	s *Session
	n uint32

	// The link's lock guards all below.
	queue      []piece
	taken      int   // bytes of the first piece that were read
	allowed    int   // what the other side may still send
	used       int   // what was read and is not given back yet
	gotEnd     bool  // nothing more comes
	gotErr     error // with gotEnd: why
	stopped    bool  // this side reads no more
	passed     bool  // a relay has been told of the end
	passedStop bool  // a relay has been told that nobody reads
	readable   chan struct{}

	credit   int // what this side may still send
	sentEnd  bool
	refused  bool // the other side reads no more
	writable chan struct{}
}

type piece struct {
	body   []byte
	format Format
	more   bool
}

// cost is what a piece takes of the window: its whole frame.
func cost(body int) int { return HeaderSize + dataHead + body }

// Stream is the stream n of the call. It exists as soon as either side speaks of it.
func (s *Session) Stream(n uint32) *Stream {
	s.conn.mu.Lock()
	defer s.conn.mu.Unlock()
	return s.stream(n)
}

// stream finds or makes stream n. The lock is held.
func (s *Session) stream(n uint32) *Stream {
	if st := s.known(n); st != nil {
		return st
	}
	st := &Stream{
		s: s, n: n, allowed: Window, credit: Window,
		readable: make(chan struct{}, 1), writable: make(chan struct{}, 1),
	}
	s.streams = append(s.streams, st)
	return st
}

func (s *Session) known(n uint32) *Stream {
	for _, st := range s.streams {
		if st.n == n {
			return st
		}
	}
	return nil
}

// wake lets who waits look again.
func (st *Stream) wake() {
	signal(st.readable)
	signal(st.writable)
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// live finds the session and the stream that a frame speaks of. A nil stream is one
// that is no more. The lock is held.
func (c *Conn) live(id, n uint32) (*Stream, error) {
	s := c.calls[id]
	if s == nil || s.state == stateEnded {
		return nil, nil
	}
	if s.known(n) == nil && len(s.streams) >= c.limits.Streams {
		return nil, violation("more than %d streams of the call %d", c.limits.Streams, id)
	}
	return s.stream(n), nil
}

// receiveData takes a piece of a stream from the other side.
func (c *Conn) receiveData(f *Frame) error {
	n, body, err := DecodeData(f.Payload)
	if err != nil {
		return err
	}
	var failure error
	if f.Lane&FlagError != 0 {
		if failure, err = DecodeFault(Format(f.Format), body); err != nil {
			return err
		}
	}
	c.mu.Lock()
	st, err := c.live(f.ID, n)
	if st == nil {
		c.mu.Unlock()
		return err
	}
	price, last := cost(len(body)), f.Lane&FlagEnd != 0
	if last {
		price = 0 // there is only one
	}
	switch {
	case last != (f.Lane&(FlagEnd|FlagError) != 0), last && failure == nil && len(body) > 0:
		c.mu.Unlock()
		return violation("flags %#x with %d bytes of data", f.Lane, len(body))
	case st.gotEnd:
		c.mu.Unlock()
		return violation("data after the end of the stream %d of call %d", n, f.ID)
	case price > st.allowed:
		c.mu.Unlock()
		return violation("%d bytes of the stream %d of call %d, which has credit for %d", price, n, f.ID, st.allowed)
	}
	st.allowed -= price
	st.gotEnd = last
	if relay := st.s.relay; relay != nil {
		c.mu.Unlock()
		relay.passData(n, f.Lane, Format(f.Format), body)
		return nil
	}
	defer c.unlock()
	switch {
	case st.stopped:
	case failure != nil:
		st.gotErr = failure
	case !last:
		st.queue = append(st.queue, piece{body, Format(f.Format), f.Lane&FlagMore != 0})
	}
	signal(st.readable)
	return nil
}

func (c *Conn) receiveCredit(f *Frame) error {
	n, more, err := DecodeCredit(f.Payload)
	if err != nil {
		return err
	}
	c.mu.Lock()
	st, err := c.live(f.ID, n)
	if st == nil {
		c.mu.Unlock()
		return err
	}
	if relay := st.s.relay; relay != nil {
		c.mu.Unlock()
		relay.passCredit(n, more, f.Lane)
		return nil
	}
	defer c.unlock()
	if f.Lane&FlagStop != 0 {
		st.refused = true
	}
	if int64(st.credit)+int64(more) > 1<<31-1 {
		c.out = AppendFault(c.out, 0, NewError(CodeInvalidArgument, "more credit than there is"))
		c.fail(NewError(CodeInvalidArgument, "more credit than there is"))
		return nil
	}
	st.credit += int(more)
	signal(st.writable)
	return nil
}

// send sends a piece of at most len(body) bytes, if there is credit for one worth
// while, and reports how much went. The lock is held.
func (st *Stream) send(format Format, body []byte) (n int, ok bool, err error) {
	c := st.s.conn
	switch {
	case st.s.state == stateEnded:
		return 0, false, st.s.closedErr()
	case st.sentEnd, st.refused:
		return 0, false, io.ErrClosedPipe
	case st.s.id == 0:
		return 0, false, NewError(CodeFailedPrecondition, "a notification has no streams")
	}
	most := min(pieceMost, int(c.peer.MaxFrame)-cost(0))
	n = min(len(body), most, st.credit-cost(0))
	if n < len(body) && n < min(most, Window/8) {
		return 0, false, nil
	}
	flags := uint16(0)
	if n < len(body) {
		flags = FlagMore
	}
	st.credit -= cost(n)
	c.out = AppendData(c.out, st.s.id, st.n, flags, format, body[:n])
	return n, true, nil
}

// pieceMost is the longest piece that is sent, so that a window holds a few.
const pieceMost = 64 << 10

// closedErr is what an ended session says to those who use its streams.
func (s *Session) closedErr() error {
	if s.err == errOver {
		return io.ErrClosedPipe
	}
	return s.err
}

// put sends body whole, and waits for credit.
func (st *Stream) put(ctx context.Context, format Format, body []byte) (int, error) {
	c := st.s.conn
	sent := 0
	for {
		c.mu.Lock()
		n, ok, err := st.send(format, body[sent:])
		c.unlock()
		sent += n
		switch {
		case err != nil:
			return sent, err
		case ok && sent == len(body):
			return sent, nil
		case ok:
			continue
		}
		select {
		case <-st.writable:
		case <-ctx.Done():
			return sent, ErrorOf(context.Cause(ctx))
		}
	}
}

// Write sends p as bytes of the stream, in the order of writes, and waits while the
// other side is slow. It returns io.ErrClosedPipe when nobody reads any more.
func (st *Stream) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return st.put(context.Background(), FormatRaw, p)
}

// Send sends one item; see Write.
func (st *Stream) Send(ctx context.Context, format Format, item []byte) error {
	_, err := st.put(ctx, format, item)
	return err
}

// CloseSend ends the stream in this direction: the reader meets io.EOF, or err.
func (st *Stream) CloseSend(err error) error {
	c := st.s.conn
	c.mu.Lock()
	defer c.unlock()
	if st.s.state == stateEnded || st.sentEnd || st.s.id == 0 {
		return nil
	}
	st.sentEnd = true
	if err == nil {
		c.out = AppendData(c.out, st.s.id, st.n, FlagEnd, FormatRaw, nil)
		return nil
	}
	e := ErrorOf(err)
	c.out = AppendData(c.out, st.s.id, st.n, FlagEnd|FlagError, e.Format, appendError(nil, e))
	return nil
}

// Stop says that this side reads no more: writes of the other side fail.
func (st *Stream) Stop() {
	c := st.s.conn
	c.mu.Lock()
	defer c.unlock()
	if st.stopped {
		return
	}
	st.stopped, st.queue = true, nil
	if st.s.state != stateEnded && !st.gotEnd && st.s.id != 0 {
		c.out = AppendCredit(c.out, st.s.id, st.n, 0, FlagStop)
	}
	signal(st.readable)
}

// Close ends the stream in both directions.
func (st *Stream) Close() error {
	st.Stop()
	return st.CloseSend(nil)
}

// next takes what has come, up to n bytes of the first piece (n < 0: all of it). The
// lock is held. ok is false if there is nothing yet.
func (st *Stream) next(n int) (p piece, ok bool, err error) {
	if len(st.queue) == 0 {
		switch {
		case st.stopped:
			return p, false, io.ErrClosedPipe
		case st.gotErr != nil:
			return p, false, st.gotErr
		case st.gotEnd:
			return p, false, io.EOF
		case st.s.state == stateEnded:
			if st.s.err == errOver {
				return p, false, io.ErrUnexpectedEOF
			}
			return p, false, st.s.err
		}
		return p, false, nil
	}
	first := &st.queue[0]
	p = *first
	p.body = p.body[st.taken:]
	if n >= 0 && n < len(p.body) {
		p.body = p.body[:n]
		st.taken += n
		return p, true, nil
	}
	st.used += cost(len(first.body))
	st.taken = 0
	*first = piece{}
	st.queue = st.queue[1:]
	if st.used >= Window/4 && st.s.state != stateEnded && !st.gotEnd && st.s.id != 0 {
		c := st.s.conn
		c.out = AppendCredit(c.out, st.s.id, st.n, uint32(st.used), 0)
		st.allowed += st.used
		st.used = 0
	}
	return p, true, nil
}

func (st *Stream) wait(ctx context.Context, n int) (piece, error) {
	c := st.s.conn
	for {
		c.mu.Lock()
		p, ok, err := st.next(n)
		c.unlock()
		if ok || err != nil {
			return p, err
		}
		select {
		case <-st.readable:
		case <-ctx.Done():
			return p, ErrorOf(context.Cause(ctx))
		}
	}
}

// Read reads bytes of the stream. It returns io.EOF at the end, and what the other side
// or the call ended with if that was before the end.
func (st *Stream) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		p, err := st.wait(context.Background(), len(b))
		if n := copy(b, p.body); n > 0 || err != nil {
			return n, err
		}
	}
}

// Recv takes the next item, which belongs to the caller; io.EOF at the end. limit is
// the longest item that is taken, in bytes.
func (st *Stream) Recv(ctx context.Context, limit int) (item []byte, format Format, err error) {
	for {
		p, err := st.wait(ctx, -1)
		if err != nil {
			if err == io.EOF && item != nil {
				err = io.ErrUnexpectedEOF
			}
			return nil, 0, err
		}
		if len(item)+len(p.body) > limit {
			st.Stop()
			return nil, 0, NewError(CodeResourceExhausted, fmt.Sprintf("an item of more than %d bytes", limit))
		}
		if item == nil && !p.more {
			return p.body, p.format, nil
		}
		item = append(item, p.body...)
		if !p.more {
			return item, p.format, nil
		}
	}
}
