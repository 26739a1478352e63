package shell

import (
	"errors"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithError is a mistake in an arithmetic expression. It ends the line it is on.
type arithError struct{ text string }

func (e *arithError) Error() string { return e.text }

// maxArithDepth bounds how deep the values of variables are evaluated as
// expressions themselves.
const maxArithDepth = 64

// evalString evaluates the text of an expression, such as the value of a variable.
func (sh *shell) evalString(s string) (int64, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, nil
	}
	if n, ok, err := parseNumber(s); ok {
		return n, err
	}
	if sh.arithDepth++; sh.arithDepth > maxArithDepth {
		sh.arithDepth--
		return 0, &arithError{s + ": expression recursion level exceeded"}
	}
	defer func() { sh.arithDepth-- }()
	if validName(s) {
		return sh.evalName(s)
	}
	if sh.nesting(s) > maxNesting {
		return 0, &arithError{"arithmetic syntax error: nested too deeply"}
	}
	expr, err := syntax.NewParser().Arithmetic(sh.reader(s))
	if err != nil || expr == nil {
		return 0, &arithError{s + ": arithmetic syntax error"}
	}
	return sh.arith(expr)
}

// evalName is the value of a variable in an expression.
func (sh *shell) evalName(name string) (int64, error) {
	v := sh.lookup(name)
	s, ok := "", false
	if v != nil {
		s, ok = v.value()
	}
	if !ok && sh.opt.nounset {
		return 0, &unsetError{name + ": unbound variable"}
	}
	return sh.evalString(s)
}

// parseNumber reads a number literal: decimal, octal, hexadecimal or
// base#digits. ok is false if s is none.
func parseNumber(s string) (n int64, ok bool, err error) {
	neg := false
	d := s
	if len(d) > 1 && (d[0] == '-' || d[0] == '+') {
		neg, d = d[0] == '-', d[1:]
	}
	if d == "" || d[0] < '0' || d[0] > '9' {
		return 0, false, nil
	}
	base, digits := uint64(10), d
	switch {
	case len(d) > 1 && d[0] == '0' && (d[1] == 'x' || d[1] == 'X'):
		base, digits = 16, d[2:]
	case strings.IndexByte(d, '#') > 0:
		b, rest, _ := strings.Cut(d, "#")
		v, e := strconv.ParseUint(b, 10, 8)
		if e != nil || v < 2 || v > 64 {
			return 0, true, &arithError{s + ": invalid arithmetic base"}
		}
		base, digits = v, rest
		if rest == "" {
			return 0, true, &arithError{s + ": invalid integer constant"}
		}
	case d[0] == '0' && len(d) > 1:
		base, digits = 8, d[1:]
	}
	var u uint64
	for i := range len(digits) {
		v, good := digit(digits[i], base)
		if !good {
			return 0, false, nil
		}
		if v >= base {
			return 0, true, &arithError{s + ": value too great for base"}
		}
		u = u*base + v
	}
	n = int64(u)
	if neg {
		n = -n
	}
	return n, true, nil
}

func digit(c byte, base uint64) (uint64, bool) {
	switch {
	case '0' <= c && c <= '9':
		return uint64(c - '0'), true
	case 'a' <= c && c <= 'z':
		return uint64(c-'a') + 10, base > 10
	case 'A' <= c && c <= 'Z':
		if base <= 36 {
			return uint64(c-'A') + 10, base > 10
		}
		return uint64(c-'A') + 36, true
	case c == '@':
		return 62, base > 36
	case c == '_':
		return 63, base > 36
	}
	return 0, false
}

// arith evaluates a parsed expression in 64-bit integers that wrap around.
func (sh *shell) arith(expr syntax.ArithmExpr) (int64, error) {
	if !sh.work(32) {
		return 0, errInterrupted
	}
	switch x := expr.(type) {
	case nil:
		return 0, nil
	case *syntax.Word:
		return sh.arithWord(x)
	case *syntax.ParenArithm:
		return sh.arith(x.X)
	case *syntax.UnaryArithm:
		return sh.arithUnary(x)
	case *syntax.BinaryArithm:
		return sh.arithBinary(x)
	}
	return 0, &arithError{"arithmetic syntax error"}
}

func (sh *shell) arithWord(w *syntax.Word) (int64, error) {
	if lit := w.Lit(); lit != "" {
		return sh.evalString(lit)
	}
	if pe := element(w); pe != nil {
		s, set, err := sh.readElem(pe)
		if err != nil {
			return 0, err
		}
		if !set && sh.opt.nounset {
			return 0, &unsetError{pe.Param.Value + ": unbound variable"}
		}
		return sh.evalString(s)
	}
	s, err := sh.literal(w)
	if err != nil {
		return 0, err
	}
	return sh.evalString(s)
}

// element is the a[i] of an expression, or nil.
func element(w *syntax.Word) *syntax.ParamExp {
	if len(w.Parts) != 1 {
		return nil
	}
	pe, ok := w.Parts[0].(*syntax.ParamExp)
	if !ok || pe.Dollar.IsValid() || pe.Param == nil {
		return nil
	}
	return pe
}

func (sh *shell) readElem(pe *syntax.ParamExp) (string, bool, error) {
	name, _ := sh.deref(pe.Param.Value)
	v := sh.lookup(name)
	return sh.elem(name, v, pe.Index)
}

// arithTarget assigns to what stands left of an assignment.
func (sh *shell) arithTarget(x syntax.ArithmExpr) (get func() (int64, error), put func(int64) error, err error) {
	w, ok := x.(*syntax.Word)
	if !ok {
		return nil, nil, &arithError{"attempted assignment to non-variable"}
	}
	if pe := element(w); pe != nil {
		name, _ := sh.deref(pe.Param.Value)
		v, err := sh.writable(name)
		if err != nil {
			return nil, nil, err
		}
		if v.kind == assoc {
			key, err := sh.subscript(pe.Index)
			if err != nil {
				return nil, nil, err
			}
			return func() (int64, error) { return sh.evalString(v.m[key]) },
				func(n int64) error { return sh.putAssoc(v, key, strconv.FormatInt(n, 10), false) }, nil
		}
		i, err := sh.arith(pe.Index)
		if err != nil {
			return nil, nil, err
		}
		return func() (int64, error) {
				v.toIndexed()
				i := int(i)
				if i < 0 {
					i += v.arr.end()
				}
				return sh.evalString(first(v.arr.get(i)))
			},
			func(n int64) error { return sh.putIndexed(name, v, int(i), strconv.FormatInt(n, 10), false) }, nil
	}
	name := w.Lit()
	if !validName(name) {
		return nil, nil, &arithError{"attempted assignment to non-variable"}
	}
	return func() (int64, error) { return sh.evalName(name) },
		func(n int64) error { return sh.set(name, strconv.FormatInt(n, 10)) }, nil
}

func (sh *shell) arithUnary(x *syntax.UnaryArithm) (int64, error) {
	if x.Op == syntax.Inc || x.Op == syntax.Dec {
		get, put, err := sh.arithTarget(x.X)
		if err != nil {
			return 0, err
		}
		old, err := get()
		if err != nil {
			return 0, err
		}
		n := old + 1
		if x.Op == syntax.Dec {
			n = old - 1
		}
		if err := put(n); err != nil {
			return 0, err
		}
		if x.Post {
			return old, nil
		}
		return n, nil
	}
	n, err := sh.arith(x.X)
	if err != nil {
		return 0, err
	}
	switch x.Op {
	case syntax.Not:
		return truth(n == 0), nil
	case syntax.BitNegation:
		return ^n, nil
	case syntax.Minus:
		return -n, nil
	}
	return n, nil
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// assignOps maps the assigning operators to what they compute.
var assignOps = map[syntax.BinAritOperator]syntax.BinAritOperator{
	syntax.AddAssgn: syntax.Add, syntax.SubAssgn: syntax.Sub, syntax.MulAssgn: syntax.Mul,
	syntax.QuoAssgn: syntax.Quo, syntax.RemAssgn: syntax.Rem, syntax.AndAssgn: syntax.And,
	syntax.OrAssgn: syntax.Or, syntax.XorAssgn: syntax.Xor, syntax.ShlAssgn: syntax.Shl,
	syntax.ShrAssgn: syntax.Shr, syntax.PowAssgn: syntax.Pow,
}

// arithBinary evaluates an operator with two operands, assignments among them.
func (sh *shell) arithBinary(x *syntax.BinaryArithm) (int64, error) {
	if x.Op == syntax.Assgn {
		_, put, err := sh.arithTarget(x.X)
		if err != nil {
			return 0, err
		}
		n, err := sh.arith(x.Y)
		if err != nil {
			return 0, err
		}
		return n, put(n)
	}
	if op, ok := assignOps[x.Op]; ok {
		get, put, err := sh.arithTarget(x.X)
		if err != nil {
			return 0, err
		}
		old, err := get()
		if err != nil {
			return 0, err
		}
		n, err := sh.arith(x.Y)
		if err != nil {
			return 0, err
		}
		if n, err = compute(op, old, n); err != nil {
			return 0, err
		}
		return n, put(n)
	}
	left, err := sh.arith(x.X)
	if err != nil {
		return 0, err
	}
	switch x.Op {
	case syntax.TernQuest:
		arms, ok := x.Y.(*syntax.BinaryArithm)
		if !ok {
			return 0, &arithError{"`:' expected for conditional expression"}
		}
		if left != 0 {
			return sh.arith(arms.X)
		}
		return sh.arith(arms.Y)
	case syntax.AndArit:
		if left == 0 {
			return 0, nil
		}
		right, err := sh.arith(x.Y)
		return truth(right != 0), err
	case syntax.OrArit:
		if left != 0 {
			return 1, nil
		}
		right, err := sh.arith(x.Y)
		return truth(right != 0), err
	}
	right, err := sh.arith(x.Y)
	if err != nil {
		return 0, err
	}
	return compute(x.Op, left, right)
}

var errDivision = &arithError{"division by 0"}

// compute evaluates an operator on two numbers.
func compute(op syntax.BinAritOperator, x, y int64) (int64, error) {
	switch op {
	case syntax.Add:
		return x + y, nil
	case syntax.Sub:
		return x - y, nil
	case syntax.Mul:
		return x * y, nil
	case syntax.Quo:
		if y == 0 {
			return 0, errDivision
		}
		if y == -1 { // the one quotient that does not fit wraps around
			return -x, nil
		}
		return x / y, nil
	case syntax.Rem:
		if y == 0 {
			return 0, errDivision
		}
		if y == -1 {
			return 0, nil
		}
		return x % y, nil
	case syntax.Pow:
		if y < 0 {
			return 0, &arithError{"exponent less than 0"}
		}
		p := int64(1)
		for ; y > 0; y >>= 1 {
			if y&1 != 0 {
				p *= x
			}
			x *= x
		}
		return p, nil
	case syntax.Eql:
		return truth(x == y), nil
	case syntax.Neq:
		return truth(x != y), nil
	case syntax.Gtr:
		return truth(x > y), nil
	case syntax.Lss:
		return truth(x < y), nil
	case syntax.Leq:
		return truth(x <= y), nil
	case syntax.Geq:
		return truth(x >= y), nil
	case syntax.And:
		return x & y, nil
	case syntax.Or:
		return x | y, nil
	case syntax.Xor:
		return x ^ y, nil
	case syntax.Shl:
		return x << (uint64(y) & 63), nil
	case syntax.Shr:
		return x >> (uint64(y) & 63), nil
	case syntax.Comma:
		return y, nil
	}
	return 0, &arithError{"arithmetic syntax error"}
}

// isFatal reports whether err ends a shell that is not interactive.
func isFatal(err error) bool {
	_, ok := errors.AsType[*unsetError](err)
	return ok
}

// unsetError is the use of a parameter that must be set.
type unsetError struct{ text string }

func (e *unsetError) Error() string { return e.text }
