package kernel_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// goroutineCount is how many goroutines there may be when all that a test starts have ended.
func goroutineCount() int {
	n := runtime.NumGoroutine()
	if runtime.GOOS == "js" {
		n++ // the one on which events come in
	}
	return n
}

// empty ends all processes and checks that nothing is left of them.
func empty(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	f := k.Init().Files()
	defer func() {
		if t.Failed() {
			t.Logf("left: %+v, %v", k.Usage(), k.Processes())
		}
	}()
	await.Until(t, "only process 1 is left", func() bool {
		f.Kill(-1, sys.SIGKILL)
		for {
			if pid, _, err := f.Wait(-1, sys.WNoHang); pid == 0 || err != nil {
				break
			}
		}
		return k.Usage() == (kernel.Usage{Processes: 1, Sessions: 1})
	})
}

// responsive checks that a key typed on a terminal is echoed soon, whatever else goes on.
func responsive(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	f := k.Init().Files()
	m, s, err := f.PTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close(s)
	defer f.Close(m)
	began := time.Now()
	if _, err := f.Write(m, []byte("x")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	if _, err := f.Read(m, b); err != nil || b[0] != 'x' {
		t.Fatalf("echo %q, %v", b, err)
	}
	// The bound is 100 ms; a machine that does ten things at once gets more.
	if d := time.Since(began); d > time.Second {
		t.Errorf("an echo took %v", d)
	}
}

func TestContain(t *testing.T) {
	m := &fakeMachine{run: map[string]func(*kernel.Guest){}}
	forever := make(chan struct{})
	defer close(forever)
	spawnOn := func(p *kernel.Process) {
		f := p.Files()
		for {
			if _, err := f.Spawn(&sys.SpawnAttr{Argv: p.Args()}); err != nil {
				f.Sleep(time.Millisecond)
			}
			f.Wait(-1, sys.WNoHang)
		}
	}
	m.run["spawner"] = func(g *kernel.Guest) { spawnOn(g.Process) }
	m.run["dead"] = func(*kernel.Guest) { <-forever }
	m.run["flood"] = func(g *kernel.Guest) {
		for {
			g.Process.Files().Write(1, make([]byte, 9000))
		}
	}
	m.run["idle"] = func(g *kernel.Guest) { g.Process.Files().Poll(nil, -1) }
	most := kernel.DefaultLimits().Processes
	full := func(u kernel.Usage) bool { return u.Processes == most }
	for _, tt := range []struct {
		name  string
		argv  []string
		count int
		until func(kernel.Usage) bool
	}{
		{"programs that spawn without end", []string{"/bin/bomb"}, 1, full},
		{"guests that spawn without end", []string{"/spawner.wasm"}, 1, full},
		{"guests that never answer", []string{"/dead.wasm"}, 50, func(u kernel.Usage) bool { return u.Processes == 51 }},
		{"idle programs", []string{"/bin/idle"}, 200, func(u kernel.Usage) bool { return u.Processes == 201 }},
		{"idle guests", []string{"/idle.wasm"}, 200, func(u kernel.Usage) bool { return u.Processes == 201 }},
		{"floods that nobody reads", []string{"/flood.wasm"}, 20, func(u kernel.Usage) bool { return u.Processes == 21 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			goroutines := goroutineCount()
			k := kernel.New(kernel.Config{Machine: m})
			defer k.Close()
			k.Register("bomb", func(p *kernel.Process) int { spawnOn(p); return 0 })
			k.Register("idle", sleeper)
			f := k.Init().Files()
			for _, name := range []string{"spawner", "dead", "flood", "idle"} {
				f.WriteFile("/"+name+".wasm", []byte("\x00asm"+name), 0o755)
			}
			r, w, err := f.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			for range tt.count {
				if _, err := f.Spawn(&sys.SpawnAttr{Argv: tt.argv, FDs: [][2]uint32{{uint32(w), 1}}}); err != nil {
					t.Fatal(err)
				}
			}
			await.Until(t, "it is as bad as it gets", func() bool { return tt.until(k.Usage()) })
			responsive(t, k)
			f.Close(r)
			f.Close(w)
			empty(t, k)
			if tt.name != "guests that never answer" {
				await.Until(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
			}
		})
	}
}

// hangingMachine never comes to an end of loading.
type hangingMachine struct{ fakeMachine }

func (m *hangingMachine) Load(ctx context.Context, _ kernel.ImageKey, _ string, _ func() ([]byte, error)) (kernel.Image, error) {
	<-ctx.Done()
	return nil, errors.New("given up")
}

func TestContain_loadingForEver(t *testing.T) {
	goroutines := goroutineCount()
	k := kernel.New(kernel.Config{Machine: &hangingMachine{}})
	f := k.Init().Files()
	f.WriteFile("/x.wasm", []byte("\x00asmx"), 0o755)
	for range 20 {
		if _, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/x.wasm"}}); err != nil {
			t.Fatal(err)
		}
	}
	responsive(t, k)
	empty(t, k)
	k.Close()
	await.Until(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestContain_floodWithoutReader(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		for {
			p.Stdout().Write(make([]byte, 5000))
		}
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(w), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	await.Until(t, "the flood is held up", func() bool { return state(k, p.PID()) == "S" })
	st, err := f.Fstat(r)
	if err != nil || st.Size > 64<<10 {
		t.Errorf("the pipe holds %d bytes, %v", st.Size, err)
	}
	f.Close(r)
	if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGPIPE) {
		t.Errorf("%v, want SIGPIPE", s)
	}
	empty(t, k)
}

func TestPipe_bothEndsInOneProcess(t *testing.T) {
	k := boot(t)
	_, status := limited(t, k, kernel.Limits{}, func(p *kernel.Process) int {
		f := p.Files()
		r, w, _ := f.Pipe()
		if n, err := f.Write(w, []byte("to myself")); n != 9 || err != nil {
			return 1
		}
		b := make([]byte, 20)
		if n, err := f.Read(r, b); string(b[:n]) != "to myself" || err != nil {
			return 2
		}
		// Nothing to read, and the writer is the reader: without a signal this waits for
		// ever, as Unix has it.
		hup := p.Catch(sys.SIGHUP)
		if _, err := p.Fork(func(c *kernel.Process) int {
			up := c.Files().IDs().PPID
			for state(c.Kernel(), up) != "S" {
				runtime.Gosched()
			}
			c.Files().Kill(up, sys.SIGHUP)
			return 0
		}, kernel.ForkAttr{FDs: [][2]uint32{}}); err != nil {
			return 3
		}
		if _, err := f.Read(r, b); errno.Of(err) != errno.EINTR {
			return 4
		}
		<-hup
		f.SetFDFlags(w, sys.ONonblock)
		if n, err := f.Write(w, make([]byte, 100<<10)); n != 64<<10 || errno.Of(err) != errno.EAGAIN {
			return 5
		}
		p.Ignore(sys.SIGPIPE)
		f.Close(r)
		if _, err := f.Write(w, []byte("x")); errno.Of(err) != errno.EPIPE {
			return 6
		}
		return 0
	})
	if status != sys.Exited(0) {
		t.Errorf("%v", status)
	}
	empty(t, k)
}

func TestKill_zeroAndAll(t *testing.T) {
	k := boot(t)
	// A group of three, one of which signals it, and one apart.
	apart, err := k.Init().Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetPGID})
	if err != nil {
		t.Fatal(err)
	}
	leader, err := k.Init().Fork(func(p *kernel.Process) int {
		usr := p.Catch(sys.SIGUSR1)
		for range 2 {
			p.Fork(sleeper, kernel.ForkAttr{})
		}
		f := p.Files()
		if failing(p, "kill 0", f.Kill(0, sys.SIGUSR1), 0) {
			return 1
		}
		<-usr // to itself too
		for range 2 {
			if _, s, _ := f.Wait(-1, 0); s != sys.Signaled(sys.SIGUSR1) {
				return 2
			}
		}
		if failing(p, "itself", f.Kill(p.PID(), sys.SIGUSR1), 0) {
			return 3
		}
		<-usr
		// All but itself and process 1.
		if failing(p, "kill -1", f.Kill(-1, sys.SIGTERM), 0) {
			return 4
		}
		return 0
	}, kernel.ForkAttr{Flags: sys.SpawnSetPGID, FDs: [][2]uint32{}})
	if err != nil {
		t.Fatal(err)
	}
	if s := wait(t, k, leader.PID()); s != sys.Exited(0) {
		t.Errorf("%v", s)
	}
	if s := wait(t, k, apart.PID()); s != sys.Signaled(sys.SIGTERM) {
		t.Errorf("the one apart: %v", s)
	}
	zombie := start(t, k, quit(3))
	await.Until(t, "it is a zombie", func() bool { return state(k, zombie.PID()) == "Z" })
	f := k.Init().Files()
	if err := f.Kill(zombie.PID(), sys.SIGKILL); err != nil {
		t.Errorf("a signal to a zombie: %v", err)
	}
	if s := wait(t, k, zombie.PID()); s != sys.Exited(3) {
		t.Errorf("the zombie: %v", s)
	}
	for _, pid := range []int{1 << 40, -1 << 40, -1 << 63} {
		wantErr(t, "a pid out of range", f.Kill(pid, sys.SIGTERM), errno.ESRCH)
	}
	empty(t, k)
}

func TestTTY_closedWhileRead(t *testing.T) {
	for _, tt := range []struct {
		name   string
		main   kernel.Main
		status sys.WaitStatus
	}{
		{"one that dies of it", func(p *kernel.Process) int {
			p.Stdout().WriteString("up")
			p.Stdin().Read(make([]byte, 1))
			return 1
		}, sys.Signaled(sys.SIGHUP)},
		{"one that ignores it", func(p *kernel.Process) int {
			p.Ignore(sys.SIGHUP)
			p.Stdout().WriteString("up")
			if n, _ := p.Stdin().Read(make([]byte, 1)); n != 0 {
				return 1
			}
			return 0
		}, sys.Exited(0)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := boot(t)
			p, m := terminal(t, k, tt.main)
			f := k.Init().Files()
			f.Read(m, make([]byte, 10))
			await.Until(t, "it reads", func() bool { return state(k, p.PID()) == "S" })
			f.Close(m)
			if s := wait(t, k, p.PID()); s != tt.status {
				t.Errorf("%v, want %v", s, tt.status)
			}
			empty(t, k)
		})
	}
}

// TestTTY_floodInterrupted interrupts a program whose output nobody reads: what had been on its
// way is not shown.
func TestTTY_floodInterrupted(t *testing.T) {
	k := boot(t)
	p, m := terminal(t, k, func(p *kernel.Process) int {
		for {
			p.Stdout().Write(make([]byte, 5000))
		}
	})
	f := k.Init().Files()
	await.Until(t, "the flood is held up", func() bool { return state(k, p.PID()) == "S" })
	if _, err := f.Write(m, []byte{3}); err != nil {
		t.Fatal(err)
	}
	if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGINT) {
		t.Errorf("%v, want SIGINT", s)
	}
	b := make([]byte, 100)
	if n, err := f.Read(m, b); string(b[:n]) != "^C" || err != nil {
		t.Errorf("%d bytes are shown, %q, %v; want ^C", n, b[:n], err)
	}
	f.Close(m)
	empty(t, k)
}
