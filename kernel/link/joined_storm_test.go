package link_test

import (
	"flag"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var (
	stormSeed   = flag.Uint64("seed", 0, "the seed of the storm; 0 is one of its own")
	stormRounds = flag.Int("storm", 12, "how many rounds the storm has")
)

// account is what is known of the bytes of one pipe.
type account struct {
	mu     sync.Mutex
	sent   int // the writer's calls have taken these
	read   int // these have been read, all of them right and in order
	killed bool
	end    bool // the reader has met the end
}

// TestJoined_storm has pipelines of random writers and readers, to whose pipes, joined or
// not, everything happens that takes a pipe back: polls, duplicates, flags, other
// processes that open an end, stops and sudden deaths. Every byte is accounted for.
// "go test -run storm -storm 1000 ./kernel/link" is the long form; -seed repeats one.
func TestJoined_storm(t *testing.T) {
	seed := *stormSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	rounds := *stormRounds
	if testing.Short() {
		rounds = min(rounds, 3)
	}
	f := bootFar(t, nil)
	for round := range rounds {
		var wg sync.WaitGroup
		for range 4 {
			s := rnd.Uint64()
			wg.Go(func() { f.stormOnce(t, s) })
		}
		wg.Wait()
		if u := f.k.Usage(); u.Processes != 1 || u.OpenFiles != 0 || u.Joined != 0 {
			t.Fatalf("left after round %d: %+v", round, u)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if f.joined() == 0 {
		t.Error("no pipe was joined")
	}
	t.Logf("%d rounds, joined %d times", rounds, f.joined())
}

var stormNumber atomic.Int32

// stormOnce runs one writer and one reader and meddles with them.
func (f *far) stormOnce(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	var a account
	total := rnd.IntN(6 << 20)
	leaves := rnd.IntN(4) == 0 // the reader does, before the end
	name := itoa(int(stormNumber.Add(1)))
	ws, rs := rnd.Uint64(), rnd.Uint64()
	f.program("w"+name, func(p *proc) uint8 { return stormWriter(t, p, &a, ws, total) })
	f.program("r"+name, func(p *proc) uint8 { return stormReader(t, p, &a, rs, leaves) })
	init := f.k.Init().Files()
	r, w, err := init.Pipe()
	if err != nil {
		t.Error(err)
		return
	}
	wp := f.spawn(t, "w"+name, [][2]uint32{{uint32(w), 1}})
	rp := f.spawn(t, "r"+name, [][2]uint32{{uint32(r), 0}})
	init.Close(r)
	init.Close(w)
	for range rnd.IntN(12) {
		f.meddle(rnd, &a, wp, rp)
	}
	init.Kill(wp, sys.SIGCONT)
	init.Kill(rp, sys.SIGCONT)
	wstatus, rstatus := f.wait(t, wp), f.wait(t, rp)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.killed:
		// What had not been sent when it died is not known.
	case leaves:
		if rstatus != sys.Exited(1) || wstatus != 0 && wstatus != sys.Exited(1) && wstatus != sys.Signaled(sys.SIGPIPE) {
			t.Errorf("seed %d: a reader left with %#x, and the writer with %#x", seed, rstatus, wstatus)
		}
	case wstatus != 0 || rstatus != 0 || a.sent != total || a.read != total || !a.end:
		t.Errorf("seed %d: sent %d and read %d of %d, statuses %#x and %#x, end %v", seed, a.sent, a.read, total, wstatus, rstatus, a.end)
	}
	if a.read > a.sent {
		t.Errorf("seed %d: read %d bytes of %d", seed, a.read, a.sent)
	}
}

// meddle does something from outside, after some work of the pipeline's.
func (f *far) meddle(rnd *rand.Rand, a *account, wp, rp int) {
	init := f.k.Init().Files()
	for range rnd.IntN(300) {
		init.Getcwd()
	}
	pid, fd := wp, "/fd/1"
	flags := sys.OWrite
	if rnd.IntN(2) == 0 {
		pid, fd, flags = rp, "/fd/0", sys.ORead
	}
	switch n := rnd.IntN(20); {
	case n < 6:
		init.Kill(pid, sys.SIGSTOP)
		for range rnd.IntN(300) {
			init.Getcwd()
		}
		init.Kill(pid, sys.SIGCONT)
	case n < 12:
		if fd, err := init.Open("/proc/"+itoa(pid)+fd, flags, 0); err == nil {
			init.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn | sys.PollOut}}, 0)
			init.Close(fd)
		}
	case n < 16:
		// Its worker serves no messages for a time.
		p := f.find(uint32(pid))
		if p == nil {
			return
		}
		p.events.set(false, true)
		for range rnd.IntN(300) {
			init.Getcwd()
		}
		p.events.set(false, false)
	case n == 16:
		a.mu.Lock()
		a.killed = true
		a.mu.Unlock()
		init.Kill(pid, sys.SIGKILL)
	}
}

func stormWriter(t *testing.T, p *proc, a *account, seed uint64, total int) uint8 {
	rnd := rand.New(rand.NewPCG(seed, 3))
	fd := 1
	for at := 0; at < total; {
		buf := make([]byte, min(total-at, 1+rnd.IntN([]int{10, 5000, 200_000}[rnd.IntN(3)])))
		fill(buf, at)
		a.mu.Lock()
		a.sent = at + len(buf) // some of it may be read before the call has ended
		a.mu.Unlock()
		n, err := p.Write(fd, buf)
		at += n
		if err == errno.EAGAIN {
			p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollOut}}, -1)
			continue
		}
		if err == errno.EPIPE {
			return 1 // the reader left in the middle of the write
		}
		if err != nil {
			t.Errorf("write at %d: %v", at, err)
			return 9
		}
		fd = stormMove(p, rnd, fd)
	}
	return 0
}

func stormReader(t *testing.T, p *proc, a *account, seed uint64, leaves bool) uint8 {
	rnd := rand.New(rand.NewPCG(seed, 4))
	fd := 0
	for at := 0; ; {
		buf := make([]byte, 1+rnd.IntN([]int{10, 5000, 200_000}[rnd.IntN(3)]))
		n, err := p.Read(fd, buf)
		switch {
		case err == errno.EAGAIN:
			p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn}}, -1)
			continue
		case n == 0:
			a.mu.Lock()
			a.end = true
			a.mu.Unlock()
			if leaves {
				return 1
			}
			return 0
		}
		if bad := firstWrong(buf[:n], at); bad >= 0 {
			t.Errorf("byte %d is another's", bad)
			return 9
		}
		at += n
		a.mu.Lock()
		a.read = at
		a.mu.Unlock()
		if leaves && rnd.IntN(200) == 0 {
			return 1
		}
		fd = stormMove(p, rnd, fd)
	}
}

// stormMove does something to the process's own fd, and returns its number then.
func stormMove(p *proc, rnd *rand.Rand, fd int) int {
	switch rnd.IntN(150) {
	case 0:
		if other, err := p.Dup(fd); err == nil {
			p.Close(fd)
			return other
		}
	case 1:
		if other, err := p.Dup(fd); err == nil {
			p.Close(other)
		}
	case 2:
		p.SetFDFlags(fd, sys.ONonblock)
	case 3:
		p.SetFDFlags(fd, 0)
	case 4:
		p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn | sys.PollOut}}, 0)
	case 5:
		p.Poll([]sys.PollFD{{FD: uint32(fd), Events: sys.PollIn | sys.PollOut}}, -1)
	case 6:
		p.Fstat(fd)
	}
	return fd
}
