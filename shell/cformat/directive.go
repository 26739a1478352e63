package cformat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// MaxField bounds widths and precisions: package fmt takes no larger ones.
const MaxField = 1_000_000

// A Directive is a conversion of a format: %[flags][width][.precision]verb.
type Directive struct {
	Flags             string // of "-+ 0#"
	Width, Prec       int
	HasWidth, HasPrec bool
	// StarWidth and StarPrec say that arguments have them: see [Directive.SetWidth].
	StarWidth, StarPrec bool
	Verb                byte
}

// Parse reads the directive that s begins with, and how long it is: 0 for one that is cut
// short. Letters that say how large a number is are left out.
func Parse(s string) (d Directive, n int) { return parse(s, "hlLjzt") }

// ParseField is Parse where letters mean something else, as in the formats of stat and find.
func ParseField(s string) (d Directive, n int) { return parse(s, "") }

func parse(s, sizes string) (d Directive, n int) {
	i := 1
	for i < len(s) && strings.IndexByte("-+ 0#'", s[i]) >= 0 {
		if s[i] != '\'' {
			d.Flags += s[i : i+1]
		}
		i++
	}
	number := func() int {
		n, used := Digits(s[i:], 10, 7)
		i += used
		return min(n, MaxField)
	}
	if i < len(s) && s[i] == '*' {
		d.StarWidth = true
		i++
	} else if i < len(s) && s[i] >= '1' && s[i] <= '9' {
		d.Width, d.HasWidth = number(), true
	}
	if i < len(s) && s[i] == '.' {
		i++
		d.HasPrec = true
		if i < len(s) && s[i] == '*' {
			d.StarPrec = true
			i++
		} else {
			d.Prec = number()
		}
	}
	for i < len(s) && strings.IndexByte(sizes, s[i]) >= 0 {
		i++
	}
	if i >= len(s) {
		return d, 0
	}
	d.Verb = s[i]
	return d, i + 1
}

// SetWidth sets the width that an argument has: below 0, the field is filled behind.
func (d *Directive) SetWidth(n int) {
	if n < 0 {
		d.Flags, n = d.Flags+"-", -n
	}
	d.Width, d.HasWidth = min(n, MaxField), true
}

// SetPrec sets the precision that an argument has: below 0, there is none.
func (d *Directive) SetPrec(n int) { d.Prec, d.HasPrec = min(max(n, 0), MaxField), n >= 0 }

// Pad fills s, which is length wide, to the width.
func (d Directive) Pad(s string, length int) string {
	n := d.Width - length
	if !d.HasWidth || n <= 0 {
		return s
	}
	if strings.Contains(d.Flags, "-") {
		return s + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + s
}

// Text formats s, whose width and precision count characters.
func (d Directive) Text(s string) string {
	d.Flags = strings.ReplaceAll(d.Flags, "0", "")
	return d.format('s', s)
}

// Integer formats %d.
func (d Directive) Integer(n int64) string {
	if d.HasPrec {
		d.Flags = strings.ReplaceAll(d.Flags, "0", "")
		if d.Prec == 0 && n == 0 {
			return d.Pad("", 0)
		}
	}
	return d.format('d', n)
}

// Unsigned formats %u, %o, %x and %X.
func (d Directive) Unsigned(n uint64) string {
	verb := d.Verb
	if verb == 'u' {
		verb = 'd'
	}
	d.Flags = strings.NewReplacer("+", "", " ", "").Replace(d.Flags)
	if d.HasPrec {
		d.Flags = strings.ReplaceAll(d.Flags, "0", "")
	}
	if n == 0 && verb != 'o' {
		d.Flags = strings.ReplaceAll(d.Flags, "#", "")
		if d.HasPrec && d.Prec == 0 {
			return d.Pad("", 0)
		}
	}
	return d.format(verb, n)
}

// Float formats %f, %e, %g and their like.
func (d Directive) Float(x float64) string {
	if math.IsInf(x, 0) || math.IsNaN(x) {
		return d.notFinite(x)
	}
	verb := d.Verb
	if !d.HasPrec && verb|0x20 != 'a' {
		d.Prec, d.HasPrec = 6, true
	}
	switch verb {
	case 'F':
		verb = 'f'
	case 'a':
		verb = 'x'
	case 'A':
		verb = 'X'
	case 'g', 'G':
		if d.Prec == 0 {
			d.Prec = 1
		}
	}
	return d.format(verb, x)
}

func (d *Directive) notFinite(x float64) string {
	s := "inf"
	if math.IsNaN(x) {
		s = "nan"
	}
	if math.IsInf(x, -1) {
		s = "-inf"
	} else if strings.Contains(d.Flags, "+") {
		s = "+" + s
	}
	if d.Verb < 'a' {
		s = strings.ToUpper(s)
	}
	return d.Pad(s, len(s))
}

// format formats val by package fmt with the flags, the width and the precision.
func (d *Directive) format(verb byte, val any) string {
	spec := "%" + d.Flags
	if d.HasWidth {
		spec += strconv.Itoa(d.Width)
	}
	if d.HasPrec {
		spec += "." + strconv.Itoa(d.Prec)
	}
	return fmt.Sprintf(spec+string(verb), val)
}
