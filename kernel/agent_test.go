package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lives is a program that goes on until it is ended.
func lives(p *kernel.Process) int {
	<-p.Context().Done()
	return 0
}

// agentOf starts a program that goes on and an agent of it.
func agentOf(t *testing.T, k *kernel.Kernel, attr kernel.AgentAttr) (p, a *kernel.Process) {
	t.Helper()
	p = start(t, k, lives)
	a, err := p.Agent(attr)
	if err != nil {
		t.Fatal(err)
	}
	return p, a
}

func TestAgent_startsChildren(t *testing.T) {
	k := boot(t)
	k.Register("seven", func(p *kernel.Process) int {
		p.Stdout().WriteString("hello")
		return 7
	})
	before := k.Usage()
	p, a := agentOf(t, k, kernel.AgentAttr{})
	f := a.Files()
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"seven"}, FDs: [][2]uint32{{uint32(w), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	for _, i := range k.Processes() {
		if int(i.PID) == pid && (i.PPID != uint32(p.PID()) || i.PGID != 1 || i.SID != 1) {
			t.Errorf("the child is %+v, its parent should be %d", i, p.PID())
		}
	}
	buf := make([]byte, 16)
	if n, err := f.Read(r, buf); string(buf[:n]) != "hello" || err != nil {
		t.Errorf("%q, %v", buf[:n], err)
	}
	if got, status, err := f.Wait(pid, 0); got != pid || status.Code() != 7 || err != nil {
		t.Errorf("%d, %v, %v", got, status, err)
	}
	if _, _, err := p.Files().Wait(-1, sys.WNoHang); errno.Of(err) != errno.ECHILD {
		t.Errorf("the process's own children: %v", err)
	}
	a.EndAgent()
	a.EndAgent()
	if _, err := f.Read(r, buf); errno.Of(err) != errno.ESRCH {
		t.Errorf("a call after its end: %v", err)
	}
	p.Signal(sys.SIGKILL)
	wait(t, k, p.PID())
	if after := k.Usage(); after != before {
		t.Errorf("in use were %+v and are %+v", before, after)
	}
}

func TestAgent_endsWithItsProcess(t *testing.T) {
	for _, test := range []struct {
		name   string
		hangup sys.Signal
		end    func(p, a *kernel.Process)
		lives  bool
	}{
		{"the process ends, and its children are hung up", sys.SIGHUP, func(p, a *kernel.Process) { p.Signal(sys.SIGKILL) }, false},
		{"the process ends, and its children stay", 0, func(p, a *kernel.Process) { p.Signal(sys.SIGKILL) }, true},
		{"the agent ends, and its children are hung up", sys.SIGHUP, func(p, a *kernel.Process) { a.EndAgent() }, false},
		{"the agent ends, and its children stay", 0, func(p, a *kernel.Process) { a.EndAgent() }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			k.Register("lives", lives)
			p, a := agentOf(t, k, kernel.AgentAttr{Hangup: test.hangup})
			f := a.Files()
			pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"lives"}})
			if err != nil {
				t.Fatal(err)
			}
			r, _, err := f.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			ended := make(chan error)
			go func() {
				_, err := f.Read(r, make([]byte, 1))
				ended <- err
			}()
			await.Until(t, "the read waits", func() bool { return state(k, p.PID()) != "" })
			test.end(p, a)
			if err := <-ended; errno.Of(err) != errno.ESRCH {
				t.Errorf("the read ended with %v", err)
			}
			if is := state(k, pid) != ""; is != test.lives {
				t.Errorf("that the child lives is %v", is)
			}
			if _, err := a.Agent(kernel.AgentAttr{}); errno.Of(err) != errno.ESRCH {
				t.Errorf("an agent of an agent: %v", err)
			}
		})
	}
}

func TestAgent_fds(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(lives, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	if _, err := p.Agent(kernel.AgentAttr{FDs: [][2]uint32{{1, 4}, {1, 4}}}); errno.Of(err) != errno.EBADF {
		t.Error(err)
	}
	a, err := p.Agent(kernel.AgentAttr{FDs: [][2]uint32{{1, 4}, {9, 5}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Files().Write(5, []byte("x")); errno.Of(err) != errno.EBADF {
		t.Errorf("an fd that the process has not: %v", err)
	}
	a.Files().Write(4, []byte("x"))
	if n, err := f.Read(r, make([]byte, 2)); n != 1 || err != nil {
		t.Error(n, err)
	}
	p.Signal(sys.SIGKILL)
	wait(t, k, p.PID())
	if n, _ := f.Read(r, make([]byte, 2)); n != 0 {
		t.Error("the pipe has a writer yet")
	}
}

func TestWatchTTY(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	m, s, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	sizes := make(chan [2]int, 4)
	stop, err := k.Init().WatchTTY(s, func(cols, rows int) { sizes <- [2]int{cols, rows} })
	if err != nil {
		t.Fatal(err)
	}
	f.SetTTYSize(m, 100, 30)
	if got := <-sizes; got != [2]int{100, 30} {
		t.Error(got)
	}
	f.SetTTYSize(m, 100, 30)
	stop()
	f.SetTTYSize(m, 10, 3)
	if len(sizes) > 0 {
		t.Error("told of", <-sizes)
	}
	if _, err := k.Init().WatchTTY(m, nil); errno.Of(err) != errno.ENOTTY {
		t.Error(err)
	}
	if _, err := k.Init().WatchTTY(99, nil); errno.Of(err) != errno.EBADF {
		t.Error(err)
	}
}
