package commands_test

import (
	"context"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/commands"
)

// world is a kernel with the commands, and a directory to work in.
type world struct {
	t  testing.TB
	k  *kernel.Kernel
	fs *sys.Files
}

const workDir = "/work"

func newWorld(t testing.TB) *world {
	k := kernel.New(kernel.Config{})
	commands.Register(k)
	t.Cleanup(func() { k.Close() })
	limits := k.Init().Limits()
	limits.Output, limits.FileSize = 4<<20, 16<<20 // what runs wild is to fail
	k.Init().SetLimits(limits)
	w := &world{t: t, k: k, fs: k.Init().Files()}
	w.must(w.fs.MkdirAll(workDir, 0o777))
	w.must(w.fs.MkdirAll("/tmp", 0o777))
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// write makes a file below the working directory, or a directory if the name ends in
// a slash.
func (w *world) write(name, data string) {
	w.t.Helper()
	name = path.Join(workDir, name) + map[bool]string{true: "/", false: ""}[strings.HasSuffix(name, "/")]
	if strings.HasSuffix(name, "/") {
		w.must(w.fs.MkdirAll(strings.TrimSuffix(name, "/"), 0o755))
		return
	}
	w.must(w.fs.MkdirAll(path.Dir(name), 0o755))
	w.must(w.fs.WriteFile(name, []byte(data), 0o644))
}

type result struct {
	out, err string
	code     int
}

// run runs a command with files as its standard streams.
func (w *world) run(argv []string, stdin string, env ...string) result {
	w.t.Helper()
	fs := w.fs
	w.must(fs.WriteFile("/tmp/stdin", []byte(stdin), 0o600))
	in, err := fs.Open("/tmp/stdin", sys.ORead, 0)
	w.must(err)
	out, err := fs.Open("/tmp/stdout", sys.OWrite|sys.OCreate|sys.OTrunc, 0o600)
	w.must(err)
	errs, err := fs.Open("/tmp/stderr", sys.OWrite|sys.OCreate|sys.OTrunc, 0o600)
	w.must(err)
	env = append([]string{"PATH=/bin", "TZ=UTC0", "USER=user", "HOME=/work"}, env...)
	pid, err := fs.Spawn(&sys.SpawnAttr{Argv: argv, Env: env, Cwd: workDir,
		FDs: [][2]uint32{{uint32(in), 0}, {uint32(out), 1}, {uint32(errs), 2}}})
	w.must(err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { fs.Kill(pid, sys.SIGKILL) })
	defer stop()
	_, status, err := fs.Wait(pid, 0)
	w.must(err)
	for _, fd := range []int{in, out, errs} {
		w.must(fs.Close(fd))
	}
	stdout, err := fs.ReadFile("/tmp/stdout")
	w.must(err)
	stderr, err := fs.ReadFile("/tmp/stderr")
	w.must(err)
	return result{string(stdout), string(stderr), status.Code()}
}

// words cuts a command line at its blanks, with the shell's quotes.
func words(line string) (argv []string) {
	var b strings.Builder
	quote, any := byte(0), false
	for i := 0; i < len(line); i++ {
		ch := line[i]
		switch {
		case quote == '\'' && ch != quote, quote == '"' && ch != quote && ch != '\\':
			b.WriteByte(ch)
		case quote != '\'' && ch == '\\' && i+1 < len(line):
			i++
			if quote == '"' && strings.IndexByte("\\\"$`", line[i]) < 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(line[i])
			any = true
		case quote != 0 && ch == quote:
			quote = 0
		case ch == '\'' || ch == '"':
			quote, any = ch, true
		case ch == ' ':
			if any {
				argv = append(argv, b.String())
			}
			b.Reset()
			any = false
		default:
			b.WriteByte(ch)
			any = true
		}
	}
	if any {
		argv = append(argv, b.String())
	}
	return argv
}
