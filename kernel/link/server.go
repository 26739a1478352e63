package link

import (
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Server performs, for a process at the far end of a pipe, the calls that its
// [Client] sends. It may be used by several goroutines at once.
type Server struct {
	caller sys.Caller
	post   func([]byte)

	mu     sync.Mutex
	lanes  map[uint16]*lane
	unused []*job
	out    []byte
	depth  int  // how many Receives are under way: they send what was answered at their end
	exit   *job // the process's end, until the calls in all lanes have ended
	closed bool

	later   func() bool // see Later
	lingers bool        // see Linger
	idle    func()      // see Idle
}

// lane is a queue of calls that are begun one after another.
type lane struct {
	busy  bool
	calls bool // what it is busy with has not returned to the process
	queue []*job
}

// job is a call. It is used again for another when it has ended.
type job struct {
	lane   uint16
	id     uint32
	notify bool
	req    sys.Request

	state atomic.Int32    // see begin
	of    *lane           // what goes on when it has ended; nil if nothing waits for that
	done  func(sys.Reply) // takes its end
}

// newJob is a call of that frame; nil for one that is not to be begun, because the process
// has been killed.
func (s *Server) newJob(f *bus.Frame, req sys.Request) *job {
	notify := f.Kind == bus.KindNotify
	var j *job
	s.mu.Lock()
	passes := s.lingers && !notify
	if n := len(s.unused); n > 0 && !passes {
		j = s.unused[n-1]
		s.unused = s.unused[:n-1]
	}
	s.mu.Unlock()
	if passes {
		return nil
	}
	if j == nil {
		j = new(job)
		j.done = func(r sys.Reply) { s.ends(j, &r) }
	}
	j.lane, j.id, j.notify, j.req, j.of = f.Lane, f.ID, notify, req, nil
	j.state.Store(0)
	return j
}

// mostUnused is how many jobs are kept for further calls.
const mostUnused = 8

// reuse takes a job of which nobody knows any more.
func (s *Server) reuse(j *job) {
	j.req, j.of = sys.Request{}, nil
	s.mu.Lock()
	if len(s.unused) < mostUnused {
		s.unused = append(s.unused, j)
	}
	s.mu.Unlock()
}

// NewServer returns a server that performs calls on caller, the process itself,
// and sends messages by post, which borrows its argument and must not block.
func NewServer(caller sys.Caller, post func([]byte)) *Server {
	s := &Server{caller: caller, post: post, lanes: make(map[uint16]*lane)}
	if p, ok := caller.(interface{ KeepCopies(func(id uint64)) }); ok {
		p.KeepCopies(s.changed)
	}
	if p, ok := caller.(interface{ Feeds(func(*sys.Request)) }); ok {
		p.Feeds(s.feed)
	}
	return s
}

// feedMost is how much is sent unasked in one message, unless a single piece is longer.
const feedMost = 256 << 10

// What a frame with id 0 tells, which is v1 of its reply.
const (
	toldError   = 0 // of a write sent behind to fd v0
	toldChanged = 1 // the copy of file v0 is no longer good, or with 0 the names are asked back
)

// changed tells the client that its copy of a file is no longer good.
func (s *Server) changed(id uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.out = sys.AppendReply(s.out, 0, 0, &sys.Reply{Vals: [3]uint64{id, toldChanged}})
	s.flush()
}

// feed sends the client what it has not asked for; see [sys.OpFeed].
func (s *Server) feed(r *sys.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.out = sys.AppendRequest(s.out, bus.KindNotify, 0, 0, r)
	if s.later == nil || len(s.out) >= feedMost || !s.later() {
		s.flush()
	}
}

// Later has later asked whether what is sent unasked can be put together with what follows:
// if it says so, it has [Server.Flush] called soon. It is called before the first message, and
// later with a lock held: it must not call back.
func (s *Server) Later(later func() bool) { s.later = later }

// Flush sends what is held back.
func (s *Server) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.flush()
	}
}

// Close forgets the queues; nothing is sent any more.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	clear(s.lanes)
	s.out, s.idle = nil, nil
}

// Receive takes a message of the client, and owns it from then on. Calls that
// need not wait are performed and answered before it returns. It returns an
// error for what is no valid frame; what came before it is done.
func (s *Server) Receive(msg []byte) error {
	s.mu.Lock()
	s.depth++
	s.mu.Unlock()
	err := s.receive(msg)
	s.mu.Lock()
	s.depth--
	s.flush()
	s.mu.Unlock()
	return err
}

func (s *Server) receive(msg []byte) error {
	whole := len(msg)
	for len(msg) > 0 {
		frame, rest, err := bus.Decode(msg)
		if err != nil {
			return err
		}
		msg = rest
		n, ok := frame.Method.ReservedNumber()
		if !ok || frame.Kind != bus.KindCall && frame.Kind != bus.KindNotify {
			continue
		}
		req, err := sys.DecodeRequest(sys.Op(n), frame.Format, frame.Payload)
		if err != nil {
			return err
		}
		req.Given = len(req.Data) >= whole-whole/8 // who keeps it keeps the message
		j := s.newJob(&frame, req)
		if j == nil {
			continue
		}
		if req.Op == sys.OpExit {
			s.mu.Lock()
			s.exit = j
			s.mu.Unlock()
			s.tryExit()
			return nil
		}
		if j.lane == Unordered {
			s.begin(j, nil)
			continue
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return nil
		}
		l := s.lanes[j.lane]
		if l == nil {
			l = new(lane)
			s.lanes[j.lane] = l
		}
		if l.busy {
			l.queue = append(l.queue, j)
			s.mu.Unlock()
			continue
		}
		l.busy, l.calls = true, !j.notify
		s.mu.Unlock()
		s.run(l, j)
	}
	return nil
}

// run performs j and then what stands behind it, until a call waits.
func (s *Server) run(l *lane, j *job) {
	for j != nil && s.begin(j, l) {
		j = s.next(l)
	}
}

// next takes the next job of l, or makes l idle and returns nil.
func (s *Server) next(l *lane) *job {
	s.mu.Lock()
	if len(l.queue) == 0 || s.closed {
		l.busy = false
		l.queue = nil
		ends := s.exit != nil || s.idle != nil
		s.mu.Unlock()
		if ends {
			s.tryExit()
			s.tryIdle()
		}
		return nil
	}
	j := l.queue[0]
	l.queue = without(l.queue)
	l.calls = !j.notify
	s.mu.Unlock()
	return j
}

// tryExit ends the process if it wants to end and no lane is busy.
func (s *Server) tryExit() {
	s.mu.Lock()
	exit := s.exit
	for _, l := range s.lanes {
		if l.busy {
			exit = nil
		}
	}
	if exit != nil {
		s.exit = nil
	}
	s.mu.Unlock()
	if exit != nil {
		s.begin(exit, nil)
	}
}

// The states of a job that has been begun.
const (
	jobEnded = 1 // before begin looked
	jobLeft  = 2 // by begin, for its end to go on with the lane
)

// begin starts j and reports whether it has ended already. When it ends later,
// the lane goes on by itself. j belongs to who ends it.
func (s *Server) begin(j *job, l *lane) bool {
	j.of = l
	if s.caller.Start(&j.req, j.done) || j.state.Swap(jobLeft) == jobEnded {
		s.reuse(j)
		return true
	}
	return false
}

// ends takes the end of j.
func (s *Server) ends(j *job, r *sys.Reply) {
	s.answer(j, r)
	if l := j.of; j.state.Swap(jobEnded) == jobLeft {
		s.reuse(j)
		if l != nil {
			s.run(l, s.next(l))
		}
	}
}

func (s *Server) answer(j *job, r *sys.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed, s.lingers:
		return
	case !j.notify:
		s.out = sys.AppendReply(s.out, j.lane, j.id, r)
	default:
		// Nobody waits for this one: the error of a write is told with id 0.
		if e, fd := failure(&j.req, r); e != 0 {
			s.out = sys.AppendReply(s.out, j.lane, 0, &sys.Reply{Errno: e, Vals: [3]uint64{fd, toldError}})
		}
	}
	if s.depth == 0 {
		s.flush()
	}
}

func (s *Server) flush() {
	if len(s.out) == 0 || s.depth > 0 {
		return
	}
	s.post(s.out)
	if cap(s.out) > 1<<20 {
		s.out = nil
	}
	s.out = s.out[:0]
}

// failure is what went wrong with a write, or with the rest of it, or with the opening
// of a file, and the fd; 0 for other calls.
func failure(r *sys.Request, reply *sys.Reply) (e errno.Errno, fd uint64) {
	switch {
	case r.Op == sys.OpOpen:
		return reply.Errno, uint64(uint32(r.Args[5]))
	case r.Op != sys.OpWrite && r.Op != sys.OpPWrite:
		return 0, 0
	case reply.Errno == 0 && r.Op == sys.OpPWrite:
		return errno.Errno(reply.Vals[1]), r.Args[0]
	}
	// Of a pipe of which a part was written the next write meets the error.
	return reply.Errno, r.Args[0]
}
