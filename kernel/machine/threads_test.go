package machine_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// threadsZig is examples/zig/threads.zig, if the machine has Zig.
func threadsZig(t *testing.T) []byte {
	t.Helper()
	w, err := guests.NewWorkshop()
	if err != nil {
		t.Fatal(err)
	}
	w.Offline, w.Out = true, t.TempDir()
	g := guests.Find("threads-zig")
	if _, err := w.Build(g); err != nil {
		if missing, ok := errors.AsType[*guests.MissingError](err); ok {
			t.Skip(missing)
		}
		t.Fatal(err)
	}
	code, err := os.ReadFile(filepath.Join(w.Out, g.File()))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestThreads_zig(t *testing.T) {
	code := threadsZig(t)
	tests := []struct {
		what, out, err string
		exit           uint8
	}{
		{"count", "8 threads counted 8000 under a mutex and 8000 atomically\n", "", 0},
		{"many", "256 threads counted 2560\n", "", 0},
		{"trap", "trap\n", "threads: trap: unreachable\n", 134},
		{"exit", "exit\n", "", 9},
		{"late", "late\n", "", 0},
	}
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/threads.wasm", code)
		for _, test := range tests {
			t.Run(test.what, func(t *testing.T) {
				_, wait := spawn(t, k, sys.SpawnAttr{Path: "/threads.wasm", Argv: []string{"threads", test.what}})
				got := wait()
				if got.out != test.out || got.err != test.err || got.status != sys.Exited(test.exit) {
					t.Errorf("%q, %q, %v; want %q, %q and exit code %d", got.out, got.err, got.status, test.out, test.err, test.exit)
				}
			})
		}
	})
}

// waiting is a program whose thread reports to fd 1 that it runs; then both wait for ever.
func waiting() []byte {
	i := wasmtest.I32
	forEver := wasmtest.Code(0x03, 0x40, 0x41, int32(64), 0x41, 0, 0x42, int64(-1), 0xfe, 0x01, 2, 0, 0x1a, 0x0c, 0, 0x0b)
	return (&wasmtest.Module{Shared: 1, Funcs: []wasmtest.Func{
		{Module: "wasi", Name: "thread-spawn", Params: []byte{i}, Results: []byte{i}},
		{Module: "wasi_snapshot_preview1", Name: "fd_write", Params: []byte{i, i, i, i}, Results: []byte{i}},
		{Export: "_start", Body: wasmtest.Code(0x41, 0, 0x10, 0, 0x1a, forEver)},
		{Export: "wasi_thread_start", Params: []byte{i, i}, Body: wasmtest.Code(
			0x41, 12, 0x41, 1, 0x36, 2, 0, // a buffer of one byte
			0x41, 1, 0x41, 8, 0x41, 1, 0x41, 0, 0x10, 1, 0x1a, forEver)},
	}}).Bytes()
}

func TestThreads_kill(t *testing.T) {
	code := waiting()
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/wait.wasm", code)
		f := k.Init().Files()
		r, w, err := f.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		pid, err := f.Spawn(&sys.SpawnAttr{Path: "/wait.wasm", Argv: []string{"wait"}, FDs: [][2]uint32{{uint32(w), 1}}})
		if err != nil {
			t.Fatal(err)
		}
		f.Close(w)
		if n, err := f.Read(r, make([]byte, 1)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if err := f.Kill(pid, sys.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if _, status, err := f.Wait(pid, 0); err != nil || status != sys.Signaled(sys.SIGKILL) {
			t.Errorf("%v, %v; want signal %v", status, err, sys.SIGKILL)
		}
		f.Close(r) // the machine, which is closed now, waits for the threads
	})
}
