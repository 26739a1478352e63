package cformat_test

import (
	"math"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

func all(int) bool { return true }

func TestDirective(t *testing.T) {
	tests := []struct {
		name   string
		format string
		text   func(d cformat.Directive) string
		want   string
	}{
		{"a number", "%d", func(d cformat.Directive) string { return d.Integer(-5) }, "-5"},
		{"zeros in front", "%05d", func(d cformat.Directive) string { return d.Integer(-5) }, "-0005"},
		{"a precision and zeros", "%06.3d", func(d cformat.Directive) string { return d.Integer(5) }, "   005"},
		{"no digit of 0", "%3.0d", func(d cformat.Directive) string { return d.Integer(0) }, "   "},
		{"a sign", "%+d", func(d cformat.Directive) string { return d.Integer(5) }, "+5"},
		{"a size", "%ld", func(d cformat.Directive) string { return d.Integer(5) }, "5"},
		{"hexadecimal", "%#X", func(d cformat.Directive) string { return d.Unsigned(255) }, "0XFF"},
		{"hexadecimal 0", "%#x", func(d cformat.Directive) string { return d.Unsigned(0) }, "0"},
		{"octal", "%#o", func(d cformat.Directive) string { return d.Unsigned(8) }, "010"},
		{"no sign without one", "%+u", func(d cformat.Directive) string { return d.Unsigned(8) }, "8"},
		{"six places", "%f", func(d cformat.Directive) string { return d.Float(3.14159265) }, "3.141593"},
		{"places", "%6.2f", func(d cformat.Directive) string { return d.Float(3.14159) }, "  3.14"},
		{"few digits", "%.0g", func(d cformat.Directive) string { return d.Float(1234) }, "1e+03"},
		{"all digits", "%a", func(d cformat.Directive) string { return d.Float(1.5) }, "0x1.8p+00"},
		{"infinite", "%+5f", func(d cformat.Directive) string { return d.Float(math.Inf(1)) }, " +inf"},
		{"no number", "%G", func(d cformat.Directive) string { return d.Float(math.NaN()) }, "NAN"},
		{"a text", "%05.2s", func(d cformat.Directive) string { return d.Text("äöü") }, "   äö"},
		{"filled behind", "%-4s|", func(d cformat.Directive) string { return d.Pad("ab", 2) }, "ab  "},
		{"a width of an argument", "%*d", func(d cformat.Directive) string { d.SetWidth(-3); return d.Integer(5) }, "5  "},
		{"a precision of an argument", "%.*f", func(d cformat.Directive) string { d.SetPrec(-1); return d.Float(1) }, "1.000000"},
		{"the widest", "%9999999d", func(d cformat.Directive) string { return d.Integer(5)[cformat.MaxField-1:] }, "5"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, n := cformat.Parse(tt.format)
			if n == 0 {
				t.Fatalf("%q is none", tt.format)
			}
			if got := tt.text(d); got != tt.want {
				t.Errorf("%q is %q, want %q", tt.format, got, tt.want)
			}
		})
	}
	for _, cut := range []string{"%", "%-", "%5", "%.3", "%.*", "%ll"} {
		if d, n := cformat.Parse(cut); n != 0 {
			t.Errorf("%q is %+v", cut, d)
		}
	}
}

func TestUnescape(t *testing.T) {
	tests := []struct {
		in   string
		mode cformat.Mode
		want string
		stop bool
	}{
		{`a\tb\\`, cformat.Echo, "a\tb\\", false},
		{`\x41\u00e4\U0001F600`, cformat.Echo, "Aä😀", false},
		{`\0101\101`, cformat.Echo, "AA", false},
		{`\0101\101`, cformat.Format, "\b1A", false},
		{`a\cb`, cformat.Echo, "a", true},
		{`a\cb`, cformat.Format, "a", true},
		{`a\cb`, cformat.ANSI, "a\x02", false},
		{`\"\'`, cformat.ANSI, `"'`, false},
		{`\"\'`, cformat.Echo, `\"\'`, false},
		{`\q\xg\`, cformat.Format, `\q\xg\`, false},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			if got, stop := cformat.Unescape(tt.in, tt.mode, all); got != tt.want || stop != tt.stop {
				t.Errorf("%q, %v", got, stop)
			}
		})
	}
}

func TestTime(t *testing.T) {
	at := time.Date(2024, 2, 29, 13, 5, 9, 123456789, time.UTC)
	tests := []struct{ format, want string }{
		{"%Y-%m-%d %H:%M:%S", "2024-02-29 13:05:09"},
		{"%F %T.%3N", "2024-02-29 13:05:09.123"},
		{"%-d/%_m/%y %I%p %l", "29/ 2/24 01PM  1"},
		{"%a %A %^b %B", "Thu Thursday FEB February"},
		{"%j %U %W %V %u %w %q", "060 08 09 09 4 4 1"},
		{"%s %z %:z %Z", "1709211909 +0000 +00:00 UTC"},
		{"100%% %5Y|%", "100% 02024|%"},
		{"%i %", "%i %"},
	}
	for _, tt := range tests {
		t.Run(tt.format, func(t *testing.T) {
			if got := cformat.Time(tt.format, at); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func FuzzFormats(f *testing.F) {
	for _, s := range []string{"%d", "%-5.3s|", "%*d", "%", "%5$d", "\\x41%c", "%'d", "%ld%%", "%c %s %_5d", "\\0", "\\c"} {
		f.Add(s)
	}
	at := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		for i := range s {
			if s[i] == '%' {
				d, n := cformat.Parse(s[i:])
				if n < 0 || n > len(s)-i || d.Width > cformat.MaxField || d.Prec > cformat.MaxField {
					t.Errorf("%q: %+v, %d", s[i:], d, n)
				}
			}
		}
		for mode := cformat.ANSI; mode <= cformat.Format; mode++ {
			if text, _ := cformat.Unescape(s, mode, all); len(text) > 4*len(s) {
				t.Errorf("%q became %q", s, text)
			}
		}
		cformat.Time(s, at)
	})
}
