package commands

import (
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/paced"
)

func (a *awk) sprintf(args []awkVal) string {
	format := a.str(args[0])
	args = args[1:]
	arg := func() (v awkVal) {
		if len(args) > 0 {
			v, args = args[0], args[1:]
		}
		return v
	}
	var b strings.Builder
	for {
		a.c.work(32)
		at := paced.Index(format, "%", a.c.work)
		if at < 0 {
			b.WriteString(format)
			return b.String()
		}
		b.WriteString(format[:at])
		format = format[at:]
		if strings.HasPrefix(format, "%%") {
			b.WriteByte('%')
			format = format[2:]
			continue
		}
		d, n := cformat.Parse(format)
		if n == 0 || strings.IndexByte("diuoxXfFeEgGaAcs", d.Verb) < 0 {
			b.WriteByte('%')
			format = format[1:]
			continue
		}
		format = format[n:]
		if d.StarWidth {
			d.SetWidth(int(arg().num()))
		}
		if d.StarPrec {
			d.SetPrec(int(arg().num()))
		}
		val := arg()
		switch d.Verb {
		case 'd', 'i':
			b.WriteString(d.Integer(int64(val.num())))
		case 'u', 'o', 'x', 'X':
			b.WriteString(d.Unsigned(uint64(int64(val.num()))))
		case 'c':
			s := ""
			if val.kind == awkNum || val.kind == awkNumeric {
				s = string(rune(int(val.num())))
			} else if s = val.s; s != "" {
				_, size := utf8.DecodeRuneInString(s)
				s = s[:size]
			}
			b.WriteString(d.Text(s))
		case 's':
			s := a.str(val)
			a.c.work(len(s))
			b.WriteString(d.Text(s))
		default:
			b.WriteString(d.Float(val.num()))
		}
	}
}
