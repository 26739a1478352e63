package shell

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func trap(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("lp")
	if !ok {
		return 2
	}
	if opts.has('l') {
		printSignals(c)
		return 0
	}
	show := opts.has('p')
	if len(rest) == 0 || show {
		names := rest
		if len(names) == 0 {
			names = append([]string{"EXIT"}, signalNames()...)
			names = append(names, "DEBUG", "ERR", "RETURN")
		}
		for _, s := range names {
			name, ok := trapName(s)
			if !ok {
				return c.fail("%s: invalid signal specification", s)
			}
			command, set := sh.traps.commands[name]
			if !set {
				continue
			}
			if _, isSignal := sys.SignalByName(name); isSignal {
				name = "SIG" + name
			}
			c.print("trap -- " + c.sh.quote(command) + " " + name + "\n")
		}
		return 0
	}
	command, names := rest[0], rest[1:]
	reset := command == "-"
	if len(names) == 0 {
		names, reset = rest, true
		if _, ok := trapName(rest[0]); !ok {
			return c.usage("a signal is needed", builtins["trap"].usage)
		}
	} else if strings.Trim(command, "0123456789") == "" && command != "" {
		names, reset = rest, true
	}
	status := 0
	for _, s := range names {
		name, ok := trapName(s)
		if !ok {
			c.errorf("%s: invalid signal specification", s)
			status = 1
			continue
		}
		sh.setTrap(name, command, reset)
	}
	return status
}

func signalNames() []string {
	var list []string
	for s := sys.Signal(1); s < sys.NumSignals; s++ {
		if s.Valid() {
			list = append(list, s.Name())
		}
	}
	return list
}

func printSignals(c *call) {
	n := 0
	for s := sys.Signal(1); s < sys.NumSignals; s++ {
		if !s.Valid() {
			continue
		}
		if n%5 == 4 {
			c.printf("%2d) SIG%s\n", s, s.Name())
		} else {
			c.printf("%2d) SIG%s\t", s, s.Name())
		}
		n++
	}
	if n%5 != 0 {
		c.print("\n")
	}
}
