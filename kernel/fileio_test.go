package kernel_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// open opens path or fails the test.
func open(t testing.TB, f *sys.Files, path string, flags sys.OpenFlag) int {
	t.Helper()
	fd, err := f.Open(path, flags, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}

func TestOpen_flags(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.WriteFile("/file", []byte("data"), 0o644)
	f.Mkdir("/dir", 0o755)
	f.Symlink("file", "/link")
	for _, tt := range []struct {
		name  string
		path  string
		flags sys.OpenFlag
		want  errno.Errno
	}{
		{"read", "/file", sys.ORead, 0},
		{"missing", "/none", sys.ORead, errno.ENOENT},
		{"exclusive", "/file", sys.OWrite | sys.OCreate | sys.OExcl, errno.EEXIST},
		{"exclusive link", "/link", sys.OWrite | sys.OCreate | sys.OExcl, errno.EEXIST},
		{"directory wanted", "/file", sys.ORead | sys.ODirectory, errno.ENOTDIR},
		{"directory to write", "/dir", sys.OWrite, errno.EISDIR},
		{"directory", "/dir", sys.ORead | sys.ODirectory, 0},
		{"empty", "", sys.ORead, errno.ENOENT},
		{"below a file", "/file/x", sys.ORead, errno.ENOTDIR},
		{"NUL", "/a\x00b", sys.ORead, errno.EINVAL},
		{"unknown device", "/dev/none", sys.ORead, errno.ENOENT},
		{"closed stdin", "/dev/stdin", sys.ORead, errno.ENOENT},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fd, err := f.OpenAt(sys.AtCwd, tt.path, tt.flags, 0o644, 0)
			if errno.Of(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err == nil {
				f.Close(fd)
			}
		})
	}
	_, err := f.OpenAt(sys.AtCwd, "/link", sys.ORead, 0, sys.AtNoFollow)
	wantErr(t, "link not followed", err, errno.ELOOP)
	file := open(t, f, "/file", sys.ORead)
	_, err = f.OpenAt(uint64(file), "x", sys.ORead, 0, 0)
	wantErr(t, "below a dirfd that is a file", err, errno.ENOTDIR)
	_, err = f.OpenAt(500, "x", sys.ORead, 0, 0)
	wantErr(t, "below no dirfd", err, errno.EBADF)
	fd := open(t, f, "/file", sys.OWrite|sys.OTrunc)
	if st, _ := f.Fstat(fd); st.Size != 0 {
		t.Errorf("size %d after OTrunc", st.Size)
	}
}

func TestFile_access(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.WriteFile("/file", []byte("0123456789"), 0o644)
	f.Mkdir("/dir", 0o755)
	r := open(t, f, "/file", sys.ORead)
	w := open(t, f, "/file", sys.OWrite)
	none := open(t, f, "/file", 0)
	dir := open(t, f, "/dir", sys.ORead|sys.ODirectory)
	buf := make([]byte, 4)
	for _, tt := range []struct {
		name string
		fn   func() error
		want errno.Errno
	}{
		{"read of what is to be written", func() error { _, err := f.Read(w, buf); return err }, errno.EBADF},
		{"write to what is to be read", func() error { _, err := f.Write(r, buf); return err }, errno.EBADF},
		{"read without access", func() error { _, err := f.Read(none, buf); return err }, errno.EBADF},
		{"stat without access", func() error { _, err := f.Fstat(none); return err }, 0},
		{"read of a directory", func() error { _, err := f.Read(dir, buf); return err }, errno.EISDIR},
		{"list of a file", func() error { _, err := f.ReadDirFD(r); return err }, errno.ENOTDIR},
		{"negative offset", func() error { _, err := f.Seek(r, -1, io.SeekStart); return err }, errno.EINVAL},
		{"negative offset from the end", func() error { _, err := f.Seek(r, -11, io.SeekEnd); return err }, errno.EINVAL},
		{"offset too far", func() error { _, err := f.Seek(r, 1<<63-1, io.SeekEnd); return err }, errno.EOVERFLOW},
		{"seek from nowhere", func() error { _, err := f.Seek(r, 0, 7); return err }, errno.EINVAL},
		{"pread before the start", func() error { _, err := f.ReadAt(r, buf, -5); return err }, errno.EINVAL},
		{"truncate what is to be read", func() error { return f.Ftruncate(r, 0) }, errno.EINVAL},
		{"truncate to nonsense", func() error { return f.Ftruncate(w, 1<<63) }, errno.EINVAL},
		{"allocate nothing", func() error { return f.Allocate(w, 0, 0) }, errno.EINVAL},
		{"allocate too far", func() error { return f.Allocate(w, 1<<62, 1<<62) }, errno.EFBIG},
		{"no fd", func() error { return f.Close(-1) }, errno.EBADF},
		{"sync", func() error { return f.Sync(w) }, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.fn(); errno.Of(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	if err := f.Allocate(w, 8, 8); err != nil {
		t.Error(err)
	}
	if got, _ := f.ReadFile("/file"); string(got) != "0123456789\x00\x00\x00\x00\x00\x00" {
		t.Errorf("after allocate: %q", got)
	}
}

func TestFile_sharedOffset(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.WriteFile("/file", []byte("abcdef"), 0o644)
	a := open(t, f, "/file", sys.ORead)
	b, err := f.Dup(a)
	if err != nil {
		t.Fatal(err)
	}
	own := open(t, f, "/file", sys.ORead)
	buf := make([]byte, 2)
	f.Read(a, buf)
	p, _ := k.Init().Fork(func(p *kernel.Process) int {
		p.Files().Read(a, make([]byte, 2))
		return 0
	}, kernel.ForkAttr{})
	wait(t, k, p.PID())
	f.Read(b, buf)
	if string(buf) != "ef" {
		t.Errorf("the third read has %q", buf)
	}
	if off, _ := f.Seek(own, 0, io.SeekCurrent); off != 0 {
		t.Errorf("another description moved to %d", off)
	}
}

func TestFile_appendIsAtomic(t *testing.T) {
	k := boot(t)
	var group sync.WaitGroup
	for _, c := range "abcd" {
		p := start(t, k, func(p *kernel.Process) int {
			f := p.Files()
			fd, err := f.Open("/log", sys.OWrite|sys.OCreate|sys.OAppend, 0o644)
			if err != nil {
				return 1
			}
			line := []byte(strings.Repeat(string(c), 99) + "\n")
			for range 100 {
				f.Write(fd, line)
			}
			return 0
		})
		group.Go(func() { wait(t, k, p.PID()) })
	}
	group.Wait()
	got, _ := k.Init().Files().ReadFile("/log")
	if len(got) != 40_000 {
		t.Fatalf("%d bytes", len(got))
	}
	for line := range bytes.Lines(got) {
		if len(line) != 100 || bytes.Count(line, line[:1]) != 99 {
			t.Fatalf("a torn line: %q", line)
		}
	}
}

func TestFDs_numbers(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.WriteFile("/a", []byte("a"), 0o644)
	f.WriteFile("/b", []byte("b"), 0o644)
	a, b := open(t, f, "/a", sys.ORead), open(t, f, "/b", sys.ORead|sys.OCloexec)
	if a != 0 || b != 1 {
		t.Errorf("numbers %d and %d", a, b)
	}
	if n, err := f.DupFrom(a, 10); n != 10 || err != nil {
		t.Errorf("dup from 10: %d, %v", n, err)
	}
	if flags, info, _, err := f.FDFlags(b); flags != sys.ORead|sys.OCloexec || info.Type() != sys.TypeRegular || info&sys.InfoSeek == 0 || err != nil {
		t.Errorf("flags %v, info %v, %v", flags, info, err)
	}
	if err := f.Renumber(b, a); err != nil {
		t.Error(err)
	}
	buf := make([]byte, 1)
	if f.Read(a, buf); buf[0] != 'b' {
		t.Errorf("after renumber, %q", buf)
	}
	wantErr(t, "renumber from nothing", f.Renumber(b, a), errno.EBADF)
	wantErr(t, "renumber to nothing", f.Renumber(a, 500), errno.EBADF)
	if err := f.Renumber(a, a); err != nil {
		t.Error(err)
	}
	_, w, _ := f.Pipe()
	if _, info, _, _ := f.FDFlags(w); info&sys.InfoBulk == 0 {
		t.Error("writes to a pipe may not be sent behind")
	}
	f.SetFDFlags(w, sys.ONonblock)
	if _, info, _, _ := f.FDFlags(w); info&sys.InfoBulk != 0 {
		t.Error("writes that must not wait may be sent behind")
	}
	wantErr(t, "dup2 beyond the limit", f.Dup2(a, 5000), errno.EBADF)
	if err := f.SetFDFlags(a, sys.OAppend|sys.OTrunc|sys.OWrite); err != nil {
		t.Error(err)
	}
	if flags, _, _, _ := f.FDFlags(a); flags != sys.ORead|sys.OAppend|sys.OCloexec {
		t.Errorf("flags %b", flags)
	}
}

func TestReadDir_cookies(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	f.Mkdir("/d", 0o755)
	want := []string{".", ".."}
	for i := range 50 {
		name := "file" + strings.Repeat("x", i)
		f.WriteFile("/d/"+name, nil, 0o644)
		want = append(want, name)
	}
	fd := open(t, f, "/d", sys.ODirectory)
	var got []string
	seen := map[uint64]bool{}
	for cookie := uint64(0); ; {
		rep := k.Init().Syscall(&sys.Request{Op: sys.OpReadDir, Args: [6]uint64{uint64(fd), cookie, 100}})
		if rep.Errno != 0 {
			t.Fatal(rep.Errno)
		}
		if len(rep.Data) == 0 {
			break
		}
		if len(rep.Data) > 100 {
			t.Fatalf("%d bytes for 100", len(rep.Data))
		}
		// Only the first is taken, so that every cookie is gone by.
		e, _, err := sys.DecodeDirEntry(rep.Data)
		if err != nil || seen[e.Cookie] {
			t.Fatalf("%+v, %v", e, err)
		}
		seen[e.Cookie] = true
		cookie = e.Cookie
		got = append(got, e.Name)
		// What has been seen may go.
		f.Unlink("/d/" + e.Name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	rep := k.Init().Syscall(&sys.Request{Op: sys.OpReadDir, Args: [6]uint64{uint64(fd), 0, 5}})
	if rep.Errno != errno.EINVAL {
		t.Errorf("room for no entry: %v", rep.Errno)
	}
}

func TestDevices(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	buf := bytes.Repeat([]byte{1}, 64)
	null := open(t, f, "/dev/null", sys.ORead|sys.OWrite)
	if n, err := f.Write(null, buf); n != 64 || err != nil {
		t.Errorf("write to null: %d, %v", n, err)
	}
	if _, err := f.Read(null, buf); err != io.EOF {
		t.Errorf("read of null: %v", err)
	}
	if n, err := f.Read(open(t, f, "/dev/zero", sys.ORead), buf); n != 64 || !bytes.Equal(buf, make([]byte, 64)) || err != nil {
		t.Errorf("read of zero: %d, %v", n, err)
	}
	if n, err := f.Read(open(t, f, "/dev/urandom", sys.ORead), buf); n != 64 || bytes.Equal(buf, make([]byte, 64)) || err != nil {
		t.Errorf("read of urandom: %d, %v", n, err)
	}
	_, err := f.Write(open(t, f, "/dev/full", sys.OWrite), buf)
	wantErr(t, "write to full", err, errno.ENOSPC)
	r, w, _ := f.Pipe()
	again, err := f.Open("/dev/fd/"+string(rune('0'+w)), sys.OWrite, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	f.Write(again, []byte("through /dev/fd"))
	if n, _ := f.Read(r, buf); string(buf[:n]) != "through /dev/fd" {
		t.Errorf("%q", buf[:n])
	}
	if st, err := f.Stat("/dev/null"); st.Type != sys.TypeCharDevice || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
}

func TestProc(t *testing.T) {
	k := boot(t)
	p := start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		f.Chdir("/dev")
		f.Open("/proc/version", sys.ORead, 0)
		status, err := f.ReadFile("/proc/self/status")
		if err != nil || !strings.Contains(string(status), "Name:\tTestProc\n") || !strings.Contains(string(status), "PPid:\t1\n") {
			t.Errorf("status %q, %v", status, err)
		}
		for path, want := range map[string]string{"/proc/self/cwd": "/dev", "/proc/self/fd/0": "/proc/version"} {
			if got, err := f.Readlink(path); got != want || err != nil {
				t.Errorf("%s: %q, %v", path, got, err)
			}
		}
		return 0
	})
	wait(t, k, p.PID())
	f := k.Init().Files()
	for _, name := range []string{"uptime", "version", "meminfo", "mounts", "1/limits", "1/cmdline"} {
		if b, err := f.ReadFile("/proc/" + name); len(b) == 0 || err != nil {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
	mounts, err := f.Mounts()
	if err != nil || !strings.Contains(mounts, "proc /proc proc ro 0 0\n") || !strings.Contains(mounts, " / ") {
		t.Errorf("mounts %q, %v", mounts, err)
	}
	if s, err := f.Statfs("/proc"); s.Type != "proc" || err != nil {
		t.Errorf("statfs %+v, %v", s, err)
	}
	if s, err := f.Statfs("/"); s.Total == 0 || s.Free == 0 || err != nil {
		t.Errorf("statfs %+v, %v", s, err)
	}
}

func TestUmaskAndCwd(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	if old := f.Umask(0o077); old != 0o022 {
		t.Errorf("umask %o", old)
	}
	f.WriteFile("/private", nil, 0o666)
	f.Mkdir("/dir", 0o777)
	for path, want := range map[string]uint32{"/private": 0o600, "/dir": 0o700} {
		if st, _ := f.Stat(path); st.Mode != want {
			t.Errorf("%s: mode %o", path, st.Mode)
		}
	}
	wantErr(t, "chdir to a file", f.Chdir("/private"), errno.ENOTDIR)
	if err := f.Chdir("/dir"); err != nil {
		t.Error(err)
	}
	if err := f.Rename("/dir", "/moved"); err != nil {
		t.Error(err)
	}
	if cwd, err := f.Getcwd(); cwd != "/moved" || err != nil {
		t.Errorf("cwd %q, %v", cwd, err)
	}
	if err := f.Rmdir("/moved"); err != nil {
		t.Error(err)
	}
	_, err := f.Getcwd()
	wantErr(t, "cwd that was removed", err, errno.ENOENT)
}
