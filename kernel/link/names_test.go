package link_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
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

// A process that is alone in making files does not wait for the kernel, nor does one that
// reads a file piece by piece.
func TestNames_small(t *testing.T) {
	for name, tree := range map[string]*vfs.Namespace{"memory": nil, "a store": onStore(t)} {
		t.Run(name, func(t *testing.T) {
			s := newStormOn(t, tree, 1, 1, 0)
			e := s.ends[0]
			s.call(e, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
			s.makeFiles(e, "dir", 10)
			e.answers = 0
			s.makeFiles(e, "dir", 100)
			if e.answers > 20 {
				t.Errorf("the kernel answered %d times for 100 files", e.answers)
			}
			e.answers = 0
			fd, err := s.open(e, "dir/f7", sys.ORead)
			for range 1000 {
				r := s.call(e, &sys.Request{Op: sys.OpPRead, Args: [6]uint64{fd, 4, 5}})
				if err != 0 || r.Errno != 0 || string(r.Data) != "is f" {
					t.Fatalf("%v, %v, %q", err, r.Errno, r.Data)
				}
			}
			if e.answers > 20 {
				t.Errorf("the kernel answered %d times for 1000 reads", e.answers)
			}
		})
	}
}

// What another has made is cut and written anew without waiting either, in the order of its
// names or another, by one process and by the next.
func TestNames_cut(t *testing.T) {
	s := newStorm(t, 1, 3, 0)
	a, b, c := s.ends[0], s.ends[1], s.ends[2]
	s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.makeFiles(a, "dir", 300)
	for _, e := range []*farEnd{b, c} {
		s.hand(a, e)
		s.makeFiles(e, "dir", 20) // until it is given the names
		e.answers = 0
		s.makeFiles(e, "dir", 300)
		if e.answers > 40 {
			t.Errorf("the kernel answered %d times for 300 files", e.answers)
		}
		// Those that the kernel no longer keeps at hand.
		e.answers = 0
		s.makeFiles(e, "dir", 100)
		if e.answers > 20 {
			t.Errorf("the kernel answered %d times for 100 files again", e.answers)
		}
		a = e
	}
}

// A file with two names, or one that is open already by whatever way, is one file still.
func TestNames_cutAliases(t *testing.T) {
	tests := []struct {
		name  string
		alias string // of dir/f250
		make  func(s *storm, e *farEnd)
	}{
		{"a second name", "dir/g", func(s *storm, e *farEnd) {
			s.call(e, &sys.Request{Op: sys.OpLink, Args: [6]uint64{sys.AtCwd, sys.AtCwd}, Path: "dir/f250", Data: []byte("dir/g")})
		}},
		{"a link to the directory", "way/f250", func(s *storm, e *farEnd) {
			s.call(e, &sys.Request{Op: sys.OpSymlink, Args: [6]uint64{sys.AtCwd}, Path: "way", Data: []byte("dir")})
		}},
		{"a way around", "dir/../dir/f250", func(*storm, *farEnd) {}},
	}
	for _, tt := range tests {
		for _, when := range []string{"before the names are known", "after"} {
			t.Run(tt.name+", "+when, func(t *testing.T) {
				s := newStorm(t, 1, 2, 0)
				a, b := s.ends[0], s.ends[1]
				s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
				s.makeFiles(a, "dir", 300)
				tt.make(s, a)
				s.hand(a, b)
				if when == "after" {
					s.makeFiles(b, "dir", 100)
				}
				other, e := s.open(b, tt.alias, sys.ORead)
				if e != 0 {
					t.Fatal(e)
				}
				if r := s.call(b, &sys.Request{Op: sys.OpPRead, Args: [6]uint64{other, 100}}); string(r.Data) != "this is file 250" {
					t.Fatalf("%q, %v", r.Data, r.Errno)
				}
				s.makeFiles(b, "dir", 249)
				fd, e := s.open(b, "dir/f250", sys.OWrite|sys.OTrunc)
				if e != 0 {
					t.Fatal(e)
				}
				for _, text := range []string{"", "new"} {
					if r := s.call(b, write(fd, []byte(text))); r.Errno != 0 {
						t.Fatal(r.Errno)
					}
					if r := s.call(b, &sys.Request{Op: sys.OpPRead, Args: [6]uint64{other, 100}}); string(r.Data) != text {
						t.Errorf("it has %q by its other name, not %q (%v)", r.Data, text, r.Errno)
					}
				}
			})
		}
	}
}

// open opens path for e and returns the fd and the error.
func (s *storm) open(e *farEnd, path string, flags sys.OpenFlag) (uint64, errno.Errno) {
	r := s.call(e, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(flags), 0o644}, Path: path})
	return r.Vals[0], r.Errno
}

// A process that has the names and listens to nobody does not hold up others for ever,
// and what it makes too late it is told about.
func TestNames_takenAway(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	s.wild = 0
	a, b := s.ends[0], s.ends[1]
	s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.makeFiles(a, "dir", 10)
	end := make(chan sys.Reply, 1)
	b.caller.Start(&sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir/new"}, func(r sys.Reply) { end <- r })
	s.arrive(b, true)
	if len(end) > 0 || len(b.down.queue) > 0 {
		t.Fatal("a name was changed beside the process that has them")
	}
	fd, e := s.open(a, "dir/new", sys.OWrite|sys.OCreate|sys.OTrunc)
	if e != 0 || len(a.up.queue) == 0 {
		t.Fatalf("%v, and %d messages", e, len(a.up.queue))
	}
	// Its message takes for ever.
	for len(end) == 0 {
		if !s.arrive(b, false) {
			<-s.news
		}
	}
	if r := <-end; r.Errno != 0 {
		t.Fatalf("mkdir: %v", r.Errno)
	}
	for s.arrive(a, true) || s.arrive(a, false) {
	}
	if r := s.call(a, write(fd, []byte("x"))); r.Errno != errno.EISDIR {
		t.Errorf("a write to what could not be made: %v", r.Errno)
	}
	if r := s.call(a, &sys.Request{Op: sys.OpSync, Args: [6]uint64{fd}}); r.Errno != 0 {
		t.Errorf("the number of what could not be made: %v", r.Errno)
	}
}

// Two processes that make files in turns see each other's, and neither waits for ever.
func TestNames_twoMakers(t *testing.T) {
	s := newStorm(t, 3, 2, 0)
	a, b := s.ends[0], s.ends[1]
	s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	for range 4 {
		s.makeFiles(a, "dir", 40)
		s.hand(a, b)
		if _, e := s.open(b, "dir/f39", sys.ORead); e != 0 {
			t.Fatal(e)
		}
		if r := s.call(b, &sys.Request{Op: sys.OpUnlink, Args: [6]uint64{sys.AtCwd}, Path: "dir/f39"}); r.Errno != 0 {
			t.Fatal(r.Errno)
		}
		s.makeFiles(b, "dir", 20)
		s.hand(b, a)
		if _, e := s.open(a, "dir/f39", sys.ORead); e != errno.ENOENT {
			t.Fatalf("what another has removed: %v", e)
		}
	}
}

// What a process makes in a directory whose number it knows is in that directory, whatever
// becomes of names.
func TestNames_directoryMoved(t *testing.T) {
	s := newStorm(t, 5, 2, 0)
	a, b := s.ends[0], s.ends[1]
	for _, path := range []string{"dir", "dir/sub"} {
		s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: path})
	}
	s.makeFiles(a, "dir/sub", 10)
	s.call(a, &sys.Request{Op: sys.OpRename, Args: [6]uint64{sys.AtCwd, sys.AtCwd}, Path: "dir", Data: []byte("old")})
	for _, path := range []string{"dir", "dir/sub"} {
		s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: path})
	}
	s.makeFiles(a, "dir/sub", 20)
	if r := s.call(a, &sys.Request{Op: sys.OpUnlink, Args: [6]uint64{sys.AtCwd}, Path: "dir/sub/f0"}); r.Errno != 0 {
		t.Fatal(r.Errno)
	}
	s.hand(a, b)
	for path, want := range map[string]errno.Errno{
		"old/sub/f0": 0, "old/sub/f9": 0, "old/sub/f10": errno.ENOENT,
		"dir/sub/f0": errno.ENOENT, "dir/sub/f9": 0, "dir/sub/f19": 0,
	} {
		if _, e := s.open(b, path, sys.ORead); e != want {
			t.Errorf("%s: %v, not %v", path, e, want)
		}
	}
}

// By the number of a directory a process reaches nothing but names there.
func TestNames_number(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	a, b := s.ends[0], s.ends[1]
	s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.call(a, &sys.Request{Op: sys.OpSymlink, Args: [6]uint64{sys.AtCwd}, Path: "dir/link", Data: []byte("f0")})
	s.makeFiles(a, "dir", 10)
	for _, tt := range []struct {
		name string
		of   *farEnd
		dir  uint64
		path string
		want errno.Errno
	}{
		{"a file", a, sys.AtNamed | 1, "f0", 0},
		{"none", a, sys.AtNamed | 1, "f10", errno.ENOENT},
		{"a link", a, sys.AtNamed | 1, "link", errno.ELOOP},
		{"what is above", a, sys.AtNamed | 1, "../dir/f0", errno.ENOTCAPABLE},
		{"from the root", a, sys.AtNamed | 1, "/dir/f0", errno.ENOTCAPABLE},
		{"no number", a, sys.AtNamed, "f0", errno.EBADF},
		{"a number that was not given", a, sys.AtNamed | 2, "f0", errno.EBADF},
		{"another's number", b, sys.AtNamed | 1, "f0", errno.EBADF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := s.call(tt.of, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{tt.dir, uint64(sys.ORead)}, Path: tt.path})
			if r.Errno != tt.want {
				t.Errorf("%v, not %v", r.Errno, tt.want)
			}
		})
	}
}

// Whatever comes for a listing of names is taken or left, and nothing breaks.
func FuzzNames(f *testing.F) {
	entry := sys.DirEntry{Cookie: 1, Type: sys.TypeRegular, Name: "f0"}
	f.Add(uint64(1), uint64(64), entry.Append(make([]byte, 16)))
	f.Add(uint64(1), uint64(0), []byte{})
	f.Add(uint64(1), ^uint64(0), []byte("0123456789abcdef and more"))
	f.Fuzz(func(t *testing.T, given, fds uint64, list []byte) {
		var sent [][]byte
		c := link.NewClient(func(b []byte) { sent = append(sent, bytes.Clone(b)) }, func() time.Duration { return time.Second })
		c.Begin(&sys.StartInfo{})
		for i := range 4 {
			c.Start(&sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.OWrite | sys.OCreate)}, Path: fmt.Sprint("d/f", i)}, func(sys.Reply) {})
			for _, msg := range sent {
				for len(msg) > 0 {
					frame, rest, err := bus.Decode(msg)
					if err != nil {
						t.Fatal(err)
					}
					msg = rest
					reply := sys.Reply{Vals: [3]uint64{uint64(i), uint64(sys.TypeRegular), 0}}
					if n, _ := frame.Method.ReservedNumber(); sys.Op(n) == sys.OpNames {
						reply = sys.Reply{Vals: [3]uint64{given, fds}, Data: list}
					}
					if frame.Kind == bus.KindCall {
						c.Receive(sys.AppendReply(nil, frame.Lane, frame.ID, &reply))
					}
				}
			}
			sent = nil
		}
	})
}

// What a file's mode forbids is refused also to a process that has the names.
func TestNames_modes(t *testing.T) {
	s := newStorm(t, 1, 2, 0)
	s.wild = 0
	a, b := s.ends[0], s.ends[1]
	chmod := func(e *farEnd, path string, mode uint32) {
		t.Helper()
		set := sys.SetAttr{Set: sys.AttrMode, Mode: mode}
		if r := s.call(e, &sys.Request{Op: sys.OpSetAttr, Args: [6]uint64{sys.AtCwd}, Path: path, Data: set.Append(nil)}); r.Errno != 0 {
			t.Fatal(r.Errno)
		}
	}
	opens := func(what, path string, flags sys.OpenFlag, mode uint64, want errno.Errno) {
		t.Helper()
		r := s.call(a, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(flags), mode}, Path: path})
		if r.Errno != want {
			t.Errorf("%s: %v, want %v", what, r.Errno, want)
		}
		if r.Errno == 0 {
			s.call(a, &sys.Request{Op: sys.OpClose, Args: [6]uint64{r.Vals[0]}})
		}
	}
	s.call(a, &sys.Request{Op: sys.OpMkdir, Args: [6]uint64{sys.AtCwd, 0, 0o755}, Path: "dir"})
	s.makeFiles(a, "dir", 10)
	opens("a new file of mode 444", "dir/new", sys.OWrite|sys.OCreate, 0o444, 0)
	opens("it again", "dir/new", sys.OWrite|sys.OCreate, 0o444, errno.EACCES)
	opens("it to cut", "dir/new", sys.ORead|sys.OTrunc, 0, errno.EACCES)
	opens("it to read", "dir/new", sys.ORead, 0, 0)
	opens("a file to write", "dir/f1", sys.OWrite, 0, 0)
	chmod(a, "dir/f1", 0o400)
	opens("what was made read-only", "dir/f1", sys.OWrite, 0, errno.EACCES)
	opens("another", "dir/f2", sys.ORead|sys.OWrite, 0, 0)
	chmod(b, "dir/f2", 0o200)
	opens("what another made unreadable", "dir/f2", sys.ORead, 0, errno.EACCES)
	opens("it to write", "dir/f2", sys.OWrite, 0, 0)
	s.makeFiles(a, "dir", 1)
	chmod(b, "dir", 0o555)
	opens("a new file where none may be made", "dir/more", sys.OWrite|sys.OCreate, 0o644, errno.EACCES)
	chmod(a, "dir", 0o600)
	opens("a file where nothing may be found", "dir/f3", sys.ORead, 0, errno.EACCES)
	chmod(a, "dir", 0o755)
	opens("it again", "dir/f3", sys.ORead, 0, 0)
}
