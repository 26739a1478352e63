package link_test

import (
	"bytes"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A process that has written a file and reads it again has it without the kernel, unless
// another has changed it meanwhile.
func TestFiles_readAgain(t *testing.T) {
	const size = 3 << 20
	s := newStorm(t, 1, 2, 0)
	s.wild = 0
	a, b := s.ends[0], s.ends[1]
	ok := func(e *farEnd, r *sys.Request) sys.Reply {
		t.Helper()
		reply := s.call(e, r)
		if reply.Errno != 0 {
			t.Fatalf("%v: %v", r.Op, reply.Errno)
		}
		return reply
	}
	open := func(e *farEnd, flags sys.OpenFlag) uint64 {
		t.Helper()
		fd, errno := s.open(e, "long", flags)
		if errno != 0 {
			t.Fatal(errno)
		}
		return fd
	}
	shut := func(e *farEnd, fd uint64) { ok(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}}) }
	read := func() []byte {
		fd := open(a, sys.ORead)
		var got []byte
		for {
			r := ok(a, &sys.Request{Op: sys.OpRead, Args: [6]uint64{fd, 40_000}})
			if len(r.Data) == 0 {
				shut(a, fd)
				return got
			}
			got = append(got, r.Data...)
		}
	}
	want := make([]byte, size)
	fill(want, 0)
	fd := open(a, sys.OWrite|sys.OCreate|sys.OTrunc)
	for at := 0; at < size; at += 30_000 {
		ok(a, write(fd, want[at:min(at+30_000, size)]))
	}
	shut(a, fd)
	for range 2 {
		a.answers = 0
		if got := read(); !bytes.Equal(got, want) {
			t.Fatalf("it read %d bytes, the first wrong one is %d", len(got), firstWrong(got, 0))
		}
		if a.answers > 3 {
			t.Errorf("the kernel answered %d times", a.answers)
		}
	}

	fd = open(b, sys.OWrite)
	ok(b, &sys.Request{Op: sys.OpPWrite, Args: [6]uint64{fd, 0, 2 << 20}, Data: []byte("another's")})
	shut(b, fd)
	ok(b, &sys.Request{Op: sys.OpStat, Path: "long", Args: [6]uint64{sys.AtCwd}})
	copy(want[2<<20:], "another's")
	if got := read(); !bytes.Equal(got, want) {
		t.Error("what another has written is not seen")
	}

	fd = open(a, sys.OWrite|sys.OTrunc)
	ok(a, write(fd, []byte("short")))
	shut(a, fd)
	if got := read(); string(got) != "short" {
		t.Errorf("%d bytes after it was made short", len(got))
	}
}
