package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// start starts a program with the command's own environment; fds are pairs of the
// command's fd and the program's, nil for 0, 1 and 2 as they are.
func (c *cmd) start(argv, env []string, fds [][2]uint32) (pid int, err error) {
	return c.spawn(&sys.SpawnAttr{Argv: argv, Env: env, FDs: fds})
}

// spawn starts what attr says, with what start leaves open.
func (c *cmd) spawn(attr *sys.SpawnAttr) (pid int, err error) {
	c.out.Flush()
	if attr.Env == nil {
		attr.Env = c.p.Environ()
	}
	if attr.FDs == nil {
		attr.FDs = [][2]uint32{{0, 0}, {1, 1}, {2, 2}}
	}
	return c.fs.Spawn(attr)
}

// wait waits for a child and returns the code that a shell shows for its end.
func (c *cmd) wait(pid int) int {
	for {
		_, status, err := c.fs.Wait(pid, 0)
		if isErrno(err, errno.EINTR) {
			continue
		}
		if err != nil {
			return 127
		}
		return status.Code()
	}
}

// launchCode is the exit code for a program that could not be started.
func launchCode(err error) int {
	if isErrno(err, errno.ENOENT) {
		return 127
	}
	return 126
}

// run runs a program to its end. One that cannot be started is reported.
func (c *cmd) run(argv, env []string, fds [][2]uint32) int {
	pid, err := c.start(argv, env, fds)
	if err != nil {
		c.errorf("%s: %s", argv[0], reason(err))
		return launchCode(err)
	}
	return c.wait(pid)
}

// become runs a program in the command's place, as exec(2) would: it gets the signals that
// come, and the command ends as it ends.
func (c *cmd) become(argv, env []string, fds [][2]uint32) int {
	pid, err := c.spawn(&sys.SpawnAttr{Argv: argv, Env: env, FDs: fds, Flags: sys.SpawnStandIn})
	if err != nil {
		c.errorf("%s: %s", argv[0], reason(err))
		return launchCode(err)
	}
	return c.p.Follow(pid)
}

// lookPath finds a program along PATH.
func (c *cmd) lookPath(name string, all bool) (found []string) {
	runs := func(path string) bool {
		st, err := c.fs.Stat(path)
		return err == nil && st.Type == sys.TypeRegular && (st.Mode&0o111 != 0 || strings.HasSuffix(path, ".wasm"))
	}
	if strings.Contains(name, "/") {
		if runs(name) {
			found = append(found, name)
		}
		return found
	}
	for _, dir := range strings.Split(c.getenv("PATH"), ":") {
		if dir == "" {
			dir = "."
		}
		if path := joinPath(dir, name); runs(path) {
			if found = append(found, path); !all {
				break
			}
		}
	}
	return found
}

var whichSpec = spec{name: "which", synopsis: "[-a] NAME...", run: runWhich, help: `
Print where programs are, along PATH.
  -a, --all  all of that name`}

func runWhich(c *cmd) int {
	f := c.flags()
	all := false
	f.bool(&all, "a|all")
	for _, name := range f.parse() {
		found := c.lookPath(name, all)
		if len(found) == 0 {
			c.code = 1
		}
		for _, path := range found {
			c.out.WriteString(path + "\n")
		}
	}
	return 0
}

var envSpec = spec{name: "env", synopsis: "[OPTION]... [NAME=VALUE]... [COMMAND [ARG]...]", run: runEnv, help: `
Run a command with a changed environment, or print the environment.
  -i, --ignore-environment  begin with an empty one
  -u, --unset=NAME          without NAME
  -C, --chdir=DIR           in DIR
  -0, --null                print with NUL instead of newlines`}

func runEnv(c *cmd) int {
	f := c.flags()
	f.posix, f.bad = true, 125
	var empty, zero bool
	var unset []string
	var dir string
	f.bool(&empty, "i|ignore-environment")
	f.bool(&zero, "0|null")
	f.list(&unset, "u|unset")
	f.str(&dir, "C|chdir")
	args := f.parse()
	env := []string{}
	if len(args) > 0 && args[0] == "-" {
		empty, args = true, args[1:]
	}
	if !empty {
		env = append(env, c.p.Environ()...)
	}
	drop := func(name string) {
		kept := env[:0]
		for _, kv := range env {
			if !strings.HasPrefix(kv, name+"=") {
				kept = append(kept, kv)
			}
		}
		env = kept
	}
	for _, name := range unset {
		drop(name)
	}
	for len(args) > 0 {
		name, _, ok := strings.Cut(args[0], "=")
		if !ok {
			break
		}
		// A value that is there keeps its place.
		at := -1
		for i, kv := range env {
			if strings.HasPrefix(kv, name+"=") {
				at = i
			}
		}
		if at >= 0 {
			env[at] = args[0]
		} else {
			env = append(env, args[0])
		}
		args = args[1:]
	}
	if dir != "" {
		if err := c.fs.Chdir(dir); err != nil {
			c.fail(125, "cannot change directory to %s: %s", dir, reason(err))
		}
	}
	if len(args) == 0 {
		for _, kv := range env {
			c.record(kv, zero)
		}
		return 0
	}
	return c.become(args, env, nil)
}

var printenvSpec = spec{name: "printenv", synopsis: "[-0] [NAME]...", run: runPrintenv, help: `
Print the environment, or the values of some variables.
  -0, --null  end each with NUL`}

func runPrintenv(c *cmd) int {
	f := c.flags()
	f.bad = 2
	zero := false
	f.bool(&zero, "0|null")
	names := f.parse()
	if len(names) == 0 {
		for _, kv := range c.p.Environ() {
			c.record(kv, zero)
		}
	}
	for _, name := range names {
		if v, ok := c.lookupEnv(name); ok {
			c.record(v, zero)
		} else {
			c.code = 1
		}
	}
	return 0
}
