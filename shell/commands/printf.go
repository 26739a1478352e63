package commands

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/cformat"
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
	for format != "" && !p.stop {
		p.c.work(64)
		at := strings.IndexAny(format, `%\`)
		if at < 0 {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:at])
		format = format[at:]
		switch {
		case format == `\`:
			b.WriteByte('\\')
			format = ""
		case format[0] == '\\':
			n, stop := cformat.Escape(&b, format[1:], cformat.Format)
			format, p.stop = format[1+n:], stop
		case strings.HasPrefix(format, "%%"):
			b.WriteByte('%')
			format = format[2:]
		default:
			d, n := cformat.Parse(format)
			if n == 0 || !strings.ContainsRune("diuoxXfFeEgGaAcsbq", rune(d.Verb)) {
				return b.String(), fmt.Errorf("%s: invalid conversion specification", format[:max(n, min(len(format), 2))])
			}
			format = format[n:]
			if d.StarWidth {
				d.SetWidth(int(p.integer()))
			}
			if d.StarPrec {
				d.SetPrec(int(p.integer()))
			}
			b.WriteString(p.convert(&d))
		}
	}
	return b.String(), nil
}

// convert formats the next argument. Widths of texts count in bytes, as in C.
func (p *printer) convert(d *cformat.Directive) string {
	switch d.Verb {
	case 'c':
		s, _ := p.next()
		if s != "" {
			s = s[:1]
		}
		return d.Pad(s, len(s))
	case 's', 'b', 'q':
		s, _ := p.next()
		if d.Verb == 'b' {
			s, p.stop = cformat.Unescape(s, cformat.Echo, p.c.work)
		} else if d.Verb == 'q' {
			p.c.work(8 * len(s))
			s = quote(s)
		}
		if d.HasPrec && d.Prec < len(s) {
			s = s[:d.Prec]
		}
		return d.Pad(s, len(s))
	case 'd', 'i':
		return d.Integer(p.integer())
	case 'u', 'o', 'x', 'X':
		return d.Unsigned(uint64(p.integer()))
	}
	return d.Float(p.float())
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
	_, n := cformat.Digits(s[i:], 10, len(s))
	i += n
	if float && i < len(s) && s[i] == '.' {
		_, frac := cformat.Digits(s[i+1:], 10, len(s))
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
		if _, e := cformat.Digits(s[j:], 10, len(s)); e > 0 {
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
