package kernel_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// fakeMachine runs guests as Go functions, by the text behind the magic number.
type fakeMachine struct {
	mu    sync.Mutex
	keys  []kernel.ImageKey
	kills int
	run   map[string]func(g *kernel.Guest)
}

func (m *fakeMachine) Load(_ context.Context, key kernel.ImageKey, _ string, read func() ([]byte, error)) (kernel.Image, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = append(m.keys, key)
	code, err := read()
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(string(code), "\x00asm")
	if m.run[name] == nil {
		return nil, errors.New("the module is truncated")
	}
	return m.run[name], nil
}

func (m *fakeMachine) Start(g *kernel.Guest) (kernel.Running, error) {
	go g.Image.(func(*kernel.Guest))(g)
	return m, nil
}

func (m *fakeMachine) Kill() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kills++
}
func (m *fakeMachine) Stop()     {}
func (m *fakeMachine) Continue() {}

func bootMachine(t *testing.T) (*kernel.Kernel, *fakeMachine) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){}}
	k := kernel.New(kernel.Config{Machine: m})
	t.Cleanup(func() { k.Close() })
	return k, m
}

func TestSpawn_errors(t *testing.T) {
	k, _ := bootMachine(t)
	k.Register("true", quit(0))
	f := k.Init().Files()
	f.WriteFile("/text", []byte("just text"), 0o755)
	f.WriteFile("/noexec", []byte("#!/bin/true\n"), 0o644)
	f.WriteFile("/empty", nil, 0o755)
	f.WriteFile("/nointerp", []byte("#!/bin/none\n"), 0o755)
	f.WriteFile("/noname", []byte("#!   \n"), 0o755)
	f.WriteFile("/nobuiltin", []byte("#!builtin none\n"), 0o755)
	f.WriteFile("/loop", []byte("#!/loop\n"), 0o755)
	f.WriteFile("/long", []byte("#!"+strings.Repeat("x", 500)), 0o755)
	f.WriteFile("/bin/denied", []byte("#!builtin true\n"), 0o644)
	for _, tt := range []struct {
		name string
		attr sys.SpawnAttr
		want errno.Errno
	}{
		{"fine", sys.SpawnAttr{Argv: []string{"true"}}, 0},
		{"path and name differ", sys.SpawnAttr{Path: "/bin/true", Argv: []string{"me"}}, 0},
		{"missing", sys.SpawnAttr{Argv: []string{"/none"}}, errno.ENOENT},
		{"missing command", sys.SpawnAttr{Argv: []string{"none"}}, errno.ENOENT},
		{"nothing", sys.SpawnAttr{}, errno.EINVAL},
		{"empty name", sys.SpawnAttr{Argv: []string{""}}, errno.ENOENT},
		{"directory", sys.SpawnAttr{Argv: []string{"/bin"}}, errno.EACCES},
		{"device", sys.SpawnAttr{Argv: []string{"/dev/null"}}, errno.EACCES},
		{"a file as a directory", sys.SpawnAttr{Argv: []string{"/text/x"}}, errno.ENOTDIR},
		{"text", sys.SpawnAttr{Argv: []string{"/text"}}, errno.ENOEXEC},
		{"empty", sys.SpawnAttr{Argv: []string{"/empty"}}, errno.ENOEXEC},
		{"not executable", sys.SpawnAttr{Argv: []string{"/noexec"}}, errno.EACCES},
		{"not executable in PATH", sys.SpawnAttr{Argv: []string{"denied"}}, errno.EACCES},
		{"no interpreter", sys.SpawnAttr{Argv: []string{"/nointerp"}}, errno.ENOENT},
		{"no interpreter's name", sys.SpawnAttr{Argv: []string{"/noname"}}, errno.ENOEXEC},
		{"unknown program", sys.SpawnAttr{Argv: []string{"/nobuiltin"}}, errno.ENOEXEC},
		{"its own interpreter", sys.SpawnAttr{Argv: []string{"/loop"}}, errno.ELOOP},
		{"endless first line", sys.SpawnAttr{Argv: []string{"/long"}}, errno.ENOEXEC},
		{"bad fd", sys.SpawnAttr{Argv: []string{"true"}, FDs: [][2]uint32{{99, 0}}}, errno.EBADF},
		{"huge fd", sys.SpawnAttr{Argv: []string{"true"}, FDs: [][2]uint32{{0, 1 << 31}}}, errno.EBADF},
		{"bad directory", sys.SpawnAttr{Argv: []string{"true"}, Cwd: "/text"}, errno.ENOTDIR},
		{"NUL", sys.SpawnAttr{Argv: []string{"true", "a\x00b"}}, errno.EINVAL},
		{"too much", sys.SpawnAttr{Argv: []string{"true", strings.Repeat("x", 3<<20)}}, errno.E2BIG},
		{"no terminal", sys.SpawnAttr{Argv: []string{"true"}, Flags: sys.SpawnSetSID | sys.SpawnSetTTY, TTY: 50}, errno.EBADF},
		{"other PATH", sys.SpawnAttr{Argv: []string{"true"}, Env: []string{"PATH=/none:/dev"}}, errno.ENOENT},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pid, err := f.Spawn(&tt.attr)
			if errno.Of(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if err == nil {
				wait(t, k, pid)
			}
		})
	}
	if u := k.Usage(); u.Processes != 1 || u.OpenFiles != 0 {
		t.Errorf("left: %+v", u)
	}
}

func TestSpawn_script(t *testing.T) {
	k := boot(t)
	args := make(chan string, 1)
	k.Register("interp", func(p *kernel.Process) int {
		args <- strings.Join(p.Args(), " ")
		return 0
	})
	f := k.Init().Files()
	f.WriteFile("/script", []byte("#! /bin/interp -x y\nrest"), 0o755)
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/script", "a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, k, pid)
	if got := <-args; got != "/bin/interp -x y /script a b" {
		t.Errorf("arguments %q", got)
	}
}

func TestSpawn_guest(t *testing.T) {
	k, m := bootMachine(t)
	infos := make(chan sys.StartInfo, 1)
	m.run["hello"] = func(g *kernel.Guest) {
		infos <- g.Info
		f := g.Process.Files()
		f.File(1).WriteString("hello\n")
		if fd, err := f.OpenAt(3, "etc", sys.ODirectory, 0, sys.AtBeneath); fd != 0 || err != nil {
			g.Ended(sys.Exited(1))
			return
		}
		f.Exit(5)
	}
	f := k.Init().Files()
	f.Mkdir("/etc", 0o755)
	f.Mkdir("/apps", 0o755)
	f.WriteFile("/apps/hello.wasm", []byte("\x00asmhello"), 0o644)
	r, w, _ := f.Pipe()
	pid, err := f.Spawn(&sys.SpawnAttr{
		Argv: []string{"hello", "x"}, Env: []string{"PATH=/bin:/apps", "BUSHEL_ENGINE=wazero"}, Cwd: "/etc",
		FDs: [][2]uint32{{uint32(w), 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	if out, _ := io.ReadAll(f.File(r)); string(out) != "hello\n" {
		t.Errorf("output %q", out)
	}
	if s := wait(t, k, pid); s != sys.Exited(5) {
		t.Errorf("status %#x", s)
	}
	info := <-infos
	if info.PID != uint32(pid) || info.Name != "hello" || info.Engine != "wazero" || info.Cwd != "/etc" || len(info.FDs) != 2 {
		t.Errorf("%+v", info)
	}
	if d := info.FDs[1]; d.FD != 3 || d.Name != "/" || d.Flags&sys.OPreopen == 0 || d.Info.Type() != sys.TypeDirectory {
		t.Errorf("preopen %+v", d)
	}
	if m.kills != 0 {
		t.Error("a guest that exited was killed")
	}
}

func TestSpawn_guestThatCannotBeLoaded(t *testing.T) {
	k, _ := bootMachine(t)
	f := k.Init().Files()
	f.WriteFile("/bad.wasm", []byte("\x00asm?"), 0o644)
	r, w, _ := f.Pipe()
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"./bad.wasm"}, FDs: [][2]uint32{{uint32(w), 2}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	if out, _ := io.ReadAll(f.File(r)); string(out) != "./bad.wasm: the module is truncated\n" {
		t.Errorf("message %q", out)
	}
	if s := wait(t, k, pid); s != sys.Exited(126) {
		t.Errorf("status %#x", s)
	}
}

func TestSpawn_imageKeys(t *testing.T) {
	k, m := bootMachine(t)
	m.run["a"] = func(g *kernel.Guest) { g.Ended(sys.Exited(0)) }
	m.run["b"] = m.run["a"]
	f := k.Init().Files()
	for _, text := range []string{"a", "", "b", "a"} {
		if text != "" {
			// As fast as it can be: clocks are too coarse to tell these apart.
			f.WriteFile("/p.wasm", []byte("\x00asm"+text), 0o644)
		}
		pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/p.wasm"}})
		if err != nil {
			t.Fatal(err)
		}
		wait(t, k, pid)
	}
	if m.keys[0] != m.keys[1] {
		t.Error("an unchanged file has another key")
	}
	if m.keys[1] == m.keys[2] || m.keys[2] == m.keys[3] || m.keys[1] == m.keys[3] {
		t.Errorf("a changed file has the same key: %+v", m.keys)
	}
}

func TestSpawn_guestKilledAndStrict(t *testing.T) {
	k, m := bootMachine(t)
	results := make(chan errno.Errno, 8)
	m.run["strict"] = func(g *kernel.Guest) {
		f := g.Process.Files()
		try := func(_ any, err error) { results <- errno.Of(err) }
		try(f.OpenAt(3, "ok", sys.ORead, 0, 0))
		try(f.OpenAt(3, "../secret", sys.ORead, 0, 0))
		try(f.OpenAt(3, "/secret", sys.ORead, 0, 0))
		try(f.Open("/secret", sys.ORead, 0))
		try(f.OpenAt(3, "new", sys.OWrite|sys.OCreate, 0o644, 0))
		try(nil, g.Process.Files().Chdir("/"))
		try(f.OpenAt(4, "new", sys.OWrite|sys.OCreate, 0o644, 0))
		close(results)
		f.Poll(nil, -1)
	}
	f := k.Init().Files()
	f.MkdirAll("/ro", 0o755)
	f.MkdirAll("/rw", 0o755)
	f.WriteFile("/ro/ok", nil, 0o644)
	f.WriteFile("/secret", nil, 0o644)
	f.WriteFile("/strict.wasm", []byte("\x00asmstrict"), 0o644)
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/strict.wasm"}, Dirs: []sys.PreopenDir{
		{Path: "/ro", Name: "data", ReadOnly: true}, {Path: "/rw", Name: "out"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	// Without a directory, paths are taken from what it is shown, where there is no secret.
	for i, want := range []errno.Errno{0, errno.ENOTCAPABLE, errno.ENOTCAPABLE, errno.ENOENT, errno.EROFS, 0, 0} {
		if got := <-results; got != want {
			t.Errorf("attempt %d: %v, want %v", i, got, want)
		}
	}
	<-results
	f.Kill(pid, sys.SIGTERM)
	if s := wait(t, k, pid); s != sys.Signaled(sys.SIGTERM) {
		t.Errorf("status %#x", s)
	}
	await.Until(t, "the machine has killed it", func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.kills == 1
	})
}
