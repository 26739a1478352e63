package kernel_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestPipe_throughAndEnd(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	data := bytes.Repeat([]byte("abcdefg"), 100_000)
	writer, err := k.Init().Fork(func(p *kernel.Process) int {
		if n, err := p.Stdout().Write(data); n != len(data) || err != nil {
			return 1
		}
		return 0
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	got, err := io.ReadAll(f.File(r))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if s := wait(t, k, writer.PID()); s != sys.Exited(0) {
		t.Errorf("writer's status %#x", s)
	}
}

func TestPipe_backPressure(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	ended := false
	req := &sys.Request{Op: sys.OpWrite, Args: [6]uint64{uint64(w)}, Data: make([]byte, 65<<10)}
	if k.Init().Start(req, func(rep sys.Reply) { ended = rep.Vals[0] == 65<<10 }) {
		t.Fatal("a write over the pipe's size ended at once")
	}
	f.Read(r, make([]byte, 100))
	if ended {
		t.Fatal("the writer went on before there was room")
	}
	for n := 100; n < 65<<10; {
		m, err := f.Read(r, make([]byte, 8192))
		if err != nil {
			t.Fatal(err)
		}
		n += m
	}
	if !ended {
		t.Error("the writer did not go on")
	}
}

func TestPipe_noReader(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	p, _ := k.Init().Fork(func(p *kernel.Process) int {
		for {
			if _, err := p.Stdout().WriteString("y\n"); err != nil {
				return 1
			}
		}
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
	f.Close(w)
	f.Read(r, make([]byte, 10))
	f.Close(r)
	if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGPIPE) {
		t.Errorf("status %#x, want SIGPIPE", s)
	}
	// Who ignores the signal has the error.
	r, w, _ = f.Pipe()
	f.Close(r)
	p, _ = k.Init().Fork(func(p *kernel.Process) int {
		p.Ignore(sys.SIGPIPE)
		_, err := p.Stdout().WriteString("y\n")
		if err == errno.EPIPE {
			return 3
		}
		return 0
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
	if s := wait(t, k, p.PID()); s != sys.Exited(3) {
		t.Errorf("status %#x, want EPIPE", s)
	}
}

func TestPipe_nonblockAndAtomic(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	for _, fd := range []int{r, w} {
		if err := f.SetFDFlags(fd, sys.ONonblock); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.Read(r, make([]byte, 1))
	wantErr(t, "read of an empty pipe", err, errno.EAGAIN)
	if n, err := f.Write(w, make([]byte, 63<<10)); n != 63<<10 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	// 1 KiB is free: a write of 4 KiB is in one piece or not at all, a larger one in part.
	n, err := f.Write(w, make([]byte, 4096))
	wantErr(t, "write of PIPE_BUF", err, errno.EAGAIN)
	if n != 0 {
		t.Errorf("%d bytes of it were written", n)
	}
	if n, _ := f.Write(w, make([]byte, 5000)); n != 1024 {
		t.Errorf("%d bytes of a large write", n)
	}
}

func TestPipe_wrongEnds(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	_, err := f.Read(w, make([]byte, 1))
	wantErr(t, "read of the end to write", err, errno.EBADF)
	_, err = f.Write(r, []byte("x"))
	wantErr(t, "write to the end to read", err, errno.EBADF)
	_, err = f.Seek(r, 0, io.SeekStart)
	wantErr(t, "seek", err, errno.ESPIPE)
	_, err = f.ReadAt(r, make([]byte, 1), 0)
	wantErr(t, "pread", err, errno.ESPIPE)
	_, err = f.WriteAt(w, []byte("x"), 0)
	wantErr(t, "pwrite", err, errno.ESPIPE)
}

func TestPoll_mix(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	f.WriteFile("/file", []byte("hello"), 0o644)
	file, _ := f.Open("/file", sys.ORead, 0)
	poll := func(timeout time.Duration, list ...sys.PollFD) []sys.PollFD {
		t.Helper()
		if _, err := f.Poll(list, timeout); err != nil {
			t.Fatal(err)
		}
		return list
	}
	in := func(fd int) sys.PollFD { return sys.PollFD{FD: uint32(fd), Events: sys.PollIn} }
	out := func(fd int) sys.PollFD { return sys.PollFD{FD: uint32(fd), Events: sys.PollOut} }

	got := poll(-1, in(r), in(file), in(999))
	if got[0].Revents != 0 || got[1].Revents != sys.PollIn || got[1].Bytes != 5 || got[2].Revents != sys.PollBad {
		t.Errorf("pipe, file, nothing: %+v", got)
	}
	if got := poll(0, in(r)); got[0].Revents != 0 {
		t.Errorf("empty pipe: %+v", got)
	}
	if got := poll(-1, in(r), out(w)); got[0].Revents != 0 || got[1].Revents != sys.PollOut {
		t.Errorf("end to write: %+v", got)
	}
	// A write wakes who waits.
	go f.Write(w, []byte("abc"))
	if got := poll(-1, in(r)); got[0].Revents != sys.PollIn || got[0].Bytes != 3 {
		t.Errorf("after a write: %+v", got)
	}
	f.Read(r, make([]byte, 3))
	go f.Close(w)
	if got := poll(-1, in(r)); got[0].Revents != sys.PollHup {
		t.Errorf("after the writer's end: %+v", got)
	}
}

func TestPipe_nonblockBelongsToTheNumber(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	child := start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		if err := f.SetFDFlags(r, sys.ONonblock); err != nil {
			return 1
		}
		if flags, _, _, err := f.FDFlags(r); err != nil || flags&sys.ONonblock == 0 {
			return 2
		}
		if _, err := f.Read(r, make([]byte, 1)); errno.Of(err) != errno.EAGAIN {
			return 3
		}
		return 0
	})
	if s := wait(t, k, child.PID()); s != sys.Exited(0) {
		t.Fatalf("status %#x", s)
	}
	if flags, _, _, err := f.FDFlags(r); err != nil || flags&sys.ONonblock != 0 {
		t.Errorf("the parent's flags are %#x, %v: it did not ask not to wait", flags, err)
	}
	if _, err := f.Write(w, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if n, err := f.Read(r, make([]byte, 1)); n != 1 || err != nil {
		t.Errorf("the parent read %d bytes, %v", n, err)
	}
}
