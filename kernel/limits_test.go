package kernel_test

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// limited runs main under limits, with a pipe as its standard error, and returns what
// it wrote there and how it ended.
func limited(t *testing.T, k *kernel.Kernel, l kernel.Limits, main kernel.Main) (string, sys.WaitStatus) {
	t.Helper()
	f := k.Init().Files()
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		p.SetLimits(l)
		return main(p)
	}, kernel.ForkAttr{Argv: []string{"prog"}, FDs: [][2]uint32{{uint32(w), 2}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	text, err := io.ReadAll(f.File(r))
	if err != nil {
		t.Error(err)
	}
	f.Close(r)
	return string(text), wait(t, k, p.PID())
}

// failing reports errors of a program by its exit code: the line is what it says.
func failing(p *kernel.Process, what string, err error, want errno.Errno) bool {
	if errno.Of(err) != want {
		io.WriteString(p.Stderr(), what+": "+errno.Of(err).Name()+"\n")
		return true
	}
	return false
}

func TestLimits_nameThemselves(t *testing.T) {
	for _, tt := range []struct {
		name   string
		limits kernel.Limits
		main   kernel.Main
		text   string
		status sys.WaitStatus
	}{
		{"output", kernel.Limits{Output: 1 << 20}, func(p *kernel.Process) int {
			f := p.Files()
			fd, _ := f.Open("/dev/null", sys.OWrite, 0)
			for {
				f.Write(fd, make([]byte, 1000))
			}
		}, "prog: output limit of 1 MiB reached (raise it with ulimit -o)\n", sys.Signaled(sys.SIGXFSZ)},
		{"output, ignored", kernel.Limits{Output: 1000}, func(p *kernel.Process) int {
			p.Ignore(sys.SIGXFSZ)
			f := p.Files()
			fd, _ := f.Open("/dev/null", sys.OWrite, 0)
			_, err := f.Write(fd, make([]byte, 900))
			bad := failing(p, "what fits", err, 0)
			n, err := f.Write(fd, make([]byte, 200))
			bad = failing(p, "cut", err, errno.EFBIG) || bad || n != 100
			for range 3 {
				_, err = f.Write(fd, make([]byte, 1))
				bad = failing(p, "more", err, errno.EFBIG) || bad
			}
			if bad {
				return 1
			}
			return 0
		}, "prog: output limit of 1000 bytes reached (raise it with ulimit -o)\n", sys.Exited(0)},
		{"output, to a pipe that is full", kernel.Limits{Output: 100 << 10, PipeBytes: 64 << 10}, func(p *kernel.Process) int {
			f := p.Files()
			r, w, _ := f.Pipe()
			p.Fork(func(c *kernel.Process) int {
				n, err := io.Copy(io.Discard, c.Files().File(r))
				if n != 100<<10 || err != nil {
					return 1
				}
				return 0
			}, kernel.ForkAttr{FDs: [][2]uint32{{uint32(r), uint32(r)}}})
			f.Close(r)
			p.Ignore(sys.SIGXFSZ)
			n, err := f.Write(w, make([]byte, 200<<10)) // waits, and is cut off in the end
			f.Close(w)
			_, status, _ := f.Wait(-1, 0)
			if n != 100<<10 || failing(p, "cut", err, errno.EFBIG) {
				return 1
			}
			return status.Code()
		}, "prog: output limit of 100 KiB reached (raise it with ulimit -o)\n", sys.Exited(0)},
		{"file size", kernel.Limits{FileSize: 3 << 10}, func(p *kernel.Process) int {
			f := p.Files()
			fd, _ := f.Open("/big", sys.OWrite|sys.OCreate, 0o644)
			for {
				f.Write(fd, make([]byte, 1000))
			}
		}, "prog: file size limit of 3 KiB reached (raise it with ulimit -f)\n", sys.Signaled(sys.SIGXFSZ)},
		{"file size, its own standard error", kernel.Limits{FileSize: 1000}, func(p *kernel.Process) int {
			p.Ignore(sys.SIGXFSZ)
			f := p.Files()
			fd, _ := f.Open("/log", sys.OWrite|sys.OCreate|sys.OAppend, 0o644)
			was, _ := f.Dup(2)
			f.Dup2(fd, 2)
			n, err := f.Write(2, make([]byte, 2000))
			f.Dup2(was, 2)
			b, _ := f.ReadFile("/log")
			if n != 1000 || failing(p, "cut", err, errno.EFBIG) {
				return 1
			}
			p.Stderr().Write(b[1000:])
			return 0
		}, "\nprog: file size limit of 1000 bytes reached (raise it with ulimit -f)\n", sys.Exited(0)},
		{"file size, without a write", kernel.Limits{FileSize: 1 << 10}, func(p *kernel.Process) int {
			p.Ignore(sys.SIGXFSZ)
			f := p.Files()
			fd, _ := f.Open("/big", sys.OWrite|sys.OCreate, 0o644)
			if failing(p, "truncate", f.Truncate("/big", 1025), errno.EFBIG) || failing(p, "truncate to the limit", f.Truncate("/big", 1024), 0) {
				return 1
			}
			r := p.Syscall(&sys.Request{Op: sys.OpAllocate, Args: [6]uint64{uint64(fd), 1000, 25}})
			r2 := p.Syscall(&sys.Request{Op: sys.OpPWrite, Args: [6]uint64{uint64(fd), 0, 1024}, Data: []byte("x")})
			if failing(p, "allocate", r.Err(), errno.EFBIG) || failing(p, "pwrite", r2.Err(), errno.EFBIG) {
				return 2
			}
			return 0
		}, "prog: file size limit of 1 KiB reached (raise it with ulimit -f)\n", sys.Exited(0)},
		{"open files", kernel.Limits{OpenFiles: 5}, func(p *kernel.Process) int {
			f := p.Files()
			for {
				if _, _, err := f.Pipe(); err != nil {
					if failing(p, "pipe", err, errno.EMFILE) {
						return 1
					}
					f.Open("/dev/null", sys.ORead, 0)
					f.Open("/dev/null", sys.ORead, 0)
					return 0
				}
			}
		}, "prog: limit of 5 open files reached (raise it with ulimit -n)\n", sys.Exited(0)},
		{"processes", kernel.Limits{Processes: 4}, func(p *kernel.Process) int {
			for {
				if _, err := p.Fork(sleeper, kernel.ForkAttr{FDs: [][2]uint32{}}); err != nil {
					if failing(p, "fork", err, errno.EAGAIN) {
						return 1
					}
					p.Fork(sleeper, kernel.ForkAttr{})
					p.Files().Kill(-1, sys.SIGKILL)
					return 0
				}
			}
		}, "prog: limit of 4 processes reached (raise it with ulimit -u)\n", sys.Exited(0)},
		{"processor time", kernel.Limits{CPU: 20 * time.Millisecond}, func(p *kernel.Process) int {
			for {
				p.Files().GetPID()
				runtime.Gosched() // where nothing preempts it, timers come in here
			}
		}, "prog: processor time limit of 20ms reached (raise it with ulimit -t)\n", sys.Signaled(sys.SIGXCPU)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := boot(t)
			text, status := limited(t, k, tt.limits, tt.main)
			if text != tt.text || status != tt.status {
				t.Errorf("%q, %v; want %q, %v", text, status, tt.text, tt.status)
			}
			await.Until(t, "all is given back", func() bool {
				k.Init().Files().Wait(-1, sys.WNoHang)
				u := k.Usage()
				return u.Processes == 1 && u.OpenFiles == 0
			})
		})
	}
}

func TestLimits_cpuKillsWhoGoesOn(t *testing.T) {
	k := boot(t)
	_, status := limited(t, k, kernel.Limits{CPU: time.Millisecond}, func(p *kernel.Process) int {
		p.Ignore(sys.SIGXCPU)
		for {
			p.Files().GetPID()
			runtime.Gosched()
		}
	})
	if status != sys.Signaled(sys.SIGKILL) {
		t.Errorf("%v", status)
	}
}

func TestLimits_system(t *testing.T) {
	k := kernel.New(kernel.Config{Processes: 5})
	defer k.Close()
	text, _ := limited(t, k, kernel.Limits{}, func(p *kernel.Process) int {
		for {
			if _, err := p.Fork(sleeper, kernel.ForkAttr{Flags: sys.SpawnSetSID}); err != nil {
				p.Files().Kill(-1, sys.SIGKILL)
				return 0
			}
		}
	})
	if want := "prog: the system's limit of 5 processes reached (end some of them)\n"; text != want {
		t.Errorf("%q, want %q", text, want)
	}
}

func TestLimits_pipe(t *testing.T) {
	k := boot(t)
	for _, tt := range []struct{ limit, want int }{{0, 64 << 10}, {1, 4096}, {8192, 8192}, {1 << 30, 1 << 20}} {
		_, status := limited(t, k, kernel.Limits{PipeBytes: tt.limit}, func(p *kernel.Process) int {
			f := p.Files()
			_, w, _ := f.Pipe()
			f.SetFDFlags(w, sys.ONonblock)
			if n, err := f.Write(w, make([]byte, 2<<20)); n != tt.want || errno.Of(err) != errno.EAGAIN {
				return 1
			}
			return 0
		})
		if status != sys.Exited(0) {
			t.Errorf("limit %d: %v", tt.limit, status)
		}
	}
}

func TestLimits_inherited(t *testing.T) {
	k := boot(t)
	want := kernel.Limits{OpenFiles: 9, Processes: 8, FileSize: 7, Memory: 6, Output: 5, CPU: time.Hour, PipeBytes: 4}
	_, status := limited(t, k, want, func(p *kernel.Process) int {
		c, err := p.Fork(func(c *kernel.Process) int {
			if c.Limits() != want {
				return 1
			}
			return 0
		}, kernel.ForkAttr{})
		if err != nil {
			return 2
		}
		_, status, _ := p.Files().Wait(c.PID(), 0)
		return int(status.Code())
	})
	if status != sys.Exited(0) {
		t.Errorf("%v", status)
	}
}

func TestCPUTime_countsNoWaits(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	p := start(t, k, func(p *kernel.Process) int {
		child, _ := p.Fork(func(c *kernel.Process) int {
			for self := time.Duration(0); self < 5*time.Millisecond; self, _ = c.Times() {
				runtime.Gosched()
			}
			return 0
		}, kernel.ForkAttr{})
		_, _, cpu, err := p.Files().WaitTime(child.PID(), 0)
		if _, children := p.Times(); err != nil || cpu < 5*time.Millisecond || children != cpu {
			return 1
		}
		p.Files().Sleep(-1)
		return 0
	})
	began := time.Now()
	q := start(t, k, func(p *kernel.Process) int {
		p.Files().Sleep(300 * time.Millisecond)
		return 0
	})
	_, status, cpu, err := f.WaitTime(q.PID(), 0)
	if took := time.Since(began); err != nil || status != sys.Exited(0) || cpu <= 0 || cpu > took-290*time.Millisecond {
		t.Errorf("a sleeper: %v, %v, %v of %v", status, err, cpu, took)
	}
	_, status, cpu, err = f.WaitTime(p.PID(), 0)
	if err != nil || status != sys.Exited(0) || cpu < 5*time.Millisecond {
		t.Errorf("a parent: %v, %v, %v", status, err, cpu)
	}
}

func TestFileSystem_full(t *testing.T) {
	k := kernel.New(kernel.Config{FS: vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{Limit: 1 << 20}))})
	defer k.Close()
	f := k.Init().Files()
	before, err := f.Statfs("/")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, k, func(p *kernel.Process) int { // yes >file
		fd, err := p.Files().Open("/file", sys.OWrite|sys.OCreate, 0o644)
		for err == nil {
			_, err = p.Files().Write(fd, []byte(strings.Repeat("y\n", 50001)))
		}
		return int(errno.Of(err))
	})
	if s := wait(t, k, p.PID()); s != sys.Exited(uint8(errno.ENOSPC)) {
		t.Errorf("%v, want ENOSPC", s)
	}
	full, err := f.Statfs("/")
	if err != nil || full.Total != 1<<20 || full.Free >= 64<<10 {
		t.Errorf("full: %+v, %v", full, err)
	}
	if err := f.Unlink("/file"); err != nil {
		t.Fatal(err)
	}
	// The writer's end lets go of the file, when it has been waited for.
	await.Until(t, "the room is free", func() bool {
		after, err := f.Statfs("/")
		return after == before && err == nil
	})
}
