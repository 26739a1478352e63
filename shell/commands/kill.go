package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var killSpec = spec{name: "kill", synopsis: "[-s SIGNAL | -SIGNAL] PID...", run: runKill, literal: true, help: `
Send a signal (TERM) to processes; -PID is a group.
  -s, -n SIGNAL     this one, by name or number
  -l [SIGNAL]...    list the signals, or translate names and numbers
STOP stops a guest on the wazero engine wherever it is; on the browser's engine, where
nothing can hold a program that computes, at its next system call.`}

func runKill(c *cmd) int {
	args := c.args
	if len(args) == 1 && args[0] == "--help" {
		c.help()
	}
	if len(args) > 0 && (args[0] == "-l" || args[0] == "-L" || args[0] == "--list") {
		return c.listSignals(args[1:])
	}
	sig := sys.SIGTERM
	pick := func(name string) {
		var ok bool
		if sig, ok = sys.SignalByName(name); !ok && name != "0" {
			c.fail(1, "%s: invalid signal", name)
		}
	}
	switch {
	case len(args) == 0:
	case args[0] == "--":
		args = args[1:]
	case args[0] == "-s" || args[0] == "-n" || args[0] == "--signal":
		if len(args) < 2 {
			c.usageError(2, "option requires an argument -- '%s'", strings.TrimLeft(args[0], "-"))
		}
		pick(args[1])
		args = args[2:]
	case len(args[0]) > 1 && args[0][0] == '-':
		pick(strings.TrimPrefix(args[0][1:], "s"))
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		c.usageError(2, "no process ID specified")
	}
	for _, a := range args {
		pid, err := strconv.Atoi(a)
		if err != nil {
			c.errorf("%s: arguments must be process IDs", a)
			c.code = 1
			continue
		}
		if err := c.fs.Kill(pid, sig); err != nil {
			c.errorf("(%d): %s", pid, reason(err))
			c.code = 1
		}
	}
	return 0
}

func (c *cmd) listSignals(args []string) int {
	if len(args) == 0 {
		for s := sys.Signal(1); s < sys.NumSignals; s++ {
			if s.Valid() {
				c.out.WriteString(s.Name() + "\n")
			}
		}
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		sig, ok := sys.SignalByName(a)
		if err == nil && n > 128 {
			// What the shell shows for a process that a signal ended.
			sig, ok = sys.Signal(n-128), n-128 < sys.NumSignals && sys.Signal(n-128).Valid()
		}
		switch {
		case !ok:
			c.errorf("%s: invalid signal", a)
			c.code = 1
		case err == nil:
			c.out.WriteString(sig.Name() + "\n")
		default:
			fmt.Fprintf(c.out, "%d\n", sig)
		}
	}
	return 0
}
