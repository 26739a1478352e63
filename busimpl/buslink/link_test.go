package buslink_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/buslink"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

const token = "let me in"

func boot(t *testing.T) *kernel.Kernel {
	t.Helper()
	k := kernel.New(kernel.Config{FS: vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))})
	buslink.Register(k, osws.Coder{})
	t.Cleanup(func() { k.Close() })
	return k
}

// dial is a link of process 1 to its bus.
func dial(t *testing.T, k *kernel.Kernel) *bus.Conn {
	t.Helper()
	c, err := k.Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(nil) })
	return c
}

// echo serves what the tests call, as the package name.
func echo(k *kernel.Kernel, name string) {
	s := bus.NewServer()
	s.Handle("t/1.Echo", bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), append([]byte(name+": "), in.Body()...)) }))
	s.Handle("t/1.Never", bus.HandlerFunc(func(*bus.Incoming) {}))
	s.Func("t/1.Back", func(ctx context.Context, in *bus.Incoming) error {
		r, err := in.Invoke(ctx, &bus.Request{Method: bus.MethodOf("t/1.callback"), Body: in.Body()})
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
		if err := in.Open(bus.FormatRaw, nil, nil); err != nil {
			return err
		}
		data, err := io.ReadAll(in.Stream(0))
		if err != nil {
			return err
		}
		in.Stream(1).Write(bytes.ToUpper(data))
		in.Stream(1).CloseSend(nil)
		return in.Close()
	})
	k.Bus().Register(name, s)
}

// run starts the program that links k to url, until the test or stop ends it; said has what it prints.
func run(t *testing.T, k *kernel.Kernel, args ...string) (pid int, said *lines) {
	t.Helper()
	files := k.Init().Files()
	r, w, err := files.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pid, err = files.Spawn(&sys.SpawnAttr{
		Path: "/bin/buslink", Argv: append([]string{"buslink"}, args...), Cwd: "/",
		Env: []string{"BUS_TOKEN=" + token}, FDs: [][2]uint32{{uint32(w), 1}, {uint32(w), 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	files.Close(w)
	said = &lines{more: make(chan struct{}, 1)}
	go io.Copy(said, files.File(r))
	return pid, said
}

// lines are what a program has printed.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
	return l.text.Write(p)
}

// await waits until it has printed what n times.
func (l *lines) await(t *testing.T, what string, n int) {
	t.Helper()
	for {
		l.mu.Lock()
		text := l.text.String()
		l.mu.Unlock()
		if strings.Count(text, what) >= n {
			return
		}
		select {
		case <-l.more:
		case <-time.After(30 * time.Second):
			t.Fatalf("it printed %q", text)
		}
	}
}

func call(c *bus.Conn, pkg, method, body string) (string, error) {
	r, err := c.Package(pkg).Invoke(context.Background(), &bus.Request{Method: bus.MethodOf(method), Body: []byte(body)})
	if err != nil {
		return "", err
	}
	return string(r.Body), nil
}

// joined are two kernels, one linked to the other, and the address of that.
func joined(t *testing.T, args ...string) (near, far *kernel.Kernel, server *httptest.Server, pid int, said *lines) {
	t.Helper()
	near, far = boot(t), boot(t)
	echo(near, "near")
	echo(far, "far")
	echo(far, "secret")
	server = httptest.NewServer(&buslink.Server{Kernel: far, Token: token, Share: []string{"far"}})
	t.Cleanup(server.Close)
	pid, said = run(t, near, append(args, "ws"+strings.TrimPrefix(server.URL, "http"))...)
	said.await(t, "linked to", 1)
	accepted(t, far)
	return near, far, server, pid, said
}

// accepted waits until calls reach the client from the server, which may be later than the other way.
func accepted(t *testing.T, far *kernel.Kernel) {
	t.Helper()
	c := dial(t, far)
	await.Until(t, "the server has a link", func() bool {
		_, err := call(c, "page:bus", bus.NamePing, "")
		return err == nil
	})
}

// opened waits until a call of the package is open: who began it need not have waited for that.
func opened(t *testing.T, k *kernel.Kernel, pkg string) {
	t.Helper()
	await.Until(t, "a call of "+pkg+" is open", func() bool {
		return slices.ContainsFunc(k.Bus().Packages(), func(p kernel.PackageInfo) bool { return p.Name == pkg && p.Open > 0 })
	})
}

func TestLink_bothDirections(t *testing.T) {
	near, far, _, _, _ := joined(t)
	for _, tt := range []struct {
		name   string
		from   *kernel.Kernel
		pkg    string
		answer string
		code   bus.Code
	}{
		{name: "a far package", from: near, pkg: "server:far", answer: "far: hello"},
		{name: "by its own name", from: near, pkg: "far", answer: "far: hello"},
		{name: "one here goes first", from: near, pkg: "near", answer: "near: hello"},
		{name: "from the server", from: far, pkg: "page:near", answer: "near: hello"},
		{name: "one that nobody has", from: near, pkg: "nobody", code: bus.CodePermissionDenied},
		{name: "one that is not shared", from: near, pkg: "server:secret", code: bus.CodePermissionDenied},
		{name: "no link", from: near, pkg: "other:far", code: bus.CodeNotFound},
		{name: "no name", from: near, pkg: "server:", code: bus.CodeNotFound},
		{name: "the server has plain names of its own only", from: far, pkg: "near", code: bus.CodeNotFound},
		{name: "the bus of the page", from: far, pkg: "page:bus", code: bus.CodePermissionDenied},
		{name: "what stands behind the page", from: far, pkg: "page:server:far", code: bus.CodePermissionDenied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := call(dial(t, tt.from), tt.pkg, "t/1.Echo", "hello")
			if got != tt.answer || bus.CodeOf(err) != tt.code {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}

func TestLink_callbacksObjectsStreams(t *testing.T) {
	near, far, _, _, _ := joined(t)
	for _, tt := range []struct {
		name string
		from *kernel.Kernel
		pkg  string
	}{{"to the server", near, "server:far"}, {"from the server", far, "page:near"}} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, pkg := t.Context(), dial(t, tt.from).Package(tt.pkg)
			back := bus.HandlerFunc(func(in *bus.Incoming) { in.Reply(in.Format(), append(in.Body(), '!')) })
			r, err := pkg.Invoke(ctx, &bus.Request{Method: bus.MethodOf("t/1.Back"), Body: []byte("hi"), Handler: back})
			if err != nil || string(r.Body) != "hi!" {
				t.Fatalf("a callback: %v, %v", r, err)
			}
			r, err = pkg.Invoke(ctx, &bus.Request{Method: bus.MethodOf("t/1.Counter")})
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				a, err := r.Session.Invoke(ctx, &bus.Request{Method: bus.MethodOf("t/1.Add")})
				if err != nil || string(a.Body) != fmt.Sprint(i+1) {
					t.Fatalf("an object: %v, %v", a, err)
				}
			}
			r.Session.Close()
			s, wait := bus.Begin(ctx, pkg, &bus.Request{Method: bus.MethodOf("t/1.Upper")})
			text := bytes.Repeat([]byte("some text "), 200_000)
			go func() {
				s.Stream(0).Write(text)
				s.Stream(0).CloseSend(nil)
			}()
			if _, err := wait(); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(s.Stream(1))
			if err != nil || !bytes.Equal(got, bytes.ToUpper(text)) {
				t.Errorf("a stream of %d bytes, %v", len(got), err)
			}
		})
	}
}

// TestLink_cycle has two packages call each other over a link, by the names that the far ones
// have there, until the bus says that it is enough.
func TestLink_cycle(t *testing.T) {
	for _, far := range []string{"pong", "server:pong"} {
		t.Run(far, func(t *testing.T) {
			here, there := boot(t), boot(t)
			server := httptest.NewServer(&buslink.Server{Kernel: there, Token: token, Share: []string{"pong"}})
			defer server.Close()
			_, said := run(t, here, "ws"+strings.TrimPrefix(server.URL, "http"))
			said.await(t, "linked to", 1)
			accepted(t, there)
			var calls atomic.Int64
			serve := func(k *kernel.Kernel, name, next string) {
				var c *bus.Conn
				c, err := k.Init().Bus(bus.Options{Handler: bus.Go(func(ctx context.Context, in *bus.Incoming) error {
					if calls.Add(1) > 1000 {
						return errors.New("the cycle goes on")
					}
					_, err := c.Package(next).Invoke(bus.WithMeta(context.Background(), in.Meta()), &bus.Request{Method: in.Method()})
					return err
				})})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { c.Close(nil) })
				if err := c.Listen(t.Context(), name, 0); err != nil {
					t.Fatal(err)
				}
			}
			serve(here, "ping", far)
			serve(there, "pong", "page:ping")
			_, err := call(dial(t, here), "ping", "t/1.Round", "")
			if bus.CodeOf(err) != bus.CodeResourceExhausted || !strings.Contains(err.Error(), "wait one for another") {
				t.Errorf("%v, after %d calls", err, calls.Load())
			}
			// Between two packages there are two calls: to the link, and its own.
			if n := calls.Load(); n > bus.DefaultDepth/2+1 {
				t.Errorf("%d calls of packages wait one for another", n)
			}
		})
	}
}

func TestLink_breaksAndComesBack(t *testing.T) {
	near, far, server, pid, said := joined(t)
	begin := func(k *kernel.Kernel, pkg string) (*bus.Session, chan error) {
		ended := make(chan error, 1)
		s := dial(t, k).Package(pkg).Start(t.Context(), &bus.Request{Method: bus.MethodOf("t/1.Never")}, func(_ *bus.Response, err error) { ended <- err })
		return s, ended
	}
	_, out := begin(near, "server:far")
	_, in := begin(far, "page:near")
	r, err := dial(t, near).Package("far").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/1.Counter")})
	if err != nil {
		t.Fatal(err)
	}
	opened(t, near, "server:")
	opened(t, far, "page:")
	server.CloseClientConnections() // hijacked ones stay: the server's processes are ended
	for _, p := range far.Processes() {
		if p.PID != 1 {
			far.Init().Files().Kill(int(p.PID), sys.SIGKILL)
		}
	}
	for what, ended := range map[string]chan error{"a call out": out, "a call in": in} {
		if err := <-ended; bus.CodeOf(err) != bus.CodeUnavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
	<-r.Session.Done()
	said.await(t, "linked to", 2)
	if got, err := call(dial(t, near), "server:far", "t/1.Echo", "again"); got != "far: again" {
		t.Errorf("%q, %v", got, err)
	}
	files := near.Init().Files()
	files.Kill(pid, sys.SIGTERM)
	files.Wait(pid, 0)
	if _, err := call(dial(t, near), "server:far", "t/1.Echo", ""); bus.CodeOf(err) != bus.CodeNotFound {
		t.Errorf("after its end: %v", err)
	}
}

func TestLink_down(t *testing.T) {
	near := boot(t)
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, said := run(t, near, "ws"+strings.TrimPrefix(server.URL, "http"))
	said.await(t, "the link is down", 1)
	if _, err := call(dial(t, near), "server:far", "t/1.Echo", ""); bus.CodeOf(err) != bus.CodeUnavailable || !strings.Contains(err.Error(), "404") {
		t.Errorf("%v", err)
	}
}

func TestServer_refuses(t *testing.T) {
	far := boot(t)
	server := httptest.NewServer(&buslink.Server{Kernel: far, Token: token, Origins: []string{"docs.example.org"}})
	t.Cleanup(server.Close)
	url := "ws" + strings.TrimPrefix(server.URL, "http")
	good := []string{buslink.Protocol, buslink.TokenProtocol(token)}
	for _, tt := range []struct {
		name      string
		query     string
		protocols []string
		origin    string
		status    int
	}{
		{name: "a program", protocols: good, status: 101},
		{name: "a page of the server", protocols: good, origin: server.URL, status: 101},
		{name: "a page that is allowed", protocols: good, origin: "https://docs.example.org", status: 101},
		{name: "a strange page", protocols: good, origin: "https://evil.example", status: 403},
		{name: "no token", protocols: good[:1], status: 401},
		{name: "a wrong token", protocols: []string{buslink.Protocol, buslink.TokenProtocol("x")}, status: 401},
		{name: "an empty token", protocols: []string{buslink.Protocol, buslink.TokenProtocol("")}, status: 401},
		{name: "a name that is none", query: "?as=a:b", protocols: good, status: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", tt.origin)
			}
			c, res, err := websocket.Dial(t.Context(), url+tt.query, &websocket.DialOptions{Subprotocols: tt.protocols, HTTPHeader: header})
			if res == nil || res.StatusCode != tt.status {
				t.Fatalf("%v, %v", res, err)
			}
			if c != nil {
				c.CloseNow()
			}
		})
	}
}

func TestServer_hostilePeers(t *testing.T) {
	far := boot(t)
	echo(far, "far")
	server := httptest.NewServer(&buslink.Server{Kernel: far, Token: token, Share: []string{"far"}})
	t.Cleanup(server.Close)
	hello := bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 20, MaxCalls: 100})
	call := bus.AppendCall(nil, 1, bus.MethodOf("t/1.Never"), bus.FormatRaw, &bus.CallHead{Package: "far"}, nil)
	for _, tt := range []struct {
		name string
		kind websocket.MessageType
		msgs [][]byte
	}{
		{"text", websocket.MessageText, [][]byte{[]byte("hello")}},
		{"no hello", websocket.MessageBinary, [][]byte{call}},
		{"half a frame", websocket.MessageBinary, [][]byte{hello, call[:20]}},
		{"a wild length", websocket.MessageBinary, [][]byte{hello, bytes.Repeat([]byte{0xff}, 64)}},
		{"a reused id", websocket.MessageBinary, [][]byte{hello, call, call}},
		{"the server's ids", websocket.MessageBinary, [][]byte{hello, bus.AppendCall(nil, 2, bus.MethodOf("x"), 0, &bus.CallHead{}, nil)}},
		{"a message without end", websocket.MessageBinary, [][]byte{make([]byte, bus.DefaultFrame+1<<20)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			c, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(server.URL, "http"),
				&websocket.DialOptions{Subprotocols: []string{buslink.Protocol, buslink.TokenProtocol(token)}})
			if err != nil {
				t.Fatal(err)
			}
			defer c.CloseNow()
			for _, msg := range tt.msgs {
				c.Write(ctx, tt.kind, msg)
			}
			for err == nil {
				_, _, err = c.Read(ctx)
			}
			if e, ok := errors.AsType[websocket.CloseError](err); !ok {
				t.Errorf("the link ended with %v", err)
			} else if e.Code == websocket.StatusNormalClosure {
				t.Errorf("it ended as if nothing had been wrong: %v", e)
			}
		})
	}
	// Nothing is left of them.
	await.Until(t, "no process is left", func() bool { return len(far.Processes()) == 1 })
	for _, p := range far.Bus().Packages() {
		if p.Open != 0 {
			t.Errorf("the package %s has %d calls open", p.Name, p.Open)
		}
	}
}
