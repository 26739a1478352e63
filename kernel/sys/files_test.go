package sys_test

import (
	"errors"
	"io"
	"io/fs"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// script is a Caller that answers by a function and keeps the requests.
type script struct {
	answer func(r *sys.Request) sys.Reply
	seen   []sys.Request
}

func (s *script) Syscall(r *sys.Request) sys.Reply {
	s.seen = append(s.seen, *r)
	return s.answer(r)
}

func (s *script) Start(r *sys.Request, done func(sys.Reply)) bool {
	done(s.Syscall(r))
	return true
}

func always(rep sys.Reply) *script {
	return &script{answer: func(*sys.Request) sys.Reply { return rep }}
}

func TestFiles_requests(t *testing.T) {
	const cwd = sys.AtCwd
	neg := func(n int64) uint64 { return uint64(n) }
	for _, tt := range []struct {
		name string
		call func(f *sys.Files)
		want sys.Request
	}{
		{"open", func(f *sys.Files) { f.Open("p", sys.OWrite|sys.OCreate, 0o600) },
			sys.Request{Op: sys.OpOpen, Path: "p", Args: [6]uint64{cwd, uint64(sys.OWrite | sys.OCreate), 0o600}}},
		{"close of -1", func(f *sys.Files) { f.Close(-1) }, sys.Request{Op: sys.OpClose, Args: [6]uint64{1<<32 - 1}}},
		{"seek", func(f *sys.Files) { f.Seek(3, -5, io.SeekEnd) }, sys.Request{Op: sys.OpSeek, Args: [6]uint64{3, neg(-5), 2}}},
		{"lstat", func(f *sys.Files) { f.Lstat("p") },
			sys.Request{Op: sys.OpStat, Path: "p", Args: [6]uint64{cwd, 0, 0, uint64(sys.AtNoFollow)}}},
		{"mkdir", func(f *sys.Files) { f.Mkdir("p", 0o750) }, sys.Request{Op: sys.OpMkdir, Path: "p", Args: [6]uint64{cwd, 0, 0o750}}},
		{"rename", func(f *sys.Files) { f.Rename("a", "b") },
			sys.Request{Op: sys.OpRename, Path: "a", Data: []byte("b"), Args: [6]uint64{cwd, cwd}}},
		{"symlink", func(f *sys.Files) { f.Symlink("target", "p") },
			sys.Request{Op: sys.OpSymlink, Path: "p", Data: []byte("target"), Args: [6]uint64{cwd}}},
		{"dup", func(f *sys.Files) { f.Dup(4) }, sys.Request{Op: sys.OpDup, Args: [6]uint64{4, ^uint64(0), 0}}},
		{"dup2", func(f *sys.Files) { f.Dup2(4, 7) }, sys.Request{Op: sys.OpDup, Args: [6]uint64{4, 7}}},
		{"wait", func(f *sys.Files) { f.Wait(-3, sys.WNoHang) },
			sys.Request{Op: sys.OpWait, Args: [6]uint64{neg(-3), uint64(sys.WNoHang)}}},
		{"kill", func(f *sys.Files) { f.Kill(-1, sys.SIGHUP) }, sys.Request{Op: sys.OpKill, Args: [6]uint64{neg(-1), 1}}},
		{"poll for ever", func(f *sys.Files) { f.Poll(nil, -time.Second) }, sys.Request{Op: sys.OpPoll, Args: [6]uint64{^uint64(0)}}},
		{"poll a while", func(f *sys.Files) { f.Poll(nil, time.Second) }, sys.Request{Op: sys.OpPoll, Args: [6]uint64{1e9}}},
		{"sleep into the past", func(f *sys.Files) { f.Sleep(-time.Second) }, sys.Request{Op: sys.OpPoll, Args: [6]uint64{0}}},
		{"terminal size", func(f *sys.Files) { f.SetTTYSize(1, 80, 24) },
			sys.Request{Op: sys.OpTTYSet, Args: [6]uint64{1, uint64(sys.TTYSetSize), 0, 80<<32 | 24}}},
		{"exit", func(f *sys.Files) { f.Exit(257) }, sys.Request{Op: sys.OpExit, Args: [6]uint64{1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := always(sys.Reply{Errno: errno.EIO})
			tt.call(sys.NewFiles(s))
			if len(s.seen) != 1 || !reflect.DeepEqual(s.seen[0], tt.want) {
				t.Errorf("%+v, want %+v", s.seen, tt.want)
			}
		})
	}
}

func TestFiles_errors(t *testing.T) {
	f := sys.NewFiles(always(sys.Reply{Errno: errno.ENOENT}))
	_, err := f.Open("/p", sys.ORead, 0)
	pe, ok := errors.AsType[*fs.PathError](err)
	if !ok || pe.Path != "/p" || pe.Op != "open" || !errors.Is(err, errno.ENOENT) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%#v", err)
	}
	if err := f.Close(3); err != error(errno.ENOENT) {
		t.Errorf("%#v", err)
	}
	if _, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"prog"}}); err.Error() != "spawn prog: no such file or directory" {
		t.Errorf("%v", err)
	}
}

func TestFiles_read(t *testing.T) {
	buf := make([]byte, 4)
	// A link answers with bytes of its own, a kernel with a part of Dst.
	f := sys.NewFiles(always(sys.Reply{Data: []byte("abc")}))
	if n, err := f.Read(0, buf); n != 3 || err != nil || string(buf[:3]) != "abc" {
		t.Errorf("%d, %v, %q", n, err, buf)
	}
	f = sys.NewFiles(&script{answer: func(r *sys.Request) sys.Reply {
		copy(r.Dst, "xy")
		return sys.Reply{Data: r.Dst[:2]}
	}})
	if n, err := f.Read(0, buf); n != 2 || err != nil || string(buf[:2]) != "xy" {
		t.Errorf("%d, %v, %q", n, err, buf)
	}
	f = sys.NewFiles(always(sys.Reply{}))
	if n, err := f.Read(0, buf); n != 0 || err != io.EOF {
		t.Errorf("%d, %v at the end", n, err)
	}
	if n, err := f.Read(0, nil); n != 0 || err != nil {
		t.Errorf("%d, %v for nothing", n, err)
	}
}

func TestFiles_shortWrite(t *testing.T) {
	f := sys.NewFiles(always(sys.Reply{Vals: [3]uint64{2}}))
	if n, err := f.Write(1, []byte("abc")); n != 2 || err != error(errno.EAGAIN) {
		t.Errorf("%d, %v", n, err)
	}
}

func TestFiles_readDirInOrder(t *testing.T) {
	var pages [][]byte
	for i, names := range [][]string{{".", "..", "b"}, {"c", "a"}, {}} {
		var page []byte
		for j, n := range names {
			page = (&sys.DirEntry{Cookie: uint64(10*i + j + 1), Name: n}).Append(page)
		}
		pages = append(pages, page)
	}
	s := &script{}
	s.answer = func(r *sys.Request) sys.Reply {
		if r.Op != sys.OpReadDir {
			return sys.Reply{}
		}
		page := pages[0]
		pages = pages[1:]
		return sys.Reply{Data: page}
	}
	list, err := sys.NewFiles(s).ReadDir("/d")
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) || err != nil {
		t.Errorf("%q, %v", names, err)
	}
	var cookies []uint64
	for _, r := range s.seen {
		if r.Op == sys.OpReadDir {
			cookies = append(cookies, r.Args[1])
		}
	}
	if !slices.Equal(cookies, []uint64{0, 3, 12}) || s.seen[len(s.seen)-1].Op != sys.OpClose {
		t.Errorf("cookies %v, last call %v", cookies, s.seen[len(s.seen)-1].Op)
	}
}
