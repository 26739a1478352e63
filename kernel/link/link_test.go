package link_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// recorder is a process whose fds keep what was written to them. Reads of fd 9 wait
// until something is sent to release.
type recorder struct {
	mu      sync.Mutex
	written map[uint64][]byte
	calls   []string
	fail    errno.Errno
	release chan []byte
	exited  chan uint64
}

func newRecorder() *recorder {
	return &recorder{written: make(map[uint64][]byte), release: make(chan []byte, 1), exited: make(chan uint64, 1)}
}

func (p *recorder) Syscall(r *sys.Request) sys.Reply {
	p.mu.Lock()
	p.calls = append(p.calls, r.Op.String())
	p.mu.Unlock()
	switch r.Op {
	case sys.OpWrite:
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.fail != 0 {
			return sys.Reply{Errno: p.fail}
		}
		p.written[r.Args[0]] = append(p.written[r.Args[0]], r.Data...)
		return sys.Reply{Vals: [3]uint64{uint64(len(r.Data))}}
	case sys.OpRead:
		return sys.Reply{Data: <-p.release}
	case sys.OpStat:
		return sys.Reply{Data: []byte(r.Path)}
	case sys.OpExit:
		p.exited <- r.Args[0]
	}
	return sys.Reply{}
}

func (p *recorder) Start(r *sys.Request, done func(sys.Reply)) bool {
	if r.Op == sys.OpRead {
		go func() { done(p.Syscall(r)) }()
		return false
	}
	done(p.Syscall(r))
	return true
}

// join makes a client and a server over two queues, as ports are.
func join(t *testing.T, p sys.Caller) *link.Client {
	t.Helper()
	up, down := make(chan []byte, 1<<12), make(chan []byte, 1<<12)
	client := link.NewClient(func(b []byte) { up <- bytes.Clone(b) }, func() time.Duration { return 0 })
	server := link.NewServer(p, func(b []byte) { down <- bytes.Clone(b) })
	var wg sync.WaitGroup
	wg.Go(func() {
		for msg := range up {
			if err := server.Receive(msg); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Go(func() {
		for msg := range down {
			if err := client.Receive(msg); err != nil {
				t.Error(err)
			}
		}
	})
	t.Cleanup(func() {
		server.Close()
		close(up)
		close(down)
		wg.Wait()
	})
	client.Begin(&sys.StartInfo{FDs: []sys.StartFD{{FD: 1, Info: sys.InfoBulk}, {FD: 2, Info: sys.InfoBulk}, {FD: 3}, {FD: 4, Info: sys.InfoSeek | sys.InfoBulk}}})
	return client
}

func write(fd uint64, data []byte) *sys.Request {
	return &sys.Request{Op: sys.OpWrite, Args: [6]uint64{fd}, Data: data}
}

func TestClient_writesArriveInOrderBeforeAnyOtherCall(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	rng := rand.New(rand.NewPCG(1, 2))
	want := map[uint64][]byte{}
	for i := range 2000 {
		fd := uint64(1 + rng.IntN(3))
		data := fmt.Appendf(nil, "%d,%0*d ", i, rng.IntN(700), i)
		want[fd] = append(want[fd], data...)
		if r := c.Syscall(write(fd, data)); r.Errno != 0 || r.Vals[0] != uint64(len(data)) {
			t.Fatalf("write %d: %+v", i, r)
		}
	}
	if r := c.Syscall(&sys.Request{Op: sys.OpStat, Path: "/a/b"}); string(r.Data) != "/a/b" {
		t.Fatalf("stat answered %+v", r)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for fd, data := range want {
		if !bytes.Equal(p.written[fd], data) {
			t.Errorf("fd %d got %d bytes of %d, or others", fd, len(p.written[fd]), len(data))
		}
	}
}

func TestClient_errorOfWriteBehindComesWithTheNext(t *testing.T) {
	p := newRecorder()
	p.fail = errno.ENOSPC
	c := join(t, p)
	if r := c.Syscall(write(1, []byte("x"))); r.Errno != 0 {
		t.Fatalf("the first write already says %v", r.Errno)
	}
	c.Syscall(&sys.Request{Op: sys.OpStat}) // by now the write has been performed
	if r := c.Syscall(write(1, []byte("x"))); r.Errno != errno.ENOSPC {
		t.Errorf("the second write says %v", r.Errno)
	}
}

func TestClient_errorOfTheLastWriteComesWithTheClose(t *testing.T) {
	p := newRecorder()
	p.fail = errno.ENOSPC
	c := join(t, p)
	if r := c.Syscall(write(1, []byte("x"))); r.Errno != 0 {
		t.Fatalf("the write already says %v", r.Errno)
	}
	if r := c.Syscall(&sys.Request{Op: sys.OpClose, Args: [6]uint64{1}}); r.Errno != errno.ENOSPC {
		t.Errorf("close says %v", r.Errno)
	}
}

func TestClient_closeOfAFileGoesWithTheNextCall(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	closing := &sys.Request{Op: sys.OpClose, Args: [6]uint64{4}}
	if !c.Start(closing, func(r sys.Reply) {
		if r.Errno != 0 {
			t.Errorf("close says %v", r.Errno)
		}
	}) {
		t.Fatal("the close waits for the kernel")
	}
	c.Syscall(&sys.Request{Op: sys.OpStat})
	p.mu.Lock()
	calls := slices.Clone(p.calls)
	p.mu.Unlock()
	if want := []string{sys.OpClose.String(), sys.OpStat.String()}; !slices.Equal(calls, want) {
		t.Errorf("the kernel saw %v, not %v", calls, want)
	}
	// A write after it is not answered as if the file were open.
	if c.Start(write(4, []byte("x")), func(sys.Reply) {}) {
		t.Error("a write to the closed fd was sent behind")
	}
}

func TestClient_floodWaitsForTheKernel(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	piece := make([]byte, 64<<10)
	for range 64 {
		if r := c.Syscall(write(1, piece)); r.Errno != 0 {
			t.Fatal(r.Errno)
		}
		// What was written before the last 512 KiB and the piece itself has been
		// performed, however slow the kernel is.
	}
	p.mu.Lock()
	got := len(p.written[1])
	p.mu.Unlock()
	if behind := 64*len(piece) - got; behind > 512<<10 {
		t.Errorf("%d bytes are on their way", behind)
	}
}

func TestServer_laneWaitsButOthersGoOn(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	read := make(chan sys.Reply, 1)
	c.Start(&sys.Request{Op: sys.OpRead, Args: [6]uint64{9, 10}}, func(r sys.Reply) { read <- r })
	after := make(chan sys.Reply, 1)
	c.Start(&sys.Request{Op: sys.OpStat, Path: "behind"}, func(r sys.Reply) { after <- r })
	free := make(chan sys.Reply, 1)
	c.StartLane(link.Unordered, &sys.Request{Op: sys.OpStat, Path: "free"}, func(r sys.Reply) { free <- r })
	if r := <-free; string(r.Data) != "free" {
		t.Fatalf("the unordered call answered %+v", r)
	}
	select {
	case r := <-after:
		t.Fatalf("a call overtook the one before it: %+v", r)
	default:
	}
	p.release <- []byte("data")
	if r := <-read; string(r.Data) != "data" {
		t.Errorf("read answered %+v", r)
	}
	if r := <-after; string(r.Data) != "behind" {
		t.Errorf("the call behind answered %+v", r)
	}
}

func TestClient_exitComesAfterTheWrites(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	for range 100 {
		c.Syscall(write(1, []byte("tail\n")))
	}
	c.Exit(7)
	if code := <-p.exited; code != 7 {
		t.Errorf("exit code %d", code)
	}
	if n := len(p.written[1]); n != 500 {
		t.Errorf("%d bytes arrived before the exit", n)
	}
	if c.Start(&sys.Request{Op: sys.OpStat}, func(sys.Reply) { t.Error("a call after the exit was answered") }) {
		t.Error("a call after the exit ended")
	}
}

func TestServer_exitWaitsForEveryLane(t *testing.T) {
	p := newRecorder()
	c := join(t, p)
	c.StartLane(5, &sys.Request{Op: sys.OpRead, Args: [6]uint64{9, 10}}, func(sys.Reply) {})
	c.StartLane(5, write(2, []byte("last words")), func(sys.Reply) {})
	c.Exit(3)
	select {
	case <-p.exited:
		t.Fatal("the process ended before a call that waits")
	default:
	}
	p.release <- nil
	if code := <-p.exited; code != 3 {
		t.Errorf("exit code %d", code)
	}
	if got := string(p.written[2]); got != "last words" {
		t.Errorf("written before the end: %q", got)
	}
}

func FuzzServer(f *testing.F) {
	f.Add(sys.AppendRequest(nil, 1, 0, 1, &sys.Request{Op: sys.OpStat, Path: "x"}))
	f.Fuzz(func(t *testing.T, msg []byte) {
		p := newRecorder()
		close(p.release)
		p.exited = make(chan uint64, len(msg))
		link.NewServer(p, func([]byte) {}).Receive(bytes.Clone(msg))
		c := link.NewClient(func([]byte) {}, func() time.Duration { return 0 })
		c.Begin(&sys.StartInfo{})
		c.Start(&sys.Request{Op: sys.OpRead}, func(sys.Reply) {})
		c.Receive(msg)
	})
}

// A pipe of the kernel whose reader is at the far end: what is read ahead is read
// in its order, polled for, and its end comes after it.
func TestClient_readsAheadOfAPipeThatNobodyElseReads(t *testing.T) {
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close() })
	r, w, err := k.Init().Files().Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	c := join(t, counted{k.Init(), &calls})
	if _, err := k.Init().Files().Write(w, bytes.Repeat([]byte("0123456789"), 1000)); err != nil {
		t.Fatal(err)
	}
	var got []byte
	buf := make([]byte, 10)
	for range 900 {
		reply := c.Syscall(&sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(r), 10}, Dst: buf})
		if reply.Errno != 0 || len(reply.Data) != 10 {
			t.Fatalf("read %+v", reply)
		}
		got = append(got, reply.Data...)
	}
	if n := calls.Load(); n != 1 {
		t.Errorf("%d calls reached the kernel for what one brings", n)
	}
	poll := c.Syscall(&sys.Request{Op: sys.OpPoll, Args: [6]uint64{^uint64(0)}, Data: sys.AppendPoll(nil, []sys.PollFD{{FD: uint32(r), Events: sys.PollIn}})})
	if list, err := sys.DecodePoll(poll.Data); err != nil || list[0].Revents != sys.PollIn || list[0].Bytes != 1000 {
		t.Errorf("poll says %+v, %v", list, err)
	}
	if err := k.Init().Files().Close(w); err != nil {
		t.Fatal(err)
	}
	for {
		reply := c.Syscall(&sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(r), 300}})
		if len(reply.Data) == 0 {
			break
		}
		got = append(got, reply.Data...)
	}
	if !bytes.Equal(got, bytes.Repeat([]byte("0123456789"), 1000)) {
		t.Errorf("%d bytes came, or others", len(got))
	}
}

func TestClient_takesNoMoreOfASharedPipeThanItAsksFor(t *testing.T) {
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close() })
	files := k.Init().Files()
	r, w, err := files.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	other, err := files.Dup(r)
	if err != nil {
		t.Fatal(err)
	}
	c := join(t, k.Init())
	if _, err := files.Write(w, []byte("mine, not mine")); err != nil {
		t.Fatal(err)
	}
	if reply := c.Syscall(&sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(r), 4}}); string(reply.Data) != "mine" {
		t.Fatalf("read %q", reply.Data)
	}
	rest := make([]byte, 100)
	if n, err := files.Read(other, rest); err != nil || string(rest[:n]) != ", not mine" {
		t.Errorf("the other reader gets %q, %v", rest[:n], err)
	}
}

// counted counts the calls that reach the kernel.
type counted struct {
	sys.Caller
	n *atomic.Int32
}

func (c counted) Start(r *sys.Request, done func(sys.Reply)) bool {
	c.n.Add(1)
	return c.Caller.Start(r, done)
}

// flushing is a recorder whose files tell at their close what has become of writes.
type flushing struct{ *recorder }

func (p flushing) Syscall(r *sys.Request) sys.Reply {
	switch r.Op {
	case sys.OpOpen:
		return sys.Reply{Vals: [3]uint64{5, uint64(sys.FDInfo(sys.TypeRegular) | sys.InfoSeek | sys.InfoBulk | sys.InfoFlush)}}
	case sys.OpClose:
		return sys.Reply{Errno: errno.ENOSPC}
	}
	return p.recorder.Syscall(r)
}

func (p flushing) Start(r *sys.Request, done func(sys.Reply)) bool {
	done(p.Syscall(r))
	return true
}

func TestClient_closeTellsWhatBecameOfWrites(t *testing.T) {
	c := join(t, flushing{newRecorder()})
	if r := c.Syscall(&sys.Request{Op: sys.OpOpen, Path: "f", Args: [6]uint64{0, uint64(sys.OWrite)}}); r.Errno != 0 || r.Vals[0] != 5 {
		t.Fatalf("open says %+v", r)
	}
	if r := c.Syscall(write(5, []byte("x"))); r.Errno != 0 {
		t.Fatalf("the write says %v", r.Errno)
	}
	c.Syscall(&sys.Request{Op: sys.OpStat}) // by now the write has been performed
	if r := c.Syscall(&sys.Request{Op: sys.OpClose, Args: [6]uint64{5}}); r.Errno != errno.ENOSPC {
		t.Errorf("close says %v", r.Errno)
	}
}

// slow is a recorder whose writes to fd 5, and to no other, wait until they are let go.
type slow struct {
	*recorder
	let chan struct{}
}

func (p slow) Start(r *sys.Request, done func(sys.Reply)) bool {
	switch {
	case r.Op == sys.OpOpen:
		done(sys.Reply{Vals: [3]uint64{5, uint64(sys.FDInfo(sys.TypeRegular) | sys.InfoSeek | sys.InfoBulk | sys.InfoSlow)}})
		return true
	case r.Op == sys.OpWrite && r.Args[0] == 5:
		req := *r
		go func() {
			<-p.let
			done(p.Syscall(&req))
		}()
		return false
	}
	done(p.Syscall(r))
	return true
}

func TestClient_aWriteThatOthersWouldOvertakeIsWaitedFor(t *testing.T) {
	p := slow{newRecorder(), make(chan struct{}, 1)}
	c := join(t, p)
	ends := make(chan sys.Reply, 1)
	call := func(lane uint16, r *sys.Request) sys.Reply {
		c.StartLane(lane, r, func(r sys.Reply) { ends <- r })
		return <-ends
	}
	call(link.Unordered, &sys.Request{Op: sys.OpOpen, Path: "f", Args: [6]uint64{0, uint64(sys.OWrite)}})
	if c.StartLane(6, write(5, []byte("x")), func(r sys.Reply) { ends <- r }) {
		t.Fatal("the write was answered before the kernel had performed it")
	}
	p.let <- struct{}{}
	if r := <-ends; r.Errno != 0 || r.Vals[0] != 1 {
		t.Errorf("the write says %+v", r)
	}
	// In a lane that keeps all calls in order it need not be waited for.
	if !c.StartLane(0, write(5, []byte("z")), func(sys.Reply) {}) {
		t.Error("a write of the first lane was waited for")
	}
	p.let <- struct{}{}
}
