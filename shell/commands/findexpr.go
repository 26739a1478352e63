package commands

import (
	"strconv"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// findParser reads find's expression.
type findParser struct {
	fd   *finder
	c    *cmd
	args []string
}

type findTest = func(f *found) bool

func (p *findParser) parse() findTest {
	if len(p.args) == 0 {
		return always
	}
	e := p.or()
	if len(p.args) > 0 {
		p.c.fail(1, "unexpected argument '%s'", p.args[0])
	}
	return e
}

func (p *findParser) peek() string {
	if len(p.args) == 0 {
		return ""
	}
	return p.args[0]
}

func (p *findParser) take(after string) string {
	if len(p.args) == 0 {
		p.c.fail(1, "missing argument to '%s'", after)
	}
	a := p.args[0]
	p.args = p.args[1:]
	return a
}

func (p *findParser) or() findTest {
	left := p.and()
	for p.peek() == "-o" || p.peek() == "-or" {
		p.take("")
		a, b := left, p.and()
		left = func(f *found) bool { return a(f) || b(f) }
	}
	return left
}

func (p *findParser) and() findTest {
	left := p.not()
	for len(p.args) > 0 {
		switch p.peek() {
		case "-o", "-or", ")":
			return left
		case "-a", "-and":
			p.take("")
		}
		a, b := left, p.not()
		left = func(f *found) bool { return a(f) && b(f) }
	}
	return left
}

func (p *findParser) not() findTest {
	switch op := p.take("!"); op {
	case "!", "-not":
		e := p.not()
		return func(f *found) bool { return !e(f) }
	case "(":
		e := p.or()
		if p.peek() != ")" {
			p.c.fail(1, "missing ')'")
		}
		p.take("")
		return e
	default:
		return p.primary(op)
	}
}

// primary is the test, option or action op, with the arguments that follow it.
func (p *findParser) primary(op string) findTest {
	switch op {
	case "-true", "-noleaf", "-xdev", "-mount", "-follow":
		return always
	case "-false":
		return func(*found) bool { return false }
	case "-depth", "-d":
		p.fd.depthFirst = true
		return always
	case "-maxdepth":
		p.fd.max = p.depth(op)
		return always
	case "-mindepth":
		p.fd.min = p.depth(op)
		return always
	case "-name", "-iname", "-path", "-ipath", "-wholename", "-lname", "-regex", "-iregex":
		return p.nameTest(op)
	case "-type", "-xtype":
		return p.typeTest(p.take(op))
	case "-size":
		return p.sizeTest(p.take(op))
	case "-empty":
		return p.empty
	case "-newer", "-samefile":
		return p.otherFile(op)
	case "-mtime", "-atime", "-ctime", "-mmin", "-amin", "-cmin":
		return p.timeTest(op)
	case "-links":
		is := p.amount(op, p.take(op))
		return func(f *found) bool { return is(int64(f.st.Nlink)) }
	case "-inum":
		is := p.amount(op, p.take(op))
		return func(f *found) bool { return is(int64(f.st.Ino)) }
	case "-perm":
		return p.permTest(p.take(op))
	case "-user", "-group", "-uid", "-gid":
		who := p.take(op)
		return func(*found) bool { return who == p.c.user() || who == strconv.Itoa(sys.UserID) }
	case "-readable", "-writable", "-executable":
		bit := map[string]uint32{"-readable": 0o444, "-writable": 0o222, "-executable": 0o111}[op]
		return func(f *found) bool { return f.st.Mode&bit != 0 }
	case "-prune":
		return func(f *found) bool { f.prune = true; return true }
	case "-quit":
		return func(*found) bool { p.fd.quit = true; return true }
	}
	return p.actionFor(op)
}

func always(*found) bool { return true }

// depth is the argument of -maxdepth and -mindepth.
func (p *findParser) depth(op string) int {
	n, err := strconv.Atoi(p.take(op))
	if err != nil || n < 0 {
		p.c.fail(1, "expected a positive decimal integer argument to %s", op)
	}
	return n
}
