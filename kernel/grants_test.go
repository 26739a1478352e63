package kernel_test

import (
	"context"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// keptGrants is a store of grants in memory.
type keptGrants struct {
	mu   sync.Mutex
	text []byte
}

func (s *keptGrants) Load() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text, nil
}

func (s *keptGrants) Save(text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
	return nil
}

func rules(t testing.TB, text string) grant.Rules {
	t.Helper()
	r, err := grant.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGrants(t *testing.T) {
	for _, test := range []struct {
		name            string
		page, user      string
		service, target string
		missing         string // what the error says; empty for none
	}{
		{"nobody says anything", "{}", "{}", "http", "a.example", ""},
		{"the page denies", `{"http": "deny"}`, "{}", "http", "a.example", "the page says deny for http,"},
		{"the user cannot allow what the page denies", `{"http:*.example": "deny"}`, `{"http:a.example": "allow"}`, "http", "a.example", "the page says deny for http:*.example,"},
		{"the page's narrowest", `{"http": "deny", "http:a.example": "allow"}`, "{}", "http", "a.example:80", ""},
		{"the user denies what the page allows", `{"http": "allow"}`, `{"http:a.example": "deny"}`, "http", "a.example", "the user's rule for http:a.example denies it; give it with: bus grants allow 'http:a.example'"},
		{"the user answers the page", `{"http": "ask"}`, `{"http:a.example": "allow"}`, "http", "a.example", ""},
		{"the user answers the page with no", `{"http": "ask"}`, `{"http:a.example": "deny"}`, "http", "a.example", "the user's rule"},
		{"the page asks, without a terminal", `{"http": "ask"}`, "{}", "http", "a.example:80", "there is no terminal to ask at; give it with: bus grants allow 'http:a.example'"},
		{"the user wants to be asked, without a terminal", "{}", `{"*": "ask"}`, "fs", "/x/../home", "the grant fs:/home is missing: there is no terminal"},
		{"the user's own answer is narrower", "{}", `{"*": "ask", "fs:/home": "allow"}`, "fs", "/home/x", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := kernel.New(kernel.Config{Policy: rules(t, test.page), GrantStore: &keptGrants{text: []byte(test.user)}})
			defer k.Close()
			err := k.Grants().Check(context.Background(), k.Init(), test.service, test.target)
			switch {
			case test.missing == "" && err != nil:
				t.Error(err)
			case test.missing == "":
			case err == nil || !strings.Contains(err.Error(), test.missing):
				t.Errorf("%v, which does not say %q", err, test.missing)
			case !errors.Is(err, fs.ErrPermission) || !errors.Is(err, bus.CodePermissionDenied):
				t.Errorf("%v is no permission_denied", err)
			}
		})
	}
}

func TestGrantsLast(t *testing.T) {
	store := &keptGrants{}
	k := kernel.New(kernel.Config{GrantStore: store})
	deny := grant.Rule{Pattern: grant.Pattern{Service: "http", Target: "*"}, Decision: grant.Deny}
	if err := k.Grants().Set(k.Init(), deny); err != nil {
		t.Fatal(err)
	}
	k.Close()
	k = kernel.New(kernel.Config{GrantStore: store})
	defer k.Close()
	if err := k.Grants().Check(context.Background(), k.Init(), "http", "a"); err == nil {
		t.Error("the rule was not kept")
	}
	if err := k.Grants().Forget(k.Init(), deny.Pattern); err != nil {
		t.Fatal(err)
	}
	if err := k.Grants().Check(context.Background(), k.Init(), "http", "a"); err != nil {
		t.Error(err)
	}
	if string(store.text) != "{}" {
		t.Errorf("%s is kept", store.text)
	}
}

func TestGrantsThatCannotBeRead(t *testing.T) {
	k := kernel.New(kernel.Config{GrantStore: &keptGrants{text: []byte(`{"http": `)}})
	defer k.Close()
	if err := k.Grants().Check(context.Background(), k.Init(), "http", "a"); err == nil {
		t.Error("what the user had denied is allowed")
	}
}

// typist runs main in a session with a terminal, and is its master's fd.
func typist(t *testing.T, k *kernel.Kernel, main kernel.Main) (master int, p *kernel.Process) {
	t.Helper()
	f := k.Init().Files()
	master, slave, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	p, err = k.Init().Fork(main, kernel.ForkAttr{
		Argv: []string{"prog"}, Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: uint32(slave),
		FDs: [][2]uint32{{uint32(slave), 0}, {uint32(slave), 1}, {uint32(slave), 2}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(slave)
	return master, p
}

// until reads a terminal until it has shown text.
func until(t *testing.T, f *sys.Files, master int, text string) string {
	t.Helper()
	shown, buf := "", make([]byte, 4096)
	for !strings.Contains(shown, text) {
		n, err := f.Read(master, buf)
		if err != nil {
			t.Fatalf("%v after %q, without %q", err, shown, text)
		}
		shown += string(buf[:n])
	}
	return shown
}

func TestGrantsAsk(t *testing.T) {
	for _, test := range []struct {
		name, typed string
		allowed     bool
		kept        string
	}{
		{"yes", "yes\r", true, `{"http:a.example":"allow"}`},
		{"y, after something else", "what\ry\r", true, `{"http:a.example":"allow"}`},
		{"corrected", "nn\b\x7fy\r", true, `{"http:a.example":"allow"}`},
		{"no", "no\r", false, `{"http:a.example":"deny"}`},
		{"not now", "y\x03", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := &keptGrants{}
			k := kernel.New(kernel.Config{Policy: rules(t, `{"http": "ask"}`), GrantStore: store})
			defer k.Close()
			got := make(chan error, 2)
			master, _ := typist(t, k, func(p *kernel.Process) int {
				got <- k.Grants().Check(p.Context(), p, "http", "a.example:80")
				line := make([]byte, 10)
				n, _ := p.Stdin().Read(line)
				p.Stdout().Write([]byte("read " + string(line[:n])))
				return 0
			})
			f := k.Init().Files()
			if shown := until(t, f, master, "[yes/no] "); !strings.Contains(shown, "may prog use http:a.example?") {
				t.Errorf("the question is %q", shown)
			}
			if _, err := f.Write(master, []byte(test.typed)); err != nil {
				t.Fatal(err)
			}
			if err := <-got; (err == nil) != test.allowed {
				t.Errorf("%v", err)
			}
			if string(store.text) != test.kept {
				t.Errorf("%q is kept, not %q", store.text, test.kept)
			}
			// What was typed as an answer reaches no program.
			f.Write(master, []byte("on\r"))
			if shown := until(t, f, master, "read "); !strings.Contains(shown, "on\r\n") {
				t.Errorf("the program read something else: %q", shown)
			}
		})
	}
}

func TestGrantsAskOnce(t *testing.T) {
	k := kernel.New(kernel.Config{Policy: rules(t, `{"http": "ask"}`)})
	defer k.Close()
	const n = 4
	got := make(chan error, n)
	master, _ := typist(t, k, func(p *kernel.Process) int {
		for range n {
			go func() { got <- k.Grants().Check(p.Context(), p, "http", "a.example") }()
		}
		<-p.Context().Done()
		return 0
	})
	f := k.Init().Files()
	until(t, f, master, "[yes/no] ")
	f.Write(master, []byte("y\r"))
	for range n {
		if err := <-got; err != nil {
			t.Error(err)
		}
	}
}

func TestGrantsQuestionOfOneThatEnds(t *testing.T) {
	k := kernel.New(kernel.Config{Policy: rules(t, `{"http": "ask"}`)})
	defer k.Close()
	got := make(chan error, 1)
	master, p := typist(t, k, func(p *kernel.Process) int {
		defer func() { got <- nil }()
		k.Grants().Check(p.Context(), p, "http", "a.example")
		return 0
	})
	f := k.Init().Files()
	until(t, f, master, "[yes/no] ")
	f.Kill(p.PID(), sys.SIGKILL)
	<-got
	_, q := typist(t, k, func(p *kernel.Process) int { return 7 })
	if _, status, err := f.Wait(q.PID(), 0); status.Code() != 7 || err != nil {
		t.Errorf("%v %v", status, err)
	}
}

func TestGrantsOfPorts(t *testing.T) {
	k := kernel.New(kernel.Config{Policy: rules(t, `{"tcp:localhost:81": "deny", "net:localhost:82": "ask"}`)})
	defer k.Close()
	f := k.Init().Files()
	for _, test := range []struct {
		name string
		port int
		want errno.Errno
	}{{"another port", 80, errno.ECONNREFUSED}, {"denied", 81, errno.EACCES}, {"nobody to ask", 82, errno.EACCES}} {
		t.Run(test.name, func(t *testing.T) {
			_, err := f.Connect(test.port, 0)
			if errno.Of(err) != test.want {
				t.Error(err)
			}
			_, err = f.Open("/dev/tcp/localhost/"+strconv.Itoa(test.port), sys.ORead|sys.OWrite, 0)
			if errno.Of(err) != test.want {
				t.Error(err)
			}
		})
	}
}

func TestGrantsOfPackages(t *testing.T) {
	k := kernel.New(kernel.Config{Policy: rules(t, `{"bus:secret": "deny"}`)})
	defer k.Close()
	served(t, k, "secret", 0, testServer())
	served(t, k, "open", 0, testServer())
	c := dial(t, k)
	if _, err := c.Package("secret").Invoke(context.Background(), request("t/1.Echo", "x")); bus.CodeOf(err) != bus.CodePermissionDenied {
		t.Error(err)
	}
	if _, err := c.Package("open").Invoke(context.Background(), request("t/1.Echo", "x")); err != nil {
		t.Error(err)
	}
}

// TestGrantsAreInherited has a guest and a package start a program of the kernel, which
// then may no more than they: it has the package's grants, and changes none.
func TestGrantsAreInherited(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){}}
	k := kernel.New(kernel.Config{Machine: m})
	t.Cleanup(func() { k.Close() })
	type findings struct{ change, http, other, trace error }
	found := make(chan findings, 1)
	k.Register("probe", func(p *kernel.Process) int {
		g := k.Grants()
		found <- findings{
			g.Set(p, grant.Rule{Pattern: grant.Pattern{Service: "http", Target: "*"}, Decision: grant.Allow}),
			g.Check(p.Context(), p, "http", "a.example"), g.Check(p.Context(), p, "http", "b.example"),
			errors.Join(k.NewTrace(kernel.TraceOptions{}).Attach(p, 1), k.NewTrace(kernel.TraceOptions{}).AttachBus(p)),
		}
		return 0
	})
	spawnProbe := func(g *kernel.Guest) {
		f := g.Process.Files()
		pid, err := f.Spawn(&sys.SpawnAttr{Path: "/bin/probe", Argv: []string{"probe"}})
		if err != nil {
			t.Error(err)
		}
		f.Wait(pid, 0)
	}
	m.run["guest"] = func(g *kernel.Guest) {
		spawnProbe(g)
		g.Ended(0)
	}
	m.run["agent"] = func(g *kernel.Guest) {
		a, err := g.Process.Agent(kernel.AgentAttr{})
		if err != nil {
			t.Error(err)
			return
		}
		a.Files().Spawn(&sys.SpawnAttr{Path: "/bin/probe", Argv: []string{"probe"}})
	}
	m.run["pkg"] = func(g *kernel.Guest) {
		s := bus.NewServer()
		s.Func("p/1.Probe", func(_ context.Context, in *bus.Incoming) error {
			spawnProbe(g)
			return in.Reply(bus.FormatRaw, nil)
		})
		packageOf(t, s)(g)
	}
	writes(t, k, map[string]string{
		"/guest.wasm": "\x00asmguest", "/agent.wasm": "\x00asmagent", "/pkg.wasm": "\x00asmpkg",
		"/etc/bus.d/some.json":  `{"name": "some", "module": "/pkg.wasm", "dirs": [{"path": "/bin", "name": "/bin"}], "grants": ["http:a.example"]}`,
		"/etc/bus.d/none.json":  `{"name": "none", "module": "/pkg.wasm", "dirs": [{"path": "/bin", "name": "/bin"}]}`,
		"/etc/bus.d/wrong.json": `{"name": "wrong", "module": "/pkg.wasm", "grants": ["HTTP"]}`,
	})
	c := dial(t, k)
	t.Run("the user's program", func(t *testing.T) {
		wait(t, k, start(t, k, func(p *kernel.Process) int {
			pid, _ := p.Files().Spawn(&sys.SpawnAttr{Path: "/bin/probe", Argv: []string{"probe"}})
			p.Files().Wait(pid, 0)
			return 0
		}).PID())
		if got := <-found; got.change != nil || got.trace != nil || got.http != nil || got.other != nil {
			t.Errorf("%v", got)
		}
	})
	for _, name := range []string{"guest", "agent"} {
		t.Run("that of a "+name, func(t *testing.T) {
			if _, err := k.Init().Files().Spawn(&sys.SpawnAttr{Path: "/" + name + ".wasm"}); err != nil {
				t.Fatal(err)
			}
			if got := <-found; errno.Of(got.change) != errno.EPERM || errno.Of(got.trace) != errno.EPERM || got.http != nil || got.other != nil {
				t.Errorf("%v", got)
			}
		})
	}
	for name, some := range map[string]bool{"some": true, "none": false} {
		t.Run("that of the package "+name, func(t *testing.T) {
			if _, err := c.Package(name).Invoke(t.Context(), request("p/1.Probe", "")); err != nil {
				t.Fatal(err)
			}
			got := <-found
			if errno.Of(got.change) != errno.EPERM || errno.Of(got.trace) != errno.EPERM || (got.http == nil) != some || got.other == nil {
				t.Errorf("%v", got)
			}
			if want := "the package " + name + " does not declare it: put \"http:b.example\" into the grants of its file in /etc/bus.d"; !strings.Contains(got.other.Error(), want) {
				t.Errorf("%v, which does not say %s", got.other, want)
			}
		})
	}
	t.Run("a declaration that makes no sense", func(t *testing.T) {
		if _, err := c.Package("wrong").Invoke(t.Context(), request("p/1.Probe", "")); bus.CodeOf(err) != bus.CodeUnavailable || !strings.Contains(err.Error(), "HTTP") {
			t.Error(err)
		}
	})
}

// TestGrantsBesideModules has modules run whose grants stand in a file beside them.
func TestGrantsBesideModules(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){}}
	k := kernel.New(kernel.Config{Machine: m, Policy: rules(t, `{"http:page.example": "deny"}`), GrantStore: &keptGrants{text: []byte(`{"http:user.example": "deny"}`)}})
	t.Cleanup(func() { k.Close() })
	found := make(chan string, 1)
	probe := func(p *kernel.Process) {
		var may []string
		for _, target := range []string{"a.example", "b.example", "page.example", "user.example"} {
			if err := k.Grants().Check(p.Context(), p, "http", target); err == nil {
				may = append(may, target)
			} else if target == "b.example" {
				may = append(may, err.Error())
			}
		}
		found <- strings.Join(may, ", ")
	}
	k.Register("probe", func(p *kernel.Process) int { probe(p); return 0 })
	m.run["guest"] = func(g *kernel.Guest) { probe(g.Process); g.Ended(0) }
	m.run["parent"] = func(g *kernel.Guest) {
		f := g.Process.Files()
		pid, _ := f.Spawn(&sys.SpawnAttr{Path: "/bin/probe", Argv: []string{"probe"}})
		f.Wait(pid, 0)
		g.Ended(0)
	}
	f := k.Init().Files()
	for name, text := range map[string]string{
		"/p/some.wasm": "\x00asmguest", "/p/some.wasm.grants": `["http:a.example", "http:page.example", "http:user.example"]`,
		"/p/none.wasm": "\x00asmguest", "/p/none.wasm.grants": `[]`,
		"/p/all.wasm": "\x00asmguest", "/p/all.wasm.grants": `{"*": "allow"}`,
		"/p/parent.wasm": "\x00asmparent", "/p/parent.wasm.grants": `["http:a.example"]`,
		"/p/free.wasm":  "\x00asmguest",
		"/p/wrong.wasm": "\x00asmguest", "/p/wrong.wasm.grants": `["HTTP"]`,
		"/p/page.wasm": "\x00asmguest", "/p/page.wasm.grants": `<!doctype html>`,
		"/p/long.wasm": "\x00asmguest", "/p/long.wasm.grants": strings.Repeat(" ", 100_000),
	} {
		if err := errors.Join(f.MkdirAll("/p/folder.wasm.grants", 0o755), f.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.WriteFile("/p/folder.wasm", []byte("\x00asmguest"), 0o644), f.Symlink("/p/none.wasm", "/link")); err != nil {
		t.Fatal(err)
	}
	undeclared := func(name string) string {
		return `the grant http:b.example is missing: the package ` + name + ` does not declare it: put "http:b.example" into /p/` + name + `.wasm.grants`
	}
	for _, test := range []struct {
		name string
		attr sys.SpawnAttr
		want string
	}{
		{"what is declared", sys.SpawnAttr{Path: "/p/some.wasm"}, "a.example, " + undeclared("some")},
		{"nothing is declared", sys.SpawnAttr{Path: "/p/none.wasm"}, undeclared("none")},
		{"by a symbolic link", sys.SpawnAttr{Path: "/link"}, undeclared("none")},
		{"by PATH", sys.SpawnAttr{Argv: []string{"none"}, Env: []string{"PATH=/p"}}, undeclared("none")},
		{"all is declared", sys.SpawnAttr{Path: "/p/all.wasm"}, "a.example, b.example"},
		{"what it starts", sys.SpawnAttr{Path: "/p/parent.wasm"}, "a.example, " + undeclared("parent")},
		{"there is no declaration", sys.SpawnAttr{Path: "/p/free.wasm"}, "a.example, b.example"},
		{"narrowed further", sys.SpawnAttr{Path: "/p/all.wasm", Flags: sys.SpawnNarrow, Grants: []string{"http:a.example"}},
			"a.example, the grant http:b.example is missing: the program was started without it: give it with: run --grant 'http:b.example'"},
		{"not widened", sys.SpawnAttr{Path: "/p/none.wasm", Flags: sys.SpawnNarrow, Grants: []string{"*"}}, undeclared("none")},
	} {
		t.Run(test.name, func(t *testing.T) {
			pid, err := f.Spawn(&test.attr)
			if err != nil {
				t.Fatal(err)
			}
			if got := <-found; got != test.want {
				t.Errorf("may use %s\nwant %s", got, test.want)
			}
			f.Wait(pid, 0)
		})
	}
	for name, want := range map[string]string{
		"wrong": `the grants in /p/wrong.wasm.grants make no sense: `, "page": `the grants in /p/page.wasm.grants make no sense: `,
		"long": `the grants in /p/long.wasm.grants make no sense: they are too long`, "folder": "/p/folder.wasm.grants is no file of grants",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := f.Spawn(&sys.SpawnAttr{Path: "/p/" + name + ".wasm"}); errno.Of(err) != errno.EACCES || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s", err, want)
			}
		})
	}
}

// TestGrantsAskWhoCalls has a package, which has no terminal, be asked for at that of the
// program that calls it.
func TestGrantsAskWhoCalls(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){}}
	k := kernel.New(kernel.Config{Machine: m})
	t.Cleanup(func() { k.Close() })
	k.Bus().Register("os", bus.Go(func(ctx context.Context, in *bus.Incoming) error {
		if err := k.Grants().CheckCall(ctx, in, "http", "a.example"); err != nil {
			return err
		}
		return in.Reply(bus.FormatRaw, []byte("done"))
	}))
	m.run["pkg"] = func(g *kernel.Guest) {
		var c *bus.Conn
		s := bus.NewServer()
		s.Func("p/1.Use", func(ctx context.Context, in *bus.Incoming) error {
			r, err := c.Package("os").Invoke(ctx, request("os/1.Any", ""))
			if err != nil {
				return err
			}
			return in.Reply(r.Format, r.Body)
		})
		var err error
		if c, err = g.Process.Bus(bus.Options{Handler: s}); err != nil {
			t.Error(err)
			return
		}
		c.Listen(g.Process.Context(), "", 0)
		c.Wait()
	}
	writes(t, k, map[string]string{
		"/pkg.wasm":            "\x00asmpkg",
		"/etc/bus.d/some.json": `{"name": "some", "module": "/pkg.wasm", "grants": {"http": "ask"}}`,
	})
	f := k.Init().Files()
	got := make(chan error, 1)
	master, _ := typist(t, k, func(p *kernel.Process) int {
		c, err := p.Bus(bus.Options{})
		if err == nil {
			defer c.Close(nil)
			_, err = c.Package("some").Invoke(p.Context(), request("p/1.Use", ""))
		}
		got <- err
		return 0
	})
	until(t, f, master, "may some use http:a.example?")
	f.Write(master, []byte("yes\r"))
	if err := <-got; err != nil {
		t.Error(err)
	}
	c := dial(t, k)
	if _, err := c.Package("some").Invoke(t.Context(), request("p/1.Use", "")); err != nil {
		t.Errorf("it was not remembered: %v", err)
	}
}
