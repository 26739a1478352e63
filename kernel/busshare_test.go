package kernel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A greedy is a process that opens calls until it has tried calls of them.
type greedy struct {
	conn    *bus.Conn
	open    []*bus.Session
	refused atomic.Int64
	leave   chan struct{}
	pid     int
}

// opens starts a process that makes so many calls on what target finds, and keeps open what it
// can. It has done so when opens returns, if it is called in a bubble.
func opens(t *testing.T, k *kernel.Kernel, method string, calls int, target func(ctx context.Context, c *bus.Conn) bus.Target) *greedy {
	t.Helper()
	g := &greedy{leave: make(chan struct{})}
	p := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		g.conn = c
		to := target(p.Context(), c)
		for range calls {
			s := to.Start(p.Context(), request(method, ""), func(_ *bus.Response, err error) {
				if bus.CodeOf(err) == bus.CodeResourceExhausted {
					g.refused.Add(1)
				}
			})
			g.open = append(g.open, s)
		}
		<-g.leave
	})
	g.pid = p.PID()
	synctest.Wait()
	g.open = slices.DeleteFunc(g.open, func(s *bus.Session) bool { return s.Err() != nil })
	return g
}

func packageTest(_ context.Context, c *bus.Conn) bus.Target { return c.Package("test") }

// TestBus_oneCallerLeavesRoom has one caller after another open as many calls to a package as it
// can: each leaves room for the next, and all that they have comes back when they leave.
func TestBus_oneCallerLeavesRoom(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int // of calls that the package takes at once
		most  int // of all callers
		first int // what one caller alone may have open
		calls int // that each tries to open
	}{
		{"calls that are served", 0, 1024, 1024 * 3 / 4, 1200},
		{"calls that wait", 1, 1 + 16<<10, 1 + 12<<10, 13_000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := kernel.New(kernel.Config{})
				defer k.Close()
				ready := make(chan error, 1)
				server := onBus(t, k, bus.Options{Handler: testServer(), Limits: bus.Limits{Calls: 1024}}, func(p *kernel.Process, c *bus.Conn) {
					ready <- c.Listen(p.Context(), "test", tt.limit)
					c.Wait()
				})
				if err := <-ready; err != nil {
					t.Fatal(err)
				}
				first := opens(t, k, "t/1.Never", tt.calls, packageTest)
				if n := len(first.open); n != tt.first || int(first.refused.Load()) != tt.calls-n {
					t.Errorf("one caller has %d calls open and was refused %d times", n, first.refused.Load())
				}
				others := []*greedy{}
				sum, least := len(first.open), len(first.open)
				for range 3 {
					g := opens(t, k, "t/1.Never", tt.calls, packageTest)
					if n := len(g.open); n == 0 || n > least {
						t.Errorf("another caller has %d calls open, the one before %d", n, least)
					}
					least = len(g.open)
					sum += least
					others = append(others, g)
				}
				if free := tt.most - sum; free <= 0 {
					t.Errorf("%d calls are open", sum)
				}
				// One that closes some gets no more than its share again.
				for _, s := range first.open[len(first.open)/2:] {
					s.Close()
				}
				synctest.Wait()
				again := opens(t, k, "t/1.Never", 1, packageTest)
				if len(again.open) != 1 {
					t.Errorf("there is no room, after half of the first caller's calls are closed")
				}
				for _, g := range append(others, first, again) {
					close(g.leave)
					wait(t, k, g.pid)
				}
				synctest.Wait()
				if i := slices.IndexFunc(k.Bus().Packages(), func(i kernel.PackageInfo) bool { return i.Open != 0 }); i >= 0 {
					t.Errorf("%+v are open when all have left", k.Bus().Packages()[i])
				}
				if tt.limit == 0 {
					anew := opens(t, k, "t/1.Never", tt.calls, packageTest)
					if len(anew.open) != tt.first {
						t.Errorf("one caller has %d calls open, when all others have left", len(anew.open))
					}
					close(anew.leave)
				}
				k.Init().Files().Kill(server.PID(), 9)
			})
		})
	}
}

// TestBus_queueTakesTurns has one caller wait with many calls for a package that serves one at a
// time: another one's call comes next.
func TestBus_queueTakesTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		var order []uint32
		s := testServer()
		var serving *bus.Incoming
		s.Handle("t/1.Wait", bus.HandlerFunc(func(in *bus.Incoming) {
			order = append(order, in.Meta().Caller)
			serving = in
		}))
		served(t, k, "test", 1, s)
		many := opens(t, k, "t/1.Wait", 100, packageTest)
		few := opens(t, k, "t/1.Wait", 2, packageTest)
		for range 6 {
			serving.Reply(bus.FormatRaw, nil)
			synctest.Wait()
		}
		a, b := uint32(many.pid), uint32(few.pid)
		if want := []uint32{a, a, b, a, b, a, a}; !slices.Equal(order, want) {
			t.Errorf("the callers come in the order %v, want %v", order, want)
		}
		close(many.leave)
		close(few.leave)
	})
}

// TestBus_givenUpWhileItWaits has calls that wait for a package be given up: they take no room
// any more, although the package serves nothing meanwhile.
func TestBus_givenUpWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		served(t, k, "test", 1, testServer())
		first := opens(t, k, "t/1.Never", 1, packageTest)
		hasty := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
			for i := range 5 {
				var calls []*bus.Session
				for range 3000 {
					ctx, cancel := context.WithTimeout(p.Context(), time.Second)
					defer cancel()
					s := c.Package("test").Start(ctx, request("t/1.Echo", ""), func(_ *bus.Response, err error) {
						if !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("round %d: %v", i, err)
						}
					})
					calls = append(calls, s)
				}
				for _, s := range calls {
					<-s.Done()
				}
			}
		})
		wait(t, k, hasty.PID())
		close(first.leave)
	})
}

// TestBus_oneCalleeLeavesRoom has a callee open as many callbacks as it can along a call, which
// its caller does not answer: another callee's still reach that.
func TestBus_oneCalleeLeavesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		refused, calls := 0, 0
		flood := testServer()
		flood.Handle("t/1.Flood", bus.HandlerFunc(func(in *bus.Incoming) {
			for range bus.DefaultCalls {
				in.Start(in.Context(), request("t/1.callback", ""), func(_ *bus.Response, err error) {
					if bus.CodeOf(err) == bus.CodeResourceExhausted {
						refused++
					}
				})
			}
		}))
		served(t, k, "flood", 0, flood)
		served(t, k, "test", 0, testServer())
		wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
			flood := request("t/1.Flood", "")
			flood.Handler = bus.HandlerFunc(func(*bus.Incoming) { calls++ })
			bus.Begin(p.Context(), c.Package("flood"), flood)
			synctest.Wait()
			if want := bus.DefaultCalls * 3 / 4; calls != want || refused != bus.DefaultCalls-want {
				t.Errorf("%d callbacks came, %d were refused", calls, refused)
			}
			back := request("t/1.Back", "hello")
			back.Handler = bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) })
			if r, err := c.Package("test").Invoke(p.Context(), back); err != nil || string(r.Body) != "hello" {
				t.Errorf("another callee's callback: %v, %v", r, err)
			}
		}).PID())
	})
}

// TestBus_objectsLeaveRoom has one caller wait with many calls for its object, while the package
// serves another: a call to that one's object still finds room.
func TestBus_objectsLeaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		s := testServer()
		s.Handle("t/1.Open", bus.HandlerFunc(func(in *bus.Incoming) { in.Open(bus.FormatRaw, nil, bus.HandlerFunc(func(*bus.Incoming) {})) }))
		served(t, k, "test", 1, s)
		object := func(ctx context.Context, c *bus.Conn) bus.Target {
			r, err := c.Package("test").Invoke(ctx, request("t/1.Open", ""))
			if err != nil {
				panic(fmt.Sprint(err))
			}
			return r.Session
		}
		ready := make(chan struct{})
		other := onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
			to := object(p.Context(), c)
			<-ready
			s := to.Start(p.Context(), request("t/1.Add", ""), func(_ *bus.Response, err error) {
				if bus.CodeOf(err) == bus.CodeResourceExhausted {
					t.Errorf("a call of another caller: %v", err)
				}
			})
			synctest.Wait()
			s.Close()
		})
		synctest.Wait()
		first := opens(t, k, "t/1.Add", 5000, object)
		if n := len(first.open); n != 5000 {
			t.Errorf("%d calls wait for an object", n)
		}
		close(ready)
		wait(t, k, other.PID())
		close(first.leave)
	})
}

// TestBus_childrenShare has a guest start many others, which each open as many calls as they can:
// all together have no more than it alone.
func TestBus_childrenShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bomb := func(g *kernel.Guest) {
			for range 10 {
				_, err := g.Process.Fork(func(p *kernel.Process) int {
					c, err := p.Bus(bus.Options{})
					if err != nil {
						t.Error(err)
						return 1
					}
					for range 1200 {
						c.Package("test").Start(p.Context(), request("t/1.Never", ""), func(*bus.Response, error) {})
					}
					<-p.Context().Done()
					return 0
				}, kernel.ForkAttr{FDs: [][2]uint32{}})
				if err != nil {
					t.Error(err)
					return
				}
			}
			<-g.Process.Context().Done()
		}
		m := &fakeMachine{run: map[string]func(*kernel.Guest){"bomb": bomb}}
		k := kernel.New(kernel.Config{Machine: m})
		defer k.Close()
		f := k.Init().Files()
		f.WriteFile("/bomb.wasm", []byte("\x00asmbomb"), 0o755)
		ready := make(chan error, 1)
		onBus(t, k, bus.Options{Handler: testServer(), Limits: bus.Limits{Calls: 1024}}, func(p *kernel.Process, c *bus.Conn) {
			ready <- c.Listen(p.Context(), "test", 0)
			c.Wait()
		})
		if err := <-ready; err != nil {
			t.Fatal(err)
		}
		open := func() int {
			for _, p := range k.Bus().Packages() {
				if p.Name == "test" {
					return p.Open
				}
			}
			return 0
		}
		pid, err := f.Spawn(&sys.SpawnAttr{Path: "/bomb.wasm", Argv: []string{"bomb"}})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := open(); n != 1024*3/4 {
			t.Errorf("the guest's children have %d calls open", n)
		}
		other := opens(t, k, "t/1.Never", 1200, packageTest)
		if n := len(other.open); n < 1024/4*3/4 {
			t.Errorf("another caller has %d calls open", n)
		}
		close(other.leave)
		f.Kill(pid, sys.SIGKILL)
	})
}
