package commands

import "strings"

var ttySpec = spec{name: "tty", synopsis: "[-s]", run: runTty, help: `
Print the name of the terminal on standard input; 1 if it is none.
  -s, --silent  print nothing`}

func runTty(c *cmd) int {
	f := c.flags()
	f.bad = 2
	silent := false
	f.bool(&silent, "s|silent|quiet")
	f.parse()
	name, code := "not a tty", 1
	if c.fs.IsTTY(0) {
		name, code = "/dev/tty", 0
		if procs, err := c.fs.PS(); err == nil {
			for _, p := range procs {
				if int(p.PID) == c.p.PID() && p.TTY != "" {
					if name = p.TTY; !strings.HasPrefix(name, "/") {
						name = "/dev/" + name
					}
				}
			}
		}
	}
	if !silent {
		c.out.WriteString(name + "\n")
	}
	return code
}
