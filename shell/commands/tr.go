package commands

import (
	"io"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var trSpec = spec{name: "tr", synopsis: "[OPTION]... SET1 [SET2]", run: runTr, help: `
Replace, squeeze or delete bytes of standard input.
  -c, -C, --complement   all that is not in SET1
  -d, --delete           delete what is in SET1
  -s, --squeeze-repeats  one of each run of what is in the last SET
  -t, --truncate-set1    cut SET1 to SET2's length
Sets: characters, ranges A-Z, \n \t \\ \NNN, [:alpha:] [:digit:] [:alnum:] [:upper:]
[:lower:] [:space:] [:blank:] [:punct:] [:print:] [:graph:] [:cntrl:] [:xdigit:],
[=C=], and in SET2 [C*N] and [C*].`}

func runTr(c *cmd) int {
	f := c.flags()
	f.posix = true
	var complement, del, squeeze, truncate bool
	f.bool(&complement, "c|C|complement")
	f.bool(&del, "d|delete")
	f.bool(&squeeze, "s|squeeze-repeats")
	f.bool(&truncate, "t|truncate-set1")
	args := f.parse()
	min, max := 2, 2
	if del != squeeze {
		min = 1
	}
	if del && !squeeze {
		max = 1
	}
	c.operands(args, min, max)
	set1, err := parseTrSet(args[0], 0)
	var set2 []byte
	if err == nil && len(args) == 2 {
		n := len(set1)
		if complement {
			n = 256 - countSet(set1)
		}
		set2, err = parseTrSet(args[1], n)
	}
	if err != nil {
		c.fail(1, "%s", err)
	}
	if complement {
		set1 = complementSet(set1)
	}
	t := translation{}
	for i := range t.to {
		t.to[i] = byte(i)
	}
	last := set1
	switch {
	case del:
		for _, b := range set1 {
			t.drop[b] = true
		}
		last = set2
	case len(args) == 2:
		if len(set2) == 0 && len(set1) > 0 && !truncate {
			c.fail(1, "when not truncating set1, string2 must be non-empty")
		}
		for i, b := range set1 {
			if i < len(set2) {
				t.to[b] = set2[i]
			} else if !truncate {
				t.to[b] = set2[len(set2)-1]
			}
		}
		last = set2
	}
	if squeeze {
		for _, b := range last {
			t.once[b] = true
		}
	}
	return c.translate(&t)
}

// A translation is what becomes of each byte.
type translation struct {
	to   [256]byte
	drop [256]bool
	once [256]bool // one of each run is kept
}

// translate copies standard input to the output by t.
func (c *cmd) translate(t *translation) int {
	in, _ := c.open("-")
	buf, prev := make([]byte, chunk), -1
	for {
		n, err := in.Read(buf)
		to := buf[:0]
		for _, b := range buf[:n] {
			if t.drop[b] {
				continue
			}
			b = t.to[b]
			if t.once[b] && prev == int(b) {
				continue
			}
			prev = int(b)
			to = append(to, b)
		}
		c.out.Write(to)
		c.work(4 * n)
		if err == io.EOF {
			return 0
		}
		if err != nil {
			c.fileError("read error", err)
			return 1
		}
	}
}

func countSet(set []byte) int {
	var seen [256]bool
	n := 0
	for _, b := range set {
		if !seen[b] {
			n++
		}
		seen[b] = true
	}
	return n
}

func complementSet(set []byte) []byte {
	var in [256]bool
	for _, b := range set {
		in[b] = true
	}
	var rest []byte
	for i := range in {
		if !in[i] {
			rest = append(rest, byte(i))
		}
	}
	return rest
}

// trClasses are tr's classes in the order of their bytes.
var trClasses = map[string]func(b byte) bool{
	"alpha": isAlpha, "upper": isUpper, "lower": isLower,
	"digit":  func(b byte) bool { return '0' <= b && b <= '9' },
	"alnum":  func(b byte) bool { return isAlpha(b) || '0' <= b && b <= '9' },
	"space":  func(b byte) bool { return b == ' ' || 9 <= b && b <= 13 },
	"blank":  func(b byte) bool { return b == ' ' || b == '\t' },
	"punct":  func(b byte) bool { return 33 <= b && b < 127 && !isAlpha(b) && (b < '0' || b > '9') },
	"print":  func(b byte) bool { return 32 <= b && b < 127 },
	"graph":  func(b byte) bool { return 33 <= b && b < 127 },
	"cntrl":  func(b byte) bool { return b < 32 || b == 127 },
	"xdigit": func(b byte) bool { return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f' },
}

func isUpper(b byte) bool { return 'A' <= b && b <= 'Z' }
func isLower(b byte) bool { return 'a' <= b && b <= 'z' }
func isAlpha(b byte) bool { return isUpper(b) || isLower(b) }

// parseTrSet reads a set. size, if it is not 0, is the length that [C*] fills up to.
func parseTrSet(s string, size int) ([]byte, error) {
	var set []byte
	fill, fillByte := -1, byte(0)
	for i := 0; i < len(s); {
		if s[i] == '[' && i+1 < len(s) {
			if s[i+1] == ':' || s[i+1] == '=' {
				end := strings.Index(s[min(i+2, len(s)):], s[i+1:i+2]+"]")
				if end == 0 && s[i+1] == '=' && strings.HasPrefix(s[i+2:], "==]") {
					end = 1
				}
				if end >= 0 {
					name := s[i+2 : i+2+end]
					if s[i+1] == ':' {
						is := trClasses[name]
						if is == nil {
							return nil, badArg("invalid character class '" + name + "'")
						}
						for b := range 256 {
							if is(byte(b)) {
								set = append(set, byte(b))
							}
						}
					} else if len(name) != 1 {
						return nil, badArg(name + ": equivalence class operand must be a single character")
					} else {
						set = append(set, name[0])
					}
					i += end + 4
					continue
				}
			}
			if b, n := trChar(s[i+1:]); n > 0 && i+1+n < len(s) && s[i+1+n] == '*' {
				rest := s[i+2+n:]
				end := strings.IndexByte(rest, ']')
				if end >= 0 && (end == 0 || isDigits(rest[:end])) {
					base := 10
					if end > 0 && rest[0] == '0' {
						base = 8
					}
					times, _ := strconv.ParseInt("0"+rest[:end], base, 32)
					if size == 0 {
						return nil, badArg("the [c*] repeat construct may not appear in string1")
					}
					if times == 0 {
						fill, fillByte = len(set), b
					}
					for range min(times, 1<<16) {
						set = append(set, b)
					}
					i += 2 + n + end + 1
					continue
				}
			}
		}
		b, n := trChar(s[i:])
		i += n
		if i+1 < len(s) && s[i] == '-' {
			to, m := trChar(s[i+1:])
			if to < b {
				return nil, badArg("range-endpoints of '" + s[i-n:i+1+m] + "' are in reverse collating sequence order")
			}
			for x := int(b); x <= int(to); x++ {
				set = append(set, byte(x))
			}
			i += 1 + m
			continue
		}
		set = append(set, b)
	}
	if fill >= 0 && len(set) < size {
		tail := append([]byte(nil), set[fill:]...)
		set = set[:fill]
		for len(set)+len(tail) < size {
			set = append(set, fillByte)
		}
		set = append(set, tail...)
	}
	return set, nil
}

// trChar reads one byte, or the escape of one, and how long it is.
func trChar(s string) (b byte, n int) {
	if s == "" {
		return 0, 0
	}
	if s[0] != '\\' || len(s) == 1 {
		return s[0], 1
	}
	if at := strings.IndexByte("abfnrtv", s[1]); at >= 0 {
		return "\a\b\f\n\r\t\v"[at], 2
	}
	if v, used := cformat.Digits(s[1:], 8, 3); used > 0 {
		if v > 255 {
			return byte(v >> 3), used
		}
		return byte(v), 1 + used
	}
	return s[1], 2
}
