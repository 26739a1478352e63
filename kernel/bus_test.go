package kernel_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// onBus runs main with a link to the bus as a child of process 1.
func onBus(t testing.TB, k *kernel.Kernel, opt bus.Options, main func(p *kernel.Process, c *bus.Conn)) *kernel.Process {
	t.Helper()
	return start(t, k, func(p *kernel.Process) int {
		c, err := p.Bus(opt)
		if err != nil {
			t.Errorf("open the bus: %v", err)
			return 1
		}
		defer c.Close(nil)
		main(p, c)
		return 0
	})
}

// served starts a process that serves the package name, until the test ends.
func served(t testing.TB, k *kernel.Kernel, name string, limit int, h bus.Handler) *kernel.Process {
	t.Helper()
	ready := make(chan error, 1)
	p := onBus(t, k, bus.Options{Handler: h}, func(p *kernel.Process, c *bus.Conn) {
		ready <- c.Listen(p.Context(), name, limit)
		c.Wait()
	})
	if err := <-ready; err != nil {
		t.Fatal(err)
	}
	return p
}

// packageOf is the program of a package that h serves.
func packageOf(t testing.TB, h bus.Handler) func(*kernel.Guest) {
	return func(g *kernel.Guest) {
		c, err := g.Process.Bus(bus.Options{Handler: h})
		if err != nil {
			t.Error(err)
			return
		}
		c.Listen(g.Process.Context(), "", 0)
		c.Wait()
	}
}

// dial is a link of process 1 to its bus, until the test ends.
func dial(t testing.TB, k *kernel.Kernel) *bus.Conn {
	t.Helper()
	c, err := k.Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(nil) })
	return c
}

// writes makes files with their directories.
func writes(t testing.TB, k *kernel.Kernel, files map[string]string) {
	t.Helper()
	f := k.Init().Files()
	for name, text := range files {
		if err := errors.Join(f.MkdirAll(path.Dir(name), 0o755), f.WriteFile(name, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
}

func request(method, body string) *bus.Request {
	return &bus.Request{Method: bus.MethodOf(method), Body: []byte(body)}
}

// testServer serves what the tests of the broker call.
func testServer() *bus.Server {
	s := bus.NewServer()
	s.Handle("t/1.Echo", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) }))
	s.Handle("t/1.Who", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(bus.FormatRaw, fmt.Append(nil, in.Meta().Caller)) }))
	s.Handle("t/1.Fail", bus.HandlerFunc(func(in *bus.Incoming) { in.Fault(fs.ErrNotExist) }))
	s.Handle("t/1.Never", bus.HandlerFunc(func(in *bus.Incoming) {}))
	s.Func("t/1.Back", func(ctx context.Context, in *bus.Incoming) error {
		r, err := in.Invoke(ctx, request("t/1.callback", string(in.Body())))
		if err != nil {
			return err
		}
		return in.Reply(r.Format, r.Body)
	})
	s.Handle("t/1.Counter", bus.HandlerFunc(func(in *bus.Incoming) {
		n := 0
		in.Open(bus.FormatRaw, nil, bus.HandlerFunc(func(add *bus.Incoming) {
			n++
			add.Reply(bus.FormatRaw, fmt.Append(nil, n))
		}))
	}))
	s.Func("t/1.Upper", func(ctx context.Context, in *bus.Incoming) error {
		data, err := io.ReadAll(in.Stream(0))
		if err != nil {
			return err
		}
		in.Open(bus.FormatRaw, nil, nil)
		in.Stream(1).Write(bytes.ToUpper(data))
		in.Stream(1).CloseSend(nil)
		return in.Close()
	})
	return s
}

func TestBus_betweenProcesses(t *testing.T) {
	for _, by := range []string{"kernel", "process", "one call at a time"} {
		t.Run("served by the "+by, func(t *testing.T) {
			k := boot(t)
			switch by {
			case "kernel":
				k.Bus().Register("test", testServer())
			case "process":
				served(t, k, "test", 0, testServer())
			default:
				served(t, k, "test", 1, testServer())
			}
			wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
				pkg, ctx := c.Package("test"), p.Context()
				want := func(what, body string, r *bus.Response, err error) {
					t.Helper()
					if err != nil || string(r.Body) != body {
						t.Errorf("%s: %+v, %v", what, r, err)
					}
				}
				r, err := pkg.Invoke(ctx, request("t/1.Echo", "hello"))
				want("echo", "hello", r, err)
				r, err = pkg.Invoke(ctx, request("t/1.Who", ""))
				want("who", fmt.Sprint(p.PID()), r, err)
				if _, err = pkg.Invoke(ctx, request("t/1.Fail", "")); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("a fault became %v", err)
				}
				if _, err = pkg.Invoke(ctx, request("t/1.Nothing", "")); bus.CodeOf(err) != bus.CodeUnimplemented {
					t.Errorf("an unknown method: %v", err)
				}
				back := request("t/1.Back", "again")
				back.Handler = bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), append(in.Body(), '!')) })
				r, err = pkg.Invoke(ctx, back)
				want("a callback", "again!", r, err)
				r, err = pkg.Invoke(ctx, request("t/1.Counter", ""))
				if err != nil {
					t.Error(err)
					return
				}
				counter := r.Session
				for i := range 3 {
					r, err = counter.Invoke(ctx, request("t/1.Add", ""))
					want("an object", fmt.Sprint(i+1), r, err)
				}
				counter.Close()
				s, w := bus.Begin(ctx, pkg, request("t/1.Upper", ""))
				text := bytes.Repeat([]byte("some text "), 50_000)
				s.Stream(0).Write(text)
				s.Stream(0).CloseSend(nil)
				if _, err = w(); err != nil {
					t.Error(err)
				}
				got, err := io.ReadAll(s.Stream(1))
				if err != nil || !bytes.Equal(got, bytes.ToUpper(text)) {
					t.Errorf("a stream: %d bytes, %v", len(got), err)
				}
				if _, err = c.Package("nobody").Invoke(ctx, request("t/1.Echo", "")); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("an unknown package: %v", err)
				}
				if n := c.Stats().Open; n != 0 {
					t.Errorf("%d calls are left open", n)
				}
			}).PID())
			await.Until(t, "no call is open", func() bool {
				return !slices.ContainsFunc(k.Bus().Packages(), func(i kernel.PackageInfo) bool { return i.Open != 0 })
			})
		})
	}
}

func TestBus_aPeerThatEnds(t *testing.T) {
	k := boot(t)
	arrived := make(chan bool)
	s := testServer()
	s.Handle("t/1.Never", bus.HandlerFunc(func(in *bus.Incoming) { close(arrived) }))
	p := served(t, k, "test", 1, s)
	wait(t, k, onBus(t, k, bus.Options{}, func(c *kernel.Process, conn *bus.Conn) {
		pkg := conn.Package("test")
		r, err := pkg.Invoke(c.Context(), request("t/1.Counter", ""))
		if err != nil {
			t.Error(err)
			return
		}
		_, w := bus.Begin(c.Context(), pkg, request("t/1.Never", ""))
		<-arrived
		_, w2 := bus.Begin(c.Context(), pkg, request("t/1.Echo", "")) // waits its turn, or comes too late
		k.Init().Files().Kill(p.PID(), sys.SIGKILL)
		if _, err := w(); bus.CodeOf(err) != bus.CodeUnavailable {
			t.Errorf("an open call: %v", err)
		}
		if _, err := w2(); err == nil {
			t.Error("a call that waited succeeded")
		}
		<-r.Session.Done()
		if _, err := r.Session.Invoke(c.Context(), request("t/1.Add", "")); err == nil {
			t.Error("a call on an object of a dead process succeeded")
		}
	}).PID())
	wait(t, k, p.PID())
	if u := k.Usage(); u.OpenFiles != 0 {
		t.Errorf("%+v", u)
	}
}

func TestBus_aNameIsServedOnce(t *testing.T) {
	k := boot(t)
	k.Bus().Register("os", testServer())
	served(t, k, "test", 0, testServer())
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		for name, want := range map[string]bus.Code{
			"os": bus.CodeAlreadyExists, "test": bus.CodeAlreadyExists, "bus": bus.CodeAlreadyExists, "": bus.CodeInvalidArgument,
		} {
			if err := c.Listen(p.Context(), name, 0); bus.CodeOf(err) != want {
				t.Errorf("listen as %q: %v", name, err)
			}
		}
		r, err := c.Package("bus").Invoke(p.Context(), request(bus.NameList, ""))
		var list []kernel.PackageInfo
		if err == nil {
			err = json.Unmarshal(r.Body, &list)
		}
		if err != nil || len(list) != 2 || list[0].Name != "os" || list[1].State != "running" {
			t.Errorf("%+v, %v", list, err)
		}
	}).PID())
}

// TestBus_oneCallAtATime has many callers of a package that serves one call at a time,
// and cycles of calls.
func TestBus_oneCallAtATime(t *testing.T) {
	k := boot(t)
	var mu sync.Mutex
	running, most := 0, 0
	s := bus.NewServer()
	s.Func("t/1.Alone", func(ctx context.Context, in *bus.Incoming) error {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		// The next one may begin as soon as this one is answered.
		over := func() { mu.Lock(); running--; mu.Unlock() }
		if _, err := in.Conn().Package("echo").Invoke(context.Background(), request("t/1.Echo", "")); err != nil {
			over()
			return err
		}
		over()
		return in.Reply(bus.FormatRaw, nil)
	})
	s.Func("t/1.Round", func(ctx context.Context, in *bus.Incoming) error {
		if len(in.Body()) == 0 {
			return in.Reply(bus.FormatRaw, nil)
		}
		_, err := in.Conn().Package("other").Invoke(ctx, request("t/1.Round", string(in.Body()[1:])))
		if err != nil {
			return err
		}
		return in.Reply(bus.FormatRaw, nil)
	})
	s.Func("t/1.Forever", func(ctx context.Context, in *bus.Incoming) error {
		_, err := in.Conn().Package("other").Invoke(context.Background(), request("t/1.Forever", ""))
		return err
	})
	s2 := bus.NewServer()
	for _, m := range []string{"t/1.Round", "t/1.Forever"} {
		s2.Func(m, func(ctx context.Context, in *bus.Incoming) error {
			// It says nothing of what the call is made for.
			r, err := in.Conn().Package("test").Invoke(context.Background(), request(m, string(in.Body())))
			if err != nil {
				return err
			}
			return in.Reply(r.Format, r.Body)
		})
	}
	served(t, k, "echo", 0, testServer())
	served(t, k, "test", 1, s)
	served(t, k, "other", 0, s2)
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := c.Package("test").Invoke(p.Context(), request("t/1.Alone", "")); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most != 1 {
			t.Errorf("%d calls ran at once", most)
		}
		if _, err := c.Package("test").Invoke(p.Context(), request("t/1.Round", "12345")); err != nil {
			t.Errorf("a short cycle: %v", err)
		}
		if _, err := c.Package("test").Invoke(p.Context(), request("t/1.Forever", "")); bus.CodeOf(err) != bus.CodeResourceExhausted {
			t.Errorf("a cycle without end: %v", err)
		}
	}).PID())
}

func TestBus_badBytes(t *testing.T) {
	hello := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 9})
	for _, test := range []struct {
		name string
		send []byte
		code bus.Code
	}{
		{"no frame", []byte("GET / HTTP/1.1\r\n\r\n"), bus.CodeInvalidArgument},
		{"a wild length", bytes.Repeat([]byte{0xff}, 40), bus.CodeInvalidArgument},
		{"no hello", bus.AppendClose(nil, 1), bus.CodeInvalidArgument},
		{"another version", bus.AppendHello(nil, &bus.Hello{Version: 99, MaxFrame: 1 << 20, MaxCalls: 9}), bus.CodeUnimplemented},
		{"an unknown kind", (&bus.Frame{Kind: 99}).Append(hello), bus.CodeUnimplemented},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			wait(t, k, start(t, k, func(p *kernel.Process) int {
				f := p.Files()
				fd, err := f.Open(bus.Device, sys.ORead|sys.OWrite, 0)
				if err != nil {
					t.Error(err)
					return 1
				}
				for _, b := range test.send { // a byte at a time
					if _, err := f.Write(fd, []byte{b}); err != nil {
						break
					}
				}
				all, err := io.ReadAll(f.File(fd))
				if err != nil {
					t.Error(err)
				}
				var last bus.Frame
				for len(all) > 0 {
					if last, all, err = bus.Decode(all); err != nil {
						t.Fatal(err)
					}
				}
				e, err := bus.DecodeFault(bus.Format(last.Format), last.Payload)
				if last.Kind != bus.KindFault || last.ID != 0 || err != nil || e.Code != test.code {
					t.Errorf("the last frame is %+v: %v, %v", last, e, err)
				}
				if _, err := f.Write(fd, []byte("x")); err == nil {
					t.Error("a write on a link that has ended succeeded")
				}
				return 0
			}).PID())
		})
	}
}

func TestBusHook_seesAndRefuses(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	k := kernel.New(kernel.Config{BusHook: func(c *kernel.BusCall, r *bus.Response, err error) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r == nil && err == nil && string(c.Body) == "no":
			return fs.ErrPermission
		case r != nil:
			seen = append(seen, fmt.Sprintf("%s %s %s", c.Package, c.Body, r.Body))
		case err != nil:
			seen = append(seen, fmt.Sprintf("%s %s %v", c.Package, c.Body, bus.CodeOf(err)))
		}
		return nil
	}})
	t.Cleanup(func() { k.Close() })
	k.Bus().Register("test", testServer())
	wait(t, k, onBus(t, k, bus.Options{}, func(p *kernel.Process, c *bus.Conn) {
		for _, body := range []string{"yes", "no"} {
			c.Package("test").Invoke(p.Context(), request("t/1.Echo", body))
		}
	}).PID())
	if want := "[test yes yes test no permission_denied]"; fmt.Sprint(seen) != want {
		t.Errorf("seen %v, want %s", seen, want)
	}
}
