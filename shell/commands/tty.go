package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

const ttyCooked = sys.TTYCooked

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

var sttySpec = spec{name: "stty", synopsis: "[-a] [SETTING]...", run: runStty, literal: true, help: `
Print or change the mode of the terminal on standard input.
  size           print rows and columns
  rows N, cols N set them
  sane, cooked   as at the start     raw, -cooked   nothing is done to the input
  [-]echo [-]icanon [-]isig [-]icrnl [-]onlcr   one by one
  -g  print all in a form that stty reads`}

var ttyBits = []struct {
	name string
	bit  sys.TTYMode
}{{"icanon", sys.TTYCanon}, {"echo", sys.TTYEcho}, {"isig", sys.TTYSig}, {"icrnl", sys.TTYCRNL}, {"onlcr", sys.TTYONLCR}}

func runStty(c *cmd) int {
	args, fd := c.args, 0
	if len(args) == 1 && args[0] == "--help" {
		c.help()
	}
	if len(args) > 1 && args[0] == "-F" {
		n, err := c.fs.Open(args[1], sys.ORead|sys.OWrite, 0)
		if err != nil {
			c.fail(1, "%s: %s", args[1], reason(err))
		}
		args, fd = args[2:], n
	}
	mode, err := c.fs.TTYMode(fd)
	if err != nil {
		c.fail(1, "standard input: %s", reason(err))
	}
	cols, rows, _ := c.fs.TTYSize(fd)
	if len(args) == 0 || args[0] == "-a" || args[0] == "--all" {
		if len(args) > 0 {
			fmt.Fprintf(c.out, "rows %d; columns %d;\n", rows, cols)
		}
		var words []string
		for _, b := range ttyBits {
			if mode&b.bit == 0 {
				words = append(words, "-"+b.name)
			} else {
				words = append(words, b.name)
			}
		}
		c.out.WriteString(strings.Join(words, " ") + "\n")
		return 0
	}
	was, wasCols, wasRows := mode, cols, rows
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch a {
		case "size":
			fmt.Fprintf(c.out, "%d %d\n", rows, cols)
			continue
		case "-g", "--save":
			fmt.Fprintf(c.out, "%x\n", uint32(mode))
			continue
		case "sane", "cooked", "-raw":
			mode = sys.TTYCooked
			continue
		case "raw", "-cooked":
			mode = sys.TTYRaw
			continue
		case "cbreak":
			mode &^= sys.TTYCanon
			continue
		case "-cbreak":
			mode |= sys.TTYCanon
			continue
		case "rows", "cols", "columns":
			i++
			n := 0
			if i < len(args) {
				n, err = strconv.Atoi(args[i])
			}
			if i == len(args) || err != nil || n < 1 || n > 10000 {
				c.usageError(1, "invalid argument to '%s'", a)
			}
			if a == "rows" {
				rows = n
			} else {
				cols = n
			}
			continue
		}
		known := false
		for _, b := range ttyBits {
			if a == b.name {
				mode, known = mode|b.bit, true
			} else if a == "-"+b.name {
				mode, known = mode&^b.bit, true
			}
		}
		if known {
			continue
		}
		n, err := strconv.ParseUint(a, 16, 32)
		if err != nil {
			c.usageError(1, "invalid argument '%s'", a)
		}
		mode = sys.TTYMode(n)
	}
	if cols != wasCols || rows != wasRows {
		err = c.fs.SetTTYSize(fd, cols, rows)
	}
	if err == nil && mode != was {
		err = c.fs.SetTTYMode(fd, mode)
	}
	if err != nil {
		c.fail(1, "standard input: %s", reason(err))
	}
	return 0
}
