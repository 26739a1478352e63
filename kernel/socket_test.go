package kernel_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// connected is a listening socket, its port, and the two ends of a connection.
func connected(t *testing.T, f *sys.Files) (listening, port, client, server int) {
	t.Helper()
	listening, port, err := f.Listen(0, 4)
	if err != nil {
		t.Fatal(err)
	}
	if client, err = f.Connect(port, 0); err != nil {
		t.Fatal(err)
	}
	if server, _, err = f.Accept(listening, 0); err != nil {
		t.Fatal(err)
	}
	return listening, port, client, server
}

func TestSocket_bothWaysToTheEnd(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	_, _, client, server := connected(t, f)
	data := bytes.Repeat([]byte("0123456789"), 50_000)
	echo, err := k.Init().Fork(func(p *kernel.Process) int {
		if _, err := io.Copy(p.Stdout(), p.Stdin()); err != nil {
			return 1
		}
		return 0
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(server), 0}, {uint32(server), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(server)
	writer, err := k.Init().Fork(func(p *kernel.Process) int {
		if n, err := p.Stdout().Write(data); n != len(data) || err != nil {
			return 1
		}
		if p.Files().Shutdown(1, sys.ShutWrite) != nil {
			return 2
		}
		return 0
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(client), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f.File(client))
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
	for _, p := range []*kernel.Process{echo, writer} {
		if s := wait(t, k, p.PID()); s != sys.Exited(0) {
			t.Errorf("status %#x", s)
		}
	}
}

func TestSocket_errors(t *testing.T) {
	tests := []struct {
		name   string
		before func(f *sys.Files, l, port, client, server int)
		do     func(f *sys.Files, l, port, client, server int) error
		want   error
	}{
		{"nobody listens", func(f *sys.Files, l, _, _, _ int) { f.Close(l) },
			func(f *sys.Files, _, port, _, _ int) error { _, err := f.Connect(port, 0); return err }, errno.ECONNREFUSED},
		{"somebody listens", nil,
			func(f *sys.Files, _, port, _, _ int) error { _, _, err := f.Listen(port, 1); return err }, errno.EADDRINUSE},
		{"no port", nil,
			func(f *sys.Files, _, _, _, _ int) error { _, _, err := f.Listen(1<<16, 1); return err }, errno.EINVAL},
		{"accept of a connection", nil,
			func(f *sys.Files, _, _, c, _ int) error { _, _, err := f.Accept(c, 0); return err }, errno.EINVAL},
		{"accept of a file", nil,
			func(f *sys.Files, _, _, _, _ int) error {
				r, _, err := f.Pipe()
				if err == nil {
					_, _, err = f.Accept(r, 0)
				}
				return err
			}, errno.ENOTSOCK},
		{"read of what listens", nil,
			func(f *sys.Files, l, _, _, _ int) error { _, err := f.Read(l, make([]byte, 1)); return err }, errno.ENOTCONN},
		{"the other end is closed", func(f *sys.Files, _, _, _, s int) { f.Close(s) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Write(c, []byte("x")); return err }, errno.EPIPE},
		{"the other end is closed and read nothing",
			func(f *sys.Files, _, _, c, s int) { f.Write(c, []byte("x")); f.Close(s) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Read(c, make([]byte, 1)); return err }, errno.ECONNRESET},
		{"and then is at its end",
			func(f *sys.Files, _, _, c, s int) {
				f.Write(c, []byte("x"))
				f.Close(s)
				f.Read(c, make([]byte, 1))
			},
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Read(c, make([]byte, 1)); return err }, io.EOF},
		{"shut to write", func(f *sys.Files, _, _, c, _ int) { f.Shutdown(c, sys.ShutWrite) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Write(c, []byte("x")); return err }, errno.EPIPE},
		{"the other end is shut to write", func(f *sys.Files, _, _, _, s int) { f.Shutdown(s, sys.ShutWrite) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Read(c, make([]byte, 1)); return err }, io.EOF},
		{"and can still be written to", func(f *sys.Files, _, _, _, s int) { f.Shutdown(s, sys.ShutWrite) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Write(c, []byte("x")); return err }, nil},
		{"the other end is shut to read", func(f *sys.Files, _, _, _, s int) { f.Shutdown(s, sys.ShutRead) },
			func(f *sys.Files, _, _, c, _ int) error { _, err := f.Write(c, []byte("x")); return err }, errno.EPIPE},
		{"shut in no direction", nil,
			func(f *sys.Files, _, _, c, _ int) error { return f.Shutdown(c, 0) }, errno.EINVAL},
		{"what listens is not connected", nil,
			func(f *sys.Files, l, _, _, _ int) error { return f.Shutdown(l, sys.ShutRead) }, errno.ENOTCONN},
		{"never accepted", nil,
			func(f *sys.Files, l, port, _, _ int) error {
				c, err := f.Connect(port, 0)
				if err == nil {
					f.Close(l)
					_, err = f.Read(c, make([]byte, 1))
				}
				return err
			}, errno.ECONNRESET},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			f := k.Init().Files()
			l, port, c, s := connected(t, f)
			if test.before != nil {
				test.before(f, l, port, c, s)
			}
			if err := test.do(f, l, port, c, s); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestSocket_backPressure(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	_, _, client, server := connected(t, f)
	ended := false
	req := &sys.Request{Op: sys.OpWrite, Args: [6]uint64{uint64(client)}, Data: make([]byte, 65<<10)}
	if k.Init().Start(req, func(rep sys.Reply) { ended = rep.Vals[0] == 65<<10 }) {
		t.Fatal("a write of more than fits ended at once")
	}
	list := []sys.PollFD{{FD: uint32(client), Events: sys.PollOut}}
	if n, _ := f.Poll(list, 0); n != 0 {
		t.Errorf("what is full can be written: %v", list)
	}
	if n, err := f.Read(server, make([]byte, 2048)); n != 2048 || err != nil {
		t.Fatal(n, err)
	}
	if !ended {
		t.Error("the writer does not go on when there is room")
	}
}

func TestSocket_backlog(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	l, port, err := f.Listen(0, 2)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := f.Connect(port, 0); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.Connect(port, sys.ONonblock); !errors.Is(err, errno.EAGAIN) {
		t.Errorf("one too many: %v", err)
	}
	var got *sys.Reply
	if k.Init().Start(&sys.Request{Op: sys.OpConnect, Args: [6]uint64{uint64(port)}}, func(r sys.Reply) { got = &r }) {
		t.Fatal("one too many did not wait")
	}
	if _, _, err := f.Accept(l, 0); err != nil {
		t.Fatal(err)
	}
	if got == nil || got.Errno != 0 {
		t.Errorf("who waited got %v when there was room", got)
	}
	if k.Init().Start(&sys.Request{Op: sys.OpConnect, Args: [6]uint64{uint64(port)}}, func(r sys.Reply) { got = &r }) {
		t.Fatal("one too many did not wait")
	}
	f.Close(l)
	if got.Errno != errno.ECONNREFUSED {
		t.Errorf("who waited got %v when nobody listened any more", got.Errno)
	}
}

func TestSocket_nonblocking(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	l, _, client, server := connected(t, f)
	for _, fd := range []int{l, client} {
		if err := f.SetFDFlags(fd, sys.ONonblock); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := f.Accept(l, 0); !errors.Is(err, errno.EAGAIN) {
		t.Errorf("accept: %v", err)
	}
	if _, err := f.Read(client, make([]byte, 1)); !errors.Is(err, errno.EAGAIN) {
		t.Errorf("read: %v", err)
	}
	if n, err := f.Write(client, make([]byte, 70<<10)); n != 64<<10 || !errors.Is(err, errno.EAGAIN) {
		t.Errorf("%d bytes written, %v", n, err)
	}
	if _, err := f.Write(client, []byte("x")); !errors.Is(err, errno.EAGAIN) {
		t.Errorf("write: %v", err)
	}
	f.Write(server, []byte("four"))
	list := []sys.PollFD{{FD: uint32(client), Events: sys.PollIn | sys.PollOut}}
	if _, err := f.Poll(list, 0); err != nil || list[0].Revents != sys.PollIn || list[0].Bytes != 4 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestSocket_pollHup(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	l, port, client, server := connected(t, f)
	list := []sys.PollFD{{FD: uint32(l), Events: sys.PollIn}, {FD: uint32(client), Events: sys.PollIn}}
	if n, _ := f.Poll(list, 0); n != 0 {
		t.Errorf("ready without a reason: %v", list)
	}
	ready := false
	req := &sys.Request{Op: sys.OpPoll, Args: [6]uint64{^uint64(0)}, Data: sys.AppendPoll(nil, list)}
	if k.Init().Start(req, func(sys.Reply) { ready = true }) {
		t.Fatal("the poll did not wait")
	}
	if _, err := f.Connect(port, 0); err != nil || !ready {
		t.Errorf("a connection did not end the poll: %v", err)
	}
	f.Close(server)
	if _, err := f.Poll(list, time.Hour); err != nil || list[0].Revents != sys.PollIn || list[1].Revents != sys.PollIn|sys.PollHup {
		t.Errorf("%v, %v", list, err)
	}
}

func TestSocket_recv(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	_, _, client, server := connected(t, f)
	f.Write(client, []byte("abcdef"))
	buf := make([]byte, 4)
	for range 2 {
		if n, err := f.Recv(server, buf, sys.RecvPeek); n != 4 || err != nil || string(buf) != "abcd" {
			t.Errorf("%d, %q, %v", n, buf, err)
		}
	}
	var got []byte
	req := &sys.Request{Op: sys.OpRecv, Args: [6]uint64{uint64(server), 100_000, uint64(sys.RecvWaitAll)}}
	if k.Init().Start(req, func(r sys.Reply) { got = r.Data }) {
		t.Fatal("it did not wait for all")
	}
	if n, err := f.Write(client, make([]byte, 100_000-6)); n != 100_000-6 || err != nil {
		t.Fatal(n, err)
	}
	if len(got) != 100_000 || string(got[:6]) != "abcdef" {
		t.Errorf("%d bytes", len(got))
	}
	f.Write(client, []byte("xy"))
	f.Shutdown(client, sys.ShutWrite)
	if n, err := f.Recv(server, buf, sys.RecvWaitAll); n != 2 || err != nil {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

func TestSocket_closedByTheEndOfAProcess(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	before := k.Usage()
	l, port, client, server := connected(t, f)
	p, err := k.Init().Fork(func(p *kernel.Process) int { return 0 }, kernel.ForkAttr{FDs: [][2]uint32{{uint32(server), 5}, {uint32(l), 6}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(server)
	f.Close(l)
	wait(t, k, p.PID())
	if _, err := f.Read(client, make([]byte, 1)); err != io.EOF {
		t.Errorf("read: %v", err)
	}
	if _, err := f.Connect(port, 0); !errors.Is(err, errno.ECONNREFUSED) {
		t.Errorf("connect: %v", err)
	}
	f.Close(client)
	if after := k.Usage(); after != before {
		t.Errorf("left behind: %+v, before %+v", after, before)
	}
}

// A server lives on when its client has hung up.
func TestSocket_hungUp(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	_, _, c, s := connected(t, f)
	if err := f.Close(c); err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		for range 2 {
			if _, err := p.Stdout().WriteString("reply"); err != errno.EPIPE {
				return 1
			}
		}
		return 3
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(s), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := wait(t, k, p.PID()); got != sys.Exited(3) {
		t.Errorf("status %#x, want to live and be told EPIPE", got)
	}
}
