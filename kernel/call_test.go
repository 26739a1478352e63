package kernel_test

import (
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Continuations that make the next call, which completes another's, and so on, must
// not pile up on the stack.
func TestStart_continuationsInTurn(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	const rounds = 100_000
	r1, w1, _ := f.Pipe()
	r2, w2, _ := f.Pipe()
	depth, deepest := 0, 0
	count := 0
	var answer func(r, w int)
	answer = func(r, w int) {
		k.Init().Start(&sys.Request{Op: sys.OpRead, Args: [6]uint64{uint64(r), 1}}, func(sys.Reply) {
			if depth++; depth > deepest {
				deepest = depth
			}
			if count++; count < rounds {
				answer(r, w)
				k.Init().Start(&sys.Request{Op: sys.OpWrite, Args: [6]uint64{uint64(w)}, Data: []byte("x")}, func(sys.Reply) {})
			}
			depth--
		})
	}
	answer(r1, w2)
	answer(r2, w1)
	f.Write(w1, []byte("x"))
	if count != rounds || deepest > 3 {
		t.Errorf("%d of %d rounds, %d deep", count, rounds, deepest)
	}
}

func TestSyscall_unknown(t *testing.T) {
	k := boot(t)
	for _, op := range []sys.Op{0, sys.NumOps, 1 << 31} {
		if rep := k.Init().Syscall(&sys.Request{Op: op}); rep.Errno != errno.ENOSYS {
			t.Errorf("op %d: %v", op, rep.Errno)
		}
	}
}

func TestHook_seesAllAndMayRefuse(t *testing.T) {
	var mu sync.Mutex
	seen := map[sys.Op]int{}
	k := kernel.New(kernel.Config{Hook: func(p *kernel.Process, r *sys.Request, reply *sys.Reply) errno.Errno {
		mu.Lock()
		defer mu.Unlock()
		if reply != nil {
			seen[r.Op]++
		} else if p.PID() != 1 && r.Op == sys.OpMkdir {
			return errno.EPERM
		}
		return 0
	}})
	defer k.Close()
	p := start(t, k, func(p *kernel.Process) int {
		if err := p.Files().Mkdir("/x", 0o755); errno.Of(err) != errno.EPERM {
			return 1
		}
		return 0
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(0) {
		t.Errorf("status %#x", s)
	}
	f := k.Init().Files()
	r, w, _ := f.Pipe()
	f.Write(w, []byte("x"))
	f.Read(r, make([]byte, 1))
	mu.Lock()
	defer mu.Unlock()
	if seen[sys.OpMkdir] == 0 || seen[sys.OpWait] != 1 || seen[sys.OpRead] != 1 {
		t.Errorf("seen %v", seen)
	}
}

func TestYield_betweenCalls(t *testing.T) {
	var mu sync.Mutex
	yields := 0
	k := kernel.New(kernel.Config{Yield: func() { mu.Lock(); yields++; mu.Unlock() }})
	defer k.Close()
	k.Init().Files().Getcwd()
	p := start(t, k, func(p *kernel.Process) int {
		for range 10 {
			p.Files().GetPID()
		}
		return 0
	})
	wait(t, k, p.PID())
	mu.Lock()
	defer mu.Unlock()
	if yields != 10 {
		t.Errorf("%d yields for 10 calls", yields)
	}
}
