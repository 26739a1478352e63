package commands

import (
	"math"
	"strings"
)

func (p *awkParser) expr() awkExpr {
	a := p.a
	left, ref := p.ternary()
	if ref == nil || p.tok.kind != awkOp {
		return left
	}
	op := p.tok.text
	switch op {
	case "=":
		p.next()
		p.newlines()
		right := p.expr()
		return func() awkVal {
			v := right()
			a.store(ref(), v)
			return v
		}
	case "+=", "-=", "*=", "/=", "%=", "^=":
		// A slash straight after an operand was read as a division already.
		p.next()
		p.newlines()
		right := p.expr()
		return func() awkVal {
			v := right().num()
			r := ref()
			n := a.arith(op[0], a.load(r).num(), v)
			a.store(r, awkN(n))
			return awkN(n)
		}
	}
	return left
}

// awkRefFn is something to assign to.
type awkRefFn func() awkRef

func (p *awkParser) ternary() (awkExpr, awkRefFn) {
	cond, ref := p.or()
	if !p.accept("?") {
		return cond, ref
	}
	p.newlines()
	yes := p.expr()
	p.newlines()
	p.expect(":")
	p.newlines()
	no := p.expr()
	return func() awkVal {
		if cond().truth() {
			return yes()
		}
		return no()
	}, nil
}

func (p *awkParser) or() (awkExpr, awkRefFn) {
	left, ref := p.and()
	for p.accept("||") {
		p.newlines()
		x := left
		y, _ := p.and()
		left, ref = func() awkVal { return awkBool(x().truth() || y().truth()) }, nil
	}
	return left, ref
}

func (p *awkParser) and() (awkExpr, awkRefFn) {
	left, ref := p.in()
	for p.accept("&&") {
		p.newlines()
		x := left
		y, _ := p.in()
		left, ref = func() awkVal { return awkBool(x().truth() && y().truth()) }, nil
	}
	return left, ref
}

func (p *awkParser) in() (awkExpr, awkRefFn) {
	left, ref := p.match()
	for !p.noIn && p.is("in") {
		p.next()
		x, cell := left, p.cell(p.next().text)
		left, ref = func() awkVal {
			key := p.a.str(x())
			return awkBool(cell().array().m[key] != nil)
		}, nil
	}
	return left, ref
}

func (p *awkParser) match() (awkExpr, awkRefFn) {
	a := p.a
	left, ref := p.comparison()
	for p.is("~") || p.is("!~") {
		want := p.next().text == "~"
		x := left
		re := p.pattern(func() awkExpr { e, _ := p.comparison(); return e })
		left, ref = func() awkVal {
			s := a.str(x())
			return awkBool(re().MatchString(s, a.c.work) == want)
		}, nil
	}
	return left, ref
}

func (p *awkParser) comparison() (awkExpr, awkRefFn) {
	a := p.a
	left, ref := p.concatRef()
	for p.is("<") || p.is("<=") || p.is("==") || p.is("!=") || p.is(">=") || p.is(">") && !p.noGt {
		op := p.next().text
		x := left
		y := p.concat()
		left, ref = func() awkVal {
			l := x()
			r := a.compare(l, y())
			switch op {
			case "<":
				return awkBool(r < 0)
			case "<=":
				return awkBool(r <= 0)
			case "==":
				return awkBool(r == 0)
			case "!=":
				return awkBool(r != 0)
			case ">":
				return awkBool(r > 0)
			}
			return awkBool(r >= 0)
		}, nil
	}
	return left, ref
}

func (p *awkParser) concat() awkExpr {
	e, _ := p.concatRef()
	return e
}

// startsOperand reports whether the token can begin an operand of a concatenation.
func (p *awkParser) startsOperand() bool {
	switch p.tok.kind {
	case awkNumber, awkString, awkRegex, awkName, awkFuncName, awkBuiltin:
		return true
	case awkOp:
		switch p.tok.text {
		case "$", "!", "(", "-", "+", "++", "--":
			return true
		}
	}
	return false
}

func (p *awkParser) concatRef() (awkExpr, awkRefFn) {
	a := p.a
	left, ref := p.additive()
	for {
		switch {
		case p.is("|") && !p.pipeEnds():
			p.next()
			p.expect("getline")
			cmd, target := left, p.getlineTarget()
			left, ref = func() awkVal { return a.getline(a.reader("|", a.str(cmd())), target, true) }, nil
		case p.startsOperand() && !(p.noIn && p.is("in")):
			x := left
			y, _ := p.additive()
			left, ref = func() awkVal {
				s := a.str(x())
				s += a.str(y())
				a.c.work(len(s) / 16)
				return awkS(s)
			}, nil
		default:
			return left, ref
		}
	}
}

// pipeEnds reports whether a | is print's and not getline's.
func (p *awkParser) pipeEnds() bool {
	save := *p.lex
	t := p.lex.next()
	*p.lex = save
	return t.kind != awkKeyword || t.text != "getline"
}

func (p *awkParser) additive() (awkExpr, awkRefFn) {
	left, ref := p.multiplicative()
	for p.is("+") || p.is("-") {
		op := p.next().text[0]
		x := left
		y, _ := p.multiplicative()
		left, ref = func() awkVal { l := x().num(); return awkN(p.a.arith(op, l, y().num())) }, nil
	}
	return left, ref
}

func (p *awkParser) multiplicative() (awkExpr, awkRefFn) {
	left, ref := p.unary()
	for p.is("*") || p.is("/") || p.is("%") {
		op := p.next().text[0]
		x := left
		y, _ := p.unary()
		left, ref = func() awkVal { l := x().num(); return awkN(p.a.arith(op, l, y().num())) }, nil
	}
	return left, ref
}

func (a *awk) arith(op byte, x, y float64) float64 {
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '^':
		return math.Pow(x, y)
	}
	if y == 0 {
		a.fail("division by zero")
	}
	if op == '%' {
		return math.Mod(x, y)
	}
	return x / y
}

func (p *awkParser) unary() (awkExpr, awkRefFn) {
	switch {
	case p.accept("!"):
		e, _ := p.unary()
		return func() awkVal { return awkBool(!e().truth()) }, nil
	case p.accept("-"):
		e, _ := p.unary()
		return func() awkVal { return awkN(-e().num()) }, nil
	case p.accept("+"):
		e, _ := p.unary()
		return func() awkVal { return awkN(e().num()) }, nil
	}
	return p.power()
}

func (p *awkParser) power() (awkExpr, awkRefFn) {
	left, ref := p.postfix()
	if !p.accept("^") {
		return left, ref
	}
	right, _ := p.unaryPower()
	return func() awkVal { l := left().num(); return awkN(math.Pow(l, right().num())) }, nil
}

// unaryPower is an exponent, which may have a sign.
func (p *awkParser) unaryPower() (awkExpr, awkRefFn) {
	if p.accept("-") {
		e, _ := p.unaryPower()
		return func() awkVal { return awkN(-e().num()) }, nil
	}
	p.accept("+")
	return p.power()
}

func (p *awkParser) postfix() (awkExpr, awkRefFn) {
	a := p.a
	e, ref := p.primary()
	if ref != nil && (p.is("++") || p.is("--")) {
		d := 1.0
		if p.next().text == "--" {
			d = -1
		}
		return func() awkVal {
			r := ref()
			n := a.load(r).num()
			a.store(r, awkN(n+d))
			return awkN(n)
		}, nil
	}
	return e, ref
}

func (p *awkParser) variable(ref awkRefFn) (awkExpr, awkRefFn) {
	return func() awkVal { return p.a.load(ref()) }, ref
}

// primary parses what binds the most: a value, a variable, a group, a call.
func (p *awkParser) primary() (awkExpr, awkRefFn) {
	a := p.a
	switch p.tok.kind {
	case awkNumber:
		v := awkN(p.next().num)
		return func() awkVal { return v }, nil
	case awkString:
		v := awkS(p.next().text)
		return func() awkVal { return v }, nil
	case awkRegex:
		re := a.regexp(p.next().text)
		return func() awkVal { return awkBool(re.MatchString(a.record(), a.c.work)) }, nil
	case awkBuiltin:
		return p.builtin(p.next().text), nil
	case awkFuncName:
		return p.call(p.next().text), nil
	case awkName:
		name := p.next().text
		if p.accept("[") {
			cell, key := p.cell(name), p.subscript("]")
			return p.variable(func() awkRef { r := cell().array(); return awkRef{item: r.item(key())} })
		}
		return p.variable(p.ref(name))
	case awkKeyword:
		if p.accept("getline") {
			target := p.getlineTarget()
			if p.accept("<") {
				name, _ := p.primary()
				return func() awkVal { return a.getline(a.reader("<", a.str(name())), target, false) }, nil
			}
			return func() awkVal { return a.getline(nil, target, true) }, nil
		}
	}
	switch {
	case p.accept("$"):
		var e awkExpr
		if p.is("++") || p.is("--") || p.is("-") {
			e, _ = p.unary()
		} else {
			e, _ = p.primary()
		}
		return p.variable(func() awkRef { return awkRef{field: a.fieldIndex(e().num())} })
	case p.is("++") || p.is("--"):
		d := 1.0
		if p.next().text == "--" {
			d = -1
		}
		_, ref := p.primary()
		if ref == nil {
			p.unexpected("a variable")
		}
		return func() awkVal {
			r := ref()
			n := a.load(r).num() + d
			a.store(r, awkN(n))
			return awkN(n)
		}, nil
	case p.accept("-"):
		e, _ := p.unary()
		return func() awkVal { return awkN(-e().num()) }, nil
	case p.accept("("):
		wasGt, wasIn := p.noGt, p.noIn
		p.noGt, p.noIn = false, false
		list := p.list(")")
		p.noGt, p.noIn = wasGt, wasIn
		p.expect(")")
		if len(list) == 0 {
			p.unexpected("an expression")
		}
		if len(list) == 1 {
			return list[0], nil
		}
		// (i, j) in array
		key := a.key(list)
		p.expect("in")
		cell := p.cell(p.next().text)
		return func() awkVal { k := key(); return awkBool(cell().array().m[k] != nil) }, nil
	}
	p.unexpected("an expression")
	return nil, nil
}

// getlineTarget is what getline reads into; nil is the record.
func (p *awkParser) getlineTarget() awkRefFn {
	if p.tok.kind == awkName || p.is("$") {
		_, ref := p.primary()
		return ref
	}
	return nil
}

// call parses a call of a function of the script.
func (p *awkParser) call(name string) awkExpr {
	a := p.a
	f := a.function(name)
	p.expect("(")
	wasGt, wasIn := p.noGt, p.noIn
	p.noGt, p.noIn = false, false
	var cells []func() *awkCell // of bare names, which may be arrays
	var args []awkExpr
	for p.newlines(); !p.is(")"); p.newlines() {
		var cell func() *awkCell
		if p.tok.kind == awkName && !strings.Contains(" NF ", " "+p.tok.text+" ") {
			save, tok := *p.lex, p.tok
			n := p.next().text
			if p.is(",") || p.is(")") {
				cell = p.cell(n)
			}
			*p.lex, p.tok = save, tok
		}
		args, cells = append(args, p.expr()), append(cells, cell)
		p.newlines()
		if !p.is(")") {
			p.expect(",")
		}
	}
	p.next()
	p.noGt, p.noIn = wasGt, wasIn
	return func() awkVal {
		if len(args) > f.params {
			a.fail("function %s is called with too many arguments", name)
		}
		if a.depth++; a.depth > 10000 {
			a.fail("function %s calls itself too deeply", name)
		}
		frame := make([]*awkCell, f.params)
		for i := range frame {
			frame[i] = &awkCell{}
			if i >= len(args) {
				continue
			}
			if cells[i] != nil {
				if c := cells[i](); c.arr != nil {
					frame[i] = c
					continue
				} else if c.val.kind == awkUnset {
					frame[i].alias = c
					continue
				}
			}
			frame[i].val = args[i]()
		}
		was := a.frame
		a.frame, a.result = frame, awkVal{}
		a.c.tick()
		flow := f.body()
		a.frame = was
		a.depth--
		if flow == awkExit || flow == awkNext || flow == awkNextFile {
			panic(flow)
		}
		return a.result
	}
}
