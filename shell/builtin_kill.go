package shell

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func kill(c *call) int {
	args := c.args
	sig := sys.SIGTERM
	if len(args) == 0 {
		return c.usage("a process is needed", builtins["kill"].usage)
	}
	switch a := args[0]; {
	case a == "-l" || a == "-L":
		return killList(c, args[1:])
	case a == "-s" || a == "-n":
		if len(args) < 2 {
			return c.usage(a+": option requires an argument", builtins["kill"].usage)
		}
		s, ok := killSignal(args[1])
		if !ok {
			return c.fail("%s: invalid signal specification", args[1])
		}
		sig, args = s, args[2:]
	case a == "--":
		args = args[1:]
	case len(a) > 1 && a[0] == '-':
		s, ok := killSignal(a[1:])
		if !ok {
			return c.fail("%s: invalid signal specification", a[1:])
		}
		sig, args = s, args[1:]
		if len(args) > 0 && args[0] == "--" {
			args = args[1:]
		}
	}
	if len(args) == 0 {
		return c.usage("a process is needed", builtins["kill"].usage)
	}
	status := 0
	for _, a := range args {
		if strings.HasPrefix(a, "%") {
			j, err := c.sh.findJob(a)
			if err == nil {
				err = c.sh.signalJob(j, sig)
				if err == nil && j.stopped() && (sig == sys.SIGTERM || sig == sys.SIGHUP) {
					err = c.sh.signalJob(j, sys.SIGCONT)
				}
			}
			if err != nil {
				status = c.fail("%s", reason(err))
			}
			continue
		}
		pid, err := strconv.Atoi(a)
		if err != nil {
			status = c.fail("%s: arguments must be process or job IDs", a)
			continue
		}
		if err := c.sh.f.Kill(pid, sig); err != nil {
			status = c.fail("(%d) - %s", pid, reason(err))
		}
	}
	c.sh.signals()
	return status
}

// killSignal reads a signal, or 0, which only asks whether the process exists.
func killSignal(s string) (sys.Signal, bool) {
	if s == "0" {
		return 0, true
	}
	return sys.SignalByName(s)
}

func killList(c *call, args []string) int {
	if len(args) == 0 {
		printSignals(c)
		return 0
	}
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil {
			sig, ok := sys.SignalByName(a)
			if !ok {
				return c.fail("%s: invalid signal specification", a)
			}
			c.print(itoa(int(sig)) + "\n")
			continue
		}
		if n > 128 {
			n -= 128
		}
		if sig := sys.Signal(n); n < sys.NumSignals && sig.Valid() {
			c.print(sig.Name() + "\n")
		} else {
			return c.fail("%s: invalid signal specification", a)
		}
	}
	return 0
}
