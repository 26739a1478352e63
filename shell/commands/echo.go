package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/shell/paced"
)

var echoSpec = spec{name: "echo", synopsis: "[-neE] [STRING]...", run: runEcho, literal: true, help: `
Print the strings with blanks between them, and a newline.
  -n  no newline
  -e  escapes: \a \b \c (stop) \e \f \n \r \t \v \\ \0NNN \xHH \uHHHH
  -E  no escapes (the default)`}

func runEcho(c *cmd) int {
	args := c.args
	newline, escapes := true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, b := range args[0][1:] {
			switch b {
			case 'n':
				newline = false
			default:
				escapes = b == 'e'
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = unescape(text, true, c.work); stop {
			newline = false
		}
	}
	c.out.WriteString(text)
	if newline {
		c.out.WriteByte('\n')
	}
	return 0
}

// unescape replaces backslash escapes. With zero, octal numbers begin with a 0
// that does not count (echo -e and printf %b). stop reports a \c, which ends
// all output.
func unescape(s string, zero bool, work paced.Work) (text string, stop bool) {
	if !strings.Contains(s, `\`) {
		return s, false
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		work(2)
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			i++
			continue
		}
		i++
		esc := s[i]
		i++
		if at := strings.IndexByte("abefnrtv\\\"", esc); at >= 0 && (esc != '"' || !zero) {
			b = append(b, "\a\b\x1b\f\n\r\t\v\\\""[at])
			continue
		}
		switch {
		case esc == 'c':
			return string(b), true
		case esc == 'x' || esc == 'u' || esc == 'U':
			max := map[byte]int{'x': 2, 'u': 4, 'U': 8}[esc]
			n, used := digits(s[i:], 16, max)
			if used == 0 {
				b = append(b, '\\', esc)
				continue
			}
			i += used
			if esc == 'x' {
				b = append(b, byte(n))
			} else {
				b = append(b, string(rune(n))...)
			}
		case '0' <= esc && esc <= '7':
			i--
			max := 3
			if zero {
				if esc != '0' {
					b = append(b, '\\')
					continue
				}
				max = 4
			}
			n, used := digits(s[i:], 8, max)
			i += used
			b = append(b, byte(n))
		default:
			b = append(b, '\\', esc)
		}
	}
	return string(b), false
}

// digits reads up to max digits of a number.
func digits(s string, base, max int) (n, used int) {
	for used < len(s) && used < max {
		d := strings.IndexByte("0123456789abcdef", s[used]|0x20)
		if s[used] < '0' || d < 0 || d >= base {
			break
		}
		n = n*base + d
		used++
	}
	return n, used
}
