package kernel_test

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
)

// TestBus_moreCallsThanMayBeOpen has a program open call after call that nobody answers: from
// some number on each fails at once and says so, others are served meanwhile, and with its
// link all of them end.
func TestBus_moreCallsThanMayBeOpen(t *testing.T) {
	k := boot(t)
	const calls = 2 * bus.DefaultCalls
	var open atomic.Int64
	opened, ended := make(chan struct{}, calls), make(chan struct{}, calls)
	s := testServer()
	s.Handle("t/1.Open", bus.HandlerFunc(func(in *bus.Incoming) {
		open.Add(1)
		opened <- struct{}{}
		in.OnEnd(func(error) { open.Add(-1); ended <- struct{}{} })
	}))
	k.Bus().Register("test", s)
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		refused := make(chan error, calls)
		for range calls {
			c.Package("test").Start(p.Context(), request("t/1.Open", ""), func(_ *bus.Response, err error) { refused <- err })
		}
		for range calls - bus.DefaultCalls {
			if err := <-refused; bus.CodeOf(err) != bus.CodeResourceExhausted {
				t.Errorf("a call too many ended with %v", err)
				return
			}
		}
		for range bus.DefaultCalls {
			<-opened // what is refused is refused before
		}
		if n := open.Load(); n != bus.DefaultCalls {
			t.Errorf("%d calls are open", n)
		}
		other, err := p.Bus(bus.Options{})
		if err != nil {
			t.Error(err)
			return
		}
		defer other.Close(nil)
		if _, err := other.Package("test").Invoke(p.Context(), request("t/1.Echo", "x")); err != nil {
			t.Errorf("another link: %v", err)
		}
		c.Close(nil)
		for range bus.DefaultCalls {
			if err := <-refused; !errors.Is(err, bus.ErrLinkClosed) {
				t.Errorf("a call of the link that was closed ended with %v", err)
				return
			}
		}
	}).PID())
	k.Close()
	for range bus.DefaultCalls {
		<-ended // on a goroutine of the kernel's, which may come behind
	}
	if u, n := k.Usage(), open.Load(); u.OpenFiles != 0 || n != 0 {
		t.Errorf("%d calls are left, %+v", n, u)
	}
}
