package commands

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

var printfSpec = spec{name: "printf", synopsis: "FORMAT [ARGUMENT]...", run: runPrintf, literal: true, help: `
Print the arguments as FORMAT says, which is used again while there are arguments.
Conversions: %d %i %u %o %x %X %f %e %g %c %s %b (with escapes) %q (quoted) %%,
with flags "-+ 0#", a width and a precision, either of which may be *.`}

func runPrintf(c *cmd) int {
	args := c.args
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 1 && args[0] == "--help" {
		c.help()
	}
	if len(args) == 0 {
		c.usageError(1, "missing operand")
	}
	p := printer{c: c, args: args[1:]}
	for {
		left := len(p.args)
		text, err := p.round(args[0])
		c.out.WriteString(text)
		if err != nil {
			c.fail(1, "%s", err)
		}
		if p.stop || len(p.args) == 0 || len(p.args) == left {
			if !p.stop && len(p.args) > 0 {
				c.errorf("warning: ignoring excess arguments, starting with '%s'", p.args[0])
			}
			return c.code
		}
		c.tick()
	}
}

// printer formats the arguments.
type printer struct {
	c    *cmd
	args []string
	stop bool
}

func (p *printer) next() (string, bool) {
	if len(p.args) == 0 {
		return "", false
	}
	s := p.args[0]
	p.args = p.args[1:]
	return s, true
}

// complain reports an argument that is no number; printing goes on.
func (p *printer) complain(arg, what string) {
	p.c.errorf("'%s': %s", arg, what)
	p.c.code = 1
}

// round goes through the format once.
func (p *printer) round(format string) (string, error) {
	var b strings.Builder
	for format != "" {
		p.c.work(64)
		at := strings.IndexAny(format, `%\`)
		if at < 0 {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:at])
		format = format[at:]
		if format[0] == '\\' {
			n := escapeLen(format)
			text, stop := unescape(format[:n], false, p.c.work)
			b.WriteString(text)
			if stop {
				p.stop = true
				return b.String(), nil
			}
			format = format[n:]
			continue
		}
		if strings.HasPrefix(format, "%%") {
			b.WriteByte('%')
			format = format[2:]
			continue
		}
		v, n := parseVerb(format)
		if n == 0 || !strings.ContainsRune("diuoxXfFeEgGaAcsbq", rune(v.verb)) {
			return b.String(), fmt.Errorf("%s: invalid conversion specification", format[:max(n, min(len(format), 2))])
		}
		format = format[n:]
		if v.starWidth {
			v.width, v.hasWidth = int(p.integer()), true
			if v.width < 0 {
				v.width, v.flags = -v.width, v.flags+"-"
			}
		}
		if v.starPrec {
			v.prec = int(p.integer())
			v.hasPrec = v.prec >= 0
		}
		b.WriteString(p.convert(v))
		if p.stop {
			break
		}
	}
	return b.String(), nil
}

// escapeLen is the length of the escape that s begins with.
func escapeLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	used := 0
	switch s[1] {
	case 'x':
		_, used = digits(s[2:], 16, 2)
	case 'u':
		_, used = digits(s[2:], 16, 4)
	case 'U':
		_, used = digits(s[2:], 16, 8)
	case '0', '1', '2', '3', '4', '5', '6', '7':
		_, used = digits(s[1:], 8, 3)
		used--
	}
	return 2 + used
}

// verb is a conversion of a printf format.
type verb struct {
	flags               string
	width, prec         int
	hasWidth, hasPrec   bool
	starWidth, starPrec bool
	verb                byte
}

// maxField bounds widths and precisions.
const maxField = 1 << 20

// parseVerb reads the conversion that s begins with, and how long it is: 0 for
// one that is cut short.
func parseVerb(s string) (v verb, n int) { return parseField(s, true) }

// parseField is parseVerb for formats whose letters mean something else; modifiers
// says that h, l and so on may stand before the letter and mean nothing.
func parseField(s string, modifiers bool) (v verb, n int) {
	i := 1
	for i < len(s) && strings.IndexByte("-+ 0#'", s[i]) >= 0 {
		if s[i] != '\'' {
			v.flags += s[i : i+1]
		}
		i++
	}
	number := func() int {
		n, used := digits(s[i:], 10, 7)
		i += used
		return min(n, maxField)
	}
	if i < len(s) && s[i] == '*' {
		v.starWidth = true
		i++
	} else if i < len(s) && s[i] >= '1' && s[i] <= '9' {
		v.width, v.hasWidth = number(), true
	}
	if i < len(s) && s[i] == '.' {
		i++
		v.hasPrec = true
		if i < len(s) && s[i] == '*' {
			v.starPrec = true
			i++
		} else {
			v.prec = number()
		}
	}
	for i < len(s) && modifiers && strings.IndexByte("hlLqjzt", s[i]) >= 0 && (s[i] != 'q' || i+1 < len(s) && strings.IndexByte("diuoxX", s[i+1]) >= 0) {
		i++
	}
	if i >= len(s) {
		return v, 0
	}
	v.verb = s[i]
	return v, i + 1
}

// format formats val by Go's fmt with the flags, the width and the precision.
func (v *verb) format(verb byte, val any) string {
	spec := "%" + v.flags
	if v.hasWidth {
		spec += strconv.Itoa(min(v.width, maxField))
	}
	if v.hasPrec {
		spec += "." + strconv.Itoa(min(v.prec, maxField))
	}
	return fmt.Sprintf(spec+string(verb), val)
}

// pad pads s, whose width counts in bytes as in C, to the verb's width.
func (v *verb) pad(s string) string {
	if n := min(v.width, maxField) - len(s); v.hasWidth && n > 0 {
		if strings.Contains(v.flags, "-") {
			return s + strings.Repeat(" ", n)
		}
		return strings.Repeat(" ", n) + s
	}
	return s
}

func (p *printer) convert(v verb) string {
	switch v.verb {
	case 'c':
		s, _ := p.next()
		if s != "" {
			s = s[:1]
		}
		return v.pad(s)
	case 's', 'b', 'q':
		s, _ := p.next()
		if v.verb == 'b' {
			s, p.stop = unescape(s, true, p.c.work)
		} else if v.verb == 'q' {
			p.c.work(8 * len(s))
			s = quote(s)
		}
		if v.hasPrec && v.prec < len(s) {
			s = s[:v.prec]
		}
		return v.pad(s)
	case 'd', 'i':
		return v.integer(p.integer())
	case 'u', 'o', 'x', 'X':
		return v.unsigned(uint64(p.integer()))
	}
	return v.float(p.float())
}

// integer formats %d.
func (v *verb) integer(n int64) string {
	if v.hasPrec {
		v.flags = strings.ReplaceAll(v.flags, "0", "")
		if v.prec == 0 && n == 0 {
			return v.pad("")
		}
	}
	return v.format('d', n)
}

// unsigned formats %u %o %x %X.
func (v *verb) unsigned(n uint64) string {
	verb := v.verb
	if verb == 'u' {
		verb = 'd'
	}
	v.flags = strings.NewReplacer("+", "", " ", "").Replace(v.flags)
	if v.hasPrec {
		v.flags = strings.ReplaceAll(v.flags, "0", "")
	}
	if n == 0 && verb != 'o' {
		v.flags = strings.ReplaceAll(v.flags, "#", "")
		if v.hasPrec && v.prec == 0 {
			return v.pad("")
		}
	}
	return v.format(verb, n)
}

// float formats %f %e %g and their like.
func (v *verb) float(x float64) string {
	if !v.hasPrec {
		v.prec, v.hasPrec = 6, true
	}
	verb := v.verb
	if math.IsInf(x, 0) || math.IsNaN(x) {
		s := "inf"
		if math.IsNaN(x) {
			s = "nan"
		}
		if math.IsInf(x, -1) {
			s = "-inf"
		} else if strings.Contains(v.flags, "+") {
			s = "+" + s
		}
		if verb == 'F' || verb == 'E' || verb == 'G' {
			s = strings.ToUpper(s)
		}
		return v.pad(s)
	}
	switch verb {
	case 'F':
		verb = 'f'
	case 'a':
		verb = 'x'
	case 'A':
		verb = 'X'
	case 'g', 'G':
		if v.prec == 0 {
			v.prec = 1
		}
	}
	return v.format(verb, x)
}

// integer is the next argument as a number: decimal, 0x, octal or 'c.
func (p *printer) integer() int64 {
	s, ok := p.next()
	if !ok {
		return 0
	}
	if n, ok := charValue(s); ok {
		return n
	}
	t := strings.TrimPrefix(strings.TrimLeft(s, " \t\n"), "+")
	n, err := strconv.ParseInt(t, 0, 64)
	if err == nil && !strings.Contains(t, "_") {
		return n
	}
	if u, err := strconv.ParseUint(t, 0, 64); err == nil {
		return int64(u)
	}
	if ne, ok := err.(*strconv.NumError); ok && ne.Err == strconv.ErrRange {
		p.complain(s, "numerical result out of range")
		return n
	}
	end := numberPrefix(t, false)
	n, _ = strconv.ParseInt(t[:end], 0, 64)
	if end == 0 {
		p.complain(s, "expected a numeric value")
	} else {
		p.complain(s, "value not completely converted")
	}
	return n
}

func (p *printer) float() float64 {
	s, ok := p.next()
	if !ok {
		return 0
	}
	if n, ok := charValue(s); ok {
		return float64(n)
	}
	t := strings.TrimLeft(s, " \t\n")
	x, err := strconv.ParseFloat(t, 64)
	if err == nil && !strings.Contains(t, "_") {
		return x
	}
	if n, err := strconv.ParseInt(t, 0, 64); err == nil {
		return float64(n)
	}
	end := numberPrefix(t, true)
	x, _ = strconv.ParseFloat(t[:end], 64)
	if end == 0 {
		p.complain(s, "expected a numeric value")
	} else if end < len(t) {
		p.complain(s, "value not completely converted")
	}
	return x
}

// charValue is the code of the character after a quote.
func charValue(s string) (int64, bool) {
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') {
		r, size := utf8.DecodeRuneInString(s[1:])
		if r == utf8.RuneError && size <= 1 {
			return int64(s[1]), true
		}
		return int64(r), true
	}
	return 0, s == "'" || s == `"`
}

// numberPrefix is how much of s is a decimal number.
func numberPrefix(s string, float bool) int {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	start := i
	_, n := digits(s[i:], 10, len(s))
	i += n
	if float && i < len(s) && s[i] == '.' {
		_, frac := digits(s[i+1:], 10, len(s))
		if n+frac > 0 {
			i += 1 + frac
		}
		n += frac
	}
	if n == 0 {
		return 0
	}
	if float && i+1 < len(s) && s[i]|0x20 == 'e' && i > start {
		j := i + 1
		if s[j] == '-' || s[j] == '+' {
			j++
		}
		if _, e := digits(s[j:], 10, len(s)); e > 0 {
			i = j + e
		}
	}
	return i
}

// quote writes s so that the shell reads it back.
func quote(s string) string {
	if s == "" {
		return "''"
	}
	safe := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("%+,-./:=@_^", r) || r > 127)
	}) < 0
	if safe {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
