package condition

import "errors"

// parser evaluates expressions of any length: -o binds less than -a, and ! more.
type parser struct {
	t    *Test
	args []string // what is left
}

func (p *parser) is(word string) bool { return len(p.args) > 0 && p.args[0] == word }

func (p *parser) or() (bool, error) {
	ok, err := p.and()
	for err == nil && p.is("-o") {
		p.args = p.args[1:]
		var right bool
		right, err = p.and()
		ok = ok || right
	}
	return ok, err
}

func (p *parser) and() (bool, error) {
	ok, err := p.not()
	for err == nil && p.is("-a") {
		p.args = p.args[1:]
		var right bool
		right, err = p.not()
		ok = ok && right
	}
	return ok, err
}

func (p *parser) not() (bool, error) {
	negated := false
	for p.is("!") {
		p.args = p.args[1:]
		negated = !negated
	}
	ok, err := p.primary()
	return ok != negated, err
}

func (p *parser) primary() (bool, error) {
	a := p.args
	switch {
	case len(a) == 0:
		return false, errors.New("argument expected")
	case len(a) > 2 && binary[a[1]]:
		p.args = a[3:]
		return p.t.Binary(a[1], a[0], a[2])
	case a[0] == "(":
		p.args = a[1:]
		ok, err := p.or()
		if err != nil {
			return false, err
		}
		if !p.is(")") {
			return false, errors.New("`)' expected")
		}
		p.args = p.args[1:]
		return ok, nil
	case len(a) > 1 && p.t.isUnary(a[0]):
		p.args = a[2:]
		return p.t.Unary(a[0], a[1])
	}
	p.args = a[1:]
	return a[0] != "", nil
}
