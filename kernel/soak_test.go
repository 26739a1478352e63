package kernel_test

import (
	"flag"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var (
	soakTime = flag.Duration("soak", 2*time.Second, "how long the soak takes")
	soakSeed = flag.Uint64("seed", 0, "the seed of the soak; 0 is one of its own")
)

// soaker is a process that does what its random numbers tell it.
type soaker struct {
	*sys.Files
	p     *kernel.Process
	rnd   *rand.Rand
	depth int
	fds   []int
}

const soakSteps = 60

// soak is a program of random calls.
func soak(seed uint64, depth int) kernel.Main {
	return func(p *kernel.Process) int {
		s := &soaker{Files: p.Files(), p: p, rnd: rand.New(rand.NewPCG(seed, uint64(depth))), depth: depth}
		for fd := range 3 {
			s.fds = append(s.fds, fd)
		}
		s.run()
		return s.rnd.IntN(256)
	}
}

func (s *soaker) run() {
	acts := []func(){
		s.pipe, s.pipe, s.close, s.close, s.read, s.write, s.write, s.fork, s.spawn, s.guest, s.wait, s.signal,
		s.stop, s.terminal, s.closeTerminal, s.poll, s.dup, s.file, s.handle, s.group, s.limit,
	}
	for range soakSteps {
		acts[s.rnd.IntN(len(acts))]()
	}
}

func (s *soaker) fd() int { return s.fds[s.rnd.IntN(len(s.fds))] }

func (s *soaker) pipe() {
	if r, w, err := s.Pipe(); err == nil {
		s.fds = append(s.fds, r, w)
	}
}

func (s *soaker) close() { s.Close(s.fd()) }

// read reads what is there, and now and then waits for it: who is not woken is ended
// with the round.
func (s *soaker) read() {
	fd := s.fd()
	if s.rnd.IntN(8) > 0 {
		s.SetFDFlags(fd, sys.ONonblock)
	}
	s.Read(fd, make([]byte, s.rnd.IntN(9000)))
}

func (s *soaker) write() {
	fd := s.fd()
	if s.rnd.IntN(4) > 0 {
		s.SetFDFlags(fd, sys.ONonblock)
	}
	s.Write(fd, make([]byte, s.rnd.IntN(90000)))
}

func (s *soaker) fork() {
	if s.depth < 3 {
		s.p.Fork(soak(s.rnd.Uint64(), s.depth+1), kernel.ForkAttr{Flags: sys.SpawnFlag(s.rnd.IntN(8))})
	}
}

func (s *soaker) spawn() {
	s.Spawn(&sys.SpawnAttr{Argv: []string{"/bin/quick"}, FDs: [][2]uint32{{uint32(s.fd()), 1}}, Flags: sys.SpawnFlag(s.rnd.IntN(4))})
}

func (s *soaker) guest() {
	s.Spawn(&sys.SpawnAttr{Argv: []string{"/guest.wasm"}, FDs: [][2]uint32{{uint32(s.fd()), 0}, {uint32(s.fd()), 1}}})
}

func (s *soaker) wait() { s.Wait(-1, sys.WNoHang|sys.WUntraced|sys.WContinued) }

func (s *soaker) other() int {
	list := s.p.Kernel().Processes()
	return int(list[s.rnd.IntN(len(list))].PID)
}

func (s *soaker) signal() {
	list := []sys.Signal{sys.SIGTERM, sys.SIGHUP, sys.SIGINT, sys.SIGUSR1, sys.SIGPIPE, sys.SIGKILL, sys.SIGWINCH, sys.SIGXCPU}
	pid := s.other()
	if s.rnd.IntN(6) == 0 {
		pid = -pid
	}
	s.Kill(pid, list[s.rnd.IntN(len(list))])
}

func (s *soaker) stop() {
	pid := s.other()
	s.Kill(pid, []sys.Signal{sys.SIGSTOP, sys.SIGTSTP}[s.rnd.IntN(2)])
	if s.rnd.IntN(4) > 0 {
		s.Kill(pid, sys.SIGCONT)
	}
}

// terminal opens a terminal and starts a session on it.
func (s *soaker) terminal() {
	m, t, err := s.PTY(80, 24)
	if err != nil {
		return
	}
	s.fds = append(s.fds, m, t)
	if s.depth < 3 && s.rnd.IntN(2) == 0 {
		s.p.Fork(soak(s.rnd.Uint64(), s.depth+1), kernel.ForkAttr{
			FDs: [][2]uint32{{uint32(t), 0}, {uint32(t), 1}, {uint32(t), 2}}, TTY: uint32(t), Flags: sys.SpawnSetSID | sys.SpawnSetTTY,
		})
	}
}

// closeTerminal closes a terminal on which something may be waiting.
func (s *soaker) closeTerminal() {
	m, t, err := s.PTY(80, 24)
	if err != nil {
		return
	}
	s.p.Fork(func(p *kernel.Process) int {
		p.Files().Read(t, make([]byte, 10))
		return 0
	}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(t), uint32(t)}}, TTY: uint32(t), Flags: sys.SpawnSetSID | sys.SpawnSetTTY})
	s.Write(m, []byte("x\x03y\n")[:s.rnd.IntN(5)])
	s.Close(m)
	s.Close(t)
}

func (s *soaker) poll() {
	s.Poll([]sys.PollFD{{FD: uint32(s.fd()), Events: sys.PollIn}, {FD: uint32(s.fd()), Events: sys.PollOut}}, time.Duration(s.rnd.IntN(500))*time.Microsecond)
}

func (s *soaker) dup() {
	if fd, err := s.Dup(s.fd()); err == nil {
		s.fds = append(s.fds, fd)
	}
	s.Dup2(s.fd(), s.fd())
}

func (s *soaker) file() {
	if fd, err := s.Open("/tmp/"+string(rune('a'+s.rnd.IntN(9))), sys.ORead|sys.OWrite|sys.OCreate, 0o600); err == nil {
		s.fds = append(s.fds, fd)
		s.Unlink("/tmp/" + string(rune('a'+s.rnd.IntN(9))))
	}
}

func (s *soaker) handle() {
	sig := sys.Signal(1 + s.rnd.IntN(sys.NumSignals-1))
	switch s.rnd.IntN(3) {
	case 0:
		s.p.Catch(sig)
	case 1:
		s.p.Ignore(sig)
	case 2:
		s.p.Default(sig)
	}
}

func (s *soaker) group() {
	s.SetPGID(0, 0)
	if s.rnd.IntN(3) == 0 {
		s.SetSID()
	}
}

func (s *soaker) limit() {
	l := s.p.Limits()
	l.OpenFiles, l.Processes = 5+s.rnd.IntN(100), 50+s.rnd.IntN(200)
	l.Output, l.FileSize = uint64(s.rnd.IntN(1<<20)), uint64(s.rnd.IntN(1<<20))
	l.CPU, l.PipeBytes = time.Duration(s.rnd.IntN(1e8)), s.rnd.IntN(1<<17)
	s.p.SetLimits(l)
}

// TestSoak runs rounds of random processes, and checks after each that nothing is
// left. "go test -run Soak -soak 10m ./kernel" is the long form; -seed repeats one.
func TestSoak(t *testing.T) {
	if testing.Short() {
		*soakTime = min(*soakTime, 300*time.Millisecond)
	}
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	goroutines := goroutineCount()
	m := &fakeMachine{run: map[string]func(*kernel.Guest){
		"guest": func(g *kernel.Guest) {
			f := g.Process.Files()
			f.Write(1, make([]byte, 5000))
			f.Read(0, make([]byte, 5000))
			g.Ended(sys.Exited(0))
		},
	}}
	k := kernel.New(kernel.Config{Machine: m})
	k.Register("quick", func(p *kernel.Process) int { p.Stdout().WriteString("quick\n"); return 0 })
	f := k.Init().Files()
	f.MkdirAll("/tmp", 0o777)
	f.WriteFile("/guest.wasm", []byte("\x00asmguest"), 0o755)
	rounds := 0
	for began := time.Now(); rounds == 0 || time.Since(began) < *soakTime; rounds++ {
		for range 5 {
			if _, err := k.Init().Fork(soak(rnd.Uint64(), 0), kernel.ForkAttr{}); err != nil {
				t.Fatal(err)
			}
		}
		settle(k)
		empty(t, k)
		if t.Failed() {
			t.Fatalf("left after round %d: %+v", rounds, k.Usage())
		}
	}
	t.Logf("%d rounds", rounds)
	k.Close()
	await.Until(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}

// settle waits until nothing goes on any more, or long enough.
func settle(k *kernel.Kernel) {
	for end := time.Now().Add(100 * time.Millisecond); time.Now().Before(end); {
		busy := false
		for _, p := range k.Processes() {
			busy = busy || p.State == "R"
		}
		if !busy {
			return
		}
		runtime.Gosched()
	}
}
