package link_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// tally counts system calls by process and kind, as they reach the kernel.
type tally struct {
	mu sync.Mutex
	of map[string]int
}

func (c *tally) hook(p *kernel.Process, r *sys.Request, reply *sys.Reply) errno.Errno {
	if reply == nil && p.PID() != 1 {
		c.mu.Lock()
		c.of[r.Op.String()]++
		c.mu.Unlock()
	}
	return 0
}

func (c *tally) count(op sys.Op) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.of[op.String()]
}

var echo = bus.MethodOf("t/1.Echo")

// bootBus is a kernel with a package that answers with what it is sent.
func bootBus(t testing.TB) (*far, *tally) {
	t.Helper()
	c := &tally{of: map[string]int{}}
	f := bootFar(t, c.hook)
	s := bus.NewServer()
	s.Handle("t/1.Echo", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) }))
	s.Handle("t/1.Sink", bus.Go(func(ctx context.Context, in *bus.Incoming) error {
		n, err := io.Copy(io.Discard, in.Stream(0))
		if err != nil {
			return err
		}
		return in.Reply(bus.FormatRaw, fmt.Append(nil, n))
	}))
	s.Handle("t/1.Source", bus.HandlerFunc(func(in *bus.Incoming) {
		in.Open(bus.FormatRaw, nil, nil)
		go func() {
			for range 64 {
				in.Stream(0).Write(make([]byte, 64<<10))
			}
			in.Stream(0).CloseSend(nil)
		}()
	}))
	f.k.Bus().Register("test", s)
	return f, c
}

func frameOf(id uint32, body []byte) []byte {
	return bus.AppendCall(nil, id, echo, bus.FormatRaw, &bus.CallHead{Package: "test"}, body)
}

// opened opens the bus and says hello on it.
func (p *proc) opened(t testing.TB, flags sys.OpenFlag) int {
	fd, err := p.Open(bus.Device, sys.ORead|sys.OWrite|flags, 0)
	if err != nil {
		t.Error(err)
		panic(err)
	}
	p.Write(fd, bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 24, MaxCalls: 9}))
	return fd
}

// frames reads the next n frames of fd that are no hello.
func (p *proc) frames(t testing.TB, fd, n int, read func(fd int, b []byte) (int, error)) (list []bus.Frame) {
	var s bus.Splitter
	buf := make([]byte, 4096)
	for len(list) < n {
		k, err := read(fd, buf)
		if err != nil {
			t.Errorf("read: %v", err)
			return nil
		}
		s.Write(buf[:k])
		for msg, _ := s.Next(); len(msg) > 0; {
			var f bus.Frame
			f, msg, _ = bus.Decode(msg)
			if f.Kind != bus.KindHello {
				list = append(list, f)
			}
		}
	}
	return list
}

func (f *far) do(t testing.TB, fn func(p *proc)) {
	t.Helper()
	f.program("prog", func(p *proc) uint8 {
		fn(p)
		return 0
	})
	if status := f.wait(t, f.spawn(t, "prog", nil)); status.Code() != 0 {
		t.Errorf("the program ended with %v", status)
	}
}

// TestFeed_callsCostOneMessageEachWay has a guest that waits make calls: no read and no poll
// of it comes to the kernel, once it is fed.
func TestFeed_callsCostOneMessageEachWay(t *testing.T) {
	for _, size := range []int{0, 100, 64 << 10, 1 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			f, c := bootBus(t)
			const calls = 20
			f.do(t, func(p *proc) {
				fd := p.opened(t, 0)
				for i := range uint32(calls) {
					body := bytes.Repeat([]byte{byte(i)}, size)
					p.Write(fd, frameOf(2*i+1, body))
					if got := p.frames(t, fd, 1, p.Read); len(got) != 1 || got[0].ID != 2*i+1 || !bytes.Equal(got[0].Payload, body) {
						t.Errorf("call %d: %d frames", i, len(got))
					}
				}
			})
			if n := c.count(sys.OpRead) + c.count(sys.OpPoll); n > 0 {
				t.Errorf("%d reads and polls have come to the kernel", n)
			}
			if n := c.count(sys.OpFeed); n > calls*size/(256<<10)+2 {
				t.Errorf("%d times the kernel was told to send more", n)
			}
		})
	}
}

// TestFeed_conn has a library with a reading and a writing goroutine use the bus: calls at
// once, large ones, and streams both ways.
func TestFeed_conn(t *testing.T) {
	f, _ := bootBus(t)
	f.do(t, func(p *proc) {
		fd, err := p.Open(bus.Device, sys.ORead|sys.OWrite, 0)
		if err != nil {
			t.Error(err)
			return
		}
		c := bus.NewFileConn(p.File(fd), bus.Options{})
		defer func() {
			c.Close(nil)
			p.Close(fd)
		}()
		ctx := context.Background()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				body := []byte(strings.Repeat(fmt.Sprint(i, " "), i*i/4))
				r, err := c.Package("test").Invoke(ctx, &bus.Request{Method: echo, Body: body})
				if err != nil || !bytes.Equal(r.Body, body) {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
		wg.Go(func() {
			s, wait := bus.Begin(ctx, c.Package("test"), &bus.Request{Method: bus.MethodOf("t/1.Sink")})
			for range 64 {
				s.Stream(0).Write(make([]byte, 64<<10))
			}
			s.Stream(0).CloseSend(nil)
			if r, err := wait(); err != nil || string(r.Body) != fmt.Sprint(64*64<<10) {
				t.Errorf("a stream to the kernel: %v", err)
			}
		})
		wg.Go(func() {
			r, err := c.Package("test").Invoke(ctx, &bus.Request{Method: bus.MethodOf("t/1.Source")})
			if err != nil {
				t.Error(err)
				return
			}
			if n, err := io.Copy(io.Discard, r.Session.Stream(0)); n != 64*64<<10 || err != nil {
				t.Errorf("a stream from the kernel: %d bytes, %v", n, err)
			}
		})
		wg.Wait()
	})
}

// TestFeed_readsThatDoNotWait has a guest read as Go's poller does, and one that asks again
// and again: it is told that there is nothing, but lets messages in.
func TestFeed_readsThatDoNotWait(t *testing.T) {
	for _, polls := range []struct {
		name string
		wait func(p *proc, fd int)
	}{
		{"poll", func(p *proc, fd int) { p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}}, -1) }},
		{"poll with a time", func(p *proc, fd int) { p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}}, time.Minute) }},
		{"poll that does not wait", func(p *proc, fd int) { p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}}, 0) }},
		{"poll of two", func(p *proc, fd int) {
			p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}, {FD: 0, Events: sys.PollIn}}, -1)
		}},
		{"poll for room too", func(p *proc, fd int) { p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn | sys.PollOut}}, -1) }},
		{"nothing", func(*proc, int) {}},
	} {
		t.Run(polls.name, func(t *testing.T) {
			f, _ := bootBus(t)
			f.program("prog", func(p *proc) uint8 {
				fd := p.opened(t, sys.ONonblock)
				for i := range uint32(40) {
					p.Write(fd, frameOf(2*i+1, []byte("x")))
					p.frames(t, fd, 1, func(fd int, b []byte) (int, error) {
						for {
							n, err := p.Read(fd, b)
							if !errors.Is(err, errno.EAGAIN) {
								return n, err
							}
							polls.wait(p, fd)
						}
					})
				}
				return 0
			})
			files := f.k.Init().Files()
			r, w, err := files.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			f.wait(t, f.spawn(t, "prog", [][2]uint32{{0, uint32(r)}}))
			files.Close(r)
			files.Close(w)
		})
	}
}

// TestFeed_others has somebody else get the fd: what comes from then on is read by whoever
// reads, and nothing is lost.
func TestFeed_others(t *testing.T) {
	for _, c := range []struct {
		name string
		give func(p *proc, fd int) (int, error)
	}{
		{"dup", func(p *proc, fd int) (int, error) { return p.Dup(fd) }},
		{"renumber", func(p *proc, fd int) (int, error) {
			to, err := p.Open("/", sys.ORead|sys.ODirectory, 0)
			if err != nil {
				return 0, err
			}
			r := p.client.Syscall(&sys.Request{Op: sys.OpRenumber, Args: [6]uint64{uint64(fd), uint64(to)}})
			return to, r.Err()
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, _ := bootBus(t)
			f.do(t, func(p *proc) {
				fd := p.opened(t, 0)
				p.Write(fd, frameOf(1, []byte("x")))
				p.frames(t, fd, 1, p.Read)
				for i := range uint32(5) {
					p.Write(fd, frameOf(2*i+3, bytes.Repeat([]byte("x"), 100<<10)))
				}
				twin, err := c.give(p, fd)
				if err != nil {
					t.Error(err)
					return
				}
				for i := range uint32(5) {
					p.Write(twin, frameOf(2*i+13, []byte("x")))
				}
				for i, got := range p.frames(t, twin, 10, p.Read) {
					if got.ID != uint32(2*i+3) {
						t.Errorf("answer %d is that of call %d", i, got.ID)
					}
				}
			})
		})
	}
}

// TestFeed_stopped has a guest be stopped while it waits: what comes meanwhile is there
// when it goes on.
func TestFeed_stopped(t *testing.T) {
	f, _ := bootBus(t)
	answer := make(chan func(), 1)
	s := bus.NewServer()
	s.Handle("t/1.Later", bus.HandlerFunc(func(in *bus.Incoming) { answer <- func() { in.Reply(bus.FormatRaw, in.Body()) } }))
	f.k.Bus().Register("later", s)
	var mu sync.Mutex
	got := false
	f.program("prog", func(p *proc) uint8 {
		fd := p.opened(t, 0)
		p.Write(fd, frameOf(1, []byte("x")))
		p.frames(t, fd, 1, p.Read)
		p.Write(fd, bus.AppendCall(nil, 3, bus.MethodOf("t/1.Later"), bus.FormatRaw, &bus.CallHead{Package: "later"}, []byte("y")))
		p.frames(t, fd, 1, p.Read)
		mu.Lock()
		got = true
		mu.Unlock()
		return 0
	})
	pid := f.spawn(t, "prog", nil)
	reply := <-answer
	files := f.k.Init().Files()
	files.Kill(pid, sys.SIGSTOP)
	reply()
	reply = nil
	mu.Lock()
	if got {
		t.Error("a stopped guest has got an answer")
	}
	mu.Unlock()
	files.Kill(pid, sys.SIGCONT)
	f.wait(t, pid)
}

// TestFeed_end has the link end under a guest that waits, and a guest be killed with calls
// and answers under way.
func TestFeed_end(t *testing.T) {
	f, _ := bootBus(t)
	f.do(t, func(p *proc) {
		fd := p.opened(t, 0)
		p.Write(fd, frameOf(1, []byte("x")))
		p.frames(t, fd, 1, p.Read)
		p.Write(fd, []byte("this is no frame of the bus, nor anything like it"))
		for n, err := 1, error(nil); n > 0; { // a fault, and then the end
			if n, err = p.Read(fd, make([]byte, 4096)); err != nil && err != io.EOF {
				t.Errorf("at the end: %v", err)
			}
		}
		if n, err := p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}}, -1); n != 1 || err != nil {
			t.Errorf("a poll at the end: %d, %v", n, err)
		}
	})
	began := make(chan struct{})
	f.program("prog", func(p *proc) uint8 {
		fd := p.opened(t, 0)
		for i := uint32(1); ; i += 2 {
			p.Write(fd, frameOf(i, make([]byte, 10<<10)))
			p.frames(t, fd, 1, p.Read)
			if i == 99 {
				close(began)
			}
		}
	})
	pid := f.spawn(t, "prog", nil)
	<-began
	f.k.Init().Files().Kill(pid, sys.SIGKILL)
	f.wait(t, pid)
}

// TestFeed_bounded has a guest that does not read get no more than it has said it takes.
func TestFeed_bounded(t *testing.T) {
	f, _ := bootBus(t)
	f.do(t, func(p *proc) {
		fd := p.opened(t, sys.ONonblock)
		const body = 64 << 10
		sent := 0
		for i := uint32(0); i < 1000; i++ {
			if _, err := p.Write(fd, frameOf(2*i+1, make([]byte, body))); errors.Is(err, errno.EAGAIN) {
				break
			} else if err != nil {
				t.Error(err)
				return
			}
			sent++
		}
		if sent*body > 4<<20 {
			t.Errorf("%d calls were taken of who reads no answers", sent)
		}
		p.client.Syscall(&sys.Request{Op: sys.OpSetFD, Args: [6]uint64{uint64(fd), 0}})
		if got := p.frames(t, fd, sent, func(fd int, b []byte) (int, error) {
			for {
				n, err := p.Read(fd, b)
				if !errors.Is(err, errno.EAGAIN) {
					return n, err
				}
			}
		}); len(got) != sent {
			t.Errorf("%d answers of %d", len(got), sent)
		}
	})
}
