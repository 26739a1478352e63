package kernel_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestPoll_timeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		f := k.Init().Files()
		r, _, _ := f.Pipe()
		began := time.Now()
		list := []sys.PollFD{{FD: uint32(r), Events: sys.PollIn}}
		if n, err := f.Poll(list, 90*time.Second); n != 0 || err != nil {
			t.Errorf("%d ready, %v", n, err)
		}
		if d := time.Since(began); d != 90*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

func TestSleep_interruptedAndKilled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		began := time.Now()
		catcher := start(t, k, func(p *kernel.Process) int {
			ch := p.Catch(sys.SIGUSR1)
			if err := p.Files().Sleep(time.Hour); err != errno.EINTR {
				return 1
			}
			return int(<-ch)
		})
		victim := start(t, k, func(p *kernel.Process) int {
			p.Files().Sleep(time.Hour)
			return 0
		})
		synctest.Wait()
		f := k.Init().Files()
		f.Kill(catcher.PID(), sys.SIGUSR1)
		f.Kill(victim.PID(), sys.SIGTERM)
		if s := wait(t, k, catcher.PID()); s != sys.Exited(uint8(sys.SIGUSR1)) {
			t.Errorf("catcher: %#x", s)
		}
		if s := wait(t, k, victim.PID()); s != sys.Signaled(sys.SIGTERM) {
			t.Errorf("victim: %#x", s)
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("it took %v", d)
		}
	})
}

// A stopped process's sleep goes on counting, but it does not see the end before it
// is continued.
func TestStop_withholdsReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := kernel.New(kernel.Config{})
		defer k.Close()
		began := time.Now()
		p := start(t, k, func(p *kernel.Process) int {
			p.Files().Sleep(time.Second)
			return int(time.Since(began) / time.Second)
		})
		synctest.Wait()
		f := k.Init().Files()
		f.Kill(p.PID(), sys.SIGSTOP)
		if pid, s, err := f.Wait(p.PID(), sys.WUntraced); pid != p.PID() || s != sys.Stopped(sys.SIGSTOP) || err != nil {
			t.Errorf("wait: %d %#x %v", pid, s, err)
		}
		time.Sleep(10 * time.Second)
		if s := state(k, p.PID()); s != "T" {
			t.Errorf("state %q", s)
		}
		f.Kill(p.PID(), sys.SIGCONT)
		if pid, s, err := f.Wait(p.PID(), sys.WContinued); pid != p.PID() || s != sys.Continued() || err != nil {
			t.Errorf("wait: %d %#x %v", pid, s, err)
		}
		if s := wait(t, k, p.PID()); s != sys.Exited(10) {
			t.Errorf("status %#x", s)
		}
	})
}
