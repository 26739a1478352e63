package commands

import "strings"

type awkExpr func() awkVal
type awkStmt func() awkFlow

// awkFlow says how a statement ended.
type awkFlow int

const (
	awkGoOn awkFlow = iota
	awkBreak
	awkContinue
	awkNext
	awkNextFile
	awkExit
	awkReturn
)

// awkRule is a pattern with its action.
type awkRule struct {
	from, to awkExpr // nil: always, or no range
	body     awkStmt // nil: print $0
	in       bool    // within its range
}

type awkFunc struct {
	params  int
	body    awkStmt
	defined bool
}

// awkParser makes closures of a program.
type awkParser struct {
	a      *awk
	lex    *awkLexer
	tok    awkToken
	locals map[string]int
	noGt   bool // > is a redirection here
	noIn   bool // in belongs to a for
	loops  int
	begin  []awkStmt
	end    []awkStmt
	rules  []*awkRule
}

func (p *awkParser) next() awkToken {
	t := p.tok
	p.tok = p.lex.next()
	p.a.c.work(64 + 4*len(p.tok.text))
	return t
}

func (p *awkParser) is(text string) bool {
	return (p.tok.kind == awkOp || p.tok.kind == awkKeyword) && p.tok.text == text
}

func (p *awkParser) accept(text string) bool {
	if p.is(text) {
		p.next()
		return true
	}
	return false
}

func (p *awkParser) expect(text string) {
	if !p.accept(text) {
		p.unexpected(text)
	}
}

func (p *awkParser) unexpected(want string) {
	got := p.tok.text
	if p.tok.kind == awkEOF {
		got = "end of program"
	}
	if want != "" {
		want = " where " + want + " is expected"
	}
	p.lex.fail("syntax error at %s%s", got, want)
}

func (p *awkParser) newlines() {
	for p.tok.kind == awkNewline {
		p.next()
	}
}

func (p *awkParser) terminators() {
	for p.tok.kind == awkNewline || p.is(";") {
		p.next()
	}
}

func (p *awkParser) program() {
	p.next()
	for p.terminators(); p.tok.kind != awkEOF; p.terminators() {
		switch {
		case p.accept("BEGIN"):
			p.begin = append(p.begin, p.block())
		case p.accept("END"):
			p.end = append(p.end, p.block())
		case p.accept("function"):
			p.function()
		default:
			r := &awkRule{}
			if !p.is("{") {
				r.from = p.expr()
				if p.accept(",") {
					p.newlines()
					r.to = p.expr()
				}
			}
			if p.is("{") {
				r.body = p.block()
			}
			p.rules = append(p.rules, r)
		}
	}
	for name, f := range p.a.funcs {
		if !f.defined {
			p.lex.fail("function %s is not defined", name)
		}
	}
}

func (p *awkParser) function() {
	name := p.next()
	if name.kind != awkName && name.kind != awkFuncName {
		p.unexpected("a name")
	}
	f := p.a.function(name.text)
	if f.defined {
		p.lex.fail("function %s is defined twice", name.text)
	}
	f.defined = true
	p.locals = map[string]int{}
	p.expect("(")
	for !p.accept(")") {
		if p.tok.kind != awkName {
			p.unexpected("a parameter")
		}
		p.locals[p.next().text] = f.params
		f.params++
		if !p.is(")") {
			p.expect(",")
			p.newlines()
		}
	}
	p.newlines()
	f.body = p.block()
	p.locals = nil
}

func (p *awkParser) block() awkStmt {
	p.newlines()
	p.expect("{")
	var list []awkStmt
	for p.terminators(); !p.accept("}"); p.terminators() {
		if p.tok.kind == awkEOF {
			p.unexpected("}")
		}
		list = append(list, p.stmt())
	}
	return func() awkFlow {
		for _, s := range list {
			if f := s(); f != awkGoOn {
				return f
			}
		}
		return awkGoOn
	}
}

// simpleEnd is the end of a statement.
func (p *awkParser) simpleEnd() {
	switch {
	case p.tok.kind == awkNewline || p.is(";"):
		p.next()
	case p.is("}") || p.tok.kind == awkEOF:
	default:
		p.unexpected("the end of a statement")
	}
}

// body is the statement of an if or a loop.
func (p *awkParser) body() awkStmt {
	p.newlines()
	if p.accept(";") {
		return func() awkFlow { return awkGoOn }
	}
	return p.stmt()
}

func (p *awkParser) loopBody() awkStmt {
	p.loops++
	defer func() { p.loops-- }()
	return p.body()
}

func (p *awkParser) condition() awkExpr {
	p.expect("(")
	e := p.expr()
	p.expect(")")
	return e
}

// stmt parses a statement.
func (p *awkParser) stmt() awkStmt {
	a := p.a
	switch {
	case p.is("{"):
		return p.block()
	case p.accept("if"):
		cond, then := p.condition(), p.body()
		// An else may stand after newlines and a semicolon.
		save, tok := *p.lex, p.tok
		p.terminators()
		if !p.accept("else") {
			*p.lex, p.tok = save, tok
			return func() awkFlow {
				if cond().truth() {
					return then()
				}
				return awkGoOn
			}
		}
		other := p.body()
		return func() awkFlow {
			if cond().truth() {
				return then()
			}
			return other()
		}
	case p.accept("while"):
		cond := p.condition()
		return a.loop(cond, p.loopBody(), nil, false)
	case p.accept("do"):
		body := p.loopBody()
		p.terminators()
		p.expect("while")
		cond := p.condition()
		p.simpleEnd()
		return a.loop(cond, body, nil, true)
	case p.accept("for"):
		return p.forStmt()
	case p.accept(";"):
		return func() awkFlow { return awkGoOn }
	}
	s := p.simple()
	p.simpleEnd()
	return s
}

// forStmt parses both forms of for.
func (p *awkParser) forStmt() awkStmt {
	a := p.a
	p.expect("(")
	if p.tok.kind == awkName {
		// for (name in array)
		save, tok := *p.lex, p.tok
		name := p.next().text
		if p.accept("in") && p.tok.kind == awkName {
			array := p.next().text
			if p.accept(")") {
				ref, cell := p.ref(name), p.cell(array)
				body := p.loopBody()
				return func() awkFlow {
					r := cell().array()
					for _, key := range r.list(a.c) {
						a.c.tick()
						if r.m[key] == nil {
							continue
						}
						a.store(ref(), awkField(key))
						if f := body(); f == awkBreak {
							break
						} else if f > awkContinue {
							return f
						}
					}
					return awkGoOn
				}
			}
		}
		*p.lex, p.tok = save, tok
	}
	var init, step awkStmt
	var cond awkExpr
	if !p.is(";") {
		init = p.simple()
	}
	p.expect(";")
	p.newlines()
	if !p.is(";") {
		cond = p.expr()
	}
	p.expect(";")
	p.newlines()
	if !p.is(")") {
		step = p.simple()
	}
	p.expect(")")
	loop := a.loop(cond, p.loopBody(), step, false)
	return func() awkFlow {
		if init != nil {
			init()
		}
		return loop()
	}
}

// simple is a statement without blocks.
func (p *awkParser) simple() awkStmt {
	a := p.a
	flow := func(f awkFlow) awkStmt { return func() awkFlow { return f } }
	ends := func() bool { return p.tok.kind == awkNewline || p.tok.kind == awkEOF || p.is(";") || p.is("}") }
	switch {
	case p.is("print") || p.is("printf"):
		return p.print()
	case p.accept("next"):
		return flow(awkNext)
	case p.accept("nextfile"):
		return flow(awkNextFile)
	case p.is("break") || p.is("continue"):
		if p.loops == 0 {
			p.lex.fail("%s is not in a loop", p.tok.text)
		}
		if p.next().text == "break" {
			return flow(awkBreak)
		}
		return flow(awkContinue)
	case p.accept("exit"):
		if ends() {
			return flow(awkExit)
		}
		e := p.expr()
		return func() awkFlow {
			a.exit = int(e().num())
			return awkExit
		}
	case p.accept("return"):
		if p.locals == nil {
			p.lex.fail("return is not in a function")
		}
		if ends() {
			return func() awkFlow { a.result = awkVal{}; return awkReturn }
		}
		e := p.expr()
		return func() awkFlow { a.result = e(); return awkReturn }
	case p.accept("delete"):
		if p.tok.kind != awkName {
			p.unexpected("an array")
		}
		cell := p.cell(p.next().text)
		if !p.accept("[") {
			return func() awkFlow { cell().array().clear(); return awkGoOn }
		}
		key := p.subscript("]")
		return func() awkFlow { cell().array().remove(a.c, key()); return awkGoOn }
	}
	e := p.expr()
	return func() awkFlow { e(); return awkGoOn }
}

// print parses print and printf, with where their output goes.
func (p *awkParser) print() awkStmt {
	a := p.a
	formatted := p.next().text == "printf"
	var list []awkExpr
	ends := func() bool {
		return p.tok.kind == awkNewline || p.tok.kind == awkEOF || p.is(";") || p.is("}") || p.is(">") || p.is(">>") || p.is("|")
	}
	wasGt := p.noGt
	p.noGt = true
	if p.is("(") {
		// A list in parentheses, or an expression that begins with one.
		save, tok := *p.lex, p.tok
		p.next()
		p.noGt = false
		list = p.list(")")
		p.expect(")")
		p.noGt = true
		if !ends() {
			*p.lex, p.tok = save, tok
			list = nil
		}
	}
	if list == nil && !ends() {
		list = append(list, p.expr())
		for p.accept(",") {
			p.newlines()
			list = append(list, p.expr())
		}
	}
	var dest awkExpr
	op := ""
	if p.is(">") || p.is(">>") || p.is("|") {
		op = p.next().text
		dest = p.concat()
	}
	p.noGt = wasGt
	if formatted && len(list) == 0 {
		p.lex.fail("printf without a format")
	}
	return func() awkFlow {
		text := ""
		switch {
		case formatted:
			args := make([]awkVal, len(list))
			for i, e := range list {
				args[i] = e()
			}
			text = a.sprintf(args)
		case len(list) == 0:
			text = a.record() + a.str(a.ors.val)
		default:
			var b strings.Builder
			for i, e := range list {
				if i > 0 {
					b.WriteString(a.str(a.ofs.val))
				}
				b.WriteString(e().text(a.str(a.ofmt.val)))
			}
			b.WriteString(a.str(a.ors.val))
			text = b.String()
		}
		if dest == nil {
			a.c.out.WriteString(text)
		} else {
			a.output(op, a.str(dest())).WriteString(text)
		}
		return awkGoOn
	}
}

// list reads expressions with commas between them, up to end.
func (p *awkParser) list(end string) (list []awkExpr) {
	for p.newlines(); !p.is(end); p.newlines() {
		list = append(list, p.expr())
		p.newlines()
		if !p.is(end) {
			p.expect(",")
		}
	}
	return list
}

// subscript reads the key of an array's item, up to end.
func (p *awkParser) subscript(end string) func() string {
	wasGt, wasIn := p.noGt, p.noIn
	p.noGt, p.noIn = false, false
	list := p.list(end)
	p.noGt, p.noIn = wasGt, wasIn
	p.expect(end)
	if len(list) == 0 {
		p.unexpected("a subscript")
	}
	return p.a.key(list)
}
