package shell_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell"
	"github.com/bushel-wasm/bushel/shell/commands"
)

// boot makes a kernel with a shell, the commands and a home directory.
func boot(t testing.TB) *kernel.Kernel {
	t.Helper()
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { _ = k.Close() })
	commands.Register(k)
	shell.Register(k)
	f := k.Init().Files()
	for _, dir := range []string{"/tmp", "/home/user"} {
		if err := f.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return k
}

// result is what a shell printed and how it ended.
type result struct {
	out, err string
	status   sys.WaitStatus
}

// limit is how long a script of a test may take before it is a failure.
const limit = 20 * time.Second

// run runs argv as a child of process 1 in dir with stdin as its input.
func run(t testing.TB, k *kernel.Kernel, dir, stdin string, argv ...string) result {
	t.Helper()
	f := k.Init().Files()
	pipe := func() (r, w int) {
		r, w, err := f.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		return r, w
	}
	inR, inW := pipe()
	outR, outW := pipe()
	errR, errW := pipe()
	pid, err := f.Spawn(&sys.SpawnAttr{
		Argv: argv, Cwd: dir,
		Env: []string{"PATH=/bin", "HOME=/home/user", "LC_ALL=C", "TZ=UTC"},
		FDs: [][2]uint32{{uint32(inR), 0}, {uint32(outW), 1}, {uint32(errW), 2}},
		// A group of its own, so that the test can end all of it.
		Flags: sys.SpawnSetPGID,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range []int{inR, outW, errW} {
		_ = f.Close(fd)
	}
	timer := time.AfterFunc(limit, func() { _ = f.Kill(-pid, sys.SIGKILL) })
	defer timer.Stop()
	var wg sync.WaitGroup
	var out, errs bytes.Buffer
	wg.Go(func() { _, _ = out.ReadFrom(f.File(outR)) })
	wg.Go(func() { _, _ = errs.ReadFrom(f.File(errR)) })
	wg.Go(func() {
		if stdin != "" {
			_, _ = f.File(inW).WriteString(stdin)
		}
		_ = f.Close(inW)
	})
	_, status, err := f.Wait(pid, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !timer.Stop() {
		t.Errorf("%q took longer than %v", argv, limit)
	}
	wg.Wait()
	_ = f.Close(outR)
	_ = f.Close(errR)
	return result{out.String(), errs.String(), status}
}

// sh runs a line.
func sh(t testing.TB, k *kernel.Kernel, line string) result {
	t.Helper()
	return run(t, k, "/tmp", "", "sh", "-c", line)
}

func TestMessages(t *testing.T) {
	k := boot(t)
	f := k.Init().Files()
	for name, text := range map[string]string{
		"/tmp/text":    "echo from text $1\n",
		"/tmp/binary":  "\x7fELF\x00\x00\x01",
		"/tmp/plain":   "echo hidden\n",
		"/bin/unready": "echo hidden\n",
	} {
		if err := f.WriteFile(name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Chmod("/bin/unready", 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, line, out, err string
		code                 int
	}{
		{"a command that nobody has", "foo a b", "", "sh: foo: command not found\n", 127},
		{"a path that is not there", "./foo", "", "sh: ./foo: no such file or directory\n", 127},
		{"a directory", "/tmp", "", "sh: /tmp: is a directory\n", 126},
		{"not a module", "./binary", "", "sh: ./binary: cannot execute: not a WebAssembly module\n", 126},
		{"text that is named as a module", "echo echo no > text.wasm; ./text.wasm", "", "sh: ./text.wasm: cannot execute: not a WebAssembly module\n", 126},
		{"an empty module", ": > empty.wasm; ./empty.wasm", "", "sh: ./empty.wasm: cannot execute: not a WebAssembly module\n", 126},
		{"text with a NUL in it", "printf 'echo no\\n\\0\\n' > nul; chmod +x nul; ./nul", "", "sh: ./nul: cannot execute: not a WebAssembly module\n", 126},
		{"text that is not UTF-8", "printf 'echo no \\377\\n' > latin; chmod +x latin; ./latin", "", "sh: ./latin: cannot execute: not a WebAssembly module\n", 126},
		{"a text without an x bit", "echo echo no > notes; ./notes", "", "sh: ./notes: permission denied: not a WebAssembly module, and a script needs an x bit (chmod +x)\n", 126},
		{"an empty script", ": > nothing; chmod +x nothing; ./nothing", "", "", 0},
		{"a script beyond ASCII", "echo 'echo \"gr\u00fc\u00df \u65e5\"' > wide; chmod +x wide; ./wide", "gr\u00fc\u00df \u65e5\n", "", 0},
		{"a script without a first line for it", "./text x", "from text x\n", "", 0},
		{"no permission", "unready", "", "sh: /bin/unready: permission denied\n", 126},
		{"syntax", "if true", "", "sh: line 1: syntax error: ", 2},
		{"syntax of a later line", "echo a\necho b\n)", "a\nb\n", "sh: line 3: syntax error: ", 2},
		{"nested too deeply", strings.Repeat("(", 10000), "", "sh: line 1: syntax error: nested too deeply\n", 2},
		{"endless recursion", "f() { f; }; f; echo not here", "", "sh: f: maximum function nesting level exceeded (1000)\n", 1},
		{"endless recursion by eval", `e='eval "$e"'; eval "$e"`, "", "sh: maximum nesting level exceeded (4000)\n", 1},
		{"endless recursion of files", "echo '. ./self' >self; . ./self", "", "./self: line 1: maximum nesting level exceeded (4000)\n", 1},
		{"a huge brace expansion", "echo {1..100000000}", "", "sh: brace expansion would exceed", 1},
		{"an unset parameter", "echo ${x?}; echo more", "", "sh: x: parameter not set\n", 127},
		{"a readonly variable", "readonly x=1; x=2; echo more", "", "sh: x: readonly variable\n", 1},
		{"cd", "cd /none", "", "sh: cd: /none: no such file or directory\n", 1},
		{"a redirection", "cat </none", "", "sh: /none: no such file or directory\n", 1},
		{"division", "echo $((1/0))", "", "sh: division by 0\n", 1},
		{"limits", "ulimit -o 64; ulimit -o; ulimit -p; ulimit -f 2; ulimit -f; ulimit -o unlimited; ulimit -o", "64\n128\n2\nunlimited\n", "", 0},
		{"a limit is met", "ulimit -f 1; seq 10000 >big; wc -c <big", "1024\n", "seq: file size limit of 1 KiB reached (raise it with ulimit -f)\n", 0},
		{"a limit that is no number", "ulimit -n few", "", "sh: ulimit: few: invalid number\n", 1},
		{"a time", "TIMEFORMAT='%0U %S'; time :", "", "0 0.000\n", 0},
		{"an option", "set -Z", "", "sh: set: -Z: invalid option\n", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := sh(t, k, tt.line)
			if !strings.HasPrefix(got.err, tt.err) || tt.err == "" && got.err != "" {
				t.Errorf("stderr %q, want %q", got.err, tt.err)
			}
			if n := strings.Count(got.err, "\n"); tt.err != "" && n != 1 && tt.name != "an option" {
				t.Errorf("%d lines of errors: %.300q", n, got.err)
			}
			if got.out != tt.out || got.status.Code() != tt.code {
				t.Errorf("stdout %q, code %d; want %q, %d", got.out, got.status.Code(), tt.out, tt.code)
			}
		})
	}
}
