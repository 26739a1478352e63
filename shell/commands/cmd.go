package commands

import (
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// cmd is one run of a command.
type cmd struct {
	p    *kernel.Process
	fs   *sys.Files
	spec *spec
	name string   // for messages
	args []string // without the command's name
	out  *output  // standard output, buffered
	code int      // the exit code so far: what went wrong with one file of many
	all  func() []Command

	stdin *input
}

// exitCode unwinds a run to its end.
type exitCode int

// main runs the command on p.
func (s *spec) main(p *kernel.Process, all func() []Command) (code int) {
	c := &cmd{p: p, fs: p.Files(), spec: s, name: s.name, all: all}
	if args := p.Args(); len(args) > 0 {
		c.args = args[1:]
	}
	c.out = newOutput(c, 1)
	defer func() {
		// Goexit, the end of a killed process, passes here with r == nil; only
		// our own unwinding is taken up.
		switch r := recover().(type) {
		case nil:
		case exitCode:
			code = int(r)
		default:
			panic(r)
		}
	}()
	if !s.literal && len(c.args) == 1 && c.args[0] == "--help" {
		c.help()
	}
	code = s.run(c)
	c.out.Flush()
	if code == 0 {
		code = c.code
	}
	return code
}

// help prints the manual and ends the run.
func (c *cmd) help() {
	c.out.WriteString(page(c.spec.name, c.spec.synopsis, c.spec.help).Usage())
	c.exit(0)
}

// exit ends the run, with what is still buffered written.
func (c *cmd) exit(code int) {
	c.out.Flush()
	panic(exitCode(code))
}

// errorf prints one line on standard error, with the command's name before it.
func (c *cmd) errorf(format string, args ...any) {
	c.out.Flush()
	c.fs.Write(2, []byte(c.name+": "+errno.Sentence(format, args...)+"\n"))
}

// namer shows names on standard output: plain on a terminal, and as they are for another program.
func (c *cmd) namer() func(name string) string {
	if c.fs.IsTTY(1) {
		return errno.Plain
	}
	return func(name string) string { return name }
}

// fail prints one line on standard error and ends the run.
func (c *cmd) fail(code int, format string, args ...any) {
	c.errorf(format, args...)
	c.exit(code)
}

// usageError is fail for wrong usage.
func (c *cmd) usageError(code int, format string, args ...any) {
	c.errorf(format, args...)
	c.fs.Write(2, []byte("Try '"+c.name+" --help' for more information.\n"))
	c.exit(code)
}

// fileError reports what went wrong with a file, and lets the run end in 1.
func (c *cmd) fileError(name string, err error) {
	c.errorf("%s: %s", name, reason(err))
	if c.code == 0 {
		c.code = 1
	}
}

// reason is err as a message says it, without the path: the kernel's sentence, or
// the errno's text.
func reason(err error) string {
	if why := errno.Why(err); why != "" {
		return why
	}
	if e, ok := errors.AsType[errno.Errno](err); ok {
		return e.Error()
	}
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err.Error()
	}
	return err.Error()
}

func isErrno(err error, e errno.Errno) bool { return err != nil && errno.Of(err) == e }

// getenv is the value of an environment variable, empty if there is none.
func (c *cmd) getenv(name string) string {
	v, _ := c.lookupEnv(name)
	return v
}

func (c *cmd) lookupEnv(name string) (string, bool) {
	env := c.p.Environ()
	for i := len(env) - 1; i >= 0; i-- {
		if k, v, ok := strings.Cut(env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

// sleep waits for d.
func (c *cmd) sleep(d time.Duration) {
	for end := time.Now().Add(d); d > 0; d = time.Until(end) {
		if err := c.fs.Sleep(d); err != nil && !isErrno(err, errno.EINTR) {
			return
		}
	}
}
