package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// sleeper waits for ever.
func sleeper(p *kernel.Process) int {
	p.Files().Poll(nil, -1)
	return 0
}

func quit(code int) kernel.Main { return func(*kernel.Process) int { return code } }

func TestWait_kinds(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	_, _, err := f.Wait(-1, 0)
	wantErr(t, "wait without children", err, errno.ECHILD)
	a := start(t, k, sleeper)
	if pid, _, err := f.Wait(-1, sys.WNoHang); pid != 0 || err != nil {
		t.Errorf("WNoHang: %d, %v", pid, err)
	}
	_, _, err = f.Wait(a.PID()+1000, 0)
	wantErr(t, "wait for a stranger", err, errno.ECHILD)
	b, _ := k.Init().Fork(quit(5), kernel.ForkAttr{Flags: sys.SpawnSetPGID})
	if pid, s, err := f.Wait(-b.PID(), 0); pid != b.PID() || s != sys.Exited(5) || err != nil {
		t.Errorf("wait for a group: %d %#x %v", pid, s, err)
	}
	f.Kill(a.PID(), sys.SIGKILL)
	if pid, s, err := f.Wait(-1, 0); pid != a.PID() || s != sys.Signaled(sys.SIGKILL) || err != nil {
		t.Errorf("wait for any: %d %#x %v", pid, s, err)
	}
	if n := k.Usage().Processes; n != 1 {
		t.Errorf("%d processes are left", n)
	}
}

func TestExit_orphansGoByThemselves(t *testing.T) {
	k := boot(t)
	p := start(t, k, func(p *kernel.Process) int {
		p.Fork(sleeper, kernel.ForkAttr{})
		p.Fork(quit(0), kernel.ForkAttr{})
		return 0
	})
	wait(t, k, p.PID())
	f := k.Init().Files()
	await.Until(t, "one orphan is left", func() bool { return k.Usage().Processes == 2 })
	_, _, err := f.Wait(-1, 0)
	wantErr(t, "wait for an orphan", err, errno.ECHILD)
	f.Kill(-1, sys.SIGTERM)
	await.Until(t, "nobody is left", func() bool { return k.Usage().Processes == 1 })
}

func TestExit_programsUnwind(t *testing.T) {
	k := boot(t)
	deferred := make(chan string, 4)
	p := start(t, k, func(p *kernel.Process) int {
		defer func() { deferred <- "main" }()
		go func() {
			defer func() { deferred <- "helper" }()
			p.Files().Poll(nil, -1)
			deferred <- "a dead call returned"
		}()
		defer p.Files().Close(0) // also dead, and must not keep the rest from running
		p.Files().Exit(9)
		deferred <- "exit returned"
		return 0
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(9) {
		t.Errorf("status %#x", s)
	}
	got := map[string]bool{<-deferred: true, <-deferred: true}
	if !got["main"] || !got["helper"] {
		t.Errorf("deferred: %v", got)
	}
	if p.Context().Err() == nil {
		t.Error("the context is not done")
	}
}

func TestExit_panicEndsOnlyTheProgram(t *testing.T) {
	k := boot(t)
	p := start(t, k, func(*kernel.Process) int { panic("on purpose") })
	if s := wait(t, k, p.PID()); s.Code() != 134 {
		t.Errorf("code %d", s.Code())
	}
}

func TestKill_rules(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	a := start(t, k, sleeper)
	for _, tt := range []struct {
		name string
		pid  int
		sig  sys.Signal
		want errno.Errno
	}{
		{"probe", a.PID(), 0, 0},
		{"probe of nobody", 77777, 0, errno.ESRCH},
		{"nobody", 77777, sys.SIGTERM, errno.ESRCH},
		{"no such group", -77777, sys.SIGTERM, errno.ESRCH},
		{"no such signal", a.PID(), 30, errno.EINVAL},
		{"a huge signal", a.PID(), 200, errno.EINVAL},
		{"process 1 lives", 1, sys.SIGKILL, 0},
		{"ignored by default", a.PID(), sys.SIGWINCH, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := f.Kill(tt.pid, tt.sig); errno.Of(err) != tt.want {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
	if a.Done() || k.Init().Done() {
		t.Error("somebody died")
	}
	if err := f.Kill(-1, sys.SIGKILL); err != nil {
		t.Error(err)
	}
	wait(t, k, a.PID())
	wantErr(t, "kill of all without any", f.Kill(-1, sys.SIGKILL), errno.ESRCH)
}

func TestSignals_pendingWhileStopped(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	a := start(t, k, sleeper)
	f.Kill(a.PID(), sys.SIGSTOP)
	f.Kill(a.PID(), sys.SIGTERM)
	if s := state(k, a.PID()); s != "T" {
		t.Errorf("state %q: a signal ended a stopped process", s)
	}
	f.Kill(a.PID(), sys.SIGCONT)
	if s := wait(t, k, a.PID()); s != sys.Signaled(sys.SIGTERM) {
		t.Errorf("status %#x", s)
	}
	b := start(t, k, sleeper)
	f.Kill(b.PID(), sys.SIGSTOP)
	f.Kill(b.PID(), sys.SIGKILL)
	if s := wait(t, k, b.PID()); s != sys.Signaled(sys.SIGKILL) {
		t.Errorf("status %#x", s)
	}
}

func TestCatch_signalBeforeTheWait(t *testing.T) {
	k := boot(t)
	p := start(t, k, func(p *kernel.Process) int {
		ch := p.Catch(sys.SIGUSR1)
		p.Signal(sys.SIGUSR1)
		// Nothing waited when it came: the wait must not sleep over it.
		if _, err := p.Files().Poll(nil, -1); err != errno.EINTR {
			return 1
		}
		<-ch
		p.Signal(sys.SIGUSR1)
		<-ch // seen in time: no call is interrupted
		if _, err := p.Files().Poll(nil, 1); err != nil {
			return 2
		}
		return 0
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
}

func TestGroupsAndSessions(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	a, _ := k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
	b, err := k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID, PGID: uint32(a.PID())})
	if err != nil {
		t.Fatal(err)
	}
	if ids := b.Files().IDs(); ids.PGID != a.PID() || ids.PPID != 1 || ids.SID != 1 {
		t.Errorf("%+v", ids)
	}
	_, err = k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID, PGID: 55555})
	wantErr(t, "a group that is not there", err, errno.EPERM)
	wantErr(t, "setpgid into nothing", f.SetPGID(b.PID(), 55555), errno.EPERM)
	wantErr(t, "setpgid of a stranger", f.SetPGID(55555, 0), errno.ESRCH)
	if err := f.SetPGID(b.PID(), 0); err != nil {
		t.Error(err)
	}
	_, err = b.Files().SetSID()
	wantErr(t, "setsid of a group's leader", err, errno.EPERM)
	s, _ := k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetSID})
	if ids := s.Files().IDs(); ids.SID != s.PID() || ids.PGID != s.PID() {
		t.Errorf("%+v", ids)
	}
	wantErr(t, "setpgid of another session's", f.SetPGID(s.PID(), 0), errno.EPERM)
	_, err = k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnForeground})
	wantErr(t, "foreground without a terminal", err, errno.ENOTTY)
}

func TestLimits(t *testing.T) {
	k := boot(t)
	p := start(t, k, func(p *kernel.Process) int {
		l := p.Limits()
		l.OpenFiles, l.Processes = 5, 10
		p.SetLimits(l)
		f := p.Files()
		for want := range 5 {
			if fd, err := f.Open("/dev/null", sys.ORead, 0); fd != want || err != nil {
				return 1
			}
		}
		if _, err := f.Open("/new", sys.OWrite|sys.OCreate, 0o644); errno.Of(err) != errno.EMFILE {
			return 2
		}
		if _, err := f.Stat("/new"); errno.Of(err) != errno.ENOENT {
			return 3
		}
		f.Close(3)
		if fd, err := f.Open("/dev/null", sys.ORead, 0); fd != 3 || err != nil {
			return 4
		}
		for range 8 { // with process 1 and this one: ten
			if _, err := p.Fork(sleeper, kernel.ForkAttr{}); err != nil {
				return 5
			}
		}
		if _, err := p.Fork(sleeper, kernel.ForkAttr{}); errno.Of(err) != errno.EAGAIN {
			return 6
		}
		return 0
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
}

func TestClose_endsAll(t *testing.T) {
	k := kernel.New(kernel.Config{})
	for range 20 {
		start(t, k, sleeper)
	}
	f := k.Init().Files()
	reading := make(chan error, 1)
	r, _, _ := f.Pipe()
	go func() {
		_, err := f.Read(r, make([]byte, 1))
		reading <- err
	}()
	await.Until(t, "the read waits", func() bool { return len(k.Processes()) == 21 })
	k.Close()
	wantErr(t, "a call that waited", <-reading, errno.ESRCH)
	wantErr(t, "a call afterwards", f.Close(r), errno.ESRCH)
	if u := k.Usage(); u.OpenFiles != 0 {
		t.Errorf("left: %+v", u)
	}
	_, err := k.Init().Fork(sleeper, kernel.ForkAttr{})
	wantErr(t, "fork afterwards", err, errno.ESRCH)
}
