package kernel_test

import (
	"context"
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// TestPanic has a bug at each of the places where the kernel runs a process's code or its
// calls: it is the end of that process and of nothing else.
func TestPanic(t *testing.T) {
	const size = 77 // of what is read by a call that is to fail
	bug := func(r *sys.Request) bool { return r.Args[1] == size }
	read := func(p *kernel.Process) int {
		p.Files().Read(0, make([]byte, size))
		return 0
	}
	for _, tt := range []struct {
		name    string
		broken  bool
		outside bool
		main    kernel.Main
		text    string
	}{
		{"in a program", false, false, func(*kernel.Process) int {
			var none []int
			return none[len(none)]
		}, "prog: internal error: runtime error: index out of range [0] with length 0\n"},
		{"in a program that is being ended", false, false, func(p *kernel.Process) int {
			defer func() { panic("late") }()
			p.Files().Kill(p.PID(), sys.SIGABRT)
			return 0
		}, ""},
		{"under the lock", true, false, read, "prog: internal error: a bug\n"},
		{"without the lock", true, true, read, "prog: internal error: a bug outside\n"},
		{"under the lock, by another's goroutine", true, false, func(p *kernel.Process) int {
			f := p.Files()
			f.Kill(p.PID(), sys.SIGSTOP)
			read(p) // tried first when it continues
			return 0
		}, "prog: internal error: a bug\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.broken {
				defer kernel.BreakCall(sys.OpRead, tt.outside, bug)()
			}
			k := kernel.New(kernel.Config{})
			defer k.Close()
			bystander := start(t, k, sleeper)
			f := k.Init().Files()
			r, w, err := f.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			p, err := k.Init().Fork(tt.main, kernel.ForkAttr{Argv: []string{"prog"}, FDs: [][2]uint32{{uint32(r), 0}, {uint32(w), 2}}})
			if err != nil {
				t.Fatal(err)
			}
			f.Close(w)
			await.Until(t, "it has ended, or stops first", func() bool {
				if state(k, p.PID()) == "T" {
					f.Kill(p.PID(), sys.SIGCONT)
				}
				return state(k, p.PID()) == "Z"
			})
			if text, err := io.ReadAll(f.File(r)); string(text) != tt.text || err != nil {
				t.Errorf("%q, %v; want %q", text, err, tt.text)
			}
			f.Close(r)
			if s := wait(t, k, p.PID()); s != sys.Signaled(sys.SIGABRT) {
				t.Errorf("%v, want SIGABRT", s)
			}
			if tt.broken {
				if _, err := f.Read(99, make([]byte, size)); errno.Of(err) != errno.EIO {
					t.Errorf("process 1: %v, want EIO", err)
				}
			}
			if bystander.Done() {
				t.Error("another process has ended")
			}
			responsive(t, k)
			empty(t, k)
		})
	}
}

// brokenMachine has a bug where it loads.
type brokenMachine struct{ fakeMachine }

func (*brokenMachine) Load(context.Context, kernel.ImageKey, string, func() ([]byte, error)) (kernel.Image, error) {
	panic("a bug of the machine")
}

func TestPanic_machine(t *testing.T) {
	k := kernel.New(kernel.Config{Machine: &brokenMachine{}})
	defer k.Close()
	f := k.Init().Files()
	f.WriteFile("/x.wasm", []byte("\x00asmx"), 0o755)
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/x.wasm"}, FDs: [][2]uint32{{uint32(w), 2}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	text, err := io.ReadAll(f.File(r))
	if want := "/x.wasm: internal error: a bug of the machine\n"; string(text) != want || err != nil {
		t.Errorf("%q, %v; want %q", text, err, want)
	}
	f.Close(r)
	if s := wait(t, k, pid); s != sys.Signaled(sys.SIGABRT) {
		t.Errorf("%v, want SIGABRT", s)
	}
	empty(t, k)
}
