package shell

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

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
		switch s[i] {
		case '\\':
			if i+1 == len(s) {
				f.out.WriteByte('\\')
				return true
			}
			if s[i+1] == 'c' {
				return false
			}
			n, _ := decodeEscape(&f.out, s[i+1:], escFormat)
			i += 1 + n
		case '%':
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

// spec is a directive: %[flags][width][.precision]verb.
type spec struct {
	flags       string
	width, prec int
	hasPrec     bool
}

// directive prints what begins with % and returns its length.
func (f *formatter) directive(s string) (n int, goesOn bool) {
	if len(s) > 1 && s[1] == '%' {
		f.out.WriteByte('%')
		return 2, true
	}
	var d spec
	i := 1
	for i < len(s) && strings.IndexByte("-+ #0'", s[i]) >= 0 {
		if s[i] != '\'' {
			d.flags += s[i : i+1]
		}
		i++
	}
	number := func() int {
		if i < len(s) && s[i] == '*' {
			i++
			a, _ := f.arg()
			return int(f.integer(a))
		}
		start := i
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		v, _ := strconv.Atoi(s[start:i])
		return v
	}
	if d.width = number(); d.width < 0 {
		d.flags, d.width = d.flags+"-", -d.width
	}
	if i < len(s) && s[i] == '.' {
		i++
		d.prec, d.hasPrec = number(), true
		if d.prec < 0 {
			d.hasPrec = false
		}
	}
	const most = 1 << 20
	d.width, d.prec = min(d.width, most), min(d.prec, most)
	if i < len(s) && s[i] == '(' {
		if end := strings.Index(s[i:], ")T"); end >= 0 {
			f.time(&d, s[i+1:i+end])
			return i + end + 2, true
		}
	}
	for i < len(s) && strings.IndexByte("hlLjzt", s[i]) >= 0 {
		i++
	}
	if i >= len(s) {
		f.c.errorf("`%s': missing format character", s)
		f.status = 1
		return i, false
	}
	return i + 1, f.verb(&d, s[i])
}

func (f *formatter) verb(d *spec, verb byte) bool {
	a, given := f.arg()
	f.c.sh.work(len(a))
	switch verb {
	case 's':
		f.pad(d, f.cut(d, a))
	case 'q':
		f.pad(d, f.cut(d, f.c.sh.backslashQuote(a)))
	case 'Q':
		f.pad(d, f.c.sh.backslashQuote(f.cut(d, a)))
	case 'b':
		e := f.c.sh.decodeEscapes(a, escEcho)
		f.pad(d, f.cut(d, e.text))
		return !e.stop
	case 'c':
		if a != "" {
			_, n := utf8.DecodeRuneInString(a)
			a = a[:n]
		} else {
			a = "\x00"
		}
		f.pad(d, a)
	case 'd', 'i', 'u', 'o', 'x', 'X':
		n := int64(0)
		if given {
			n = f.integer(a)
		}
		f.number(d, verb, n)
	case 'e', 'E', 'f', 'F', 'g', 'G', 'a', 'A':
		f.float(d, verb, a)
	case 'n':
		if given && validName(a) {
			_ = f.c.sh.set(a, itoa(f.out.Len()))
		}
	default:
		f.c.errorf("`%c': invalid format character", verb)
		f.status = 1
		return false
	}
	return true
}

func (f *formatter) cut(d *spec, s string) string {
	if !d.hasPrec {
		return s
	}
	return s[:paced.RuneOffset(s, d.prec, f.c.sh.work)]
}

func (f *formatter) pad(d *spec, s string) {
	fill := 0
	if d.width > 0 {
		fill = d.width - paced.RuneCount(s, f.c.sh.work)
	}
	if fill <= 0 {
		f.out.WriteString(s)
		return
	}
	if strings.Contains(d.flags, "-") {
		f.out.WriteString(s + strings.Repeat(" ", fill))
		return
	}
	f.out.WriteString(strings.Repeat(" ", fill) + s)
}

func (f *formatter) number(d *spec, verb byte, n int64) {
	var digits, sign, prefix string
	switch verb {
	case 'd', 'i':
		digits = strconv.FormatInt(n, 10)
		if n < 0 {
			digits, sign = digits[1:], "-"
		} else if strings.Contains(d.flags, "+") {
			sign = "+"
		} else if strings.Contains(d.flags, " ") {
			sign = " "
		}
	case 'u':
		digits = strconv.FormatUint(uint64(n), 10)
	case 'o':
		digits = strconv.FormatUint(uint64(n), 8)
		if strings.Contains(d.flags, "#") && digits[0] != '0' {
			prefix = "0"
		}
	default:
		digits = strconv.FormatUint(uint64(n), 16)
		if strings.Contains(d.flags, "#") && n != 0 {
			prefix = "0x"
		}
		if verb == 'X' {
			digits, prefix = strings.ToUpper(digits), strings.ToUpper(prefix)
		}
	}
	if d.hasPrec {
		if d.prec == 0 && n == 0 {
			digits = ""
		}
		if fill := d.prec - len(digits); fill > 0 {
			digits = strings.Repeat("0", fill) + digits
		}
	} else if strings.Contains(d.flags, "0") && !strings.Contains(d.flags, "-") {
		if fill := d.width - len(digits) - len(sign) - len(prefix); fill > 0 {
			digits = strings.Repeat("0", fill) + digits
		}
	}
	f.pad(d, sign+prefix+digits)
}

func (f *formatter) float(d *spec, verb byte, a string) {
	x := 0.0
	if a != "" {
		if a[0] == '\'' || a[0] == '"' {
			x = float64(f.integer(a))
		} else if v, err := strconv.ParseFloat(strings.TrimSpace(a), 64); err == nil {
			x = v
		} else if n, ok, err := parseNumber(a); ok && err == nil {
			x = float64(n)
		} else {
			f.c.errorf("%s: invalid number", a)
			f.status = 1
		}
	}
	format := "%" + d.flags
	if d.width > 0 {
		format += itoa(d.width)
	}
	prec := 6
	if d.hasPrec {
		prec = d.prec
	}
	switch verb {
	case 'a':
		verb = 'x'
	case 'A':
		verb = 'X'
	}
	if verb != 'x' && verb != 'X' || d.hasPrec {
		format += "." + itoa(prec)
	}
	fmt.Fprintf(&f.out, format+string(verb), x)
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
func (f *formatter) time(d *spec, format string) {
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
	f.pad(d, strftime(format, t))
}

// strftime prints a time by C's format, in the C locale.
func strftime(format string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		layout, ok := timeLayouts[format[i]]
		switch {
		case ok:
			b.WriteString(t.Format(layout))
		case format[i] == 's':
			b.WriteString(strconv.FormatInt(t.Unix(), 10))
		case format[i] == 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		case format[i] == 'u':
			b.WriteString(itoa((int(t.Weekday())+6)%7 + 1))
		case format[i] == 'w':
			b.WriteString(itoa(int(t.Weekday())))
		case format[i] == 'C':
			fmt.Fprintf(&b, "%02d", t.Year()/100)
		case format[i] == 'n':
			b.WriteByte('\n')
		case format[i] == 't':
			b.WriteByte('\t')
		case format[i] == '%':
			b.WriteByte('%')
		default:
			b.WriteString(format[i-1 : i+1])
		}
	}
	return b.String()
}

var timeLayouts = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'e': "_2",
	'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06", 'X': "15:04:05", 'x': "01/02/06",
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'h': "Jan", 'I': "03", 'p': "PM",
	'Z': "MST", 'z': "-0700", 'c': "Mon Jan _2 15:04:05 2006", 'k': "15", 'l': "3", 'r': "03:04:05 PM",
}
