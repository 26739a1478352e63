package wasi_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/abi/wasi"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestStrings(t *testing.T) {
	g := newGuest(wasi.Options{})
	g.call("args_sizes_get", 0, 4)
	if g.u32(0) != 2 || g.u32(4) != 8 {
		t.Errorf("%d arguments of %d bytes", g.u32(0), g.u32(4))
	}
	g.call("args_get", 16, 64)
	if g.u32(16) != 64 || g.u32(20) != 69 || g.str(64, 8) != "prog\x00-x\x00" {
		t.Errorf("%d %d %q", g.u32(16), g.u32(20), g.str(64, 8))
	}
	g.call("environ_get", 16, 64)
	if g.str(64, 15) != "A=1\x00LONG=value\x00" {
		t.Errorf("%q", g.str(64, 15))
	}
	// A Go program learns its working directory from PWD.
	g = newGuest(wasi.Options{FullPaths: true})
	g.call("environ_get", 16, 64)
	if g.str(64, 25) != "A=1\x00LONG=value\x00PWD=/work\x00" {
		t.Errorf("%q", g.str(64, 25))
	}
}

func TestClocks(t *testing.T) {
	now := epoch
	g := newGuest(wasi.Options{Now: func() time.Time { return now }})
	g.call("clock_time_get", 1, 0, 8)
	now = now.Add(time.Second)
	g.call("clock_time_get", 0, 0, 0)
	g.call("clock_time_get", 1, 0, 16)
	if g.u64(0) != 1_000_001e9 || g.u64(8) == 0 || g.u64(16)-g.u64(8) != 1e9 {
		t.Errorf("realtime %d, monotonic %d and %d", g.u64(0), g.u64(8), g.u64(16))
	}
}

func TestRandom(t *testing.T) {
	text := strings.Repeat("0123456789", 20_000)
	g := newGuest(wasi.Options{Random: strings.NewReader(text)})
	g.mem.b = make([]byte, 4<<16)
	if e := g.call("random_get", 1, 150_000); e != 0 || g.mem.b[0] != 0 || g.str(1, 150_000) != text[:150_000] || g.mem.b[150_001] != 0 {
		t.Errorf("%v, or other bytes than asked for", e)
	}
	if e := g.call("random_get", 1, 150_000); e != errno.EIO {
		t.Errorf("%v, want EIO when the source is dry", e.Name())
	}
}

func TestFdstat(t *testing.T) {
	tests := []struct {
		name     string
		fd       uint64
		filetype byte
		flags    uint16
		has, not uint64 // rights
	}{
		{"terminal", fdTTY, 2, 0, 1<<1 | 1<<6, 1<<2 | 1<<5},
		{"pipe", fdOut, 0, 0, 1 << 6, 1<<1 | 1<<2},
		{"file", fdFile, 4, 1, 1<<1 | 1<<2 | 1<<5 | 1<<6, 1 << 13},
		{"directory", fdRoot, 3, 0, 1<<13 | 1<<14, 1<<1 | 1<<6 | 1<<2 | 1<<22},
		{"read-only file", fdReadOnly, 4, 0, 1 << 1, 1 << 6},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			g := newGuest(wasi.Options{})
			g.call("fd_fdstat_get", test.fd, 0)
			rights := g.u64(8)
			if g.mem.b[0] != test.filetype || le.Uint16(g.mem.b[2:]) != test.flags || rights&test.has != test.has || rights&test.not != 0 {
				t.Errorf("% x", g.mem.b[:24])
			}
		})
	}
}

func TestFilestat(t *testing.T) {
	stat := sys.Stat{Dev: 1, Ino: 2, Type: sys.TypeFIFO, Nlink: 1 << 40, Size: 5, Atime: 6, Mtime: 7, Ctime: 8}
	g := newGuest(wasi.Options{})
	g.kernel.answer = func(*sys.Request) sys.Reply { return sys.Reply{Data: stat.Append(nil)} }
	g.put(path1, []byte("p"))
	var want []byte
	for _, v := range []uint64{1, 2, 0, 1 << 40, 5, 6, 7, 8} {
		want = le.AppendUint64(want, v)
	}
	old := append(bytes.Clone(want[:20]), 0xff, 0xff, 0xff, 0xff)
	old = append(old, want[32:]...)
	for _, test := range []struct {
		module string
		want   []byte
	}{{wasi.Preview1, want}, {wasi.Preview0, old}} {
		clear(g.mem.b[:path1])
		g.call(test.module+".fd_filestat_get", fdFile, 0)
		if got := g.mem.b[:len(test.want)]; !bytes.Equal(got, test.want) {
			t.Errorf("%s fd: % x, want % x", test.module, got, test.want)
		}
		clear(g.mem.b[:path1])
		g.call(test.module+".path_filestat_get", fdHome, 0, path1, 1, 0)
		if got := g.mem.b[:len(test.want)+8]; !bytes.Equal(got[:len(test.want)], test.want) || le.Uint64(got[len(test.want):]) != 0 {
			t.Errorf("%s path: % x, want % x", test.module, got, test.want)
		}
	}
}

func TestReadWrite(t *testing.T) {
	g := prepare()
	g.kernel.answer = func(r *sys.Request) sys.Reply {
		if r.Op == sys.OpWrite {
			return sys.Reply{Vals: [3]uint64{3}}
		}
		return sys.Reply{Data: r.Dst[:copy(r.Dst, "abcdef")]}
	}
	if e := g.call("fd_write", fdOut, iovs, 2, result); e != 0 || g.u32(result) != 3 {
		t.Errorf("%v, %d bytes written", e, g.u32(result))
	}
	// Four bytes go to bufs, two behind the blank.
	if e := g.call("fd_read", fdTTY, iovs, 2, result); e != 0 || g.u32(result) != 6 || g.str(bufs, 10) != "abcd eftes" {
		t.Errorf("%v, %d bytes: %q", e, g.u32(result), g.str(bufs, 10))
	}
	n := len(g.kernel.requests)
	if e := g.call("fd_read", fdTTY, iovs, 0, result); e != 0 || g.u32(result) != 0 || len(g.kernel.requests) != n {
		t.Errorf("nothing to read: %v", e)
	}
}

func TestReaddir(t *testing.T) {
	entries := []sys.DirEntry{{Cookie: 1, Ino: 5, Type: sys.TypeDirectory, Name: "."}, {Cookie: 4, Ino: 6, Type: sys.TypeFIFO, Name: "pipe"}}
	var all []byte
	for _, e := range entries {
		all = le.AppendUint64(all, e.Cookie)
		all = le.AppendUint64(all, e.Ino)
		all = le.AppendUint32(all, uint32(len(e.Name)))
		all = append(all, map[sys.FileType]byte{sys.TypeDirectory: 3, sys.TypeFIFO: 0}[e.Type], 0, 0, 0)
		all = append(all, e.Name...)
	}
	for _, size := range []uint64{0, 1, 24, 25, 26, 50, 52, 53, 54, 1000} {
		g := newGuest(wasi.Options{})
		g.kernel.answer = func(r *sys.Request) (reply sys.Reply) {
			for _, e := range entries {
				if e.Cookie > r.Args[1] {
					reply.Data = e.Append(reply.Data)
				}
			}
			return reply
		}
		e := g.call("fd_readdir", fdHome, 0, size, 0, result)
		n := min(size, uint64(len(all)))
		if e != 0 || uint64(g.u32(result)) != n || !bytes.Equal(g.mem.b[:n], all[:n]) || g.mem.b[n] != 0 {
			t.Errorf("%d bytes: %v, %d, % x", size, e, g.u32(result), g.mem.b[:n])
		}
	}
}

// TestReaddir_long lists a directory that the kernel cannot list at once.
func TestReaddir_long(t *testing.T) {
	const n = 5000
	g := newGuest(wasi.Options{})
	g.mem.b = make([]byte, 8<<16)
	g.kernel.answer = func(r *sys.Request) (reply sys.Reply) {
		for c := r.Args[1] + 1; c <= n && len(reply.Data) < 10_000; c++ {
			e := sys.DirEntry{Cookie: c, Ino: c, Name: "a-name"}
			reply.Data = e.Append(reply.Data)
		}
		return reply
	}
	if e := g.call("fd_readdir", fdHome, 8, 400_000, 0, 0); e != 0 || g.u32(0) != n*30 {
		t.Errorf("%v, %d bytes, want %d", e, g.u32(0), n*30)
	}
}

func TestReadlink(t *testing.T) {
	g := prepare()
	g.kernel.answer = func(*sys.Request) sys.Reply { return sys.Reply{Data: []byte("target")} }
	for _, n := range []uint64{0, 3, 6, 100} {
		clear(g.mem.b[bufs : bufs+100])
		e := g.call("path_readlink", fdHome, path1, pathLen, bufs, n, result)
		want := "target"[:min(n, 6)]
		if e != 0 || g.u32(result) != uint32(len(want)) || g.str(bufs, 7) != want+strings.Repeat("\x00", 7-len(want)) {
			t.Errorf("%d bytes: %v, %d, %q", n, e, g.u32(result), g.str(bufs, 7))
		}
	}
}

// TestMirror follows a descriptor from its opening on.
func TestMirror(t *testing.T) {
	const read, seek, write = 1 << 1, 1 << 2, 1 << 6
	g := prepare()
	open := func(rights, inheriting uint64) { // the kernel says 9
		t.Helper()
		if e := g.call("path_open", fdHome, 0, path1, pathLen, 0, rights, inheriting, 0, result); e != 0 || g.u32(result) != 9 {
			t.Fatalf("%v, fd %d", e, g.u32(result))
		}
	}
	want := func(e, want errno.Errno) {
		t.Helper()
		if e != want {
			t.Errorf("%v, want %v", e.Name(), want.Name())
		}
	}
	open(read|seek|1<<40, 0)
	g.call("fd_fdstat_get", 9, 0)
	if g.u64(8) != read|seek {
		t.Errorf("rights %#x", g.u64(8))
	}
	want(g.call("fd_write", 9, iovs, 1, result), errno.EBADF)
	want(g.call("fd_read", 9, iovs, 1, result), 0)
	want(g.call("fd_fdstat_set_rights", 9, seek, 0), 0)
	want(g.call("fd_read", 9, iovs, 1, result), errno.ENOTCAPABLE)
	want(g.call("fd_fdstat_set_rights", 9, seek|read, 0), errno.ENOTCAPABLE)
	want(g.call("fd_fdstat_set_flags", 9, 4), 0)
	g.call("fd_fdstat_get", 9, 0)
	if f := le.Uint16(g.mem.b[2:]); f != 4 {
		t.Errorf("flags %d, want nonblock", f)
	}
	want(g.call("fd_renumber", 9, fdOut), 0)
	want(g.call("fd_tell", 9, result), errno.EBADF)
	want(g.call("fd_tell", fdOut, result), 0)
	want(g.call("fd_renumber", fdOut, fdOut), 0)
	want(g.call("fd_close", fdOut), 0)
	want(g.call("fd_close", fdOut), errno.EBADF)

	// What a directory has given up, what is opened below does not have either.
	want(g.call("fd_fdstat_set_rights", fdHome, 1<<13|1<<10, seek|read), 0)
	open(read|write|seek, 0)
	g.call("fd_fdstat_get", 9, 0)
	if g.u64(8) != read|seek {
		t.Errorf("rights %#x", g.u64(8))
	}
	want(g.call("path_open", fdHome, 0, path1, pathLen, 8, read, 0, 0, result), errno.ENOTCAPABLE)
}

func TestFullPaths(t *testing.T) {
	g := newGuest(wasi.Options{FullPaths: true})
	g.put(path1, []byte("dir/one"))
	g.call("path_unlink_file", fdRoot, path1, pathLen)
	g.call("path_unlink_file", fdHome, path1, pathLen)
	for i, want := range []sys.AtFlag{sys.AtNoFollow, sys.AtNoFollow | sys.AtBeneath} {
		if got := sys.AtFlag(g.kernel.requests[i].Args[3]); got != want {
			t.Errorf("call %d: look-up flags %b, want %b", i, got, want)
		}
	}
}

func TestOldSeek(t *testing.T) {
	for n, want := range []sys.Whence{sys.SeekCur, sys.SeekEnd, sys.SeekSet} {
		g := newGuest(wasi.Options{})
		g.kernel.answer = func(*sys.Request) sys.Reply { return sys.Reply{Vals: [3]uint64{123}} }
		e := g.call(wasi.Preview0+".fd_seek", fdFile, 10, uint64(n), 0)
		if e != 0 || g.kernel.requests[0].Args[2] != uint64(want) || g.u64(0) != 123 {
			t.Errorf("%d: %v, whence %d, want %d", n, e, g.kernel.requests[0].Args[2], want)
		}
	}
	g := newGuest(wasi.Options{})
	if e := g.call(wasi.Preview0+".fd_seek", fdFile, 10, 3, 0); e != errno.EINVAL {
		t.Errorf("%v, want EINVAL", e.Name())
	}
}

func TestPrestat_belowTheFolders(t *testing.T) {
	// A C library looks for folders from 3 on, and ends with the first EBADF.
	given := []sys.StartFD{
		{FD: 2, Flags: sys.OWrite, Info: sys.FDInfo(sys.TypeFIFO)},
		{FD: 3, Flags: sys.ORead, Info: sys.FDInfo(sys.TypeRegular)},
		{FD: 4, Flags: sys.OPreopen, Info: sys.FDInfo(sys.TypeDirectory), Name: "/"},
		{FD: 5, Flags: sys.ORead, Info: sys.FDInfo(sys.TypeRegular)},
	}
	g := newGuestWith(given, wasi.Options{})
	for _, test := range []struct {
		fd   uint64
		name string
	}{{3, "/dev/fd/3/-"}, {4, "/"}} {
		n := uint32(len(test.name))
		if e := g.call("fd_prestat_get", test.fd, 0); e != 0 || g.u32(0) != 0 || g.u32(4) != n {
			t.Errorf("%d: %v, tag %d, length %d; want %q", test.fd, e, g.u32(0), g.u32(4), test.name)
		}
		if e := g.call("fd_prestat_dir_name", test.fd, 8, uint64(n)); e != 0 || g.str(8, n) != test.name {
			t.Errorf("%d: %v, %q; want %q", test.fd, e, g.str(8, n), test.name)
		}
	}
	for _, fd := range []uint64{2, 5} {
		if e := g.call("fd_prestat_get", fd, 0); e != errno.EBADF {
			t.Errorf("%d: %v, want EBADF", fd, e)
		}
	}
}
