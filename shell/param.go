package shell

import (
	"strings"
	"unicode"
	"unicode/utf8"

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

// operate applies the operator of an expansion to each value.
func (sh *shell) operate(pe *syntax.ParamExp, val *paramValue) ([]string, error) {
	switch {
	case pe.Slice != nil:
		return sh.slice(pe.Slice, val)
	case pe.Repl != nil:
		return sh.replace(pe.Repl, val.vals)
	case pe.Exp == nil:
		return val.vals, nil
	}
	op := pe.Exp.Op
	if op == syntax.OtherParamOps {
		letter, err := sh.literal(pe.Exp.Word)
		if err != nil {
			return nil, err
		}
		return sh.transform(letter, val)
	}
	pat, err := sh.pattern(pe.Exp.Word)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(val.vals))
	sh.work(len(out))
	switch op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix:
		m := sh.patterns.compile(pat, false)
		for i, s := range val.vals {
			out[i] = sh.remove(m, s, op)
		}
	case syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		var m *matcher
		if pat != "" {
			m = sh.patterns.compile(pat, false)
		}
		for i, s := range val.vals {
			out[i] = sh.changeCase(m, s, op)
		}
	default:
		return nil, &arithError{"bad substitution"}
	}
	return out, nil
}

func (sh *shell) remove(m *matcher, s string, op syntax.ParExpOperator) string {
	switch op {
	case syntax.RemSmallPrefix, syntax.RemLargePrefix:
		if n := m.prefix(s, op == syntax.RemLargePrefix); n >= 0 {
			return s[n:]
		}
	default:
		if n := m.suffix(s, op == syntax.RemLargeSuffix); n >= 0 {
			return s[:n]
		}
	}
	return s
}

func (sh *shell) changeCase(m *matcher, s string, op syntax.ParExpOperator) string {
	to := unicode.ToLower
	if op == syntax.UpperFirst || op == syntax.UpperAll {
		to = unicode.ToUpper
	}
	var out strings.Builder
	for i, r := range s {
		if !sh.work(8) {
			break
		}
		if (i == 0 || op == syntax.UpperAll || op == syntax.LowerAll) && (m == nil || m.match(string(r))) {
			r = to(r)
		}
		out.WriteRune(r)
	}
	return out.String()
}

// replace does ${x/pattern/with}.
func (sh *shell) replace(repl *syntax.Replace, vals []string) ([]string, error) {
	pieces, err := sh.joined(repl.Orig, plainWord, false)
	if err != nil {
		return nil, err
	}
	with, err := sh.joined(repl.With, plainWord, false)
	if err != nil {
		return nil, err
	}
	pat := sh.globText(pieces)
	atStart, atEnd := false, false
	if !repl.All && pat != "" && len(pieces) > 0 && !pieces[0].quoted {
		switch pat[0] {
		case '#':
			atStart, pat = true, pat[1:]
		case '%':
			atEnd, pat = true, pat[1:]
		}
	}
	out := make([]string, len(vals))
	if pat == "" && !atStart && !atEnd {
		copy(out, vals)
		return out, nil
	}
	m := sh.patterns.compile(pat, sh.shopt["nocasematch"])
	for i, s := range vals {
		out[i] = sh.replaceOne(m, s, with, repl.All, atStart, atEnd)
	}
	return out, nil
}

func (sh *shell) replaceOne(m *matcher, s string, with []piece, all, atStart, atEnd bool) string {
	switch {
	case atStart:
		if n := m.prefix(s, true); n >= 0 {
			return sh.substitute(with, s[:n]) + s[n:]
		}
		return s
	case atEnd:
		if n := m.suffix(s, true); n >= 0 {
			return s[:n] + sh.substitute(with, s[n:])
		}
		return s
	}
	var out strings.Builder
	for sh.work(32) {
		from, to := m.find(s)
		if from < 0 || s == "" {
			break
		}
		if from == to { // an empty match replaces nothing but lets one character pass
			_, n := utf8.DecodeRuneInString(s[from:])
			out.WriteString(s[:from+n])
			s = s[from+n:]
			continue
		}
		out.WriteString(s[:from])
		out.WriteString(sh.substitute(with, s[from:to]))
		s = s[to:]
		if !all {
			break
		}
	}
	out.WriteString(s)
	return out.String()
}

// substitute fills in the & of a replacement that is not quoted.
func (sh *shell) substitute(with []piece, match string) string {
	var out strings.Builder
	for _, p := range with {
		if p.quoted {
			out.WriteString(p.s)
			continue
		}
		out.WriteString(strings.ReplaceAll(p.s, "&", match))
	}
	return out.String()
}

// slice does ${x:offset:length}.
func (sh *shell) slice(s *syntax.Slice, val *paramValue) ([]string, error) {
	offset, err := sh.arith(s.Offset)
	if err != nil {
		return nil, err
	}
	length, hasLength := int64(0), s.Length != nil
	if hasLength {
		if length, err = sh.arith(s.Length); err != nil {
			return nil, err
		}
	}
	if !val.list {
		text := val.text()
		count := int64(paced.RuneCount(text, sh.work))
		from, to, err := span(count, count, offset, length, hasLength, true)
		if err != nil {
			return nil, err
		}
		text = text[paced.RuneOffset(text, int(from), sh.work):]
		return []string{text[:paced.RuneOffset(text, int(to-from), sh.work)]}, nil
	}
	vals := val.vals
	if val.name == "@" || val.name == "*" {
		vals = append([]string{sh.name}, vals...)
		if offset == 0 && !hasLength {
			return vals, nil
		}
	}
	size := int64(len(vals))
	if val.v != nil && val.v.kind == indexed && val.v.arr.idx != nil {
		// The offset is an index, the length a number of elements.
		if offset < 0 {
			if offset += int64(val.v.arr.end()); offset < 0 {
				return nil, nil
			}
		}
		n, _ := val.v.arr.find(int(offset))
		offset = int64(n)
	}
	from, to, err := span(size, size, offset, length, hasLength, false)
	if err != nil {
		return nil, err
	}
	return vals[from:to], nil
}

func span(size, end, offset, length int64, hasLength, text bool) (from, to int64, err error) {
	if offset < 0 {
		if offset += end; offset < 0 {
			return 0, 0, nil
		}
	}
	if offset > size {
		return 0, 0, nil
	}
	to = size
	if hasLength {
		switch {
		case length >= 0:
			to = min(offset+length, size)
		case !text || size+length < offset:
			return 0, 0, &arithError{itoa(int(length)) + ": substring expression < 0"}
		default:
			to = size + length
		}
	}
	return offset, to, nil
}

// transform does ${x@Q} and its relatives.
func (sh *shell) transform(letter string, val *paramValue) ([]string, error) {
	var out []string
	switch letter {
	case "Q", "E", "P", "U", "u", "L":
		for _, s := range val.vals {
			switch letter {
			case "Q":
				s = sh.quote(s)
			case "E":
				s = sh.ansiC(s)
			case "P":
				s = sh.prompt(s)
			case "U":
				s = paced.Mapped(s, strings.ToUpper, sh.work)
			case "L":
				s = paced.Mapped(s, strings.ToLower, sh.work)
			case "u":
				s = sh.changeCase(nil, s, syntax.UpperFirst)
			}
			out = append(out, s)
		}
	case "a":
		if val.v == nil {
			return nil, nil
		}
		out = []string{val.v.flags()}
	case "A":
		if val.v == nil {
			return nil, nil
		}
		if f := val.v.flags(); f != "" {
			out = []string{"declare -" + f + " " + sh.declaration(val.name, val.v, sh.quote)}
		} else {
			out = []string{sh.declaration(val.name, val.v, sh.quote)}
		}
	case "K", "k":
		if !val.list || val.v == nil {
			for _, s := range val.vals {
				out = append(out, sh.quote(s))
			}
			break
		}
		keys, vals := val.v.keys(sh.work), val.v.elems(sh.work)
		if letter == "k" {
			for i := range keys {
				out = append(out, keys[i], vals[i])
			}
			break
		}
		var b strings.Builder
		for i := range keys {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(keys[i] + " " + sh.doubleQuote(vals[i]))
		}
		out = []string{b.String()}
	default:
		return nil, &arithError{"bad substitution"}
	}
	return out, nil
}
