package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// paramValue is what a parameter holds before the operators of an expansion.
type paramValue struct {
	list bool // $@, $* or all elements of an array
	star bool // the form with *, which joins
	vals []string
	set  bool
	// What was named, for ${x@A}, ${x:=y} and messages.
	name string
	v    *variable
}

func (p *paramValue) text() string {
	if len(p.vals) == 0 {
		return ""
	}
	return p.vals[0]
}

// param adds the value of a parameter expansion.
func (b *builder) param(pe *syntax.ParamExp, quoted bool) error {
	sh := b.sh
	if pe.Param == nil || pe.NestedParam != nil || pe.Flags != nil || pe.Width || pe.IsSet {
		return &arithError{"bad substitution"}
	}
	if pe.Short && pe.Index == nil { // $x, by far the most frequent form
		if name := pe.Param.Value; name != "@" && name != "*" {
			if v := sh.lookup(name); v != nil {
				if s, ok := v.value(); ok {
					b.result(s, quoted)
					return nil
				}
			}
			if sh.opt.nounset && name != "!" {
				return &unsetError{name + ": unbound variable"}
			}
			b.result("", quoted)
			return nil
		}
	}
	if pe.Excl && pe.Names != 0 {
		var names []string
		for _, name := range sh.env.names() {
			if v := sh.env.find(name); strings.HasPrefix(name, pe.Param.Value) && v != nil && v.set {
				names = append(names, name)
			}
		}
		b.addList(names, pe.Names == syntax.NamesPrefix, quoted)
		return nil
	}
	val, err := sh.resolve(pe)
	if err != nil {
		return err
	}
	if pe.Excl && val.list { // ${!a[@]}
		if val.v == nil {
			return nil
		}
		b.addList(val.v.keys(sh.work), val.star, quoted)
		return nil
	}
	if pe.Length {
		if !val.set && !val.list && sh.opt.nounset {
			return &unsetError{val.name + ": unbound variable"}
		}
		n := len(val.vals)
		if !val.list {
			n = paced.RuneCount(val.text(), sh.work)
		}
		b.result(itoa(n), quoted)
		return nil
	}
	if done, err := b.alternative(pe, &val, quoted); done || err != nil {
		return err
	}
	if !val.set && sh.opt.nounset && !(val.list && (pe.Param.Value == "@" || pe.Param.Value == "*")) {
		return &unsetError{paramName(pe) + ": unbound variable"}
	}
	vals, err := sh.operate(pe, &val)
	if err != nil {
		return err
	}
	if val.list {
		b.addList(vals, val.star, quoted)
		return nil
	}
	b.result(strings.Join(vals, " "), quoted)
	return nil
}

func paramName(pe *syntax.ParamExp) string {
	if w, ok := pe.Index.(*syntax.Word); ok {
		return pe.Param.Value + "[" + w.Lit() + "]"
	}
	return pe.Param.Value
}

// resolve finds what an expansion names, through ${!x} and name references.
func (sh *shell) resolve(pe *syntax.ParamExp) (paramValue, error) {
	if !pe.Excl {
		return sh.resolveName(pe.Param.Value, pe.Index)
	}
	if v := sh.env.find(pe.Param.Value); v != nil && v.nameref && pe.Index == nil {
		return paramValue{name: pe.Param.Value, vals: []string{v.str}, set: v.str != ""}, nil
	}
	val, err := sh.resolveName(pe.Param.Value, pe.Index)
	if err != nil || val.list {
		return val, err
	}
	if !val.set {
		return val, &unsetError{pe.Param.Value + ": invalid indirect expansion"}
	}
	name, sub, hasSub := cutSubscript(val.text())
	if !hasSub {
		if !validName(name) && !specialName(name) {
			return val, &unsetError{name + ": invalid variable name"}
		}
		return sh.resolveName(name, nil)
	}
	return sh.resolveName(name, subscriptWord(sub))
}

// specialName reports whether name is one of $1, $@, $? and the like.
func specialName(name string) bool {
	if len(name) == 1 && strings.ContainsAny(name, "@*#?-$!_") {
		return true
	}
	return name != "" && strings.Trim(name, "0123456789") == ""
}

// subscriptWord makes a subscript out of text.
func subscriptWord(sub string) syntax.ArithmExpr {
	return &syntax.Word{Parts: []syntax.WordPart{&syntax.Lit{Value: sub}}}
}

func (sh *shell) resolveName(name string, index syntax.ArithmExpr) (paramValue, error) {
	switch name {
	case "@", "*":
		return paramValue{list: true, star: name == "*", vals: sh.params, set: len(sh.params) > 0, name: name}, nil
	}
	if real, sub := sh.deref(name); sub != "" && index == nil {
		name, index = real, subscriptWord(sub)
	}
	v := sh.lookup(name)
	val := paramValue{name: name, v: v}
	if w, ok := index.(*syntax.Word); ok {
		if lit := w.Lit(); lit == "@" || lit == "*" {
			val.list, val.star = true, lit == "*"
			if v != nil {
				val.vals = v.elems(sh.work)
				val.set = len(val.vals) > 0
			}
			return val, nil
		}
	}
	s, set, err := sh.elem(name, v, index)
	val.set = set
	if set {
		val.vals = []string{s}
	}
	return val, err
}

// elem reads one element, or the plain value without a subscript.
func (sh *shell) elem(name string, v *variable, index syntax.ArithmExpr) (string, bool, error) {
	if v == nil {
		return "", false, nil
	}
	if index == nil {
		s, ok := v.value()
		return s, ok, nil
	}
	if v.kind == assoc {
		key, err := sh.subscript(index)
		if err != nil {
			return "", false, err
		}
		s, ok := v.m[key]
		return s, ok, nil
	}
	n, err := sh.arith(index)
	if err != nil {
		return "", false, err
	}
	i := int(n)
	if v.kind == scalar {
		if i == 0 || i == -1 {
			return v.str, v.set, nil
		}
		return "", false, nil
	}
	if i < 0 {
		if i += v.arr.end(); i < 0 {
			return "", false, &varError{name, "bad array subscript"}
		}
	}
	s, ok := v.arr.get(i)
	return s, ok, nil
}

// subscript is the key of an associative array.
func (sh *shell) subscript(index syntax.ArithmExpr) (string, error) {
	if w, ok := index.(*syntax.Word); ok {
		return sh.literal(w)
	}
	return sh.arithText(index), nil
}

// alternative handles ${x:-word} and its relatives. done means that the
// expansion has been added.
func (b *builder) alternative(pe *syntax.ParamExp, val *paramValue, quoted bool) (done bool, err error) {
	if pe.Exp == nil {
		return false, nil
	}
	op := pe.Exp.Op
	present := val.set
	switch op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		present = present && (len(val.vals) > 1 || val.text() != "")
	}
	switch op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if !present {
			if quoted && !val.list {
				b.add("", true)
			}
			return true, nil
		}
		return true, b.operand(pe.Exp.Word, quoted)
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if present {
			return b.emit(val, quoted), nil
		}
		return true, b.operand(pe.Exp.Word, quoted)
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if present {
			return b.emit(val, quoted), nil
		}
		s, err := b.sh.assignText(pe.Exp.Word)
		if err != nil {
			return true, err
		}
		if !validName(val.name) {
			return true, &arithError{"$" + val.name + ": cannot assign in this way"}
		}
		if w, ok := pe.Index.(*syntax.Word); ok && !pe.Excl {
			key, err := b.sh.literal(w)
			if err != nil {
				return true, err
			}
			err = b.sh.setElem(val.name, key, s, false)
			b.result(s, quoted)
			return true, err
		}
		if err := b.sh.set(val.name, s); err != nil {
			return true, err
		}
		b.result(b.sh.get(val.name), quoted)
		return true, nil
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if present {
			return b.emit(val, quoted), nil
		}
		msg, err := b.sh.literal(pe.Exp.Word)
		if err != nil {
			return true, err
		}
		if msg == "" {
			msg = "parameter null or not set"
			if op == syntax.ErrorUnset {
				msg = "parameter not set"
			}
		}
		return true, &unsetError{paramName(pe) + ": " + msg}
	}
	return false, nil
}

// emit adds a value as it is.
func (b *builder) emit(val *paramValue, quoted bool) bool {
	if val.list {
		b.addList(val.vals, val.star, quoted)
	} else {
		b.result(val.text(), quoted)
	}
	return true
}

// operand adds the word of ${x:-word}.
func (b *builder) operand(w *syntax.Word, quoted bool) error {
	if w == nil {
		if quoted {
			b.add("", true)
		}
		return nil
	}
	if quoted {
		b.add("", true)
		return b.parts(w.Parts, inDouble)
	}
	return b.parts(w.Parts, inExpansion)
}
