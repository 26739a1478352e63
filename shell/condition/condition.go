// Package condition evaluates the expressions of test and [, as POSIX has them and bash
// extends them: the shell's builtins and the commands of these names say the same of a file.
// [[…]] is the shell's own and takes the operators from here.
package condition

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Files is what an expression can ask about; [sys.Files] has it.
type Files interface {
	Stat(name string) (sys.Stat, error)
	Lstat(name string) (sys.Stat, error)
	// IsTTY reports whether fd is open and a terminal.
	IsTTY(fd int) bool
}

// A Test evaluates expressions. It keeps nothing of them.
type Test struct {
	Files Files
	// Ops are further operators with one operand, by their names. Nil: none.
	Ops map[string]func(operand string) bool
}

// unary are the operators with one operand.
var unary = map[string]bool{
	"-a": true, "-b": true, "-c": true, "-d": true, "-e": true, "-f": true, "-g": true, "-h": true,
	"-k": true, "-n": true, "-p": true, "-r": true, "-s": true, "-t": true, "-u": true, "-w": true,
	"-x": true, "-z": true, "-G": true, "-L": true, "-N": true, "-O": true, "-S": true,
}

// binary are the operators with two.
var binary = map[string]bool{
	"=": true, "==": true, "!=": true, "<": true, ">": true, "-nt": true, "-ot": true, "-ef": true,
	"-eq": true, "-ne": true, "-lt": true, "-le": true, "-gt": true, "-ge": true,
}

func (t *Test) isUnary(op string) bool { return unary[op] || t.Ops[op] != nil }

// Eval evaluates the arguments of test by POSIX's rules for up to four of them, so that
// operands which look like operators do no harm, and by precedence for more.
//
// An error says what is wrong with the expression: an operator or an operand that is
// missing or too much, or a number that is none.
func (t *Test) Eval(args []string) (bool, error) {
	switch len(args) {
	case 0:
		return false, nil
	case 1:
		return args[0] != "", nil
	case 2:
		if args[0] == "!" {
			return args[1] == "", nil
		}
		return t.Unary(args[0], args[1])
	case 3:
		switch {
		case binary[args[1]]:
			return t.Binary(args[1], args[0], args[2])
		case args[1] == "-a":
			return args[0] != "" && args[2] != "", nil
		case args[1] == "-o":
			return args[0] != "" || args[2] != "", nil
		case args[0] == "!":
			return t.not(args[1:])
		case args[0] == "(" && args[2] == ")":
			return args[1] != "", nil
		}
		return false, fmt.Errorf("%s: binary operator expected", args[1])
	case 4:
		if args[0] == "!" {
			return t.not(args[1:])
		}
		if args[0] == "(" && args[3] == ")" {
			return t.Eval(args[1:3])
		}
	}
	p := parser{t: t, args: args}
	ok, err := p.or()
	if err == nil && len(p.args) > 0 {
		err = errors.New("too many arguments")
	}
	return ok, err
}

func (t *Test) not(args []string) (bool, error) {
	ok, err := t.Eval(args)
	return !ok, err
}

// Unary evaluates an operator with one operand. What cannot be looked at is not there.
func (t *Test) Unary(op, s string) (bool, error) {
	if is := t.Ops[op]; is != nil {
		return is(s), nil
	}
	switch op {
	case "-z":
		return s == "", nil
	case "-n":
		return s != "", nil
	case "-t":
		fd, err := strconv.Atoi(s)
		return err == nil && t.Files.IsTTY(fd), nil
	case "-L", "-h":
		st, err := t.Files.Lstat(s)
		return err == nil && st.Type == sys.TypeSymlink, nil
	}
	if !unary[op] {
		return false, fmt.Errorf("%s: unary operator expected", op)
	}
	if s == "" {
		return false, nil
	}
	st, err := t.Files.Stat(s)
	return err == nil && file(op, s, &st), nil
}

// file evaluates an operator on a file that is there.
func file(op, name string, st *sys.Stat) bool {
	switch op {
	case "-f":
		return st.Type == sys.TypeRegular
	case "-d":
		return st.Type == sys.TypeDirectory
	case "-c":
		return st.Type == sys.TypeCharDevice
	case "-b":
		return st.Type == sys.TypeBlockDevice
	case "-p":
		return st.Type == sys.TypeFIFO
	case "-S":
		return st.Type == sys.TypeSocket || st.Type == sys.TypeSocketDgram
	case "-s":
		return st.Size > 0
	case "-r":
		return st.Mode&0o400 != 0
	case "-w":
		return st.Mode&0o200 != 0
	case "-x":
		// A module can be run whatever its mode.
		return st.Mode&0o100 != 0 || st.Type == sys.TypeRegular && strings.HasSuffix(name, ".wasm")
	case "-u":
		return st.Mode&0o4000 != 0
	case "-g":
		return st.Mode&0o2000 != 0
	case "-k":
		return st.Mode&0o1000 != 0
	case "-N":
		return st.Mtime > st.Atime
	}
	return true // -e and -a; and -O and -G, since all files are the one user's
}

// Binary evaluates an operator with two operands.
func (t *Test) Binary(op, a, b string) (bool, error) {
	switch op {
	case "=", "==":
		return a == b, nil
	case "!=":
		return a != b, nil
	case "<":
		return a < b, nil
	case ">":
		return a > b, nil
	case "-nt", "-ot", "-ef":
		return t.files(op, a, b), nil
	}
	x, err := number(a)
	if err != nil {
		return false, err
	}
	y, err := number(b)
	if err != nil {
		return false, err
	}
	return Compare(op, x, y), nil
}

// files compares two files, of which either may be missing.
func (t *Test) files(op, a, b string) bool {
	x, errX := t.Files.Stat(a)
	y, errY := t.Files.Stat(b)
	switch op {
	case "-nt":
		return errX == nil && (errY != nil || x.Mtime > y.Mtime)
	case "-ot":
		return errY == nil && (errX != nil || x.Mtime < y.Mtime)
	}
	return errX == nil && errY == nil && x.Dev == y.Dev && x.Ino == y.Ino
}

// Compare evaluates -eq, -ne, -lt, -le, -gt or -ge.
func Compare(op string, a, b int64) bool {
	switch op {
	case "-eq":
		return a == b
	case "-ne":
		return a != b
	case "-lt":
		return a < b
	case "-le":
		return a <= b
	case "-gt":
		return a > b
	}
	return a >= b
}

func number(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: integer expression expected", s)
	}
	return n, nil
}
