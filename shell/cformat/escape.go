package cformat

import (
	"strings"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// A Mode says which set of escapes is read.
type Mode uint8

// The sets of escapes. All have \a \b \e \E \f \n \r \t \v \\, \xHH, \uHHHH and
// \UHHHHHHHH; what is none stands as it is.
const (
	ANSI   Mode = iota // $'…': octal \nnn, a control character by \cX, quotes
	Echo               // echo -e and %b: octal \0nnn too; \c ends all output
	Format             // a format: octal \nnn, quotes; \c ends all output
)

var simple = map[byte]byte{
	'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\',
}

// Unescape replaces the escapes of s. stop reports that one has ended all output.
func Unescape(s string, mode Mode, work paced.Work) (text string, stop bool) {
	if paced.Index(s, `\`, work) < 0 {
		return s, false
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		work(4)
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		n, stop := Escape(&b, s[i+1:], mode)
		if stop {
			return b.String(), true
		}
		i += 1 + n
	}
	return b.String(), false
}

// Escape writes what the escape stands for whose backslash s, which is not empty, follows. It
// returns how much of s belongs to it, and whether it ends all output.
func Escape(b *strings.Builder, s string, mode Mode) (n int, stop bool) {
	c := s[0]
	if out, ok := simple[c]; ok {
		b.WriteByte(out)
		return 1, false
	}
	switch {
	case (c == '"' || c == '\'' || c == '?') && mode != Echo:
		b.WriteByte(c)
		return 1, false
	case c == 'c' && mode != ANSI:
		return 1, true
	case c == 'c' && len(s) > 1:
		b.WriteByte(s[1] & 0x1f)
		return 2, false
	case c == '0' && mode == Echo:
		v, k := Digits(s[1:], 8, 3)
		b.WriteByte(byte(v))
		return 1 + k, false
	case '0' <= c && c <= '7':
		v, k := Digits(s, 8, 3)
		b.WriteByte(byte(v))
		return k, false
	case c == 'x':
		if v, k := Digits(s[1:], 16, 2); k > 0 {
			b.WriteByte(byte(v))
			return 1 + k, false
		}
	case c == 'u' || c == 'U':
		size := 4
		if c == 'U' {
			size = 8
		}
		if v, k := Digits(s[1:], 16, size); k > 0 {
			b.WriteRune(rune(v))
			return 1 + k, false
		}
	}
	b.WriteByte('\\')
	b.WriteByte(c)
	return 1, false
}

// Digits reads the number that s begins with, of up to most digits; used is how many it has.
func Digits(s string, base, most int) (n, used int) {
	for used < len(s) && used < most {
		d := strings.IndexByte("0123456789abcdef", s[used]|0x20)
		if s[used] < '0' || d < 0 || d >= base {
			break
		}
		n = n*base + d
		used++
	}
	return n, used
}
