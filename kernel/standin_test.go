package kernel_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// becomes is a program in whose place main goes on, of which it tells.
func becomes(child chan<- *kernel.Process, main kernel.Main) kernel.Main {
	return func(p *kernel.Process) int {
		c, err := p.Fork(func(c *kernel.Process) int {
			child <- c
			return main(c)
		}, kernel.ForkAttr{Flags: sys.SpawnStandIn})
		if err != nil {
			return 126
		}
		return p.Follow(c.PID())
	}
}

func TestStandIn_ends(t *testing.T) {
	tests := []struct {
		name string
		main kernel.Main
		send func(f *sys.Files, p, c int)
		want sys.WaitStatus
	}{
		{"it exits", quit(7), nil, sys.Exited(7)},
		{"the program is killed", sleeper, func(f *sys.Files, p, _ int) { f.Kill(p, sys.SIGKILL) }, sys.Signaled(sys.SIGKILL)},
		{"the program is terminated", sleeper, func(f *sys.Files, p, _ int) { f.Kill(p, sys.SIGTERM) }, sys.Signaled(sys.SIGTERM)},
		{"it is killed", sleeper, func(f *sys.Files, _, c int) { f.Kill(c, sys.SIGKILL) }, sys.Signaled(sys.SIGKILL)},
		{"both are stopped and it is killed", sleeper, func(f *sys.Files, p, c int) {
			f.Kill(p, sys.SIGSTOP)
			f.Kill(c, sys.SIGKILL)
		}, sys.Signaled(sys.SIGKILL)},
		{"another stands in for it", func(c *kernel.Process) int { return becomes(make(chan *kernel.Process, 1), sleeper)(c) },
			func(f *sys.Files, p, _ int) { f.Kill(p, sys.SIGTERM) }, sys.Signaled(sys.SIGTERM)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			child := make(chan *kernel.Process, 1)
			p := start(t, k, becomes(child, test.main))
			c := <-child
			if test.send != nil {
				test.send(k.Init().Files(), p.PID(), c.PID())
			}
			if got := wait(t, k, p.PID()); got != test.want {
				t.Errorf("the program ended with %#x, want %#x", got, test.want)
			}
			await.Until(t, "nobody is left", func() bool { return k.Usage().Processes == 1 })
		})
	}
}

func TestStandIn_getsSignalsOnce(t *testing.T) {
	tests := []struct {
		name  string
		flags sys.SpawnFlag
		to    func(p int) int
	}{
		{"by number", 0, func(p int) int { return p }},
		{"by group", sys.SpawnSetPGID, func(p int) int { return -p }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			child := make(chan *kernel.Process, 1)
			got := make(chan sys.Signal, 2)
			main := becomes(child, func(c *kernel.Process) int {
				ch := c.Catch(sys.SIGUSR1, sys.SIGUSR2)
				child <- c
				for range 2 {
					got <- <-ch
				}
				return sleeper(c)
			})
			p, err := k.Init().Fork(func(p *kernel.Process) int {
				p.Catch(sys.SIGUSR1) // the program's own hand is off
				return main(p)
			}, kernel.ForkAttr{Flags: test.flags})
			if err != nil {
				t.Fatal(err)
			}
			<-child
			<-child
			f := k.Init().Files()
			f.Kill(test.to(p.PID()), sys.SIGUSR1)
			f.Kill(test.to(p.PID()), sys.SIGUSR2)
			for _, want := range []sys.Signal{sys.SIGUSR1, sys.SIGUSR2} {
				if s := <-got; s != want {
					t.Errorf("it got %v, want %v", s, want)
				}
			}
			f.Kill(p.PID(), sys.SIGKILL)
			wait(t, k, p.PID())
		})
	}
}

func TestStandIn_stopsAndGoesOn(t *testing.T) {
	tests := []struct {
		name string
		to   func(p, c int) int
	}{
		{"by the program's number", func(p, _ int) int { return p }},
		{"by its own", func(_, c int) int { return c }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			k := boot(t)
			child := make(chan *kernel.Process, 1)
			p := start(t, k, becomes(child, sleeper))
			c := <-child
			f := k.Init().Files()
			for range 3 {
				f.Kill(test.to(p.PID(), c.PID()), sys.SIGSTOP)
				if _, s, err := f.Wait(p.PID(), sys.WUntraced); err != nil || !s.Stopped() {
					t.Fatalf("stopped: %#x, %v", s, err)
				}
				f.Kill(test.to(p.PID(), c.PID()), sys.SIGCONT)
				if _, s, err := f.Wait(p.PID(), sys.WContinued); err != nil || !s.Continued() {
					t.Fatalf("continued: %#x, %v", s, err)
				}
			}
			f.Kill(p.PID(), sys.SIGTERM)
			if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGTERM) {
				t.Errorf("it ended with %#x", s)
			}
		})
	}
}
