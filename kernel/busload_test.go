package kernel_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestBus_whoDoesNotRead has a peer ask for answers that it never reads: it is made to
// wait, and others are not.
func TestBus_whoDoesNotRead(t *testing.T) {
	k := boot(t)
	k.Bus().Register("test", testServer())
	wait(t, k, start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite|sys.ONonblock, 0)
		if err != nil {
			t.Error(err)
			return 1
		}
		f.Write(fd, bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9}))
		const body = 64 << 10
		sent := 0
		for i := range uint32(1000) {
			frame := bus.AppendCall(nil, 2*i+1, bus.MethodOf("t/1.Echo"), 0, &bus.CallHead{Package: "test"}, make([]byte, body))
			if _, err := f.Write(fd, frame); errors.Is(err, errno.EAGAIN) {
				break
			} else if err != nil {
				t.Error(err)
				return 1
			}
			sent++
		}
		if sent*body > 2<<20 {
			t.Errorf("%d calls were taken of who reads no answers", sent)
		}
		c, err := p.Bus(bus.Options{})
		if err != nil {
			t.Error(err)
			return 1
		}
		if _, err := c.Package("test").Invoke(p.Context(), request("t/1.Echo", "x")); err != nil {
			t.Errorf("another link: %v", err)
		}
		return 0
	}).PID())
	if u := k.Usage(); u.OpenFiles != 0 {
		t.Errorf("%+v", u)
	}
}

// TestBus_manyCallsInFlight has 10,000 calls be open at once between two processes, and
// a stream go the same way.
func TestBus_manyCallsInFlight(t *testing.T) {
	k := boot(t)
	const calls = 10_000
	var mu sync.Mutex
	var open []*bus.Incoming
	s := testServer()
	s.Handle("t/1.Together", bus.HandlerFunc(func(in *bus.Incoming) {
		mu.Lock()
		open = append(open, in)
		all := open
		mu.Unlock()
		if len(all) == calls {
			for _, in := range all {
				in.Reply(in.Format(), in.Body())
			}
		}
	}))
	const length = 64 << 20
	s.Handle("t/1.Sink", bus.HandlerFunc(func(in *bus.Incoming) {
		go func() {
			n, err := io.Copy(io.Discard, in.Stream(0))
			if err != nil {
				in.Fault(err)
				return
			}
			in.Reply(bus.FormatRaw, fmt.Append(nil, n))
		}()
	}))
	served(t, k, "test", 0, s)
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		var wg sync.WaitGroup
		for i := range calls {
			wg.Go(func() {
				r, err := c.Package("test").Invoke(p.Context(), request("t/1.Together", fmt.Sprint(i)))
				if err != nil || string(r.Body) != fmt.Sprint(i) {
					t.Errorf("call %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		sink, end := bus.Begin(p.Context(), c.Package("test"), request("t/1.Sink", ""))
		piece := make([]byte, 1<<20)
		for range length / len(piece) {
			if _, err := sink.Stream(0).Write(piece); err != nil {
				t.Error(err)
				return
			}
		}
		sink.Stream(0).CloseSend(nil)
		if r, err := end(); err != nil || string(r.Body) != fmt.Sprint(length) {
			t.Errorf("the stream: %v, %v", r, err)
		}
	}).PID())
	// A caller may hear of the answer before the kernel has counted the call's end.
	await.Until(t, "no call is open", func() bool {
		return !slices.ContainsFunc(k.Bus().Packages(), func(i kernel.PackageInfo) bool { return i.Open != 0 })
	})
}

// TestBus_whoDoesNotReadCalls has a callee read none of its calls for a while: what would be too
// much of one caller, or of one that only notifies, is refused and not sent, another's calls wait,
// and it serves all that when it reads again.
func TestBus_whoDoesNotReadCalls(t *testing.T) {
	k := boot(t)
	const size, calls, few = 1 << 20, 100, 5
	var came, noted atomic.Int64
	reads, listens := make(chan struct{}), make(chan struct{})
	callee := start(t, k, func(p *kernel.Process) int {
		f := p.Files()
		fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite, 0)
		if err != nil {
			t.Error(err)
			return 1
		}
		file := &pausedFile{File: f.File(fd), until: reads}
		s := testServer()
		s.Handle("t/1.Count", bus.HandlerFunc(func(in *bus.Incoming) {
			if in.IsNotify() {
				noted.Add(1)
				return
			}
			came.Add(1)
			in.Reply(in.Format(), nil)
		}))
		c := bus.NewFileConn(file, bus.Options{Handler: s})
		if err := c.Listen(p.Context(), "test", 0); err != nil {
			t.Error(err)
			return 1
		}
		file.paused.Store(true)
		close(listens)
		c.Wait()
		return 0
	})
	<-listens
	body := string(make([]byte, size))
	// opens makes calls and hands out their ends; they have come to the bus when it returns.
	opens := func(p *kernel.Process, c *bus.Conn, n int) <-chan error {
		ends := make(chan error, n)
		for range n {
			c.Package("test").Start(p.Context(), request("t/1.Count", body), func(_ *bus.Response, err error) { ends <- err })
		}
		if _, err := c.Package(bus.PackageBus).Invoke(p.Context(), &bus.Request{Method: bus.MethodList}); err != nil {
			t.Error(err)
		}
		return ends
	}
	// ended counts those that were refused.
	ended := func(ends <-chan error, n int) (refused int64) {
		for range n {
			switch err := <-ends; {
			case bus.CodeOf(err) == bus.CodeResourceExhausted:
				refused++
			case err != nil:
				t.Errorf("a call ended with %v", err)
			}
		}
		return refused
	}
	flooded, others := make(chan struct{}), make(chan struct{})
	flood := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		ends := opens(p, c, calls)
		for range calls {
			c.Package("test").Notify(p.Context(), request("t/1.Count", body))
		}
		opens(p, c, 0)
		if n := k.Usage().BusBytes; n > 48*size {
			t.Errorf("%d bytes are in calls of one caller", n)
		}
		close(flooded)
		<-others
		refused := ended(ends, calls)
		if refused < calls-48 {
			t.Errorf("%d calls were refused", refused)
		}
		if r, err := c.Package("test").Invoke(p.Context(), request("t/1.Echo", "x")); err != nil || string(r.Body) != "x" {
			t.Errorf("the next call: %v, %v", r, err)
		}
		if n := came.Load(); n != calls-refused+few {
			t.Errorf("%d calls were refused, and %d came", refused, n)
		}
		if n := noted.Load(); n > 17 {
			t.Errorf("of %d notifications came %d", calls, n)
		}
	})
	<-flooded
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		ends := opens(p, c, few)
		close(reads)
		if n := ended(ends, few); n != 0 {
			t.Errorf("%d calls of another caller were refused", n)
		}
		close(others)
	}).PID())
	wait(t, k, flood.PID())
	await.Until(t, "nothing is in calls", func() bool { return k.Usage().BusBytes == 0 })
	k.Init().Files().Kill(callee.PID(), sys.SIGKILL)
}

// pausedFile is a file whose reads return late once it is paused.
type pausedFile struct {
	*sys.File
	paused atomic.Bool
	until  chan struct{}
}

func (p *pausedFile) Read(b []byte) (int, error) {
	n, err := p.File.Read(b)
	if p.paused.Load() {
		<-p.until
	}
	return n, err
}
