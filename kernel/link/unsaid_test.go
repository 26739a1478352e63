package link_test

import (
	"fmt"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A file that the process has made is read again without the kernel hearing of it.
func TestUnsaid_silent(t *testing.T) {
	s := newStorm(t, 1, 1, 0)
	s.wild = 0
	e := s.ends[0]
	s.call(e, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.makeFiles(e, "dir", 10)
	e.client.Flush() // the last close
	for s.arrive(e, true) || s.arrive(e, false) {
	}
	for range 100 {
		fd, errNo := s.open(e, "dir/f7", sys.ORead)
		if errNo != 0 {
			t.Fatal(errNo)
		}
		if r := s.call(e, &sys.Request{Op: sys.OpRead, Args: [6]uint64{fd, 4096}}); string(r.Data) != "this is file 7" {
			t.Fatalf("%q", r.Data)
		}
		if r := s.call(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}}); r.Errno != 0 {
			t.Fatal(r.Errno)
		}
	}
	e.client.Flush()
	if n := len(e.up.queue); n > 0 {
		t.Errorf("the kernel was sent %d messages", n)
	}
}

// Whatever is done with an fd that the kernel has not heard of, it is open.
func TestUnsaid_said(t *testing.T) {
	args := func(a ...uint64) (out [6]uint64) { copy(out[:], a); return out }
	content := func(r sys.Reply) string { return string(r.Data) }
	tests := []struct {
		name string
		// do does something with fd, by a, and tells what came of it.
		do   func(s *storm, a, b *farEnd, fd uint64) string
		want string
	}{
		{"read", func(s *storm, a, _ *farEnd, fd uint64) string {
			return content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(fd, 100)}))
		}, "this is file 7"},
		{"described", func(s *storm, a, _ *farEnd, fd uint64) string {
			st, err := sys.DecodeStat(s.call(a, &sys.Request{Op: sys.OpFStat, Args: args(fd)}).Data)
			return fmt.Sprint(st.Size, err)
		}, "14 <nil>"},
		{"written", func(s *storm, a, _ *farEnd, fd uint64) string {
			s.call(a, &sys.Request{Op: sys.OpPWrite, Args: args(fd, 0, 0), Data: []byte("THIS")})
			return content(s.call(a, &sys.Request{Op: sys.OpPRead, Args: args(fd, 7, 0)}))
		}, "THIS is"},
		{"written, and read by another", func(s *storm, a, b *farEnd, fd uint64) string {
			s.call(a, &sys.Request{Op: sys.OpPWrite, Args: args(fd, 0, 0), Data: []byte("THIS")})
			s.hand(a, b)
			other, _ := s.open(b, "dir/f7", sys.ORead)
			return content(s.call(b, &sys.Request{Op: sys.OpRead, Args: args(other, 7)}))
		}, "THIS is"},
		{"another is opened", func(s *storm, a, _ *farEnd, fd uint64) string {
			other, errNo := s.open(a, ".", sys.ORead|sys.ODirectory)
			return fmt.Sprint(other == fd, errNo)
		}, "false error 0"},
		{"a second number", func(s *storm, a, _ *farEnd, fd uint64) string {
			twin := s.call(a, &sys.Request{Op: sys.OpDup, Args: args(fd, ^uint64(0))}).Vals[0]
			s.call(a, &sys.Request{Op: sys.OpClose, Args: args(fd)})
			return content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(twin, 4)}))
		}, "this"},
		{"a second number after a move", func(s *storm, a, _ *farEnd, fd uint64) string {
			s.call(a, &sys.Request{Op: sys.OpSeek, Args: args(fd, 5, uint64(sys.SeekSet))})
			twin := s.call(a, &sys.Request{Op: sys.OpDup, Args: args(fd, ^uint64(0))}).Vals[0]
			return content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(twin, 4)}))
		}, "is f"},
		{"removed by itself", func(s *storm, a, _ *farEnd, fd uint64) string {
			s.call(a, &sys.Request{Op: sys.OpUnlink, Args: args(sys.AtCwd), Path: "dir/f7"})
			st, err := sys.DecodeStat(s.call(a, &sys.Request{Op: sys.OpFStat, Args: args(fd)}).Data)
			return fmt.Sprint(st.Size, st.Nlink, err)
		}, "14 0 <nil>"},
		{"removed by another", func(s *storm, a, b *farEnd, fd uint64) string {
			s.call(b, &sys.Request{Op: sys.OpUnlink, Args: args(sys.AtCwd), Path: "dir/f7"})
			st, err := sys.DecodeStat(s.call(a, &sys.Request{Op: sys.OpFStat, Args: args(fd)}).Data)
			return fmt.Sprint(st.Size, st.Nlink, err)
		}, "14 0 <nil>"},
		{"cut by another", func(s *storm, a, b *farEnd, fd uint64) string {
			s.open(b, "dir/f7", sys.OWrite|sys.OTrunc)
			s.hand(b, a)
			return content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(fd, 4)}))
		}, ""},
		{"many others are closed", func(s *storm, a, _ *farEnd, fd uint64) string {
			s.makeMore(a, "dir", 300)
			return content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(fd, 4)}))
		}, "this"},
		{"moved to another number", func(s *storm, a, _ *farEnd, fd uint64) string {
			other, _ := s.open(a, "dir/f8", sys.ORead)
			r := s.call(a, &sys.Request{Op: sys.OpRenumber, Args: args(fd, other)})
			return fmt.Sprint(r.Errno, " ", content(s.call(a, &sys.Request{Op: sys.OpRead, Args: args(other, 14)})))
		}, "error 0 this is file 7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStorm(t, 2, 2, 0)
			s.wild = 0
			a, b := s.ends[0], s.ends[1]
			s.call(a, &sys.Request{Op: sys.OpMkdir, Args: args(sys.AtCwd, 0, 0o755), Path: "dir"})
			s.makeFiles(a, "dir", 20)
			for s.arrive(a, true) || s.arrive(a, false) {
			}
			fd, errNo := s.open(a, "dir/f7", sys.ORead|sys.OWrite)
			if errNo != 0 || len(a.up.queue) > 0 {
				t.Fatalf("%v, %d messages", errNo, len(a.up.queue))
			}
			if got := tt.do(s, a, b, fd); got != tt.want {
				t.Errorf("%q, not %q", got, tt.want)
			}
			if r := s.call(a, &sys.Request{Op: sys.OpClose, Args: args(fd)}); r.Errno != 0 && r.Errno != errno.EBADF {
				t.Error(r.Errno)
			}
		})
	}
}

// makeMore makes n further files in folder.
func (s *storm) makeMore(e *farEnd, folder string, n int) {
	s.t.Helper()
	for i := range n {
		fd, errNo := s.open(e, fmt.Sprint(folder, "/more", i), sys.OWrite|sys.OCreate)
		if errNo != 0 {
			s.t.Fatal(errNo)
		}
		s.call(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}})
	}
}
