package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

// pair makes a link whose far end serves s, and the package at that end.
func pair(t *testing.T, s bus.Handler, limits bus.Limits) (client, server *bus.Conn, pkg bus.Target) {
	t.Helper()
	client, server = bus.Pipe(bus.Options{}, bus.Options{Handler: s, Limits: limits})
	t.Cleanup(func() {
		client.Close(nil)
		<-client.Done()
		<-server.Done()
	})
	return client, server, client.Package("test")
}

// idle waits until nothing is open on the links.
func idle(t *testing.T, conns ...*bus.Conn) {
	t.Helper()
	synctest.Wait()
	for i, c := range conns {
		if n := c.Stats().Open; n != 0 {
			t.Errorf("end %d: %d calls are left open", i, n)
		}
	}
}

func call(method string, body string) *bus.Request {
	return &bus.Request{Method: bus.MethodOf(method), Body: []byte(body)}
}

func echo(in *bus.Incoming) { in.Reply(in.Format(), in.Body()) }

func TestInvoke_answers(t *testing.T) {
	s := bus.NewServer()
	s.Handle("t/1.Echo", bus.HandlerFunc(echo))
	s.Handle("t/1.Fail", bus.HandlerFunc(func(in *bus.Incoming) {
		in.Fault(fmt.Errorf("look: %w", fs.ErrNotExist))
	}))
	s.Handle("t/1.Panic", bus.HandlerFunc(func(*bus.Incoming) { panic("oh") }))
	s.Func("t/1.Silent", func(context.Context, *bus.Incoming) error { return nil })
	for _, test := range []struct {
		name, method, want string
		code               bus.Code
	}{
		{"a result", "t/1.Echo", "hello", 0},
		{"a fault", "t/1.Fail", "", bus.CodeNotFound},
		{"a panic", "t/1.Panic", "", bus.CodeInternal},
		{"no answer", "t/1.Silent", "", bus.CodeInternal},
		{"no such method", "t/1.None", "", bus.CodeUnimplemented},
		{"ping", bus.NamePing, "hello", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a, b, pkg := pair(t, s, bus.Limits{})
				r, err := pkg.Invoke(t.Context(), call(test.method, "hello"))
				if bus.CodeOf(err) != test.code {
					t.Fatalf("error %v, want %v", err, test.code)
				}
				if err == nil && string(r.Body) != test.want {
					t.Errorf("answer %q, want %q", r.Body, test.want)
				}
				idle(t, a, b)
			})
		})
	}
}

func TestInvoke_cancelReachesTheCallee(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		s := bus.NewServer()
		s.Func("t/1.Wait", func(ctx context.Context, in *bus.Incoming) error {
			<-ctx.Done()
			cause = context.Cause(ctx)
			return ctx.Err()
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := pkg.Invoke(ctx, call("t/1.Wait", ""))
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		idle(t, a, b)
		if !errors.Is(cause, context.Canceled) {
			t.Errorf("the callee was told %v", cause)
		}
	})
}

func TestInvoke_deadlineTravels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left time.Duration
		s := bus.NewServer()
		s.Func("t/1.Wait", func(ctx context.Context, in *bus.Incoming) error {
			when, _ := ctx.Deadline()
			left = time.Until(when)
			<-ctx.Done()
			return ctx.Err()
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, err := pkg.Invoke(ctx, call("t/1.Wait", ""))
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		idle(t, a, b)
		if left != 3*time.Second {
			t.Errorf("the callee has %v left", left)
		}
	})
}

// counter serves an object: Add answers how often it was called.
func counter(closed *bool) bus.Handler {
	return bus.HandlerFunc(func(in *bus.Incoming) {
		n := 0
		in.OnEnd(func(error) { *closed = true })
		in.Open(bus.FormatRaw, nil, bus.HandlerFunc(func(add *bus.Incoming) {
			n++
			add.Reply(bus.FormatRaw, fmt.Append(nil, n))
		}))
	})
}

func TestSession_object(t *testing.T) {
	for _, side := range []string{"caller", "callee", "link"} {
		t.Run("closed by the "+side, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				closed := false
				var served *bus.Incoming
				h := counter(&closed)
				a, b, pkg := pair(t, bus.HandlerFunc(func(in *bus.Incoming) { served = in; h.ServeBus(in) }), bus.Limits{})
				r, err := pkg.Invoke(t.Context(), call("t/1.New", ""))
				if err != nil || r.Session == nil {
					t.Fatalf("%+v, %v", r, err)
				}
				for _, want := range []string{"1", "2"} {
					r, err := r.Session.Invoke(t.Context(), call("t/1.Add", ""))
					if err != nil || string(r.Body) != want {
						t.Fatalf("%+v, %v; want %s", r, err, want)
					}
				}
				switch side {
				case "caller":
					r.Session.Close()
				case "callee":
					served.Close()
				case "link":
					a.Close(nil)
				}
				idle(t, a, b)
				if !closed {
					t.Error("the object does not know that it was closed")
				}
				if _, err := r.Session.Invoke(t.Context(), call("t/1.Add", "")); err == nil {
					t.Error("a call on a closed object succeeded")
				}
			})
		})
	}
}

func TestSession_callbacks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bus.NewServer()
		s.Func("t/1.Each", func(ctx context.Context, in *bus.Incoming) error {
			for i := range 3 {
				if _, err := in.Invoke(ctx, call("t/1.Each.item", fmt.Sprint(i))); err != nil {
					return err
				}
			}
			in.Notify(ctx, call("t/1.Each.item", "over"))
			return in.Reply(bus.FormatRaw, nil)
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		var got []string
		r := call("t/1.Each", "")
		r.Handler = bus.HandlerFunc(func(in *bus.Incoming) {
			got = append(got, string(in.Body()))
			in.Reply(bus.FormatRaw, nil)
		})
		if _, err := pkg.Invoke(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if want := "[0 1 2 over]"; fmt.Sprint(got) != want {
			t.Errorf("items %v, want %v", got, want)
		}
		if _, err := pkg.Invoke(t.Context(), call("t/1.Each", "")); bus.CodeOf(err) != bus.CodeUnimplemented {
			t.Errorf("a caller without callbacks: %v", err)
		}
		idle(t, a, b)
	})
}

func TestSession_deep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open bus.Handler
		ended := 0
		open = bus.HandlerFunc(func(in *bus.Incoming) {
			in.OnEnd(func(error) { ended++ })
			in.Open(bus.FormatRaw, nil, open)
		})
		a, b, pkg := pair(t, open, bus.Limits{Sessions: 1000})
		target, top := pkg, (*bus.Session)(nil)
		for i := range 1001 {
			r, err := target.Invoke(t.Context(), call("t/1.Down", ""))
			if err != nil {
				t.Fatalf("%d: %v", i, err)
			}
			if target = r.Session; top == nil {
				top = r.Session
			}
		}
		if _, err := target.Invoke(t.Context(), call("t/1.Down", "")); bus.CodeOf(err) != bus.CodeResourceExhausted {
			t.Errorf("one too many: %v", err)
		}
		top.Close()
		idle(t, a, b)
		if ended != 1001 {
			t.Errorf("%d sessions have ended", ended)
		}
	})
}

func TestStream_bytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bus.NewServer()
		s.Func("t/1.Upper", func(ctx context.Context, in *bus.Incoming) error {
			data, err := io.ReadAll(in.Stream(0))
			if err != nil {
				return err
			}
			if err := in.Open(bus.FormatRaw, nil, nil); err != nil {
				return err
			}
			if _, err := in.Stream(1).Write(bytes.ToUpper(data)); err != nil {
				return err
			}
			in.Stream(1).CloseSend(nil)
			return in.Close()
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		sess, wait := bus.Begin(t.Context(), pkg, call("t/1.Upper", ""))
		text := bytes.Repeat([]byte("some text "), 100_000)
		go func() {
			sess.Stream(0).Write(text)
			sess.Stream(0).CloseSend(nil)
		}()
		if _, err := wait(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(sess.Stream(1))
		if err != nil || !bytes.Equal(got, bytes.ToUpper(text)) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		idle(t, a, b)
	})
}

func TestStream_writerWaitsForASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sent int
		s := bus.NewServer()
		s.Func("t/1.Flood", func(ctx context.Context, in *bus.Incoming) error {
			in.Open(bus.FormatRaw, nil, nil)
			for {
				if _, err := in.Stream(0).Write(make([]byte, 1000)); err != nil {
					in.Close()
					return nil
				}
				sent += 1000
			}
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		r, err := pkg.Invoke(t.Context(), call("t/1.Flood", ""))
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if sent == 0 || sent > bus.Window {
			t.Errorf("%d bytes were sent to who does not read", sent)
		}
		r.Session.Stream(0).Stop()
		idle(t, a, b)
	})
}

func TestStream_items(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bus.NewServer()
		s.Func("t/1.Items", func(ctx context.Context, in *bus.Incoming) error {
			in.Open(bus.FormatRaw, nil, nil)
			for i := range 500 {
				if err := in.Stream(0).Send(ctx, bus.FormatJSON, bytes.Repeat([]byte{byte(i)}, i*300)); err != nil {
					return err
				}
			}
			in.Stream(0).CloseSend(fmt.Errorf("over: %w", fs.ErrExist))
			return nil
		})
		a, b, pkg := pair(t, s, bus.Limits{})
		r, err := pkg.Invoke(t.Context(), call("t/1.Items", ""))
		if err != nil {
			t.Fatal(err)
		}
		st := r.Session.Stream(0)
		for i := range 500 {
			item, format, err := st.Recv(t.Context(), 1<<20)
			if err != nil || format != bus.FormatJSON || !bytes.Equal(item, bytes.Repeat([]byte{byte(i)}, i*300)) {
				t.Fatalf("item %d: %d bytes, %v, %v", i, len(item), format, err)
			}
		}
		if _, _, err := st.Recv(t.Context(), 1<<20); !errors.Is(err, fs.ErrExist) {
			t.Errorf("at the end: %v", err)
		}
		r.Session.Close()
		idle(t, a, b)
	})
}

// TestSession_aContinuationThatIsUnwound has the first of several continuations end its
// goroutine, as a system call of a process that was ended does.
func TestSession_aContinuationThatIsUnwound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b, pkg := pair(t, bus.HandlerFunc(func(*bus.Incoming) {}), bus.Limits{})
		ended := 0
		for range 3 {
			pkg.Start(t.Context(), call("t/1.Never", ""), func(*bus.Response, error) {
				ended++
				runtime.Goexit()
			})
		}
		synctest.Wait()
		go a.Close(nil)
		<-a.Done()
		idle(t, a, b)
		if ended != 3 {
			t.Errorf("%d continuations were called", ended)
		}
	})
}

func TestConn_manyCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bus.NewServer()
		gate := make(chan struct{})
		s.Func("t/1.Echo", func(ctx context.Context, in *bus.Incoming) error {
			<-gate
			return in.Reply(in.Format(), in.Body())
		})
		a, b, pkg := pair(t, s, bus.Limits{Calls: 10_000})
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := 0
		for i := range 10_100 {
			wg.Go(func() {
				r, err := pkg.Invoke(t.Context(), call("t/1.Echo", fmt.Sprint(i)))
				switch {
				case bus.CodeOf(err) == bus.CodeResourceExhausted:
					mu.Lock()
					refused++
					mu.Unlock()
				case err != nil || string(r.Body) != fmt.Sprint(i):
					t.Errorf("call %d: %v, %v", i, r, err)
				}
			})
		}
		synctest.Wait()
		close(gate)
		wg.Wait()
		if refused != 100 {
			t.Errorf("%d calls were refused", refused)
		}
		idle(t, a, b)
	})
}

// slowFile is a file that takes nothing until its gate is closed.
type slowFile struct {
	gate, closed chan struct{}
	took         []byte
}

func (f *slowFile) Read([]byte) (int, error) { <-f.closed; return 0, io.EOF }
func (f *slowFile) Close() error             { close(f.closed); return nil }
func (f *slowFile) Write(b []byte) (int, error) {
	<-f.gate
	f.took = append(f.took, b...)
	return len(b), nil
}

func TestConn_closeWritesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &slowFile{gate: make(chan struct{}), closed: make(chan struct{})}
		c := bus.NewFileConn(f, bus.Options{})
		if err := c.Package("log").Notify(t.Context(), &bus.Request{Method: bus.MethodOf("last words"), Body: []byte("over")}); err != nil {
			t.Fatal(err)
		}
		over := make(chan int)
		go func() { c.Close(nil); over <- len(f.took) }()
		synctest.Wait()
		select {
		case n := <-over:
			t.Fatalf("closed when %d bytes were written", n)
		default:
		}
		close(f.gate)
		if n := <-over; n == 0 || !bytes.Contains(f.took, []byte("over")) {
			t.Errorf("written: %q", f.took)
		}
	})
}
