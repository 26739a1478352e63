package link_test

import (
	"fmt"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// makeFiles makes, fills and reads n files in folder, as files called prefix and a number.
func (s *storm) makeFiles(e *farEnd, folder string, n int) {
	s.t.Helper()
	ok := func(r sys.Reply) sys.Reply {
		if r.Errno != 0 {
			s.t.Fatal(r.Errno)
		}
		return r
	}
	for i := range n {
		path := fmt.Sprint(folder, "/f", i)
		text := fmt.Appendf(nil, "this is file %d", i)
		fd := ok(s.call(e, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.OWrite | sys.OCreate | sys.OTrunc), 0o644}, Path: path})).Vals[0]
		ok(s.call(e, write(fd, text)))
		ok(s.call(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}}))
		fd = ok(s.call(e, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead)}, Path: path})).Vals[0]
		if r := ok(s.call(e, &sys.Request{Op: sys.OpRead, Args: [6]uint64{fd, 4096}})); string(r.Data) != string(text) {
			s.t.Fatalf("%s has %q, not %q", path, r.Data, text)
		}
		ok(s.call(e, &sys.Request{Op: sys.OpClose, Args: [6]uint64{fd}}))
	}
}

// A process that is alone in making files does not wait for the kernel.
func TestNames_small(t *testing.T) {
	s := newStorm(t, 1, 1, 0)
	e := s.ends[0]
	s.call(e, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.makeFiles(e, "dir", 10)
	e.answers = 0
	s.makeFiles(e, "dir", 100)
	if e.answers > 20 {
		t.Errorf("the kernel answered %d times for 100 files", e.answers)
	}
}
