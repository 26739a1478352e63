package shell

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/shell/paced"
)

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
