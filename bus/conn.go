package bus

import (
	"errors"
	"sync"
)

// Port is an end of an ordered, reliable pipe of messages: what a [Conn] sends by.
type Port interface {
	// Send sends a message of one or more whole frames. It must not block, and
	// borrows frames. An error ends the link.
	Send(frames []byte) error
	// Close ends the pipe. It is called once, when the link has ended.
	Close() error
}

// Handler serves calls that come in. ServeBus runs on the goroutine that reads the
// link and must not block: it answers at once, or keeps in and answers later from
// anywhere, or goes on in a goroutine of its own; see [Go].
type Handler interface {
	ServeBus(in *Incoming)
}

// HandlerFunc is a function as a [Handler].
type HandlerFunc func(in *Incoming)

// ServeBus calls f.
func (f HandlerFunc) ServeBus(in *Incoming) { f(in) }

// Options are what a [Conn] is made with.
type Options struct {
	// Handler serves calls to packages; nil refuses them.
	Handler Handler
	// Accepts says that the other side has opened the link: exactly one side of a
	// link is made so.
	Accepts bool
	Limits  Limits
	// Around, if it is not nil, is called for each call that comes in, along sessions
	// too, with who is to serve it: it does, or answers itself.
	Around func(in *Incoming, h Handler)
	// Owner is what [Conn.Owner] returns.
	Owner any
	// Closed is called once when the link has ended, with the reason. It may be nil.
	Closed func(err error)
}

// Conn is one end of a bus link. All methods may be used by several goroutines at
// once, but for Receive, which one goroutine calls at a time.
//
// No lock is held while a Handler, a continuation or the Port is called.
type Conn struct {
	port   Port
	opt    Options
	limits Limits

	mu       sync.Mutex
	calls    map[uint32]*Session // open ones and those that the other side has not ended yet
	lastID   uint32
	incoming int // those of calls that the other side opened
	out      []byte
	spare    []byte
	depth    int  // Receives under way: what they send goes at their end
	sending  bool // a goroutine is in port.Send
	greeted  bool // the other side's Hello has come
	peer     Hello
	err      error // why the link has ended
	done     chan struct{}
	stats    Stats
	later    []step // to be done without the lock
}

// Stats counts what went over a link.
type Stats struct {
	CallsIn, CallsOut   uint64 // calls and notifications
	FaultsIn, FaultsOut uint64
	Strays              uint64 // answers that nobody waited for
	Open                int    // calls open now, in both directions
}

// NewConn makes an end of a link that sends by port. The caller hands what arrives to
// [Conn.Receive].
func NewConn(port Port, opt Options) *Conn {
	c := &Conn{
		port: port, opt: opt, limits: opt.Limits.withDefaults(),
		calls: make(map[uint32]*Session), done: make(chan struct{}),
		peer: Hello{Version: Version, MaxFrame: DefaultFrame, MaxCalls: DefaultCalls},
	}
	// Whoever opened the link numbers its calls 1, 3, 5, and the other 2, 4, 6.
	c.lastID = ^uint32(0)
	if opt.Accepts {
		c.lastID = 0
	}
	c.out = AppendHello(nil, &Hello{Version, uint32(c.limits.Frame), uint32(c.limits.Calls)})
	return c
}

// Stats is what has gone over the link up to now.
func (c *Conn) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Open = len(c.calls)
	return s
}

// Owner is what the link was made with.
func (c *Conn) Owner() any { return c.opt.Owner }

// Done is closed when the link has ended.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err is why the link has ended, nil while it has not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// ErrLinkClosed is the error of what was open on a link that was closed.
var ErrLinkClosed = &Error{Code: CodeUnavailable, Crate: CrateAborted, Message: "the link is closed"}

// drainer is a [Port] that writes behind.
type drainer interface {
	// Written waits until what was sent before Close is written, or cannot be.
	Written()
}

// Close ends the link: all that is open on it fails, on both sides. err is what the
// other side is told; nil says nothing. On the link of a program ([Dial], [NewFileConn]) it
// returns when what was sent has been written, so that the program may end behind it.
func (c *Conn) Close(err error) {
	c.mu.Lock()
	if c.err == nil && err != nil {
		c.out = AppendFault(c.out, 0, ErrorOf(err))
	}
	c.fail(err)
	c.unlock()
	if d, ok := c.port.(drainer); ok {
		d.Written()
	}
}

// Break ends the link since the other side has broken its rules: it is told err. What is open with it
// fails as with one that is no more, since who has called it did nothing wrong.
func (c *Conn) Break(err error) {
	c.mu.Lock()
	c.breaks(ErrorOf(err))
	c.unlock()
}

// breaks is Break, with the lock held.
func (c *Conn) breaks(err *Error) {
	if c.err == nil {
		c.out = AppendFault(c.out, 0, err)
		c.fail(&Error{Code: CodeUnavailable, Crate: CrateAborted, Message: "the other side has broken the protocol: " + err.Message})
	}
}

// Lost tells the link that its pipe has ended, by err; nil is [ErrLinkClosed]. What is open fails with
// that if it is an [Error], else as what is unavailable: a pipe that broke says nothing of the calls on it.
func (c *Conn) Lost(err error) {
	c.mu.Lock()
	c.out = nil
	c.fail(broken(err))
	c.unlock()
}

// broken is err, of a pipe, as the calls that were open get it. Its errno stays.
func broken(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	e := ErrorOf(err)
	e.Code, e.Crate = CodeUnavailable, CrateAborted
	return e
}

// fail ends the link. What is in out is still sent.
func (c *Conn) fail(err error) {
	if c.err != nil {
		return
	}
	if err == nil {
		err = ErrLinkClosed
	}
	c.err = err
	for _, s := range c.calls {
		c.end(s, err)
	}
	clear(c.calls)
	c.incoming = 0
	c.after(func() {
		c.mu.Lock()
		c.flush(true)
		c.mu.Unlock()
		c.port.Close()
		close(c.done)
		if c.opt.Closed != nil {
			c.opt.Closed(err)
		}
	})
}

// spareMost is the largest buffer that is kept for the next message.
const spareMost = 1 << 20

// flush sends what is in out. While messages are being received it leaves that to
// their end, unless it is told to send now.
func (c *Conn) flush(now bool) {
	for len(c.out) > 0 && !c.sending && (c.depth == 0 || now) {
		buf := c.out
		c.out, c.spare = c.spare[:0], nil
		c.sending = true
		c.mu.Unlock()
		err := c.port.Send(buf)
		c.mu.Lock()
		c.sending = false
		if cap(buf) <= spareMost {
			c.spare = buf[:0]
		}
		if err != nil {
			c.out = c.out[:0]
			c.fail(broken(err))
		}
	}
}

// nextID finds a free number for a call of this side.
func (c *Conn) nextID() uint32 {
	for {
		c.lastID += 2
		if c.lastID == 0 { // wrapped, on the side with the even numbers
			continue
		}
		if c.calls[c.lastID] == nil {
			return c.lastID
		}
	}
}

// mine reports whether id is a number that this side gives to calls.
func (c *Conn) mine(id uint32) bool { return id&1 == 0 == c.opt.Accepts }
