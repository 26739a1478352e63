package commands

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/paced"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// builtin parses a call of a function of the language: those of awkFunctions take values, the
// others have a form of their own.
func (p *awkParser) builtin(name string) awkExpr {
	wasGt, wasIn := p.noGt, p.noIn
	p.noGt, p.noIn = false, false
	defer func() { p.noGt, p.noIn = wasGt, wasIn }()
	if !p.accept("(") {
		if name != "length" {
			p.unexpected("(")
		}
		a := p.a
		return func() awkVal { return awkN(float64(paced.RuneCount(a.record(), a.c.work))) }
	}
	p.newlines()
	switch name {
	case "split":
		return p.splitCall()
	case "sub", "gsub":
		return p.subCall(name == "gsub")
	case "gensub":
		return p.gensubCall()
	case "match":
		return p.matchCall()
	case "length":
		if count := p.lengthCall(); count != nil {
			return count
		}
	}
	return p.plainCall(name)
}

// comma reports whether another argument follows, and goes on to it.
func (p *awkParser) comma() bool {
	p.newlines()
	if !p.accept(",") {
		return false
	}
	p.newlines()
	return true
}

// needComma goes on to an argument that must follow.
func (p *awkParser) needComma() {
	if !p.comma() {
		p.unexpected(",")
	}
}

// endCall takes the end of the arguments.
func (p *awkParser) endCall() {
	p.newlines()
	p.expect(")")
}

// plainCall is a call of one of awkFunctions.
func (p *awkParser) plainCall(name string) awkExpr {
	a := p.a
	args := p.list(")")
	p.expect(")")
	f := awkFunctions[name]
	if f.run == nil || len(args) < f.min || len(args) > f.max {
		p.lex.fail("%s is called with %d arguments", name, len(args))
	}
	return func() awkVal {
		vals := make([]awkVal, len(args))
		for i, e := range args {
			vals[i] = e()
		}
		return f.run(a, vals)
	}
}

// splitCall is split(text, array, separator): the separator may be an expression or a pattern.
func (p *awkParser) splitCall() awkExpr {
	a := p.a
	s := p.expr()
	p.needComma()
	cell := p.cell(p.next().text)
	var sep awkExpr
	var re func() *regex.Regexp
	if p.comma() {
		if p.tok.kind == awkRegex {
			re = p.pattern(nil)
		} else {
			sep = p.expr()
		}
	}
	p.endCall()
	return func() awkVal {
		text, by := a.str(s()), a.str(a.fs.val)
		var exp *regex.Regexp
		if sep != nil {
			by = a.str(sep())
		} else if re != nil {
			exp = re()
		}
		r := cell().array()
		r.clear()
		parts := a.cut(nil, text, by, exp)
		for i, part := range parts {
			r.item(strconv.Itoa(i + 1)).val = awkField(part)
			a.c.work(64)
		}
		return awkN(float64(len(parts)))
	}
}

// subCall is sub and gsub(pattern, text, where): what is no variable is replaced in a copy.
func (p *awkParser) subCall(all bool) awkExpr {
	a := p.a
	re := p.pattern(p.expr)
	p.needComma()
	to := p.expr()
	ref := awkRefFn(func() awkRef { return awkRef{} })
	if p.comma() {
		e, r := p.ternary()
		if ref = r; r == nil {
			cell := &awkCell{}
			ref = func() awkRef { cell.val = e(); return awkRef{cell: cell} }
		}
	}
	p.endCall()
	return func() awkVal {
		exp, text := re(), a.str(to())
		r := ref()
		s, n := a.replace(a.str(a.load(r)), exp, text, all, 1, false)
		if n > 0 {
			a.store(r, awkS(s))
		}
		return awkN(float64(n))
	}
}

// gensubCall is gensub(pattern, text, how, where): how is "g" or the number of the match.
func (p *awkParser) gensubCall() awkExpr {
	a := p.a
	re := p.pattern(p.expr)
	p.needComma()
	to := p.expr()
	p.needComma()
	how := p.expr()
	s := awkExpr(func() awkVal { return awkS(a.record()) })
	if p.comma() {
		s = p.expr()
	}
	p.endCall()
	return func() awkVal {
		exp, text, h := re(), a.str(to()), a.str(how())
		all := strings.HasPrefix(h, "g") || strings.HasPrefix(h, "G")
		nth, _ := strconv.Atoi(h)
		out, _ := a.replace(a.str(s()), exp, text, all, max(nth, 1), true)
		return awkS(out)
	}
}

// matchCall is match(text, pattern, groups).
func (p *awkParser) matchCall() awkExpr {
	a := p.a
	s := p.expr()
	p.needComma()
	re := p.pattern(p.expr)
	var cell func() *awkCell
	if p.comma() {
		cell = p.cell(p.next().text)
	}
	p.endCall()
	return func() awkVal {
		text := a.str(s())
		m := re().Find(text, a.c.work)
		start, length := 0, -1
		if m != nil {
			start = paced.RuneCount(text[:m[0]], a.c.work) + 1
			length = paced.RuneCount(text[m[0]:m[1]], a.c.work)
		}
		if cell != nil {
			r := cell().array()
			r.clear()
			for i := 0; 2*i < len(m); i++ {
				if m[2*i] >= 0 {
					r.item(strconv.Itoa(i)).val = awkField(text[m[2*i]:m[2*i+1]])
				}
			}
		}
		a.global("RSTART").val, a.global("RLENGTH").val = awkN(float64(start)), awkN(float64(length))
		return awkN(float64(start))
	}
}

// lengthCall is length(name), which counts the items of an array; nil, with nothing taken, if
// the argument is another one.
func (p *awkParser) lengthCall() awkExpr {
	if p.tok.kind != awkName {
		return nil
	}
	a := p.a
	save, tok := *p.lex, p.tok
	cell := p.cell(p.next().text)
	if !p.is(")") || tok.text == "NF" {
		*p.lex, p.tok = save, tok
		return nil
	}
	p.next()
	return func() awkVal {
		c := cell()
		if c.arr != nil {
			return awkN(float64(len(c.arr.m)))
		}
		return awkN(float64(paced.RuneCount(a.str(c.val), a.c.work)))
	}
}
