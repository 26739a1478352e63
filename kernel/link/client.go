package link

import (
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Unordered is the lane of calls that wait for no other: each is begun as soon
// as it arrives. The other lanes are begun in order.
const Unordered uint16 = 0xffff

// Client performs a process's system calls over a pipe. It may be used by several
// goroutines at once.
type Client struct {
	post func([]byte)
	now  func() time.Duration

	mu      sync.Mutex
	out     []byte // frames that are not sent yet
	tail    tail
	pace    pace
	unacked lanes
	lastID  uint32
	waiting map[uint32]waiter
	fds     fdTable
	gone    bool
	lastGen uint32
	unsaid  int // fds of which the kernel has not been told; see unsaid.go
	// anyAhead is set when anything has been read ahead.
	anyAhead bool

	loans    map[uint64]*loan // what it was lent of pipes, until all of it has been told to be read
	lastLoan uint64
	feeds    map[uint64]*feed // of fds that the kernel may feed, by their numbers
	reuse    func([]byte)     // see Reuse
	borrowed []*message       // of which the last call has been lent a part
	lastFeed uint64
	tries    int                 // how often a call was told since the last message that there is nothing
	pipes    map[uint32]*pipeEnd // ends of joined pipes, by the pipe's number
	polls    []pipePoll          // that wait for some of them
	holding  []*pipeEnd          // those that hold something back
	finished []finished
	rest     rest
	alarm    func()

	// plain: the process has several calls under way, so nothing is known of files.
	plain    bool
	heard    time.Duration // when the last call was sent that has been answered
	doubt    time.Duration // what was known then is not to be relied on
	files    map[uint64]*file
	lastFile uint64
	flow     flow
	names    names
	// attributes is what is known of files that are not open.
	attributes attributes
	crowd      []crowded // writes that wait for others to be done
	renewing   bool      // see fresh
	retries    []func()  // what waits for that
	shown      bool      // something is held back that somebody may be waiting for
	parked     *waiter   // a read that waits for a read ahead
}

// NewClient returns a client that sends messages by post, which borrows its
// argument and must not block. now is a monotonic clock, read at every write.
func NewClient(post func([]byte), now func() time.Duration) *Client {
	return &Client{
		post: post, now: now, tail: tail{at: -1},
		unacked: lanes{others: make(map[uint16]laneCount)},
		waiting: make(map[uint32]waiter),
		fds:     fdTable{high: make(map[uint32]fdState)},
		pipes:   make(map[uint32]*pipeEnd),
		loans:   make(map[uint64]*loan),
		feeds:   make(map[uint64]*feed),
		files:   make(map[uint64]*file),
	}
}

// Begin forgets the process before, if there was one, and takes the fds of a new one.
func (c *Client) Begin(info *sys.StartInfo) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out, c.tail.at, c.gone, c.anyAhead, c.unsaid = c.out[:0], -1, false, false, 0
	c.pace = pace{sentAt: c.now() - quiet}
	c.unacked.clear()
	clear(c.waiting)
	c.fds.clear()
	c.dropAll()
	c.unlend()
	clear(c.feeds)
	clear(c.loans)
	c.rest = rest{alarm: c.rest.alarm}
	c.plain, c.heard, c.doubt, c.lastFile, c.flow, c.parked = false, c.now(), c.now()-1, 0, flow{}, nil
	clear(c.files)
	c.names.reset()
	c.attributes = attributes{}
	c.shown, c.renewing, c.retries, c.crowd = false, false, nil, nil
	for _, f := range info.FDs {
		c.enter(f.FD, f.Info)
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
	if r.Op == sys.OpRest {
		c.rests(r.Args[0] != 0)
		c.mu.Unlock()
		done(sys.Reply{})
		return true
	}
	c.unlend()
	var reply sys.Reply
	var ok, taken bool
	if len(c.loans) > 0 {
		reply, ok, taken = c.pastLoan(lane, r, done)
	}
	if !taken {
		reply, ok, taken = c.pastFed(lane, r, done)
	}
	if !taken {
		reply, ok, taken = c.past(lane, r, done)
	}
	if taken {
		c.mu.Unlock()
		if ok {
			done(reply)
		}
		return ok
	}
	if lane != 0 && !c.plain {
		c.plain = true
		c.settleAll()
	}
	c.mayAlter(r)
	if reply, ok, taken = c.fileCall(r, done); !taken {
		reply, ok, taken = c.nameCall(r, done)
	}
	if !taken {
		reply, ok, taken = c.statCall(r, done)
	}
	if !taken {
		switch r.Op {
		case sys.OpWrite:
			if r.Args[1] == 0 {
				if taken = c.awaitRoom(lane, r, done); !taken {
					reply, ok = c.behind(lane, r)
				}
			}
		case sys.OpClose:
			ok = c.closed(lane, r)
		default:
			reply, ok = c.served(r)
		}
	}
	if taken || ok {
		c.mu.Unlock()
		if ok {
			done(reply)
		}
		return ok
	}
	w := waiter{op: r.Op, dst: r.Dst, args: r.Args, aside: r.Aside, done: done, lane: lane}
	if r.Op == sys.OpWrite || r.Op == sys.OpRead {
		if w.feed = c.feedOf(r); w.feed != nil && r.Op == sys.OpRead {
			w.feed.reading++
		}
	}
	if r.Op == sys.OpRead && r.Args[0] <= 1<<31 {
		w.gen = c.fds.get(uint32(r.Args[0])).gen
		w.owned = c.toOwn(r)
	}
	c.tellRested()
	if r.Op == sys.OpOpen && !c.plain {
		c.askNames(r)
		w.dir, w.name, _ = split(r)
	}
	c.call(lane, r, w)
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
	for _, e := range c.pipes {
		if e.writes {
			c.giveBack(e)
		}
	}
	c.settleLentAll()
	c.tellLoans()
	c.tellRested()
	c.dropAll()
	c.out = sys.AppendRequest(c.out, bus.KindNotify, 0, 0, &sys.Request{Op: sys.OpExit, Args: [6]uint64{uint64(code)}})
	c.flush()
	c.gone = true
	clear(c.waiting)
}
