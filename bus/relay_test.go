package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bushel-wasm/bushel/bus"
)

// chain makes two links with a forwarder between them: a - b = c - d. d serves s.
func chain(t *testing.T, s bus.Handler) (conns []*bus.Conn, pkg bus.Target) {
	t.Helper()
	c, d := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
	var f bus.Forwarder
	a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
		f.Forward(in, c.Package(in.Package()))
	})})
	t.Cleanup(func() {
		a.Close(nil)
		c.Close(nil)
		for _, e := range []*bus.Conn{a, b, c, d} {
			<-e.Done()
		}
	})
	return []*bus.Conn{a, b, c, d}, a.Package("test")
}

func TestForward(t *testing.T) {
	s := bus.NewServer()
	s.Handle("t/1.Echo", bus.HandlerFunc(echo))
	s.Handle("t/1.Fail", bus.HandlerFunc(func(in *bus.Incoming) { in.Fault(fmt.Errorf("look: %w", fs.ErrNotExist)) }))
	s.Func("t/1.Wait", func(ctx context.Context, in *bus.Incoming) error {
		<-ctx.Done()
		return ctx.Err()
	})
	s.Func("t/1.Object", func(ctx context.Context, in *bus.Incoming) error {
		if _, err := in.Invoke(ctx, call("t/1.back", "1")); err != nil {
			return err
		}
		return in.Open(bus.FormatRaw, nil, bus.HandlerFunc(func(sub *bus.Incoming) {
			go func() {
				r, err := in.Invoke(context.Background(), call("t/1.back", string(sub.Body())))
				if err != nil {
					sub.Fault(err)
					return
				}
				sub.Reply(bus.FormatRaw, r.Body)
			}()
		}))
	})
	s.Func("t/1.Upper", func(ctx context.Context, in *bus.Incoming) error {
		in.Open(bus.FormatRaw, nil, nil)
		buf := make([]byte, 10_000)
		for {
			n, err := in.Stream(0).Read(buf)
			if _, werr := in.Stream(1).Write(bytes.ToUpper(buf[:n])); werr != nil {
				return werr
			}
			if err != nil {
				in.Stream(1).CloseSend(nil)
				return in.Close()
			}
		}
	})
	for _, test := range []struct {
		name string
		run  func(t *testing.T, pkg bus.Target)
	}{
		{"an answer", func(t *testing.T, pkg bus.Target) {
			r, err := pkg.Invoke(t.Context(), call("t/1.Echo", "x"))
			if err != nil || string(r.Body) != "x" {
				t.Errorf("%v, %v", r, err)
			}
		}},
		{"a fault", func(t *testing.T, pkg bus.Target) {
			if _, err := pkg.Invoke(t.Context(), call("t/1.Fail", "")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%v", err)
			}
		}},
		{"given up", func(t *testing.T, pkg bus.Target) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			s, wait := bus.Begin(ctx, pkg, call("t/1.Wait", ""))
			if _, err := wait(); !errors.Is(err, context.Canceled) || s.Err() == nil {
				t.Errorf("%v", err)
			}
		}},
		{"an object that calls back", func(t *testing.T, pkg bus.Target) {
			r := call("t/1.Object", "")
			r.Handler = bus.HandlerFunc(echo)
			a, err := pkg.Invoke(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				b, err := a.Session.Invoke(t.Context(), call("t/1.any", fmt.Sprint(i)))
				if err != nil || string(b.Body) != fmt.Sprint(i) {
					t.Errorf("%v, %v", b, err)
				}
			}
			a.Session.Close()
		}},
		{"streams", func(t *testing.T, pkg bus.Target) {
			text := bytes.Repeat([]byte("some text "), 100_000)
			sess, wait := bus.Begin(t.Context(), pkg, call("t/1.Upper", ""))
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
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conns, pkg := chain(t, s)
				test.run(t, pkg)
				idle(t, conns...)
			})
		})
	}
}

func TestForward_aLinkThatEnds(t *testing.T) {
	for i, name := range []string{"caller", "broker's to the caller", "broker's to the callee", "callee"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told error
				s := bus.NewServer()
				s.Func("t/1.Wait", func(ctx context.Context, in *bus.Incoming) error {
					<-ctx.Done()
					told = context.Cause(ctx)
					return ctx.Err()
				})
				conns, pkg := chain(t, s)
				_, wait := bus.Begin(t.Context(), pkg, call("t/1.Wait", ""))
				synctest.Wait()
				conns[i].Close(nil)
				if _, err := wait(); err == nil {
					t.Error("the call succeeded")
				}
				idle(t, conns...)
				if told == nil {
					t.Error("the callee was not told")
				}
			})
		})
	}
}

// TestHold_callsBelow has a caller call along calls that have not been handed on yet, before
// it has heard of any: what is held goes on with all that was called along it.
func TestHold_callsBelow(t *testing.T) {
	var object bus.HandlerFunc
	object = func(in *bus.Incoming) {
		if in.Method() == bus.MethodOf("t/1.Echo") {
			echo(in)
			return
		}
		in.Open(bus.FormatRaw, nil, object)
	}
	for _, test := range []struct {
		name    string
		release func(in *bus.Incoming, far bus.Target)
		want    string
	}{
		{"forwarded", func(in *bus.Incoming, far bus.Target) { new(bus.Forwarder).Forward(in, far) }, "hello <nil>"},
		{"served", func(in *bus.Incoming, _ bus.Target) {
			in.Open(bus.FormatRaw, nil, nil)
			in.Release(object)
		}, "hello <nil>"},
		{"served by who holds too", func(in *bus.Incoming, _ bus.Target) {
			var later bus.HandlerFunc
			later = func(below *bus.Incoming) {
				below.Hold()
				go func() {
					if below.Method() == bus.MethodOf("t/1.Echo") {
						echo(below)
						return
					}
					below.Open(bus.FormatRaw, nil, nil)
					below.Release(later)
				}()
			}
			in.Release(later)
		}, "hello <nil>"},
		{"to no objects", func(in *bus.Incoming, _ bus.Target) {
			in.Release(bus.HandlerFunc(func(below *bus.Incoming) { below.Open(bus.FormatRaw, nil, nil) }))
		}, " the call was canceled"},
		{"refused", func(in *bus.Incoming, _ bus.Target) { in.Fault(bus.CodeAborted) }, " the call was canceled"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := bus.Pipe(bus.Options{}, bus.Options{Handler: object})
				var held *bus.Incoming
				a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
					in.Hold()
					held = in
				})})
				top, _ := bus.Begin(t.Context(), a.Package("p"), call("t/1.Open", ""))
				s := top
				for range 5 {
					s, _ = bus.Begin(t.Context(), s, call("t/1.Open", ""))
				}
				_, answer := bus.Begin(t.Context(), s, call("t/1.Echo", "hello"))
				synctest.Wait()
				test.release(held, c.Package("p"))
				body := ""
				r, err := answer()
				if err == nil {
					body = string(r.Body)
				}
				if got := fmt.Sprint(body, " ", err); !strings.HasPrefix(got, test.want) {
					t.Errorf("%q, want %q", got, test.want)
				}
				top.Close()
				held.Fault(bus.CodeAborted)
				idle(t, a, b, c, d)
				a.Close(nil)
				c.Close(nil)
				synctest.Wait()
			})
		})
	}
}
