package machine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wasmtest"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// growing is a program that grows by a page until that fails, and then traps.
func growing() []byte {
	return (&wasmtest.Module{Pages: 3, Funcs: []wasmtest.Func{{Export: "_start", Body: wasmtest.Code(
		0x03, 0x40, 0x41, 1, 0x40, 0, 0x41, int32(-1), 0x47, 0x0d, 0, 0x0b, 0x00)}}}).Bytes()
}

// under runs a program with limits.
func under(t *testing.T, k *kernel.Kernel, l kernel.Limits, path string) result {
	t.Helper()
	was := k.Init().Limits()
	k.Init().SetLimits(l)
	_, wait := spawn(t, k, sys.SpawnAttr{Path: path, Argv: []string{"prog"}})
	got := wait()
	k.Init().SetLimits(was)
	return got
}

func TestLimits_memory(t *testing.T) {
	code := growing()
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/grow.wasm", code)
		for _, test := range []struct {
			name  string
			limit uint64
			err   string
			exit  uint8
		}{
			{"8 MiB", 8 << 20, "prog: trap: unreachable\nprog: ended with 8 MiB of memory; the limit is 8 MiB (raise it with ulimit -v)\n", 134},
			{"not whole pages", 5<<20 + 1<<16 + 1, "prog: trap: unreachable\nprog: ended with 5184 KiB of memory; the limit is 5184 KiB (raise it with ulimit -v)\n", 134},
			{"less than it begins with", 1 << 17, "prog: needs 192 KiB of memory, and 128 KiB is the limit (raise it with ulimit -v)\n", 126},
			{"8 MiB again", 8 << 20, "prog: trap: unreachable\nprog: ended with 8 MiB of memory; the limit is 8 MiB (raise it with ulimit -v)\n", 134},
		} {
			t.Run(test.name, func(t *testing.T) {
				got := under(t, k, kernel.Limits{Memory: test.limit}, "/grow.wasm")
				if got.err != test.err || got.status != sys.Exited(test.exit) {
					t.Errorf("%q, %v; want %q, %d", got.err, got.status, test.err, test.exit)
				}
			})
		}
	})
}

func TestLimits_processorTime(t *testing.T) {
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/spin.wasm", spinning())
		got := under(t, k, kernel.Limits{CPU: 30 * time.Millisecond}, "/spin.wasm")
		if want := "prog: processor time limit of 30ms reached (raise it with ulimit -t)\n"; got.err != want || got.status != sys.Signaled(sys.SIGXCPU) {
			t.Errorf("%q, %v; want %q", got.err, got.status, want)
		}
	})
}

// TestLimits_output floods a file and meets the limit, in C's buffered way.
func TestLimits_output(t *testing.T) {
	code := wasmtest.BuildC(t, `
#include <stdio.h>
int main(void) { for (;;) puts("y"); }`)
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/yes.wasm", code)
		got := under(t, k, kernel.Limits{Output: 64 << 10}, "/yes.wasm")
		if want := "prog: output limit of 64 KiB reached (raise it with ulimit -o)\n"; got.err != want || got.status != sys.Signaled(sys.SIGXFSZ) {
			t.Errorf("%q, %v; want %q", got.err, got.status, want)
		}
		if n := len(got.out); n > 64<<10 || n < 60<<10 || strings.Trim(got.out, "y\n") != "" {
			t.Errorf("%d bytes of output", n)
		}
	})
}

func TestLimits_instructions(t *testing.T) {
	// Twice as many instructions in two loops, one of them in a function of its own.
	code := (&wasmtest.Module{Funcs: []wasmtest.Func{
		{Export: "_start", Body: wasmtest.Code(0x10, 1, 0x10, 1)},
		{Locals: []byte{wasmtest.I32}, Body: wasmtest.Code(0x41, int32(1000), 0x21, 0,
			0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b)},
	}}).Bytes()
	const all = 2*6000 + 3 + 2*16 // the bodies of the loops, and what calls them
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/loop.wasm", code)
		for _, test := range []struct {
			name  string
			limit uint64
			err   string
			exit  uint8
		}{
			{"as many as it needs", all, "", 0},
			{"one less", all - 1, "prog: limit of 12034 instructions reached (raise it with ulimit -i)\n", 152},
			{"few", 10, "prog: limit of 10 instructions reached (raise it with ulimit -i)\n", 152},
		} {
			t.Run(test.name, func(t *testing.T) {
				got := under(t, k, kernel.Limits{Instructions: test.limit}, "/loop.wasm")
				if got.err != test.err || got.status != sys.Exited(test.exit) {
					t.Errorf("%q, %v; want %q, %d", got.err, got.status, test.err, test.exit)
				}
			})
		}
	})
}

// TestLimits_spawn gives limits to one process, which its children inherit.
func TestLimits_spawn(t *testing.T) {
	both(t, func(t *testing.T, k *kernel.Kernel) {
		install(t, k, "/spin.wasm", spinning())
		_, wait := spawn(t, k, sys.SpawnAttr{
			Path: "/spin.wasm", Argv: []string{"prog"},
			Limits: []sys.Limit{{Kind: sys.LimitInstructions, Value: 1e6}, {Kind: sys.LimitOpenFiles, Value: 9}},
		})
		got := wait()
		if want := "prog: limit of 1000000 instructions reached (raise it with ulimit -i)\n"; got.err != want || got.status != sys.Exited(152) {
			t.Errorf("%q, %v; want %q", got.err, got.status, want)
		}
		_, err := k.Init().Files().Spawn(&sys.SpawnAttr{Path: "/spin.wasm", Limits: []sys.Limit{{Kind: 99, Value: 1}}})
		if errno.Of(err) != errno.EINVAL {
			t.Errorf("a limit that there is not: %v, want EINVAL", err)
		}
	})
}
