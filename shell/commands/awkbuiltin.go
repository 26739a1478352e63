package commands

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/shell/paced"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// builtin parses a call of a function of the language. Arguments that are not given
// are nil.
func (p *awkParser) builtin(name string) awkExpr {
	a := p.a
	wasGt, wasIn := p.noGt, p.noIn
	p.noGt, p.noIn = false, false
	defer func() { p.noGt, p.noIn = wasGt, wasIn }()
	if !p.accept("(") {
		if name != "length" {
			p.unexpected("(")
		}
		return func() awkVal { return awkN(float64(paced.RuneCount(a.record(), a.c.work))) }
	}
	comma := func() bool {
		p.newlines()
		if !p.accept(",") {
			return false
		}
		p.newlines()
		return true
	}
	need := func() {
		if !comma() {
			p.unexpected(",")
		}
	}
	end := func() { p.newlines(); p.expect(")") }
	p.newlines()
	switch name {
	case "split":
		s := p.expr()
		need()
		cell := p.cell(p.next().text)
		var sep awkExpr
		var re func() *regex.Regexp
		if comma() {
			if p.tok.kind == awkRegex {
				re = p.pattern(nil)
			} else {
				sep = p.expr()
			}
		}
		end()
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
	case "sub", "gsub":
		re := p.pattern(p.expr)
		need()
		to := p.expr()
		ref := awkRefFn(func() awkRef { return awkRef{} })
		if comma() {
			e, r := p.ternary()
			if ref = r; r == nil {
				cell := &awkCell{}
				ref = func() awkRef { cell.val = e(); return awkRef{cell: cell} }
			}
		}
		end()
		return func() awkVal {
			exp, text := re(), a.str(to())
			r := ref()
			s, n := a.replace(a.str(a.load(r)), exp, text, name == "gsub", 1, false)
			if n > 0 {
				a.store(r, awkS(s))
			}
			return awkN(float64(n))
		}
	case "gensub":
		re := p.pattern(p.expr)
		need()
		to := p.expr()
		need()
		how := p.expr()
		s := awkExpr(func() awkVal { return awkS(a.record()) })
		if comma() {
			s = p.expr()
		}
		end()
		return func() awkVal {
			exp, text, h := re(), a.str(to()), a.str(how())
			all := strings.HasPrefix(h, "g") || strings.HasPrefix(h, "G")
			nth, _ := strconv.Atoi(h)
			out, _ := a.replace(a.str(s()), exp, text, all, max(nth, 1), true)
			return awkS(out)
		}
	case "match":
		s := p.expr()
		need()
		re := p.pattern(p.expr)
		var cell func() *awkCell
		if comma() {
			cell = p.cell(p.next().text)
		}
		end()
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
	case "length":
		if p.tok.kind == awkName {
			save, tok := *p.lex, p.tok
			cell := p.cell(p.next().text)
			if isNF := tok.text == "NF"; p.is(")") && !isNF {
				p.next()
				return func() awkVal {
					c := cell()
					if c.arr != nil {
						return awkN(float64(len(c.arr.m)))
					}
					return awkN(float64(paced.RuneCount(a.str(c.val), a.c.work)))
				}
			}
			*p.lex, p.tok = save, tok
		}
	}
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

// replace is sub, gsub and gensub. groups says that \1 to \9 count in to.
func (a *awk) replace(s string, re *regex.Regexp, to string, all bool, nth int, groups bool) (string, int) {
	var b strings.Builder
	at, n, seen := 0, 0, 0
	for m := range re.AllString(s, a.c.work) {
		a.c.work(32 + len(to))
		if m[0] == m[1] && m[0] == at && at > 0 && n > 0 {
			continue // an empty match straight after another is none
		}
		if seen++; !all && seen < nth {
			continue
		}
		b.WriteString(s[at:m[0]])
		at = m[1]
		n++
		for i := 0; i < len(to); i++ {
			switch {
			case to[i] == '\\' && i+1 < len(to):
				i++
				d := to[i]
				switch {
				case groups && '0' <= d && d <= '9':
					if g := int(d - '0'); 2*g+1 < len(m) && m[2*g] >= 0 {
						b.WriteString(s[m[2*g]:m[2*g+1]])
					}
				case d == '&' || d == '\\':
					b.WriteByte(d)
				default:
					b.WriteByte('\\')
					b.WriteByte(d)
				}
			case to[i] == '&':
				b.WriteString(s[m[0]:m[1]])
			default:
				b.WriteByte(to[i])
			}
		}
		if !all {
			break
		}
	}
	b.WriteString(s[at:])
	return b.String(), n
}

type awkFunction struct {
	min, max int
	run      func(a *awk, v []awkVal) awkVal
}

func awkMath(f func(x float64) float64) awkFunction {
	return awkFunction{1, 1, func(_ *awk, v []awkVal) awkVal { return awkN(f(v[0].num())) }}
}

func awkBits(f func(x, y uint64) uint64) awkFunction {
	return awkFunction{2, 2, func(_ *awk, v []awkVal) awkVal {
		return awkN(float64(f(uint64(v[0].num()), uint64(v[1].num()))))
	}}
}

var awkFunctions = map[string]awkFunction{
	"sin": awkMath(math.Sin), "cos": awkMath(math.Cos), "exp": awkMath(math.Exp), "log": awkMath(math.Log),
	"sqrt": awkMath(math.Sqrt), "int": awkMath(math.Trunc),
	"atan2":  {2, 2, func(_ *awk, v []awkVal) awkVal { return awkN(math.Atan2(v[0].num(), v[1].num())) }},
	"and":    awkBits(func(x, y uint64) uint64 { return x & y }),
	"or":     awkBits(func(x, y uint64) uint64 { return x | y }),
	"xor":    awkBits(func(x, y uint64) uint64 { return x ^ y }),
	"lshift": awkBits(func(x, y uint64) uint64 { return x << y }),
	"rshift": awkBits(func(x, y uint64) uint64 { return x >> y }),
	"compl":  {1, 1, func(_ *awk, v []awkVal) awkVal { return awkN(float64(^uint64(v[0].num()) & (1<<53 - 1))) }},
	"rand": {0, 0, func(a *awk, _ []awkVal) awkVal {
		// A xorshift generator: the same numbers for the same seed.
		a.random ^= a.random << 13
		a.random ^= a.random >> 7
		a.random ^= a.random << 17
		return awkN(float64(a.random>>11) / (1 << 53))
	}},
	"srand": {0, 1, func(a *awk, v []awkVal) awkVal {
		was := a.seed
		if a.seed = float64(time.Now().Unix()); len(v) > 0 {
			a.seed = v[0].num()
		}
		a.random = math.Float64bits(a.seed)*0x9e3779b97f4a7c15 | 1
		return awkN(was)
	}},
	"length": {0, 1, func(a *awk, v []awkVal) awkVal {
		s := a.record()
		if len(v) > 0 {
			s = a.str(v[0])
		}
		return awkN(float64(paced.RuneCount(s, a.c.work)))
	}},
	"substr": {2, 3, awkSubstr},
	"index": {2, 2, func(a *awk, v []awkVal) awkVal {
		s := a.str(v[0])
		at := paced.Index(s, a.str(v[1]), a.c.work)
		if at < 0 {
			return awkN(0)
		}
		return awkN(float64(paced.RuneCount(s[:at], a.c.work) + 1))
	}},
	"sprintf": {1, 1 << 10, func(a *awk, v []awkVal) awkVal { return awkS(a.sprintf(v)) }},
	"tolower": {1, 1, func(a *awk, v []awkVal) awkVal { return awkS(paced.Mapped(a.str(v[0]), strings.ToLower, a.c.work)) }},
	"toupper": {1, 1, func(a *awk, v []awkVal) awkVal { return awkS(paced.Mapped(a.str(v[0]), strings.ToUpper, a.c.work)) }},
	"system": {1, 1, func(a *awk, v []awkVal) awkVal {
		a.flush()
		return awkN(float64(a.c.run([]string{"sh", "-c", a.str(v[0])}, nil, nil)))
	}},
	"close":   {1, 2, func(a *awk, v []awkVal) awkVal { return awkN(float64(a.close(a.str(v[0])))) }},
	"fflush":  {0, 1, func(a *awk, _ []awkVal) awkVal { a.flush(); return awkN(0) }},
	"systime": {0, 0, func(*awk, []awkVal) awkVal { return awkN(float64(time.Now().Unix())) }},
	"strftime": {0, 3, func(a *awk, v []awkVal) awkVal {
		format, t := "%a %b %e %H:%M:%S %Z %Y", time.Now()
		if len(v) > 0 {
			format = a.str(v[0])
		}
		if len(v) > 1 {
			t = time.Unix(int64(v[1].num()), 0)
		}
		zone := a.c.zone()
		if len(v) > 2 && v[2].truth() {
			zone = time.UTC
		}
		return awkS(strftime(format, t.In(zone)))
	}},
	"mktime": {1, 1, func(a *awk, v []awkVal) awkVal {
		var n [6]int
		words := strings.Fields(a.str(v[0]))
		if len(words) < 6 {
			return awkN(-1)
		}
		for i := range n {
			n[i], _ = strconv.Atoi(words[i])
		}
		return awkN(float64(time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], 0, a.c.zone()).Unix()))
	}},
	"strtonum": {1, 1, func(a *awk, v []awkVal) awkVal {
		if n, err := strconv.ParseInt(a.str(v[0]), 0, 64); err == nil {
			return awkN(float64(n))
		}
		return awkN(v[0].num())
	}},
}

// awkSubstr is substr, whose numbers are rounded, and count characters from 1.
func awkSubstr(a *awk, v []awkVal) awkVal {
	s := a.str(v[0])
	count := paced.RuneCount(s, a.c.work)
	from := math.RoundToEven(v[1].num())
	to := math.Inf(1)
	if len(v) > 2 {
		to = from + math.RoundToEven(v[2].num())
	}
	first, last := int(max(min(from, float64(count+1)), 1)), int(max(min(to, float64(count+1)), 1))
	if first >= last || math.IsNaN(from) || math.IsNaN(to) {
		return awkS("")
	}
	if count == len(s) {
		return awkS(s[first-1 : last-1])
	}
	s = s[paced.RuneOffset(s, first-1, a.c.work):]
	return awkS(s[:paced.RuneOffset(s, last-first, a.c.work)])
}
