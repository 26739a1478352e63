package commands

import (
	"math"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

// awkVal is a value: a number, a text, a text from the input that may look like a
// number, or nothing yet, which is both "" and 0.
type awkVal struct {
	s    string
	n    float64
	kind uint8
}

const (
	awkUnset uint8 = iota
	awkNum
	awkStr
	awkInput // a text; n and awkNumeric say whether it is a number
	awkNumeric
)

func awkN(n float64) awkVal { return awkVal{n: n, kind: awkNum} }
func awkS(s string) awkVal  { return awkVal{s: s, kind: awkStr} }

func awkBool(b bool) awkVal {
	if b {
		return awkN(1)
	}
	return awkN(0)
}

// maxNumber is how long the text of a number may be.
const maxNumber = 4 << 10

// awkField is a text from the input.
func awkField(s string) awkVal {
	if len(s) > maxNumber {
		return awkVal{s: s, kind: awkInput}
	}
	t := strings.TrimSpace(s)
	if n := numberPrefix(t, true); n > 0 && n == len(t) {
		x, err := strconv.ParseFloat(t, 64)
		if err == nil || !math.IsNaN(x) {
			return awkVal{s, x, awkNumeric}
		}
	}
	return awkVal{s: s, kind: awkInput}
}

func (v awkVal) num() float64 {
	switch v.kind {
	case awkNum, awkNumeric:
		return v.n
	case awkUnset:
		return 0
	}
	t := strings.TrimLeft(v.s[:min(len(v.s), maxNumber)], " \t\n\r")
	x, _ := strconv.ParseFloat(t[:numberPrefix(t, true)], 64)
	return x
}

// text is the value as a string; a number that is no integer is formatted by format.
func (v awkVal) text(format string) string {
	if v.kind != awkNum {
		return v.s
	}
	switch {
	case v.n == math.Trunc(v.n) && math.Abs(v.n) < 1e16:
		return strconv.FormatInt(int64(v.n), 10)
	case math.IsNaN(v.n):
		return "nan"
	case math.IsInf(v.n, 0):
		return strings.TrimPrefix(strconv.FormatFloat(v.n, 'g', -1, 64), "+")
	}
	if f, n := cformat.Parse(format); n == len(format) && n > 0 && strings.IndexByte("eEfFgG", f.Verb) >= 0 {
		return f.Float(v.n)
	}
	return strconv.FormatFloat(v.n, 'g', 6, 64)
}

func (v awkVal) truth() bool {
	switch v.kind {
	case awkNum, awkNumeric:
		return v.n != 0
	}
	return v.s != ""
}

// awkCompare compares as numbers what both are numbers, all else as text.
func (a *awk) compare(x, y awkVal) int {
	if x.kind != awkStr && y.kind != awkStr && x.kind != awkInput && y.kind != awkInput {
		switch p, q := x.num(), y.num(); {
		case p < q:
			return -1
		case p > q:
			return 1
		}
		return 0
	}
	s, t := a.str(x), a.str(y)
	a.c.work(min(len(s), len(t)) / 4)
	return strings.Compare(s, t)
}

// awkArray is an array; it is gone through in the order in which keys came.
type awkArray struct {
	m    map[string]*awkItem
	keys []string
}

type awkItem struct {
	val awkVal
	at  int
}

func newAwkArray() *awkArray { return &awkArray{m: map[string]*awkItem{}} }

func (r *awkArray) item(key string) *awkItem {
	it := r.m[key]
	if it == nil {
		it = &awkItem{at: len(r.keys)}
		r.m[key] = it
		r.keys = append(r.keys, key)
	}
	return it
}

// list lists the keys in order.
func (r *awkArray) list(c *cmd) []string {
	keys := make([]string, 0, len(r.m))
	for i, k := range r.keys {
		c.work(16)
		if it := r.m[k]; it != nil && it.at == i {
			keys = append(keys, k)
		}
	}
	return keys
}

// remove removes an item. The keys of those that are gone are dropped when they are
// the most.
func (r *awkArray) remove(c *cmd, key string) {
	delete(r.m, key)
	if len(r.keys) > 2*len(r.m)+16 {
		r.keys = r.list(c)
		for i, k := range r.keys {
			c.work(16)
			r.m[k].at = i
		}
	}
}

func (r *awkArray) clear() { r.m, r.keys = map[string]*awkItem{}, nil }

// awkCell is a variable. A parameter that was handed over unset knows whose it is, so
// that it may become the caller's array.
type awkCell struct {
	val   awkVal
	arr   *awkArray
	alias *awkCell
}

func (c *awkCell) array() *awkArray {
	if c.arr == nil {
		if c.alias != nil {
			c.arr = c.alias.array()
		} else {
			c.arr = newAwkArray()
		}
	}
	return c.arr
}
