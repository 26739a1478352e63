package wasi

import (
	"math"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The types of events.
const (
	eventClock = iota
	eventRead
	eventWrite
)

const (
	eventSize = 32
	// maxSubscriptions bounds what one poll_oneoff looks at.
	maxSubscriptions = 1 << 16

	absolute = 1 // the flag of a clock that says what the timeout is
	hangup   = 1 // the flag of an event that says that the other end is gone
)

// layout says where the fields of a subscription are. Those of a clock come
// behind an identifier in preview 0.
type layout struct{ size, clock int }

var (
	layout1 = layout{size: 48, clock: 16}
	layout0 = layout{size: 56, clock: 24}
)

// A subscription is one thing to wait for.
type subscription struct {
	userdata uint64
	kind     byte
	err      errno.Errno
	ready    bool
	deadline uint64 // of a clock: on which reading it is over
	clock    uint32
	fd       uint32
	nbytes   uint64
	flags    uint16
}

// pollState is a poll_oneoff under way.
type pollState struct {
	subs []subscription
	fds  []sys.PollFD
	of   []int // fds[i] is of subs[of[i]]
}

func pollOneoff(a *ABI, s []uint64) errno.Errno { return a.pollBegin(s, layout1) }

func pollOneoffOld(a *ABI, s []uint64) errno.Errno { return a.pollBegin(s, layout0) }

// pollBegin has the subscriptions, the place for the events, their number and
// the place for the count.
func (a *ABI) pollBegin(s []uint64, l layout) errno.Errno {
	n := uint64(uint32(s[2]))
	if n == 0 {
		return errno.EINVAL
	}
	if !a.covers(s[0], n*uint64(l.size)) || !a.covers(s[1], n*eventSize) || !a.covers(s[3], 4) {
		return errno.EFAULT
	}
	if n > maxSubscriptions {
		return errno.EINVAL
	}
	raw, ok := a.read(s[0], n*uint64(l.size))
	if !ok {
		return errno.EFAULT
	}
	p := &a.poll
	p.subs, p.fds, p.of = p.subs[:0], p.fds[:0], p.of[:0]
	timeout := uint64(math.MaxUint64)
	for ; len(raw) > 0; raw = raw[l.size:] {
		sub, wait, e := a.subscribe(raw, l)
		if e != 0 {
			return e
		}
		timeout = min(timeout, wait)
		if sub.kind != eventClock && sub.err == 0 {
			events := sys.PollIn
			if sub.kind == eventWrite {
				events = sys.PollOut
			}
			p.fds = append(p.fds, sys.PollFD{FD: sub.fd, Events: events})
			p.of = append(p.of, len(p.subs))
		}
		p.subs = append(p.subs, sub)
	}
	if len(p.fds) == 0 && timeout == 0 {
		return a.pollEnd(s, true)
	}
	e := a.ask(sys.OpPoll, polled, timeout)
	a.req.Data = sys.AppendPoll(a.scratch(0), p.fds)
	return e
}

// subscribe reads a subscription and says for how many nanoseconds it is content to wait.
func (a *ABI) subscribe(raw []byte, l layout) (sub subscription, wait uint64, e errno.Errno) {
	sub = subscription{userdata: le.Uint64(raw), kind: raw[8]}
	wait = math.MaxUint64
	switch sub.kind {
	case eventClock:
		sub.clock = le.Uint32(raw[l.clock:])
		timeout := le.Uint64(raw[l.clock+8:])
		flags := le.Uint16(raw[l.clock+24:])
		now, ok := a.clock(sub.clock)
		switch {
		case !ok || flags&^absolute != 0:
			sub.err = errno.EINVAL
		case sub.clock > clockMonotonic:
			sub.err = errno.ENOTSUP
		case flags&absolute != 0:
			sub.deadline = timeout
			wait = timeout - min(now, timeout)
		default:
			sub.deadline = now + timeout
			if sub.deadline < now {
				sub.deadline = math.MaxUint64
			}
			wait = timeout
		}
	case eventRead, eventWrite:
		sub.fd = le.Uint32(raw[16:])
		if _, sub.err = a.get(uint64(sub.fd), rightPoll); sub.err == errno.EBADF && a.opts.Elsewhere {
			sub.err = 0 // the kernel knows better
		}
	default:
		return sub, 0, errno.EINVAL
	}
	if sub.err != 0 {
		wait = 0
	}
	return sub, wait, 0
}

func polled(a *ABI, s []uint64, r *sys.Reply) errno.Errno {
	if r.Errno != 0 {
		return r.Errno
	}
	list, err := sys.DecodePoll(r.Data)
	if err != nil || len(list) < len(a.poll.of) {
		list = make([]sys.PollFD, len(a.poll.of))
	}
	idle := true
	for i, at := range a.poll.of {
		sub, got := &a.poll.subs[at], list[i]
		wanted := sys.PollIn
		if sub.kind == eventWrite {
			wanted = sys.PollOut
		}
		if got.Revents&(wanted|sys.PollHup|sys.PollErr|sys.PollBad) == 0 {
			continue
		}
		idle = false
		sub.ready = true
		switch {
		case got.Revents&sys.PollBad != 0:
			sub.err = errno.EBADF
		case sub.kind == eventRead:
			sub.nbytes = got.Bytes
		}
		if got.Revents&(sys.PollHup|sys.PollErr) != 0 {
			sub.flags = hangup
		}
	}
	return a.pollEnd(s, idle)
}

// pollEnd writes the events. If idle is set, no fd was ready, so the kernel's
// timeout is over: the earliest clock has rung even if ours is a little behind.
func (a *ABI) pollEnd(s []uint64, idle bool) errno.Errno {
	p := &a.poll
	var failed bool
	first := -1
	for i := range p.subs {
		sub := &p.subs[i]
		if sub.err != 0 {
			sub.ready, failed = true, true
			continue
		}
		if sub.kind != eventClock {
			continue
		}
		now, _ := a.clock(sub.clock)
		if now >= sub.deadline {
			sub.ready = true
		}
		if first < 0 || sub.left(now) < p.subs[first].leftOn(a) {
			first = i
		}
	}
	if idle && !failed && first >= 0 {
		p.subs[first].ready = true
	}
	b := make([]byte, 0, eventSize*4)
	for i := range p.subs {
		if sub := &p.subs[i]; sub.ready {
			b = sub.appendEvent(b)
		}
	}
	if e := a.write(s[1], b); e != 0 {
		return e
	}
	return a.writeU32(s[3], uint32(len(b)/eventSize))
}

// left is how long the clock has still to go.
func (s *subscription) left(now uint64) uint64 { return s.deadline - min(now, s.deadline) }

func (s *subscription) leftOn(a *ABI) uint64 {
	now, _ := a.clock(s.clock)
	return s.left(now)
}

func (s *subscription) appendEvent(b []byte) []byte {
	b = le.AppendUint64(b, s.userdata)
	b = le.AppendUint16(b, uint16(s.err))
	b = append(b, s.kind, 0, 0, 0, 0, 0)
	b = le.AppendUint64(b, s.nbytes)
	return le.AppendUint64(b, uint64(s.flags))
}
