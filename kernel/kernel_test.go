package kernel_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// boot makes a kernel that is closed when the test ends.
func boot(t testing.TB) *kernel.Kernel {
	t.Helper()
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close() })
	return k
}

// start runs main as a child of process 1.
func start(t testing.TB, k *kernel.Kernel, main kernel.Main) *kernel.Process {
	t.Helper()
	p, err := k.Init().Fork(main, kernel.ForkAttr{Argv: []string{t.Name()}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// wait waits for a child of process 1.
func wait(t testing.TB, k *kernel.Kernel, pid int) sys.WaitStatus {
	t.Helper()
	got, status, err := k.Init().Files().Wait(pid, 0)
	if err != nil || got != pid {
		t.Fatalf("wait for %d: pid %d, %v", pid, got, err)
	}
	return status
}

// state is a process's state as ps shows it, empty if it is gone.
func state(k *kernel.Kernel, pid int) string {
	for _, i := range k.Processes() {
		if int(i.PID) == pid {
			return i.State
		}
	}
	return ""
}

func wantErr(t testing.TB, what string, err error, want errno.Errno) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %s", what, err, want.Name())
	}
}

func TestKernel_registeredProgram(t *testing.T) {
	k := boot(t)
	k.Register("hello", func(p *kernel.Process) int {
		io.WriteString(p.Stdout(), strings.Join(p.Args(), ",")+"\n")
		return 7
	})
	f := k.Init().Files()
	r, w, err := f.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"hello", "a", "b"}, FDs: [][2]uint32{{uint32(w), 1}}})
	if err != nil {
		t.Fatal(err)
	}
	f.Close(w)
	out, err := io.ReadAll(f.File(r))
	if err != nil || string(out) != "hello,a,b\n" {
		t.Errorf("output %q, %v", out, err)
	}
	if s := wait(t, k, pid); s != sys.Exited(7) {
		t.Errorf("status %#x", s)
	}
}

func TestKernel_files(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	data := bytes.Repeat([]byte("0123456789"), 20000)
	if err := f.WriteFile("/big", data, 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := f.ReadFile("/big")
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("read %d bytes, %v", len(got), err)
	}
	_, err = f.ReadFile("/none")
	wantErr(t, "read of a missing file", err, errno.ENOENT)
	if err := f.MkdirAll("/a/b/c", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := f.RemoveAll("/a"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Stat("/a"); !errors.Is(err, errno.ENOENT) {
		t.Errorf("after RemoveAll: %v", err)
	}
	list, err := f.ReadDir("/")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name)
	}
	if s := strings.Join(names, " "); s != "big dev proc" {
		t.Errorf("names %q", s)
	}
	for path, want := range map[string]string{"/proc/self/cmdline": "init\x00", "/proc/1/cwd": ""} {
		got, err := f.ReadFile(path)
		if want != "" && (err != nil || string(got) != want) {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
}
