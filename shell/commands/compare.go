package commands

import (
	"bytes"
	"hash/maphash"
	"math"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var nan = math.NaN()

// decimal is a number's text in its parts: sign, digits before and after the point.
type decimal struct {
	neg         bool
	whole, frac []byte
	rest        []byte
}

func (c *cmd) parseDecimal(p []byte) (d decimal) {
	p = p[leadingBlanks(p):]
	if len(p) > 0 && p[0] == '-' {
		d.neg, p = true, p[1:]
	}
	digits := func() []byte {
		i := 0
		for i < len(p) && '0' <= p[i] && p[i] <= '9' {
			i++
			c.work(1)
		}
		head := p[:i]
		p = p[i:]
		return head
	}
	d.whole = bytes.TrimLeft(digits(), "0")
	if len(p) > 0 && p[0] == '.' {
		p = p[1:]
		d.frac = bytes.TrimRight(digits(), "0")
	}
	d.rest = p
	if len(d.whole) == 0 && len(d.frac) == 0 {
		d.neg = false
	}
	return d
}

func (d *decimal) compare(e *decimal) int {
	if d.neg != e.neg {
		if d.neg {
			return -1
		}
		return 1
	}
	r := len(d.whole) - len(e.whole)
	if r == 0 {
		r = bytes.Compare(d.whole, e.whole)
	}
	if r == 0 {
		r = bytes.Compare(d.frac, e.frac)
	}
	if d.neg {
		return -r
	}
	return r
}

// compareDecimal compares numbers of any length.
func (c *cmd) compareDecimal(a, b []byte) int {
	x, y := c.parseDecimal(a), c.parseDecimal(b)
	return x.compare(&y)
}

// compareHuman compares numbers with a suffix of size, the suffix first.
func (c *cmd) compareHuman(a, b []byte) int {
	x, y := c.parseDecimal(a), c.parseDecimal(b)
	order := func(d *decimal) int {
		n := 0
		if len(d.rest) > 0 {
			n = strings.IndexByte("KMGTPEZYRQ", d.rest[0]&^0x20) + 1
		}
		switch {
		case len(d.whole) == 0 && len(d.frac) == 0:
			return 0
		case d.neg:
			return -n - 1
		}
		return n + 1
	}
	if r := order(&x) - order(&y); r != 0 {
		return r
	}
	return x.compare(&y)
}

// compareVersions compares texts in which runs of digits count as numbers.
func (c *cmd) compareVersions(a, b string) int {
	full := strings.Compare(a, b)
	weight := func(s string, i int) int {
		switch {
		case i >= len(s) || s[i] >= '0' && s[i] <= '9':
			return 0
		case s[i] == '~':
			return -1
		case isAlpha(s[i]):
			return int(s[i])
		}
		return int(s[i]) + 256
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		c.work(16)
		for i < len(a) && !isDigits(a[i:i+1]) || j < len(b) && !isDigits(b[j:j+1]) {
			if r := weight(a, i) - weight(b, j); r != 0 {
				return r
			}
			c.work(4)
			i++
			j++
		}
		_, n := cformat.Digits(a[min(i, len(a)):], 10, len(a))
		_, m := cformat.Digits(b[min(j, len(b)):], 10, len(b))
		if n > 0 || m > 0 {
			if r := c.compareDecimal([]byte(a[min(i, len(a)):min(i+n, len(a))]), []byte(b[min(j, len(b)):min(j+m, len(b))])); r != 0 {
				return r
			}
		}
		i, j = i+n, j+m
	}
	return full
}

var sortSeed = maphash.MakeSeed()

// random orders by a hash of the text: equal lines stay together.
func (s *sorter) random(a, b []byte) int {
	x, y := maphash.Bytes(sortSeed, a), maphash.Bytes(sortSeed, b)
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
