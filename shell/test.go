package shell

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// testClause runs [[…]].
func (sh *shell) testClause(cm *syntax.TestClause) {
	sh.trace("[[", sh.nodeText(&syntax.TestClause{X: cm.X})[2:])
	ok, err := sh.testExpr(cm.X)
	if err != nil {
		sh.failed(err)
		if _, bad := err.(*regexpError); bad {
			sh.status = 2
		}
		return
	}
	sh.status = int(truth(!ok))
}

type regexpError struct{ text string }

func (e *regexpError) Error() string { return e.text }

func (sh *shell) testExpr(x syntax.TestExpr) (bool, error) {
	switch x := x.(type) {
	case *syntax.Word:
		s, err := sh.literal(x)
		return s != "", err
	case *syntax.ParenTest:
		return sh.testExpr(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			ok, err := sh.testExpr(x.X)
			return !ok, err
		}
		s, err := sh.testWord(x.X)
		if err != nil {
			return false, err
		}
		return sh.testUnary(x.Op.String(), s)
	case *syntax.BinaryTest:
		return sh.testBinaryExpr(x)
	}
	return false, &arithError{"conditional expression expected"}
}

func (sh *shell) testWord(x syntax.TestExpr) (string, error) {
	w, ok := x.(*syntax.Word)
	if !ok {
		return "", &arithError{"conditional expression expected"}
	}
	return sh.literal(w)
}

func (sh *shell) testBinaryExpr(x *syntax.BinaryTest) (bool, error) {
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		left, err := sh.testExpr(x.X)
		if err != nil || left == (x.Op == syntax.OrTest) {
			return left, err
		}
		return sh.testExpr(x.Y)
	}
	left, err := sh.testWord(x.X)
	if err != nil {
		return false, err
	}
	right, ok := x.Y.(*syntax.Word)
	if !ok {
		return false, &arithError{"conditional expression expected"}
	}
	switch x.Op {
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		pat, err := sh.pattern(right)
		if err != nil {
			return false, err
		}
		ok := sh.patterns.compile(pat, sh.shopt["nocasematch"]).match(left)
		if sh.cut {
			return false, errInterrupted
		}
		return ok == (x.Op != syntax.TsNoMatch), nil
	case syntax.TsReMatch:
		return sh.matchRegexp(left, right)
	}
	s, err := sh.literal(right)
	if err != nil {
		return false, err
	}
	switch x.Op {
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		a, err := sh.evalString(left)
		if err != nil {
			return false, err
		}
		b, err := sh.evalString(s)
		if err != nil {
			return false, err
		}
		return compareNumbers(x.Op.String(), a, b), nil
	}
	ok, err = sh.testBinary(x.Op.String(), left, s)
	return ok, err
}

// matchRegexp does =~ and fills BASH_REMATCH.
func (sh *shell) matchRegexp(s string, w *syntax.Word) (bool, error) {
	pieces, err := sh.joined(w, plainWord, false)
	if err != nil {
		return false, err
	}
	var b strings.Builder
	if sh.shopt["nocasematch"] {
		b.WriteString("(?i)")
	}
	for _, p := range pieces {
		if p.quoted {
			b.WriteString(regexp.QuoteMeta(p.s))
		} else {
			b.WriteString(p.s)
		}
	}
	expr := b.String()
	if len(expr) > maxExpr {
		return false, &regexpError{"the regular expression is too big"}
	}
	re, err := regex.Compile(expr)
	if err != nil {
		return false, &regexpError{"invalid regular expression: " + expr}
	}
	re.Longest()
	var groups []string
	loc := re.Find(s, sh.work)
	for i := 0; i < len(loc); i += 2 {
		group := ""
		if loc[i] >= 0 {
			group = s[loc[i]:loc[i+1]]
		}
		groups = append(groups, group)
	}
	if sh.cut {
		return false, errInterrupted
	}
	return loc != nil, sh.setList("BASH_REMATCH", groups)
}

func compareNumbers(op string, a, b int64) bool {
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

// testBinary is an operator between two strings that both [[ and [ have.
func (sh *shell) testBinary(op, a, b string) (bool, error) {
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
		sa, errA := sh.stat(a)
		sb, errB := sh.stat(b)
		switch {
		case op == "-ef":
			return errA == nil && errB == nil && sa.Dev == sb.Dev && sa.Ino == sb.Ino, nil
		case op == "-nt":
			return errA == nil && (errB != nil || sa.Mtime > sb.Mtime), nil
		}
		return errB == nil && (errA != nil || sa.Mtime < sb.Mtime), nil
	}
	x, err := testNumber(a)
	if err != nil {
		return false, err
	}
	y, err := testNumber(b)
	if err != nil {
		return false, err
	}
	return compareNumbers(op, x, y), nil
}

func testNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: integer expression expected", s)
	}
	return n, nil
}

// stat describes a file; the names of open files mean the shell's own.
func (sh *shell) stat(name string) (sys.Stat, error) {
	if n, ok := devFD(name); ok {
		return sh.f.Fstat(sh.fd(n))
	}
	return sh.f.Stat(name)
}

func (sh *shell) testUnary(op, s string) (bool, error) {
	switch op {
	case "-z":
		return s == "", nil
	case "-n":
		return s != "", nil
	case "-v":
		return sh.isSet(s), nil
	case "-R":
		v := sh.env.find(s)
		return v != nil && v.nameref, nil
	case "-o":
		p := sh.optionByName(s)
		return p != nil && *p, nil
	case "-t":
		n, err := strconv.Atoi(s)
		return err == nil && sh.fd(n) >= 0 && sh.f.IsTTY(sh.fd(n)), nil
	case "-L", "-h":
		st, err := sh.f.Lstat(s)
		return err == nil && st.Type == sys.TypeSymlink, nil
	}
	if s == "" {
		return false, nil
	}
	st, err := sh.stat(s)
	if err != nil {
		return false, nil
	}
	switch op {
	case "-e", "-a", "-O", "-G":
		return true, nil
	case "-f":
		return st.Type == sys.TypeRegular, nil
	case "-d":
		return st.Type == sys.TypeDirectory, nil
	case "-c":
		return st.Type == sys.TypeCharDevice, nil
	case "-b":
		return st.Type == sys.TypeBlockDevice, nil
	case "-p":
		return st.Type == sys.TypeFIFO, nil
	case "-S":
		return st.Type == sys.TypeSocket || st.Type == sys.TypeSocketDgram, nil
	case "-s":
		return st.Size > 0, nil
	case "-r":
		return st.Mode&0o400 != 0, nil
	case "-w":
		return st.Mode&0o200 != 0, nil
	case "-x":
		return st.Mode&0o100 != 0, nil
	case "-u":
		return st.Mode&0o4000 != 0, nil
	case "-g":
		return st.Mode&0o2000 != 0, nil
	case "-k":
		return st.Mode&0o1000 != 0, nil
	case "-N":
		return st.Mtime > st.Atime, nil
	}
	return false, fmt.Errorf("%s: unary operator expected", op)
}

// isSet is -v: a variable, a parameter, or an element of an array.
func (sh *shell) isSet(s string) bool {
	name, sub, ok := cutSubscript(s)
	if !ok {
		if s == "" {
			return false
		}
		_, set := sh.getOK(s)
		return set
	}
	v := sh.lookup(name)
	if v == nil {
		return false
	}
	if sub == "@" || sub == "*" {
		return len(v.elems(sh.work)) > 0
	}
	if v.kind == assoc {
		_, set := v.m[sub]
		return set
	}
	n, err := sh.evalString(sub)
	if err != nil {
		return false
	}
	v = v.clone(sh.work)
	v.toIndexed()
	_, set := v.arr.get(int(n))
	return set
}

// testParser reads the arguments of test and [.
type testParser struct {
	sh   *shell
	args []string
	i    int
}

var unaryTests = map[string]bool{
	"-a": true, "-b": true, "-c": true, "-d": true, "-e": true, "-f": true, "-g": true, "-h": true,
	"-k": true, "-p": true, "-r": true, "-s": true, "-t": true, "-u": true, "-w": true, "-x": true,
	"-G": true, "-L": true, "-N": true, "-O": true, "-S": true, "-o": true, "-v": true, "-z": true,
	"-n": true, "-R": true,
}

var binaryTests = map[string]bool{
	"=": true, "==": true, "!=": true, "<": true, ">": true, "-nt": true, "-ot": true, "-ef": true,
	"-eq": true, "-ne": true, "-lt": true, "-le": true, "-gt": true, "-ge": true,
}

// testArgs evaluates test's arguments by POSIX's rules for up to four of them,
// and by precedence for more.
func (sh *shell) testArgs(args []string) (bool, error) {
	switch len(args) {
	case 0:
		return false, nil
	case 1:
		return args[0] != "", nil
	case 2:
		if args[0] == "!" {
			return args[1] == "", nil
		}
		if unaryTests[args[0]] {
			return sh.testUnary(args[0], args[1])
		}
		return false, fmt.Errorf("%s: unary operator expected", args[0])
	case 3:
		switch {
		case binaryTests[args[1]]:
			return sh.testBinary(args[1], args[0], args[2])
		case args[1] == "-a":
			return args[0] != "" && args[2] != "", nil
		case args[1] == "-o":
			return args[0] != "" || args[2] != "", nil
		case args[0] == "!":
			ok, err := sh.testArgs(args[1:])
			return !ok, err
		case args[0] == "(" && args[2] == ")":
			return args[1] != "", nil
		}
		return false, fmt.Errorf("%s: binary operator expected", args[1])
	case 4:
		if args[0] == "!" {
			ok, err := sh.testArgs(args[1:])
			return !ok, err
		}
		if args[0] == "(" && args[3] == ")" {
			return sh.testArgs(args[1:3])
		}
	}
	p := testParser{sh: sh, args: args}
	ok, err := p.or()
	if err == nil && p.i < len(args) {
		err = fmt.Errorf("too many arguments")
	}
	return ok, err
}

func (p *testParser) peek() string {
	if p.i < len(p.args) {
		return p.args[p.i]
	}
	return ""
}

func (p *testParser) or() (bool, error) {
	ok, err := p.and()
	for err == nil && p.peek() == "-o" {
		p.i++
		var right bool
		right, err = p.and()
		ok = ok || right
	}
	return ok, err
}

func (p *testParser) and() (bool, error) {
	ok, err := p.not()
	for err == nil && p.peek() == "-a" {
		p.i++
		var right bool
		right, err = p.not()
		ok = ok && right
	}
	return ok, err
}

func (p *testParser) not() (bool, error) {
	negated := false
	for p.peek() == "!" && p.i < len(p.args) {
		p.i++
		negated = !negated
	}
	ok, err := p.primary()
	return ok != negated, err
}

func (p *testParser) primary() (bool, error) {
	if p.i >= len(p.args) {
		return false, fmt.Errorf("argument expected")
	}
	arg := p.args[p.i]
	if p.i+2 < len(p.args) && binaryTests[p.args[p.i+1]] {
		p.i += 3
		return p.sh.testBinary(p.args[p.i-2], arg, p.args[p.i-1])
	}
	if arg == "(" {
		p.i++
		ok, err := p.or()
		if err == nil && p.peek() != ")" {
			err = fmt.Errorf("`)' expected")
		}
		p.i++
		return ok, err
	}
	if unaryTests[arg] && p.i+1 < len(p.args) {
		p.i += 2
		return p.sh.testUnary(arg, p.args[p.i-1])
	}
	p.i++
	return arg != "", nil
}
