package commands

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var testSpec = spec{name: "test", synopsis: "EXPRESSION", run: runTest, literal: true, help: `
Exit with 0 if EXPRESSION is true, 1 if it is false, 2 if it is wrong.
  -e -f -d -L -h -p -S -b -c -s FILE   there, file, directory, link, pipe, socket, not empty
  -r -w -x FILE  readable, writable, executable   -t FD  a terminal
  A -nt B, A -ot B, A -ef B   newer, older, the same file
  -n S, -z S, S = T, S != T, S < T, S > T    N -eq -ne -lt -le -gt -ge M
  ! E   ( E )   E -a E   E -o E`}

var bracketSpec = spec{name: "[", synopsis: "EXPRESSION ]", run: runTest, literal: true, help: `
As test; the last argument is a bracket.`}

func runTest(c *cmd) int {
	t := tester{c: c, args: c.args}
	if c.name == "[" {
		if n := len(t.args); n == 0 || t.args[n-1] != "]" {
			c.fail(2, "missing ']'")
		} else {
			t.args = t.args[:n-1]
		}
	}
	if t.eval() {
		return 0
	}
	return 1
}

// tester evaluates test's expressions.
type tester struct {
	c    *cmd
	args []string
}

func (t *tester) wrong(format string, args ...any) { t.c.fail(2, format, args...) }

// eval follows POSIX: up to four arguments are told by their number, so that
// operands which look like operators do no harm.
func (t *tester) eval() bool {
	switch a := t.args; len(a) {
	case 0:
		return false
	case 1:
		return a[0] != ""
	case 2:
		if a[0] == "!" {
			return a[1] == ""
		}
		if isUnaryTest(a[0]) {
			return t.unary(a[0], a[1])
		}
		t.wrong("%s: unary operator expected", a[0])
	case 3:
		if isBinaryTest(a[1]) {
			return t.binary(a[0], a[1], a[2])
		}
		if a[0] == "!" {
			return !(&tester{t.c, a[1:]}).eval()
		}
		if a[0] == "(" && a[2] == ")" {
			return a[1] != ""
		}
	case 4:
		if a[0] == "!" {
			return !(&tester{t.c, a[1:]}).eval()
		}
		if a[0] == "(" && a[3] == ")" {
			return (&tester{t.c, a[1:3]}).eval()
		}
	}
	v := t.or()
	if len(t.args) > 0 {
		t.wrong("extra argument '%s'", t.args[0])
	}
	return v
}

func (t *tester) take() string {
	if len(t.args) == 0 {
		t.wrong("argument expected")
	}
	a := t.args[0]
	t.args = t.args[1:]
	return a
}

func (t *tester) is(word string) bool { return len(t.args) > 0 && t.args[0] == word }

func (t *tester) or() bool {
	v := t.and()
	for t.is("-o") {
		t.take()
		w := t.and()
		v = v || w
	}
	return v
}

func (t *tester) and() bool {
	v := t.not()
	for t.is("-a") {
		t.take()
		w := t.not()
		v = v && w
	}
	return v
}

func (t *tester) not() bool {
	if t.is("!") && len(t.args) > 1 {
		t.take()
		return !t.not()
	}
	return t.primary()
}

func (t *tester) primary() bool {
	if len(t.args) >= 3 && isBinaryTest(t.args[1]) {
		a, op, b := t.take(), t.take(), t.take()
		return t.binary(a, op, b)
	}
	a := t.take()
	if a == "(" {
		v := t.or()
		if !t.is(")") {
			t.wrong("')' expected")
		}
		t.take()
		return v
	}
	if isUnaryTest(a) && len(t.args) > 0 {
		return t.unary(a, t.take())
	}
	return a != ""
}

func isUnaryTest(s string) bool {
	return len(s) == 2 && s[0] == '-' && strings.IndexByte("efdLhpSbcsrwxtnzguGOkN", s[1]) >= 0
}

func isBinaryTest(s string) bool {
	switch s {
	case "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

func (t *tester) unary(op, a string) bool {
	switch op {
	case "-n":
		return a != ""
	case "-z":
		return a == ""
	case "-t":
		return t.c.fs.IsTTY(int(t.number(a)))
	case "-L", "-h":
		st, err := t.c.fs.Lstat(a)
		return err == nil && st.Type == sys.TypeSymlink
	}
	st, err := t.c.fs.Stat(a)
	if err != nil {
		return false
	}
	switch op {
	case "-f":
		return st.Type == sys.TypeRegular
	case "-d":
		return st.Type == sys.TypeDirectory
	case "-p":
		return st.Type == sys.TypeFIFO
	case "-S":
		return st.Type == sys.TypeSocket || st.Type == sys.TypeSocketDgram
	case "-b":
		return st.Type == sys.TypeBlockDevice
	case "-c":
		return st.Type == sys.TypeCharDevice
	case "-s":
		return st.Size > 0
	case "-r":
		return st.Mode&0o400 != 0
	case "-w":
		return st.Mode&0o200 != 0
	case "-x":
		// A module can be run whatever its mode.
		return st.Mode&0o100 != 0 || st.Type == sys.TypeRegular && strings.HasSuffix(a, ".wasm")
	case "-u":
		return st.Mode&0o4000 != 0
	case "-g":
		return st.Mode&0o2000 != 0
	case "-k":
		return st.Mode&0o1000 != 0
	case "-N":
		return st.Mtime > st.Atime
	}
	return true // -e; and every file is owned by the one user
}

func (t *tester) number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		t.wrong("%s: integer expression expected", s)
	}
	return n
}

func (t *tester) binary(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	case "-nt", "-ot", "-ef":
		x, xerr := t.c.fs.Stat(a)
		y, yerr := t.c.fs.Stat(b)
		switch op {
		case "-nt":
			return xerr == nil && (yerr != nil || x.Mtime > y.Mtime)
		case "-ot":
			return yerr == nil && (xerr != nil || x.Mtime < y.Mtime)
		}
		return xerr == nil && yerr == nil && x.Dev == y.Dev && x.Ino == y.Ino
	}
	x, y := t.number(a), t.number(b)
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}
