package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

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
	t := ttyState{cmd: c, mode: mode}
	t.cols, t.rows, _ = c.fs.TTYSize(fd)
	if len(args) == 0 || args[0] == "-a" || args[0] == "--all" {
		t.print(len(args) > 0)
		return 0
	}
	was := t
	for len(args) > 0 {
		args = args[t.set(args):]
	}
	if t.cols != was.cols || t.rows != was.rows {
		err = c.fs.SetTTYSize(fd, t.cols, t.rows)
	}
	if err == nil && t.mode != was.mode {
		err = c.fs.SetTTYMode(fd, t.mode)
	}
	if err != nil {
		c.fail(1, "standard input: %s", reason(err))
	}
	return 0
}

// ttyState is what stty prints and changes.
type ttyState struct {
	*cmd
	mode       sys.TTYMode
	cols, rows int
}

// print prints the mode, and the size too if that is asked for.
func (t *ttyState) print(size bool) {
	if size {
		fmt.Fprintf(t.out, "rows %d; columns %d;\n", t.rows, t.cols)
	}
	var words []string
	for _, b := range ttyBits {
		if t.mode&b.bit == 0 {
			words = append(words, "-"+b.name)
		} else {
			words = append(words, b.name)
		}
	}
	t.out.WriteString(strings.Join(words, " ") + "\n")
}

// set does what the first of args says, and returns how many of them that took.
func (t *ttyState) set(args []string) int {
	switch a := args[0]; a {
	case "size":
		fmt.Fprintf(t.out, "%d %d\n", t.rows, t.cols)
	case "-g", "--save":
		fmt.Fprintf(t.out, "%x\n", uint32(t.mode))
	case "sane", "cooked", "-raw":
		t.mode = sys.TTYCooked
	case "raw", "-cooked":
		t.mode = sys.TTYRaw
	case "cbreak":
		t.mode &^= sys.TTYCanon
	case "-cbreak":
		t.mode |= sys.TTYCanon
	case "rows":
		t.rows = t.number(args)
		return 2
	case "cols", "columns":
		t.cols = t.number(args)
		return 2
	default:
		t.setBit(a)
	}
	return 1
}

// number is the number of rows or columns behind args[0].
func (t *ttyState) number(args []string) int {
	if len(args) > 1 {
		if n, err := strconv.Atoi(args[1]); err == nil && 1 <= n && n <= 10000 {
			return n
		}
	}
	t.usageError(1, "invalid argument to '%s'", args[0])
	return 0
}

// setBit sets or clears a bit by its name, or all by what -g has printed.
func (t *ttyState) setBit(arg string) {
	name, off := strings.CutPrefix(arg, "-")
	for _, b := range ttyBits {
		switch {
		case name != b.name:
			continue
		case off:
			t.mode &^= b.bit
		default:
			t.mode |= b.bit
		}
		return
	}
	n, err := strconv.ParseUint(arg, 16, 32)
	if err != nil {
		t.usageError(1, "invalid argument '%s'", arg)
	}
	t.mode = sys.TTYMode(n)
}
