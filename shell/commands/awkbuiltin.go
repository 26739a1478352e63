package commands

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// An awkFunction is one that takes values, from min to max of them.
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
		return awkS(cformat.Time(format, t.In(zone)))
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
