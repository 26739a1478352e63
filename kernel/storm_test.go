package kernel_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// storm is a program that does whatever comes to its mind.
func storm(seed uint64, depth int) kernel.Main {
	return func(p *kernel.Process) int {
		rnd := rand.New(rand.NewPCG(seed, uint64(depth)))
		f := p.Files()
		var fds []int
		pick := func() int { return fds[rnd.IntN(len(fds))] }
		for range 40 {
			switch n := rnd.IntN(12); {
			case n < 3 || len(fds) == 0:
				if r, w, err := f.Pipe(); err == nil {
					fds = append(fds, r, w)
				}
			case n == 3:
				f.Close(pick())
			case n == 4:
				fd := pick()
				f.SetFDFlags(fd, sys.ONonblock)
				f.Write(fd, make([]byte, rnd.IntN(9000)))
			case n == 5:
				fd := pick()
				f.SetFDFlags(fd, sys.ONonblock)
				f.Read(fd, make([]byte, rnd.IntN(9000)))
			case n == 6 && depth < 3:
				attr := kernel.ForkAttr{Flags: sys.SpawnFlag(rnd.IntN(4))}
				p.Fork(storm(rnd.Uint64(), depth+1), attr)
			case n == 7:
				f.Wait(-1, sys.WNoHang)
			case n == 8:
				if m, s, err := f.PTY(80, 24); err == nil {
					fds = append(fds, m, s)
				}
			case n == 9:
				list := k9(p)
				f.Kill(int(list[rnd.IntN(len(list))].PID), []sys.Signal{sys.SIGTERM, sys.SIGSTOP, sys.SIGCONT, sys.SIGKILL, sys.SIGWINCH}[rnd.IntN(5)])
			case n == 10:
				f.Poll([]sys.PollFD{{FD: uint32(pick()), Events: sys.PollIn}}, 100_000)
			case n == 11:
				f.Dup2(pick(), pick())
			}
		}
		return 0
	}
}

// k9 is the process list; process 1 is in it, and takes no harm.
func k9(p *kernel.Process) []sys.ProcInfo { return p.Kernel().Processes() }

func TestStorm_leavesNothing(t *testing.T) {
	goroutines := goroutineCount()
	k := boot(t)
	for seed := range uint64(30) {
		start(t, k, storm(seed, 0))
	}
	f := k.Init().Files()
	await.Until(t, "all have ended", func() bool {
		for {
			if pid, _, err := f.Wait(-1, sys.WNoHang); pid == 0 || err != nil {
				break
			}
		}
		// Those that were stopped go on, and what waits is ended now and then.
		f.Kill(-1, sys.SIGCONT)
		return k.Usage().Processes == 1
	})
	if u := k.Usage(); u.OpenFiles != 0 || u.TTYs != 0 || u.Sessions != 1 {
		t.Errorf("left: %+v", u)
	}
	await.Until(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

func TestForkBomb_ends(t *testing.T) {
	k := boot(t)
	var bomb kernel.Main
	bomb = func(p *kernel.Process) int {
		for {
			if _, err := p.Fork(bomb, kernel.ForkAttr{}); err != nil {
				p.Files().Poll(nil, -1)
			}
		}
	}
	p := start(t, k, bomb)
	await.Until(t, "the session is full", func() bool { return k.Usage().Processes == kernel.DefaultLimits().Processes })
	// Process 1 can still act.
	q := start(t, k, quit(0))
	wait(t, k, q.PID())
	f := k.Init().Files()
	await.Until(t, "the bomb is gone", func() bool {
		f.Kill(-1, sys.SIGKILL)
		f.Wait(p.PID(), sys.WNoHang)
		return k.Usage().Processes == 1
	})
}
