package link

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Unordered is the lane of calls that wait for no other: each is begun as soon
// as it arrives. The other lanes are begun in order.
const Unordered uint16 = 0xffff

const (
	// window is how many bytes of writes may be on their way before one waits
	// for the kernel. It is what a process may have written past a reader that
	// is gone, and what the kernel may have to hold for it.
	window = 256 << 10
	// holdBytes is how many bytes of writes are held back at most.
	holdBytes = 64 << 10
	// In each holdTime, the first eager writes are sent at once and only those
	// after them are held back until the next: a process that writes now and
	// then is never held back, one that floods sends large messages.
	holdTime = time.Millisecond
	eager    = 4
)

// Client performs a process's system calls over a pipe. It may be used by several
// goroutines at once.
type Client struct {
	post func([]byte)
	now  func() time.Duration

	mu      sync.Mutex
	out     []byte // frames that are not sent yet
	tail    tail
	sentAt  time.Duration
	tokens  int
	unacked map[uint16]int // by lane, the bytes of writes that no reply has covered
	lastID  uint32
	waiting map[uint32]waiter
	fds     map[uint32]fdState
	gone    bool
}

// tail is the last frame that is not sent yet, if it is a write that may grow.
type tail struct {
	at   int // where it begins; -1 if there is none
	lane uint16
	fd   uint32
}

// waiter is a call whose reply has not come.
type waiter struct {
	op   sys.Op
	dst  []byte
	args [6]uint64
	done func(sys.Reply)
}

// fdState is what the client must know of a fd.
type fdState struct {
	bulk bool
	err  errno.Errno // of a write sent behind, told with the next call on the fd
}

// NewClient returns a client that sends messages by post, which borrows its
// argument and must not block. now is a monotonic clock, read at every write.
func NewClient(post func([]byte), now func() time.Duration) *Client {
	return &Client{
		post: post, now: now, tail: tail{at: -1},
		unacked: make(map[uint16]int),
		waiting: make(map[uint32]waiter),
		fds:     make(map[uint32]fdState),
	}
}

// Begin forgets the process before, if there was one, and takes the fds of a new one.
func (c *Client) Begin(info *sys.StartInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.tail.at, c.gone = c.out[:0], -1, false
	clear(c.unacked)
	clear(c.waiting)
	clear(c.fds)
	for _, f := range info.FDs {
		c.fds[f.FD] = fdState{bulk: f.Info&sys.InfoBulk != 0}
	}
}

// Start implements [sys.Caller]. Calls of one client are begun by the kernel in the
// order in which they were started.
func (c *Client) Start(r *sys.Request, done func(sys.Reply)) bool {
	return c.StartLane(0, r, done)
}

// StartLane is Start for a lane of its own. A process that has several calls under
// way gives each fd a lane for all but its reads, which go [Unordered].
func (c *Client) StartLane(lane uint16, r *sys.Request, done func(sys.Reply)) bool {
	c.mu.Lock()
	if c.gone {
		c.mu.Unlock()
		return false // the process has exited: nobody waits
	}
	if reply, ok := c.behind(lane, r); ok {
		c.mu.Unlock()
		done(reply)
		return true
	}
	c.lastID++
	if c.lastID == 0 {
		c.lastID = 1 // 0 is for what the kernel tells unasked
	}
	id := c.lastID
	c.waiting[id] = waiter{r.Op, r.Dst, r.Args, done}
	c.out = sys.AppendRequest(c.out, bus.KindCall, lane, id, r)
	c.flush()
	c.mu.Unlock()
	return false
}

// Syscall implements [sys.Caller]; it parks the goroutine.
func (c *Client) Syscall(r *sys.Request) sys.Reply {
	if r.Op == sys.OpExit {
		c.Exit(uint8(r.Args[0]))
		select {}
	}
	var reply sys.Reply
	ended := make(chan struct{})
	if !c.Start(r, func(got sys.Reply) { reply = got; close(ended) }) {
		<-ended
	}
	return reply
}

// Exit sends what is held back and then the process's end, which the kernel
// performs when all the calls before it have ended, in whatever lane. Nothing is
// sent after it.
func (c *Client) Exit(code uint8) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return
	}
	c.out = sys.AppendRequest(c.out, bus.KindNotify, 0, 0, &sys.Request{Op: sys.OpExit, Args: [6]uint64{uint64(code)}})
	c.flush()
	c.gone = true
	clear(c.waiting)
}

// behind answers a write that can be sent behind.
func (c *Client) behind(lane uint16, r *sys.Request) (sys.Reply, bool) {
	fd := uint32(r.Args[0])
	if r.Op != sys.OpWrite || r.Args[0] > 1<<31 {
		return sys.Reply{}, false
	}
	state, known := c.fds[fd]
	if state.err != 0 {
		err := state.err
		state.err = 0
		c.fds[fd] = state
		return sys.Reply{Errno: err}, true
	}
	n := len(r.Data)
	if !known || !state.bulk || lane == Unordered || c.unacked[lane]+n > window {
		return sys.Reply{}, false
	}
	c.unacked[lane] += n
	if t := c.tail; t.at >= 0 && t.fd == fd && t.lane == lane {
		c.out = append(c.out, r.Data...)
		binary.LittleEndian.PutUint32(c.out[t.at:], uint32(len(c.out)-t.at))
	} else {
		c.tail = tail{len(c.out), lane, fd}
		c.out = sys.AppendRequest(c.out, bus.KindNotify, lane, 0, r)
	}
	now := c.now()
	if now-c.sentAt >= holdTime {
		c.sentAt, c.tokens = now, eager
	}
	if c.tokens > 0 {
		c.tokens--
		c.flush()
	} else if len(c.out) >= holdBytes {
		c.flush()
	}
	return sys.Reply{Vals: [3]uint64{uint64(n)}}, true
}

// Flush sends the writes that are held back.
func (c *Client) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
}

func (c *Client) flush() {
	c.tail.at = -1
	if len(c.out) == 0 {
		return
	}
	c.post(c.out)
	if cap(c.out) > 4*holdBytes {
		c.out = nil // after a giant call, its room is given back
	}
	c.out = c.out[:0]
}

// Receive takes a message that came from the kernel. The message is borrowed. It
// returns an error for what is no valid frame; what came before it is done.
func (c *Client) Receive(msg []byte) error {
	for len(msg) > 0 {
		frame, rest, err := bus.Decode(msg)
		if err != nil {
			return err
		}
		msg = rest
		if frame.Kind != bus.KindResult {
			continue // a kind that a later kernel may send
		}
		reply, err := sys.DecodeReply(frame.Payload)
		if err != nil {
			return err
		}
		c.reply(frame.ID, frame.Lane, reply)
	}
	return nil
}

func (c *Client) reply(id uint32, lane uint16, reply sys.Reply) {
	c.mu.Lock()
	if id == 0 {
		fd := uint32(reply.Vals[0])
		if state, ok := c.fds[fd]; ok {
			state.err = reply.Errno
			c.fds[fd] = state
		}
		c.mu.Unlock()
		return
	}
	w, ok := c.waiting[id]
	if !ok {
		c.mu.Unlock()
		return
	}
	delete(c.waiting, id)
	delete(c.unacked, lane) // the kernel has done all that came before in this lane
	if reply.Errno == 0 {
		c.learn(&w, &reply)
	}
	c.mu.Unlock()
	if w.dst != nil {
		reply.Data = w.dst[:copy(w.dst, reply.Data)]
	} else if len(reply.Data) > 0 {
		reply.Data = append([]byte(nil), reply.Data...)
	}
	w.done(reply)
}

// learn keeps what a reply says of fds.
func (c *Client) learn(w *waiter, r *sys.Reply) {
	set := func(fd uint64, info uint64) {
		c.fds[uint32(fd)] = fdState{bulk: sys.FDInfo(info)&sys.InfoBulk != 0}
	}
	switch w.op {
	case sys.OpOpen, sys.OpDup:
		set(r.Vals[0], r.Vals[1])
	case sys.OpClose:
		delete(c.fds, uint32(w.args[0]))
	case sys.OpRenumber:
		c.fds[uint32(w.args[1])] = c.fds[uint32(w.args[0])]
		delete(c.fds, uint32(w.args[0]))
	case sys.OpSetFD:
		if sys.OpenFlag(w.args[1])&sys.ONonblock != 0 {
			delete(c.fds, uint32(w.args[0])) // its writes must not wait, so it must hear of each
		}
	}
}
