package link

import (
	"encoding/binary"
	"iter"
	"slices"
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
	window = 512 << 10
	// holdBytes is how many bytes of writes are held back at most.
	holdBytes = 64 << 10
	// After a time of quiet the first eager writes are sent at once, up to eagerBytes,
	// and then one message each holdTime, a time that doubles up to maxHold while the flood
	// lasts. A process that writes now and then is never held back; one that
	// floods sends few messages, each of which costs more than many writes.
	quiet    = 8 * time.Millisecond
	holdTime = time.Millisecond
	maxHold  = 4 * time.Millisecond
	eager    = 32
	// eagerBytes is enough to be seen by who looks, and little to who moves bytes.
	eagerBytes = 32 << 10
	// fewFDs is up to which number fds are kept in an array.
	fewFDs = 16
)

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

// pace says when writes sent behind are posted.
type pace struct {
	sentAt time.Duration
	hold   time.Duration
	tokens int
	bytes  int // how much more the tokens are good for
}

// due reports whether what is held back is to be sent now that n bytes have been added.
func (p *pace) due(now time.Duration, n int) bool {
	since := now - p.sentAt
	switch {
	case since >= quiet:
		p.tokens, p.bytes, p.hold = eager-1, eagerBytes-n, holdTime
	case p.tokens > 0 && p.bytes > 0:
		p.tokens--
		p.bytes -= n
	case since >= p.hold:
		p.hold = min(2*p.hold, maxHold)
	default:
		return false
	}
	p.sentAt = now
	return true
}

// fdTable is what is known of fds, the low ones without a map.
type fdTable struct {
	low  [fewFDs]fdState
	high map[uint32]fdState
}

// get returns the zero state for what is not known.
func (t *fdTable) get(fd uint32) fdState {
	if fd < fewFDs {
		return t.low[fd]
	}
	return t.high[fd]
}

func (t *fdTable) set(fd uint32, s fdState) {
	switch {
	case fd < fewFDs:
		t.low[fd] = s
	case s == fdState{}:
		delete(t.high, fd)
	default:
		t.high[fd] = s
	}
}

// enter sets what is known of a fd that is open from now on.
func (c *Client) enter(fd uint32, info sys.FDInfo) {
	state := stateOf(info)
	c.lastGen++
	state.gen = c.lastGen
	c.fds.set(fd, state)
}

// lowest is the lowest number of which nothing is known.
func (t *fdTable) lowest() uint32 {
	fd := uint32(0)
	for t.get(fd).open {
		fd++
	}
	return fd
}

// all gives the numbers of which anything is known.
func (t *fdTable) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for fd := range t.low {
			if t.low[fd].open && !yield(uint32(fd)) {
				return
			}
		}
		for fd := range t.high {
			if !yield(fd) {
				return
			}
		}
	}
}

func (t *fdTable) clear() {
	t.low = [fewFDs]fdState{}
	clear(t.high)
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
	// aside: see sys.Request.
	aside bool
	done  func(sys.Reply) // nil: the client itself asked, for a file
	lane  uint16
	plus  int    // of a write: what went by a channel
	gen   uint32 // the fd's
	feed  *feed  // of a read or a write: what the fd may be fed by

	sent   time.Duration
	mark   uint64 // of the first lane: see lanes
	cost   uint64 // of all that was sent behind before it and with it
	desc   *description
	move   bool   // the call moves the offset of desc
	lend   bool   // see sys.Request
	edits  uint64 // of desc's file when it was sent
	renews bool   // see fresh
	loan   uint64 // of a read: the number that what is lent with it has
	owned  uint64 // of a read: see toOwn
	// recalled: and has been asked for already.
	recalled bool
	dir      dirKey // of an open: where the file is, and its name
	name     string
	changed  []uint64 // what changed has been told since it was sent
}

// fdState is what the client must know of a fd.
type fdState struct {
	open bool
	bulk bool
	sure bool        // and its writes do not fail
	file bool        // it has an offset: nobody waits for its end
	err  errno.Errno // of a write sent behind, told with the next call on the fd
	// ahead is what was read before it was asked for. Duplicates of the fd share it.
	ahead *ahead

	unsaid bool     // the kernel does not know that it is open
	gen    uint32   // which of the files that had this number
	pipe   bool     // the end to write of a pipe
	probed bool     // the kernel has been asked whether it could be joined
	fit    bool     // and has said so
	swift  bool     // its calls must not wait
	end    *pipeEnd // if it is joined, or about to be
	wrote  int      // since the kernel was last asked to join it
	askAt  int      // how much that is when it is asked
	feed   *feed    // if the kernel may send what comes unasked
	loan   *loan    // what is to be read next

	asked bool         // it has been asked whether the offset can be: see toOwn
	of    *file        // what is known of the file, if anything may be
	desc  *description // if the offset is kept here
}

// stateOf is what the kernel says of a fd that has just been opened.
func stateOf(info sys.FDInfo) fdState {
	return fdState{
		open: true, bulk: info&sys.InfoBulk != 0, sure: info&sys.InfoSure != 0, file: info&sys.InfoSeek != 0,
		pipe: info.Type() == sys.TypeFIFO && info&sys.InfoBulk != 0,
	}
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

// call adds a call to what is to be sent.
func (c *Client) call(lane uint16, r *sys.Request, w waiter) {
	if r.Op != sys.OpGetPID {
		c.sayAll()
	}
	c.tellLoans()
	c.lastID++
	if c.lastID == 0 {
		c.lastID = 1 // 0 is for what the kernel tells unasked
	}
	id := c.lastID
	w.lane, w.sent, w.mark, w.cost = lane, c.now(), c.unacked.mark(lane), c.flow.sent
	req := *r
	switch {
	case r.Op == sys.OpRead && r.Args[1] != 0:
		if r.Dst != nil {
			req.Args[1] = min(r.Args[1], uint64(len(r.Dst)))
		}
		c.lastLoan++
		w.loan = c.lastLoan
		req.Args[2], req.Args[3], req.Args[5] = aheadBytes, w.loan, w.owned
	case r.Op == sys.OpOpen && !c.plain:
		c.lastFile++
		req.Args[4], req.Args[5] = c.lastFile, firstAhead
	}
	c.waiting[id] = w
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindCall, lane, id, &req)
}

// follow adds a call of the first lane that wants no answer to what is to be sent. It
// knows nothing of fds that have not been said.
func (c *Client) follow(r *sys.Request) {
	c.tellLoans()
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindNotify, 0, 0, r)
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

// behind answers a write, r, that can be sent behind.
func (c *Client) behind(lane uint16, r *sys.Request) (sys.Reply, bool) {
	if r.Args[0] > 1<<31 {
		return sys.Reply{}, false
	}
	fd := uint32(r.Args[0])
	state := c.fds.get(fd)
	if state.err != 0 {
		err := state.err
		state.err = 0
		c.fds.set(fd, state)
		return sys.Reply{Errno: err}, true
	}
	n := len(r.Data)
	if !state.bulk || lane == Unordered || c.unacked.get(lane)+n > window {
		return sys.Reply{}, false
	}
	c.sendBehind(lane, fd, r)
	if c.unacked.unasked(lane) >= window/2 {
		// So that the answer is there, or on its way, when the window is full.
		c.call(lane, &sys.Request{Op: sys.OpGetPID}, waiter{op: sys.OpGetPID})
	}
	if state.file || len(c.out) >= holdBytes || c.pace.due(c.now(), n) {
		c.flush() // what was written to a file must not be lost with the process
	} else {
		c.shown = true
	}
	return sys.Reply{Vals: [3]uint64{uint64(n)}}, true
}

// sendBehind adds a write to what is to be sent, to the one before it if that may grow.
func (c *Client) sendBehind(lane uint16, fd uint32, r *sys.Request) {
	c.unacked.add(lane, len(r.Data))
	if lane == 0 && !c.fds.get(fd).file {
		c.sayAll() // what comes behind it may wait
		c.names.slow = c.unacked.first.sent
	}
	if t := &c.tail; t.at >= 0 && t.fd == fd && t.lane == lane {
		c.out = append(c.out, r.Data...)
		binary.LittleEndian.PutUint32(c.out[t.at:], uint32(len(c.out)-t.at))
		return
	}
	c.tellLoans()
	c.tail = tail{len(c.out), lane, fd}
	c.out = sys.AppendRequest(c.out, bus.KindNotify, lane, 0, r)
}

// closed answers the close of a file of which no write is on its way that can fail:
// nothing can go wrong with it and nobody can wait for it, so it goes with the next call.
func (c *Client) closed(lane uint16, r *sys.Request) bool {
	if r.Args[0] > 1<<31 {
		return false
	}
	fd := uint32(r.Args[0])
	state := c.fds.get(fd)
	doubtful := state.bulk && (!state.sure || state.desc == nil) && c.unacked.get(lane) != 0
	if !state.file || state.err != 0 || lane == Unordered || doubtful {
		return false
	}
	if state.unsaid {
		c.unsaid--
		c.dropped(state)
		c.fds.set(fd, fdState{})
		return true
	}
	req := *r
	if state.desc != nil {
		if kept, old := c.retain(state.of); kept {
			req.Args[1] = 1
			if old != nil {
				req.Args[2] = old.id
			}
		}
	}
	c.dropped(state)
	c.fds.set(fd, fdState{})
	c.tail.at = -1
	c.out = sys.AppendRequest(c.out, bus.KindNotify, lane, 0, &req)
	return true
}

// Flush sends the writes that are held back.
func (c *Client) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.flush()
}

func (c *Client) flush() {
	c.flushOut()
	c.flushPipes()
}

// flushOut sends what is held back of what goes to the kernel.
func (c *Client) flushOut() {
	c.tellLoans()
	c.tail.at = -1
	if len(c.out) == 0 {
		return
	}
	c.post(c.out)
	c.shown = false
	if cap(c.out) > 4*holdBytes {
		c.out = nil // after a giant call, its room is given back
	}
	c.out = c.out[:0]
}

// Receive takes a message that came from the kernel, and owns it from then on. It
// returns an error for what is no valid frame; what came before it is done.
func (c *Client) Receive(msg []byte) error {
	whole := c.comes(msg)
	if whole != nil {
		defer func() {
			c.mu.Lock()
			c.unused(whole)
			c.mu.Unlock()
		}()
	}
	for len(msg) > 0 {
		frame, rest, err := bus.Decode(msg)
		if err != nil {
			return err
		}
		msg = rest
		if n, ok := frame.Method.ReservedNumber(); frame.Kind == bus.KindNotify && ok {
			r, err := sys.DecodeRequest(sys.Op(n), frame.Format, frame.Payload)
			if err != nil {
				return err
			}
			switch r.Op {
			case sys.OpPipeReturn:
				c.asked(&r)
			case sys.OpFeed:
				c.fed(&r, whole)
			case sys.OpLoan:
				c.recalledLoan(r.Args[0])
			}
			continue
		}
		if whole != nil {
			whole.buf = nil // who gets the reply may keep it
		}
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
		c.told(&reply)
		c.mu.Unlock()
		return
	}
	w, ok := c.waiting[id]
	if !ok {
		c.mu.Unlock()
		return
	}
	delete(c.waiting, id)
	c.tries = 0
	c.unacked.done(lane, w.mark)
	for _, of := range slices.Backward(c.leaveCrowd(lane)) {
		defer of.retry()
	}
	switch {
	case w.feed == nil:
	case w.op == sys.OpWrite:
		w.feed.wrote(&reply)
	default:
		c.readReplied(&w, &reply)
	}
	c.heard = max(c.heard, w.sent)
	if goOn := c.flow.done(w.cost); goOn != nil {
		defer goOn()
	}
	if w.renews {
		c.renewing = false
		for _, retry := range slices.Backward(c.retries) {
			defer retry()
		}
		c.retries = nil
	}
	if w.desc != nil {
		c.fileReply(&w, &reply)
	} else if reply.Errno == 0 {
		c.learn(&w, &reply)
		if w.op == sys.OpRead && reply.Vals[0] != 0 && !c.sentTo(&w, &reply) {
			c.finish()
			return
		}
		if w.op == sys.OpRead && reply.Vals[1] != 0 && !c.isFed(&w, &reply) {
			c.finish()
			return
		}
	}
	if w.plus > 0 {
		// A write of which a part was sent has not failed; what came after it is why it ends.
		if reply.Errno != 0 {
			reply = sys.Reply{Vals: [3]uint64{0, uint64(reply.Errno)}}
		}
		reply.Vals[0] += uint64(w.plus)
	}
	if w.done == nil {
		if w = c.unpark(&w, &reply); w.done == nil {
			c.finish()
			return
		}
	}
	c.finish()
	if w.dst != nil {
		reply.Data = w.dst[:copy(w.dst, reply.Data)]
	}
	w.done(reply)
}

// told takes what the kernel tells unasked.
func (c *Client) told(r *sys.Reply) {
	switch r.Vals[1] {
	case toldError:
		c.failed(uint32(r.Vals[0]), r.Errno)
	case toldChanged:
		c.changed(r.Vals[0])
	}
}

// failed keeps the error of a write sent behind for the next call on fd.
func (c *Client) failed(fd uint32, e errno.Errno) {
	if state := c.fds.get(fd); state.open {
		state.err = e
		c.fds.set(fd, state)
	}
}

// learn keeps what a reply says of fds.
func (c *Client) learn(w *waiter, r *sys.Reply) {
	set := func(fd uint64, info uint64) {
		c.enter(uint32(fd), sys.FDInfo(info))
	}
	switch w.op {
	case sys.OpRead:
		if w.owned != 0 {
			c.owns(w, r)
		}
		if r.Vals[2] != 0 {
			c.lent(w, r)
		}
		c.keep(w, r)
	case sys.OpOpen:
		c.openedFile(w, r)
	case sys.OpDup:
		if r.Vals[0] == w.args[0] {
			break
		}
		c.dropped(c.fds.get(uint32(r.Vals[0])))
		set(r.Vals[0], r.Vals[1])
		from, twin := c.fds.get(uint32(w.args[0])), c.fds.get(uint32(r.Vals[0]))
		twin.swift = from.swift
		if twin.feed = from.feed; twin.feed != nil {
			twin.feed.fds++
		}
		twin.sure, twin.ahead, twin.of, twin.desc = from.sure && twin.bulk, from.ahead, from.of, from.desc
		if twin.of != nil {
			twin.of.fds++
		}
		c.fds.set(uint32(r.Vals[0]), twin)
	case sys.OpNames:
		c.named(w, r)
	case sys.OpSeek:
		if w.owned != 0 {
			c.owns(w, r)
		} else if d := c.fds.get(uint32(w.args[0])).desc; d != nil {
			d.off = int64(r.Vals[0])
		}
	case sys.OpClose:
		// The error of a write sent behind has no later call to come with.
		state := c.fds.get(uint32(w.args[0]))
		r.Errno = state.err
		c.dropped(state)
		c.fds.set(uint32(w.args[0]), fdState{})
	case sys.OpRenumber:
		if w.args[0] == w.args[1] {
			break
		}
		c.dropped(c.fds.get(uint32(w.args[1])))
		c.fds.set(uint32(w.args[1]), c.fds.get(uint32(w.args[0])))
		if f := c.fds.get(uint32(w.args[1])).feed; f != nil {
			f.fd = w.args[1]
		}
		c.fds.set(uint32(w.args[0]), fdState{})
	case sys.OpPipeJoin:
		c.probed(w, r)
	case sys.OpStat:
		c.learnAttributes(w, r)
	case sys.OpSetFD:
		state := c.fds.get(uint32(w.args[0]))
		if state.swift = sys.OpenFlag(w.args[1])&sys.ONonblock != 0; state.swift {
			state.bulk, state.sure = false, false // its writes must not wait, so it must hear of each
		}
		c.fds.set(uint32(w.args[0]), state)
	}
}
