package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// sized has b make files called dir/f and a number, which are that many bytes long.
func sized(t *testing.T, n int) (s *storm, a, b *farEnd) {
	t.Helper()
	s = newStorm(t, 1, 2, 0)
	s.wild = 0
	a, b = s.ends[0], s.ends[1]
	s.call(b, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	for i := range n {
		fd, e := s.open(b, fmt.Sprint("dir/f", i), sys.OWrite|sys.OCreate)
		if e != 0 {
			t.Fatal(e)
		}
		s.call(b, write(fd, make([]byte, i)))
		s.call(b, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}})
	}
	s.hand(b, a)
	return s, a, b
}

// looked is what e is told of dir/f and a number.
func (s *storm) looked(e *farEnd, i int) (sys.Stat, errno.Errno) {
	s.t.Helper()
	r := s.call(e, &sys.Request{Op: sys.OpStat, Args: [6]uint64{sys.AtCwd}, Path: fmt.Sprint("dir/f", i)})
	if r.Errno != 0 {
		return sys.Stat{}, r.Errno
	}
	st, err := sys.DecodeStat(r.Data)
	if err != nil || r.Vals != [3]uint64{} {
		s.t.Fatalf("%v, %d", err, r.Vals)
	}
	return st, 0
}

// Who asks after one file after another does not wait for the kernel each time, in
// whatever order.
func TestAttributes_besides(t *testing.T) {
	const n = 1000
	for _, step := range []int{1, 7, n - 1} {
		s, a, _ := sized(t, n)
		a.answers = 0
		for i := range n {
			i = i * step % n
			if st, e := s.looked(a, i); e != 0 || st.Size != uint64(i) || st.Type != sys.TypeRegular {
				t.Fatalf("file %d: %v, %+v", i, e, st)
			}
		}
		if a.answers > 12 {
			t.Errorf("by steps of %d the kernel answered %d times", step, a.answers)
		}
	}
}

// What another has done is seen by the next call after it has been told of.
func TestAttributes_changes(t *testing.T) {
	attr := sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}
	for _, tt := range []struct {
		name   string
		change func(s *storm, b *farEnd)
		seen   func(st sys.Stat, e errno.Errno) bool
	}{
		{"a write", func(s *storm, b *farEnd) {
			fd, _ := s.open(b, "dir/f9", sys.OWrite)
			s.call(b, write(fd, make([]byte, 100)))
		}, func(st sys.Stat, _ errno.Errno) bool { return st.Size == 100 }},
		{"a mode", func(s *storm, b *farEnd) {
			s.call(b, &sys.Request{Op: sys.OpSetAttr, Args: [6]uint64{sys.AtCwd}, Path: "dir/f9", Data: attr.Append(nil)})
		}, func(st sys.Stat, _ errno.Errno) bool { return st.Mode == 0o600 }},
		{"a removal", func(s *storm, b *farEnd) {
			s.call(b, &sys.Request{Op: sys.OpUnlink, Args: [6]uint64{sys.AtCwd}, Path: "dir/f9"})
		}, func(_ sys.Stat, e errno.Errno) bool { return e == errno.ENOENT }},
		{"a link", func(s *storm, b *farEnd) {
			s.call(b, &sys.Request{Op: sys.OpLink, Args: [6]uint64{sys.AtCwd, sys.AtCwd}, Path: "dir/f9", Data: []byte("more")})
		}, func(st sys.Stat, _ errno.Errno) bool { return st.Nlink == 2 }},
		{"another directory of that name", func(s *storm, b *farEnd) {
			s.call(b, &sys.Request{Op: sys.OpRename, Args: [6]uint64{sys.AtCwd, sys.AtCwd}, Path: "dir", Data: []byte("old")})
		}, func(_ sys.Stat, e errno.Errno) bool { return e == errno.ENOENT }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, own := range []bool{false, true} {
				s, a, b := sized(t, 20)
				for i := range 20 {
					s.looked(a, i)
				}
				a.answers = 0
				if st, e := s.looked(a, 9); e != 0 || st.Size != 9 || a.answers > 0 {
					t.Fatalf("%v, %+v, after %d answers", e, st, a.answers)
				}
				if own {
					b = a
				}
				tt.change(s, b)
				s.hand(b, a)
				if st, e := s.looked(a, 9); !tt.seen(st, e) {
					t.Errorf("own %v: %v, %+v", own, e, st)
				}
			}
		})
	}
}

// Who hears of nothing asks again after a while.
func TestAttributes_old(t *testing.T) {
	s, a, b := sized(t, 20)
	for i := range 20 {
		s.looked(a, i)
	}
	s.call(b, &sys.Request{Op: sys.OpUnlink, Args: [6]uint64{sys.AtCwd}, Path: "dir/f9"})
	s.call(b, &sys.Request{Op: sys.OpGetPID}) // it has arrived
	s.now += 100 * time.Millisecond
	if st, e := s.looked(a, 9); e != errno.ENOENT {
		t.Errorf("%v, %+v", e, st)
	}
}
