package shell_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell"
)

// FuzzShell: whatever a script is, the shell ends by itself or by a signal, and
// without a panic (which the kernel reports as 134).
func FuzzShell(f *testing.F) {
	for _, file := range []string{"arith", "array", "builtin", "control", "expand", "glob", "redirect", "test"} {
		for _, c := range readCases(f, "testdata/"+file+".txt") {
			f.Add(c.script)
		}
	}
	for _, s := range []string{"${", "$((", "a=(", "[[ a =~ [ ]]", "${x//+(a|b)/c}", "case x in !(a)!(b)) ;; esac", "declare -n a=a; a=1", "x=${x:1:-9}", "printf %99999999d", "echo {1..9}{1..9}{1..9}{1..9}{1..9}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		if strings.ContainsRune(script, 0) {
			t.Skip("no argument has a NUL")
		}
		k := kernel.New(kernel.Config{})
		defer func() { _ = k.Close() }()
		registerForFuzz(k)
		files := k.Init().Files()
		_ = files.MkdirAll("/tmp/w", 0o777)
		null, err := files.Open("/dev/null", sys.ORead|sys.OWrite, 0)
		if err != nil {
			t.Fatal(err)
		}
		n := uint32(null)
		pid, err := files.Spawn(&sys.SpawnAttr{
			Argv: []string{"sh", "-c", script}, Env: []string{"PATH=/bin"}, Cwd: "/tmp/w",
			FDs: [][2]uint32{{n, 0}, {n, 1}, {n, 2}},
		})
		if err != nil {
			t.Skip(err)
		}
		// A loop without end is ended; if that takes long, something holds the shell.
		timer := time.AfterFunc(200*time.Millisecond, func() { _ = files.Kill(pid, sys.SIGKILL) })
		defer timer.Stop()
		hung := time.AfterFunc(limit, func() { panic("the shell does not end: " + script) })
		defer hung.Stop()
		_, status, err := files.Wait(pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		if status.Code() == 134 && !strings.Contains(script, "134") && !strings.Contains(script, "ABRT") && !strings.Contains(script, "6") {
			t.Errorf("panic in %q", script)
		}
	})
}

// registerForFuzz registers the shell alone: the commands have tests of their own.
func registerForFuzz(k *kernel.Kernel) { shell.Register(k) }
