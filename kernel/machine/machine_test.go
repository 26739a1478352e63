package machine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/machine"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// both runs f on a kernel with each native engine.
func both(t *testing.T, f func(t *testing.T, k *kernel.Kernel)) {
	for _, name := range []string{"compiler", "interpreter"} {
		t.Run(name, func(t *testing.T) {
			f(t, boot(t, machine.Config{Interpreter: name == "interpreter"}))
		})
	}
}

// boot makes a kernel that is closed when the test ends.
func boot(t *testing.T, config machine.Config) *kernel.Kernel {
	t.Helper()
	m, err := machine.New(config)
	if err != nil {
		t.Fatal(err)
	}
	k := kernel.New(kernel.Config{Machine: m})
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

// A result is what became of a program.
type result struct {
	out, err string
	status   sys.WaitStatus
}

// install puts a program into the kernel's tree.
func install(t *testing.T, k *kernel.Kernel, path string, code []byte) {
	t.Helper()
	if err := k.Init().Files().WriteFile(path, code, 0o755); err != nil {
		t.Fatal(err)
	}
}

var runs int

// spawn starts a program; wait waits for it.
func spawn(t *testing.T, k *kernel.Kernel, attr sys.SpawnAttr) (pid int, wait func() result) {
	t.Helper()
	f := k.Init().Files()
	runs++
	names := [...]string{fmt.Sprintf("/tmp/in%d", runs), fmt.Sprintf("/tmp/out%d", runs), fmt.Sprintf("/tmp/err%d", runs)}
	if err := f.MkdirAll("/tmp", 0o777); err != nil {
		t.Fatal(err)
	}
	var open []int
	for i, name := range names {
		fd, err := f.Open(name, sys.ORead|sys.OWrite|sys.OCreate, 0o666)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, fd)
		if i == 0 && len(attr.FDs) > 0 {
			continue // has a standard input
		}
		attr.FDs = append(attr.FDs, [2]uint32{uint32(fd), uint32(i)})
	}
	pid, err := f.Spawn(&attr)
	if err != nil {
		t.Fatal(err)
	}
	return pid, func() (r result) {
		t.Helper()
		_, status, err := f.Wait(pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		r.status = status
		for i, to := range []*string{nil, &r.out, &r.err} {
			if to != nil {
				b, err := f.ReadFile(names[i])
				if err != nil {
					t.Fatal(err)
				}
				*to = strings.ToValidUTF8(string(b), "?")
			}
			if err := f.Close(open[i]); err != nil {
				t.Fatal(err)
			}
		}
		return r
	}
}
