package osprocess_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/busimpl/osprocess"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// world is a kernel with the service as package "os", and a caller.
type world struct {
	t      *testing.T
	k      *kernel.Kernel
	logged chan string
	denied error
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, k: kernel.New(kernel.Config{}), logged: make(chan string, 16)}
	t.Cleanup(func() { w.k.Close() })
	s := bus.NewServer()
	osprocess.Register(s, w.k, osprocess.Options{
		Check: func(_ context.Context, in *bus.Incoming, service, target string) error {
			if service != "process" || target != "/bin" && !strings.HasPrefix(target, "/bin/") {
				t.Errorf("asked about %s %s", service, target)
			}
			return w.denied
		},
		Log: func(pid int, line string) { w.logged <- line },
	})
	w.k.Bus().Register("os", s)
	programs := map[string]kernel.Main{
		"echo": func(p *kernel.Process) int {
			fmt.Fprintln(p.Stdout(), strings.Join(p.Args()[1:], " "))
			return 0
		},
		"cat": func(p *kernel.Process) int {
			io.Copy(p.Stdout(), p.Stdin())
			fmt.Fprintln(p.Stderr(), "end")
			return 3
		},
		"where": func(p *kernel.Process) int {
			cwd, _ := p.Files().Getcwd()
			ids := p.Files().IDs()
			fmt.Fprintln(p.Stdout(), cwd, ids.PPID, ids.PGID, strings.Join(p.Environ(), ","), p.Limits().OpenFiles)
			return 0
		},
		"lives": func(p *kernel.Process) int {
			fmt.Fprintln(p.Stdout(), "alive")
			<-p.Context().Done()
			return 0
		},
		"deaf": func(p *kernel.Process) int {
			p.Ignore(sys.SIGHUP)
			fmt.Fprintln(p.Stdout(), "alive")
			<-p.Context().Done()
			return 0
		},
		"yes": func(p *kernel.Process) int {
			for {
				if _, err := io.WriteString(p.Stdout(), strings.Repeat("y\n", 1000)); err != nil {
					return 9
				}
			}
		},
	}
	for name, main := range programs {
		w.k.Register(name, main)
	}
	return w
}

// caller starts a process that goes on, and its link to the bus.
func (w *world) caller() (*kernel.Process, *bus.Conn) {
	w.t.Helper()
	p, err := w.k.Init().Fork(func(p *kernel.Process) int {
		<-p.Context().Done()
		return 0
	}, kernel.ForkAttr{Env: []string{"PATH=/bin", "A=B"}})
	if err != nil {
		w.t.Fatal(err)
	}
	conn, err := p.Bus(bus.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	return p, conn
}

// spawn calls Spawn.
func spawn(ctx context.Context, conn *bus.Conn, args string) (*bus.Session, int, error) {
	r, err := conn.Package("os").Invoke(ctx, &bus.Request{Method: bus.MethodOf(osprocess.Spawn), Format: bus.FormatJSON, Body: []byte(args)})
	if err != nil {
		return nil, 0, err
	}
	var got struct{ ID int }
	if err := codec.JSON.Unmarshal(r.Body, &got); err != nil {
		return nil, 0, err
	}
	return r.Session, got.ID, nil
}

// call calls a method of the child.
func call(s *bus.Session, name, args string) (string, error) {
	r, err := s.Invoke(context.Background(), &bus.Request{Method: bus.MethodOf(name), Format: bus.FormatJSON, Body: []byte(args)})
	if err != nil {
		return "", err
	}
	return string(r.Body), nil
}

// lives reports whether process pid does.
func (w *world) lives(pid int) bool {
	_, ok := w.k.Find(pid)
	return ok
}

func TestSpawn(t *testing.T) {
	for _, test := range []struct {
		name, args, stdin string
		out, errs, wait   string
	}{
		{"a program", `{"path":"echo","args":["a b","c"]}`, "", "a b c\n", "", `{"code":0}`},
		{"with standard input", `{"path":"cat","stdin":"pipe"}`, "some text", "some text", "end\n", `{"code":3}`},
		{"without standard input", `{"path":"/bin/cat"}`, "", "", "end\n", `{"code":3}`},
		{"without output", `{"path":"cat","stdout":"null","stderr":"null"}`, "", "", "", `{"code":3}`},
		{"another environment and directory", `{"path":"where","env":["PATH=/bin","X=Y"],"cwd":"/bin"}`, "", "/bin PPID PGID PATH=/bin,X=Y 99\n", "", `{"code":0}`},
		{"the caller's environment and directory", `{"path":"where"}`, "", "/d PPID PGID PATH=/bin,A=B 99\n", "", `{"code":0}`},
		{"a relative path", `{"path":"./echo","cwd":"/bin","args":["x"]}`, "", "x\n", "", `{"code":0}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			p, conn := w.caller()
			w.k.Init().Files().Mkdir("/d", 0o755)
			p.Files().Chdir("/d")
			l := p.Limits()
			l.OpenFiles = 99
			p.SetLimits(l)
			s, pid, err := spawn(t.Context(), conn, test.args)
			if err != nil {
				t.Fatal(err)
			}
			if pid < 2 {
				t.Errorf("pid %d", pid)
			}
			in := s.Stream(osprocess.StreamStdin)
			io.WriteString(in, test.stdin) // where there is none, nobody takes it
			in.CloseSend(nil)
			out, err := io.ReadAll(s.Stream(osprocess.StreamStdout))
			errs, err2 := io.ReadAll(s.Stream(osprocess.StreamStderr))
			want := strings.NewReplacer("PPID", fmt.Sprint(p.PID()), "PGID", "1").Replace(test.out)
			if string(out) != want || string(errs) != test.errs || err != nil || err2 != nil {
				t.Errorf("it printed %q and %q (%v, %v), want %q and %q", out, errs, err, err2, want, test.errs)
			}
			for range 2 {
				if got, err := call(s, osprocess.ChildWait, ""); got != test.wait || err != nil {
					t.Errorf("it ended with %s, %v", got, err)
				}
			}
			if _, err := call(s, osprocess.ChildKill, ""); !errors.Is(err, errno.ESRCH) {
				t.Errorf("to kill it then: %v, %v", bus.CodeOf(err), err)
			}
			s.Close()
		})
	}
}

func TestSpawn_errors(t *testing.T) {
	for _, test := range []struct {
		name, args string
		denied     error
		code       bus.Code
	}{
		{"nothing", `{}`, nil, bus.CodeInvalidArgument},
		{"no JSON", `{`, nil, bus.CodeInvalidArgument},
		{"another type", `{"path":7}`, nil, bus.CodeInvalidArgument},
		{"no such program", `{"path":"nothing"}`, nil, bus.CodeNotFound},
		{"no such path", `{"path":"/bin/nothing"}`, nil, bus.CodeNotFound},
		{"a directory", `{"path":"/bin/../bin"}`, nil, bus.CodePermissionDenied},
		{"no such directory", `{"path":"echo","cwd":"/none"}`, nil, bus.CodeNotFound},
		{"no such mode", `{"path":"echo","stdin":"file"}`, nil, bus.CodeInvalidArgument},
		{"no such end", `{"path":"echo","left":"alone"}`, nil, bus.CodeInvalidArgument},
		{"an argument with a zero byte", `{"path":"echo","args":["\u0000"]}`, nil, bus.CodeInvalidArgument},
		{"refused", `{"path":"echo"}`, bus.NewError(bus.CodePermissionDenied, "no"), bus.CodePermissionDenied},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.denied = test.denied
			_, conn := w.caller()
			before := w.k.Usage()
			if _, _, err := spawn(t.Context(), conn, test.args); bus.CodeOf(err) != test.code {
				t.Errorf("%v, which is %v and not %v", err, bus.CodeOf(err), test.code)
			}
			if after := w.k.Usage(); after != before {
				t.Errorf("in use were %+v and are %+v", before, after)
			}
		})
	}
}

func TestChild_ends(t *testing.T) {
	for _, test := range []struct {
		name, args string
		end        func(w *world, p *kernel.Process, s *bus.Session)
		lives      bool
	}{
		{"killed", `{"path":"lives"}`, func(w *world, p *kernel.Process, s *bus.Session) {
			if _, err := call(s, osprocess.ChildKill, `{"signal":"KILL"}`); err != nil {
				t.Error(err)
			}
			if got, err := call(s, osprocess.ChildWait, ""); got != `{"code":137,"signal":"KILL"}` || err != nil {
				t.Errorf("%s, %v", got, err)
			}
		}, false},
		{"killed by the usual signal", `{"path":"lives"}`, func(w *world, p *kernel.Process, s *bus.Session) {
			call(s, osprocess.ChildKill, ``)
			if got, err := call(s, osprocess.ChildWait, ""); got != `{"code":143,"signal":"TERM"}` || err != nil {
				t.Errorf("%s, %v", got, err)
			}
		}, false},
		{"the object is closed", `{"path":"lives"}`, func(_ *world, _ *kernel.Process, s *bus.Session) { s.Close() }, false},
		{"the caller dies", `{"path":"lives"}`, func(_ *world, p *kernel.Process, _ *bus.Session) { p.Signal(sys.SIGKILL) }, false},
		{"the caller dies, and hangups are ignored", `{"path":"deaf"}`, func(_ *world, p *kernel.Process, _ *bus.Session) { p.Signal(sys.SIGKILL) }, true},
		{"the caller dies, and it is to be killed", `{"path":"deaf","left":"kill"}`, func(_ *world, p *kernel.Process, _ *bus.Session) { p.Signal(sys.SIGKILL) }, false},
		{"the object is closed, and it is kept", `{"path":"lives","left":"keep"}`, func(_ *world, _ *kernel.Process, s *bus.Session) { s.Close() }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			p, conn := w.caller()
			s, pid, err := spawn(t.Context(), conn, test.args)
			if err != nil {
				t.Fatal(err)
			}
			if text := make([]byte, 6); true {
				if _, err := io.ReadFull(s.Stream(osprocess.StreamStdout), text); string(text) != "alive\n" {
					t.Fatalf("%q, %v", text, err)
				}
			}
			test.end(w, p, s)
			if !test.lives {
				await.Until(t, "the child has ended", func() bool { return !w.lives(pid) })
				return
			}
			await.Until(t, "its output is closed", func() bool {
				f, _ := w.k.Find(pid)
				return f != nil && w.k.Usage().OpenFiles <= 4
			})
			if !w.lives(pid) {
				t.Error("the child has ended")
			}
		})
	}
}

func TestChild_kill_errors(t *testing.T) {
	w := newWorld(t)
	_, conn := w.caller()
	s, _, err := spawn(t.Context(), conn, `{"path":"lives"}`)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, method, args string }{
		{"no signal", osprocess.ChildKill, `{"signal":"NONE"}`},
		{"a wild number", osprocess.ChildKill, `{"signal":4711}`},
		{"a list", osprocess.ChildKill, `{"signal":[]}`},
		{"no JSON", osprocess.ChildKill, `{`},
		{"no such method", "os.process/1.Child.Feed", ``},
	} {
		t.Run(test.name, func(t *testing.T) {
			code := bus.CodeInvalidArgument
			if test.name == "no such method" {
				code = bus.CodeUnimplemented
			}
			if _, err := call(s, test.method, test.args); bus.CodeOf(err) != code {
				t.Error(err)
			}
		})
	}
}

func TestChild_outputIsStopped(t *testing.T) {
	w := newWorld(t)
	_, conn := w.caller()
	s, _, err := spawn(t.Context(), conn, `{"path":"yes"}`)
	if err != nil {
		t.Fatal(err)
	}
	s.Stream(osprocess.StreamStdout).Stop()
	if got, err := call(s, osprocess.ChildWait, ""); got != `{"code":141,"signal":"PIPE"}` || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

func TestSpawn_log(t *testing.T) {
	w := newWorld(t)
	_, conn := w.caller()
	s, _, err := spawn(t.Context(), conn, `{"path":"echo","args":["one\ntwo"],"stdout":"log"}`)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if a, b := <-w.logged, <-w.logged; a != "one" || b != "two" {
		t.Errorf("%q %q", a, b)
	}
}

// TestWait_isGivenUp: a call that waits for the child's end ends with its caller's patience.
func TestWait_isGivenUp(t *testing.T) {
	w := newWorld(t)
	_, conn := w.caller()
	s, _, err := spawn(t.Context(), conn, `{"path":"lives"}`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if _, err := s.Invoke(ctx, &bus.Request{Method: bus.MethodOf(osprocess.ChildWait)}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
