package shell

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/paced"
)

func printf(c *call) int {
	opts, rest, ok := c.options("v:")
	if !ok {
		return 2
	}
	if len(rest) == 0 {
		return c.usage("a format is needed", builtins["printf"].usage)
	}
	f := &formatter{c: c, format: rest[0], args: rest[1:]}
	for {
		before := len(f.args)
		f.c.sh.work(stepUnits)
		if !f.once() || len(f.args) == 0 || len(f.args) == before {
			break
		}
	}
	if name, ok := opts['v']; ok {
		if base, _, _ := cutSubscript(name); !validName(base) {
			return c.usage("`"+name+"': not a valid identifier", builtins["printf"].usage)
		}
		if err := c.sh.setNamed(name, f.out.String()); err != nil {
			return c.fail("%s", message(err))
		}
		return f.status
	}
	c.print(f.out.String())
	return f.status
}

// formatter prints arguments by a format.
type formatter struct {
	c      *call
	format string
	args   []string
	out    strings.Builder
	status int
}

func (f *formatter) arg() (string, bool) {
	if len(f.args) == 0 {
		return "", false
	}
	a := f.args[0]
	f.args = f.args[1:]
	return a, true
}

// once goes through the format once and reports whether it may be used again.
func (f *formatter) once() bool {
	s := f.format
	for i := 0; i < len(s); {
		f.c.sh.work(4)
		switch {
		case s[i] == '\\' && i+1 < len(s):
			n, stop := cformat.Escape(&f.out, s[i+1:], cformat.Format)
			if stop {
				return false
			}
			i += 1 + n
		case s[i] == '%':
			n, goesOn := f.directive(s[i:])
			if !goesOn {
				return false
			}
			i += n
		default:
			f.out.WriteByte(s[i])
			i++
		}
	}
	return true
}

// directive prints what begins with % and returns its length.
func (f *formatter) directive(s string) (n int, goesOn bool) {
	if strings.HasPrefix(s, "%%") {
		f.out.WriteByte('%')
		return 2, true
	}
	d, n := cformat.Parse(s)
	if d.StarWidth {
		a, _ := f.arg()
		d.SetWidth(int(f.integer(a)))
	}
	if d.StarPrec {
		a, _ := f.arg()
		d.SetPrec(int(f.integer(a)))
	}
	switch {
	case n == 0:
		f.c.errorf("`%s': missing format character", s)
		f.status = 1
		return len(s), false
	case d.Verb == '(':
		if end := strings.Index(s[n:], ")T"); end >= 0 {
			f.time(&d, s[n:n+end])
			return n + end + 2, true
		}
	}
	return n, f.convert(&d)
}

func (f *formatter) convert(d *cformat.Directive) bool {
	a, given := f.arg()
	f.c.sh.work(len(a))
	switch d.Verb {
	case 's':
		f.pad(d, f.cut(d, a))
	case 'q':
		f.pad(d, f.cut(d, f.c.sh.backslashQuote(a)))
	case 'Q':
		f.pad(d, f.c.sh.backslashQuote(f.cut(d, a)))
	case 'b':
		text, stop := cformat.Unescape(a, cformat.Echo, f.c.sh.work)
		f.pad(d, f.cut(d, text))
		return !stop
	case 'c':
		if a != "" {
			_, n := utf8.DecodeRuneInString(a)
			a = a[:n]
		} else {
			a = "\x00"
		}
		f.pad(d, a)
	case 'd', 'i':
		f.out.WriteString(d.Integer(f.integer(a)))
	case 'u', 'o', 'x', 'X':
		f.out.WriteString(d.Unsigned(uint64(f.integer(a))))
	case 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
		f.out.WriteString(d.Float(f.float(a)))
	case 'n':
		if given && validName(a) {
			_ = f.c.sh.set(a, itoa(f.out.Len()))
		}
	default:
		f.c.errorf("`%c': invalid format character", d.Verb)
		f.status = 1
		return false
	}
	return true
}

func (f *formatter) cut(d *cformat.Directive, s string) string {
	if !d.HasPrec {
		return s
	}
	return s[:paced.RuneOffset(s, d.Prec, f.c.sh.work)]
}

// pad prints a text, whose width counts in characters.
func (f *formatter) pad(d *cformat.Directive, s string) {
	width := 0
	if d.HasWidth {
		width = paced.RuneCount(s, f.c.sh.work)
	}
	f.out.WriteString(d.Pad(s, width))
}

// float reads an argument as a number that need not be whole.
func (f *formatter) float(a string) float64 {
	if a == "" {
		return 0
	}
	if a[0] == '\'' || a[0] == '"' {
		return float64(f.integer(a))
	}
	if x, err := strconv.ParseFloat(strings.TrimSpace(a), 64); err == nil {
		return x
	}
	if n, ok, err := parseNumber(a); ok && err == nil {
		return float64(n)
	}
	f.c.errorf("%s: invalid number", a)
	f.status = 1
	return 0
}

// integer reads an argument as C does: decimal, 0x, 0, or the code of the
// character after a quote.
func (f *formatter) integer(a string) int64 {
	if a == "" {
		return 0
	}
	if a[0] == '\'' || a[0] == '"' {
		r, n := utf8.DecodeRuneInString(a[1:])
		if n == 0 {
			return 0
		}
		return int64(r)
	}
	s := strings.TrimLeft(a, " \t\n")
	n, err := strconv.ParseInt(s, 0, 64)
	if err == nil && !strings.ContainsAny(s, "_") {
		return n
	}
	if u, err := strconv.ParseUint(s, 0, 64); err == nil {
		return int64(u)
	}
	// As much of it as is a number counts.
	end := min(len(s), 100)
	for end > 0 {
		end--
		if v, err := strconv.ParseInt(s[:end], 0, 64); err == nil {
			n = v
			break
		}
		n = 0
	}
	f.c.errorf("%s: invalid number", a)
	f.status = 1
	return n
}

// time does %(format)T.
func (f *formatter) time(d *cformat.Directive, format string) {
	a, given := f.arg()
	t := time.Now()
	if given && a != "-1" {
		if a == "-2" {
			t = f.c.sh.started
		} else {
			t = time.Unix(f.integer(a), 0)
		}
	}
	if zone := f.c.sh.get("TZ"); zone == "UTC" || zone == "UTC0" || zone == "" {
		t = t.UTC()
	}
	if format == "" {
		format = "%X"
	}
	f.pad(d, cformat.Time(format, t))
}
