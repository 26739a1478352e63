package wasi_test

import (
	"slices"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A sub is a subscription; its place in the list is its userdata plus 100.
type sub struct {
	kind    byte
	fd      uint32 // or the clock
	timeout uint64
	flags   uint16
}

func (s sub) append(b []byte, userdata int, old bool) []byte {
	b = le.AppendUint64(b, uint64(userdata))
	b = append(b, s.kind, 0, 0, 0, 0, 0, 0, 0)
	if s.kind == 0 && old {
		b = le.AppendUint64(b, 0xdead)
	}
	b = le.AppendUint64(b, uint64(s.fd))
	b = le.AppendUint64(b, s.timeout)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, uint64(s.flags))
	if s.kind != 0 && old {
		b = le.AppendUint64(b, 0)
	}
	return b
}

type event struct {
	userdata uint64
	err      errno.Errno
	kind     byte
	nbytes   uint64
	flags    uint16
}

func TestPoll(t *testing.T) {
	const ms = uint64(time.Millisecond)
	start := uint64(epoch.UnixNano())
	tests := []struct {
		name    string
		subs    []sub
		timeout uint64 // that the kernel is asked to wait; 1 for no call
		ready   []sys.PollFD
		passes  time.Duration // while the kernel waits
		want    []event
	}{
		{"sleep", []sub{{0, 1, 20 * ms, 0}}, 20 * ms, nil, 20 * time.Millisecond, []event{{userdata: 100}}},
		{"woken a little early", []sub{{0, 1, 20 * ms, 0}, {0, 1, 30 * ms, 0}}, 20 * ms, nil, 19 * time.Millisecond, []event{{userdata: 100}}},
		{"until a time", []sub{{0, 0, start + 5*ms, 1}}, 5 * ms, nil, 5 * time.Millisecond, []event{{userdata: 100}}},
		{"until a monotonic time", []sub{{0, 1, 5*ms + 1, 1}}, 5 * ms, nil, 5 * time.Millisecond, []event{{userdata: 100}}},
		{"until a time that is over", []sub{{0, 0, start - 5, 1}}, 1, nil, 0, []event{{userdata: 100}}},
		{"no time", []sub{{0, 1, 0, 0}}, 1, nil, 0, []event{{userdata: 100}}},
		{"several clocks", []sub{{0, 1, 9 * ms, 0}, {0, 0, 7 * ms, 0}, {0, 1, 7 * ms, 0}}, 7 * ms, nil, 7 * time.Millisecond,
			[]event{{userdata: 101}, {userdata: 102}}},
		{"for ever", []sub{{0, 1, ^uint64(0), 0}, {1, fdTTY, 0, 0}}, ^uint64(0), []sys.PollFD{{Revents: sys.PollIn, Bytes: 12}}, 0,
			[]event{{userdata: 101, kind: 1, nbytes: 12}}},
		{"input before the clock", []sub{{0, 1, 10 * ms, 0}, {1, fdTTY, 0, 0}, {2, fdOut, 0, 0}}, 10 * ms,
			[]sys.PollFD{{Revents: sys.PollIn, Bytes: 3}, {}}, time.Millisecond, []event{{userdata: 101, kind: 1, nbytes: 3}}},
		{"the clock before input", []sub{{0, 1, 10 * ms, 0}, {1, fdTTY, 0, 0}}, 10 * ms, []sys.PollFD{{}}, 10 * time.Millisecond, []event{{userdata: 100}}},
		{"hung up", []sub{{1, fdTTY, 0, 0}, {2, fdOut, 0, 0}}, ^uint64(0), []sys.PollFD{{Revents: sys.PollHup}, {Revents: sys.PollErr}}, 0,
			[]event{{userdata: 100, kind: 1, flags: 1}, {userdata: 101, kind: 2, flags: 1}}},
		{"closed", []sub{{1, fdClosed, 0, 0}, {0, 1, 10 * ms, 0}}, 1, nil, 0, []event{{userdata: 100, kind: 1, err: errno.EBADF}}},
		{"closed, and one that is not", []sub{{1, fdClosed, 0, 0}, {2, fdOut, 0, 0}}, 0, []sys.PollFD{{Revents: sys.PollOut}}, 0,
			[]event{{userdata: 100, kind: 1, err: errno.EBADF}, {userdata: 101, kind: 2}}},
		{"no such clock", []sub{{0, 9, 1, 0}}, 1, nil, 0, []event{{userdata: 100, err: errno.EINVAL}}},
		{"processor time", []sub{{0, 2, 1, 0}}, 1, nil, 0, []event{{userdata: 100, err: errno.ENOTSUP}}},
	}
	for _, test := range tests {
		for _, module := range []string{wasi.Preview1, wasi.Preview0} {
			t.Run(test.name+" "+module, func(t *testing.T) {
				now := epoch
				g := newGuest(wasi.Options{Now: func() time.Time { return now }})
				g.kernel.answer = func(r *sys.Request) sys.Reply {
					list, err := sys.DecodePoll(r.Data)
					if err != nil || len(list) != len(test.ready) {
						t.Errorf("asked for %v, %v", list, err)
						return sys.Reply{}
					}
					now = now.Add(test.passes)
					for i := range list {
						list[i].Revents, list[i].Bytes = test.ready[i].Revents, test.ready[i].Bytes
					}
					return sys.Reply{Data: sys.AppendPoll(nil, list)}
				}
				var b []byte
				for i, s := range test.subs {
					b = s.append(b, 100+i, module == wasi.Preview0)
				}
				g.put(subs, b)
				if e := g.call(module+".poll_oneoff", subs, result, uint64(len(test.subs)), 0); e != 0 {
					t.Fatal(e.Name())
				}
				if n := len(g.kernel.requests); n > 1 || (n == 0) != (test.timeout == 1) || n == 1 && g.kernel.requests[0].Args[0] != test.timeout {
					t.Errorf("asked the kernel %v, want a timeout of %d", g.kernel.requests, test.timeout)
				}
				var got []event
				for i := range g.u32(0) {
					p := result + 32*i
					got = append(got, event{g.u64(p), errno.Errno(le.Uint16(g.mem.b[p+8:])), g.mem.b[p+10], g.u64(p + 16), le.Uint16(g.mem.b[p+24:])})
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("events %+v, want %+v", got, test.want)
				}
			})
		}
	}
}
