package shell

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/condition"
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
		return sh.tests().Unary(x.Op.String(), s)
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

// testBinaryExpr evaluates && and ||, and operators with two operands.
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
		return condition.Compare(x.Op.String(), a, b), nil
	}
	ok, err = sh.tests().Binary(x.Op.String(), left, s)
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

// tests evaluates the operators that [[ and [ share.
func (sh *shell) tests() *condition.Test {
	return &condition.Test{Files: testFiles{sh}, Ops: map[string]func(string) bool{
		"-v": sh.isSet,
		"-R": func(name string) bool {
			v := sh.env.find(name)
			return v != nil && v.nameref
		},
		"-o": func(name string) bool {
			p := sh.optionByName(name)
			return p != nil && *p
		},
	}}
}

// testFiles is the files of a shell, which has numbers of its own for those that are open.
type testFiles struct{ sh *shell }

// Stat describes a file; the names of open files mean the shell's own.
func (f testFiles) Stat(name string) (sys.Stat, error) {
	if n, ok := devFD(name); ok {
		return f.sh.f.Fstat(f.sh.fd(n))
	}
	return f.sh.f.Stat(name)
}

// Lstat describes a file, or a link itself.
func (f testFiles) Lstat(name string) (sys.Stat, error) { return f.sh.f.Lstat(name) }

// IsTTY reports whether the shell's n is a terminal.
func (f testFiles) IsTTY(n int) bool { return f.sh.fd(n) >= 0 && f.sh.f.IsTTY(f.sh.fd(n)) }

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
