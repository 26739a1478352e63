package commands

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// reSyntax is a dialect of regular expressions.
type reSyntax int

const (
	basicRE    reSyntax = iota // POSIX basic, with GNU's \| \+ \?
	extendedRE                 // POSIX extended
	awkRE                      // extended, with escapes in brackets too
)

// compileRE compiles a POSIX expression. Matches are the leftmost and longest.
// flags are those of Go's syntax, such as "i".
func compileRE(pattern string, syntax reSyntax, flags string) (*regex.Regexp, error) {
	text, err := translateRE(pattern, syntax)
	if err != nil {
		return nil, err
	}
	re, err := compileGo("(?s" + flags + ")" + text)
	if err != nil {
		return nil, err
	}
	re.Longest()
	return re, nil
}

// maxExpr bounds an expression, in bytes: it is compiled in one go.
const maxExpr = 32 << 10

// compileGo compiles an expression in Go's syntax.
func compileGo(expr string) (*regex.Regexp, error) {
	if len(expr) > maxExpr {
		return nil, badArg("regular expression too big")
	}
	re, err := regex.Compile(expr)
	if err != nil {
		return nil, reError(err)
	}
	return re, nil
}

// reError is an error of package regexp in a few words.
func reError(err error) error {
	return badArg(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// translateRE writes a POSIX expression in Go's syntax.
func translateRE(pattern string, syntax reSyntax) (string, error) {
	t := reTranslator{s: pattern, basic: syntax == basicRE, awk: syntax == awkRE, start: true}
	if err := t.run(); err != nil {
		return "", err
	}
	return t.b.String(), nil
}

type reTranslator struct {
	s          string
	i          int
	b          strings.Builder
	basic, awk bool
	depth      int
	start      bool // at the start of a branch: * is itself there, ^ an anchor
}

func (t *reTranslator) lit(s string) {
	t.b.WriteString(regexp.QuoteMeta(s))
	t.start = false
}

func (t *reTranslator) raw(s string) {
	t.b.WriteString(s)
	t.start = false
}

func (t *reTranslator) run() error {
	for t.i < len(t.s) {
		ch := t.s[t.i]
		if ch == '\\' && t.i+1 < len(t.s) {
			if err := t.escape(t.s[t.i+1]); err != nil {
				return err
			}
			continue
		}
		if err := t.plain(ch); err != nil {
			return err
		}
	}
	if t.depth > 0 {
		return badArg("unmatched ( or \\(")
	}
	return nil
}

// plain translates what is no escape and no list.
func (t *reTranslator) plain(ch byte) error {
	t.i++
	switch {
	case ch == '\\':
		return badArg("trailing backslash")
	case ch == '[':
		t.i--
		return t.bracket()
	case ch == '.':
		t.raw(".")
	case ch == '*':
		return t.repeat("*")
	case ch == '^' && (t.start || !t.basic):
		t.b.WriteString("^")
		t.start = true
	case ch == '$' && (!t.basic || t.atEnd()):
		t.raw("$")
	case t.basic:
		t.lit(string(rune(ch)))
		if ch >= 0x80 {
			t.undoRune(ch)
		}
	case ch == '(':
		t.open()
	case ch == ')':
		if t.depth == 0 {
			t.lit(")")
			return nil
		}
		t.close()
	case ch == '|':
		t.b.WriteString("|")
		t.start = true
	case ch == '+' || ch == '?':
		return t.repeat(string(rune(ch)))
	case ch == '{':
		if n := intervalLen(t.s[t.i:], "}"); n > 0 && !t.start {
			return t.interval(n, "}")
		}
		t.lit("{")
	default:
		t.lit(string(rune(ch)))
		if ch >= 0x80 {
			t.undoRune(ch)
		}
	}
	return nil
}

// undoRune corrects what lit made of a single byte of a longer character.
func (t *reTranslator) undoRune(ch byte) {
	s := t.b.String()
	s = s[:len(s)-len(string(rune(ch)))]
	t.b.Reset()
	t.b.WriteString(s)
	end := t.i
	for end < len(t.s) && t.s[end]&0xc0 == 0x80 {
		end++
	}
	t.b.WriteString(t.s[t.i-1 : end])
	t.i = end
}

// atEnd reports whether a basic expression's branch ends here.
func (t *reTranslator) atEnd() bool {
	rest := t.s[t.i:]
	return rest == "" || strings.HasPrefix(rest, `\)`) || strings.HasPrefix(rest, `\|`)
}

func (t *reTranslator) open() {
	t.b.WriteString("(")
	t.depth++
	t.start = true
}

func (t *reTranslator) close() {
	t.depth--
	t.raw(")")
}

func (t *reTranslator) repeat(op string) error {
	if t.start {
		// At a branch's start there is nothing to repeat.
		if op == "*" || t.basic {
			t.lit(op)
		}
		return nil
	}
	// Go takes "a**" for an error and "a*?" for another operator: a group keeps
	// them apart.
	s := t.b.String()
	if last := s[len(s)-1]; strings.IndexByte("*+?}", last) >= 0 && !strings.HasSuffix(s, `\`+string(rune(last))) {
		if last == '*' && op == "*" {
			return nil
		}
		t.b.Reset()
		t.b.WriteString(groupLast(s))
	}
	t.raw(op)
	return nil
}

// groupLast puts the last repeated item of s into a group.
func groupLast(s string) string {
	// What is repeated ends before the operator; a pair of brackets or a single
	// character is looked for backwards.
	end := len(s) - 1
	if s[end] == '}' {
		end = strings.LastIndexByte(s, '{')
	}
	for end > 0 && strings.IndexByte("*+?", s[end-1]) >= 0 && (end < 2 || s[end-2] != '\\') {
		end--
	}
	start := end - 1
	switch {
	case start < 0:
		return s
	case s[start] == ')' || s[start] == ']':
		depth := 0
		open, shut := byte('('), byte(')')
		if s[start] == ']' {
			open, shut = '[', ']'
		}
		for ; start >= 0; start-- {
			if start > 0 && s[start-1] == '\\' {
				continue
			}
			if s[start] == shut {
				depth++
			}
			if s[start] == open {
				if depth--; depth == 0 {
					break
				}
			}
		}
		start = max(start, 0)
	default:
		for start > 0 && s[start]&0xc0 == 0x80 {
			start--
		}
		if start > 0 && s[start-1] == '\\' {
			start--
		}
	}
	return s[:start] + "(?:" + s[start:] + ")"
}

// intervalLen is the length of an interval such as "2,3}" with its end, or 0.
func intervalLen(s, end string) int {
	at := strings.Index(s, end)
	if at < 1 {
		return 0
	}
	from, to, _ := strings.Cut(s[:at], ",")
	if from == "" && to == "" || from != "" && !isDigits(from) || to != "" && !isDigits(to) {
		return 0
	}
	return at + len(end)
}

func (t *reTranslator) interval(n int, end string) error {
	text := t.s[t.i : t.i+n-len(end)]
	t.i += n
	from, to, ranged := strings.Cut(text, ",")
	if from == "" {
		from = "0"
	}
	low, _ := strconv.Atoi(from)
	high := low
	if ranged && to != "" {
		high, _ = strconv.Atoi(to)
	}
	switch {
	case low > 1000 || high > 1000:
		return badArg("regular expression too big")
	case high < low:
		return badArg("invalid content of {}")
	}
	op := "{" + from
	if ranged {
		op += "," + to
	}
	return t.repeat(op + "}")
}

// escape translates what follows a backslash.
func (t *reTranslator) escape(ch byte) error {
	t.i += 2
	if t.basic {
		switch ch {
		case '(':
			t.open()
			return nil
		case ')':
			if t.depth == 0 {
				return badArg("unmatched ) or \\)")
			}
			t.close()
			return nil
		case '|':
			t.b.WriteString("|")
			t.start = true
			return nil
		case '+', '?':
			return t.repeat(string(rune(ch)))
		case '{':
			if t.start {
				return badArg("invalid preceding regular expression")
			}
			n := intervalLen(t.s[t.i:], `\}`)
			if n == 0 {
				return badArg("invalid content of \\{\\}")
			}
			return t.interval(n, `\}`)
		}
	}
	switch {
	case !t.awk && '1' <= ch && ch <= '9':
		return badArg("back-references in a pattern are not supported")
	case !t.awk && strings.IndexByte("wWsSbB", ch) >= 0:
		t.raw(`\` + string(rune(ch)))
	case t.awk && strings.IndexByte("wWsSB", ch) >= 0:
		t.raw(`\` + string(rune(ch)))
	case ch == '<' || ch == '>' || t.awk && ch == 'y':
		t.raw(`\b`)
	case ch == '`':
		t.raw(`\A`)
	case ch == '\'':
		t.raw(`\z`)
	case strings.IndexByte("nrtfva", ch) >= 0:
		t.raw(`\` + string(rune(ch)))
	case t.awk && ch == 'b':
		t.raw(`\x08`)
	case t.awk && '0' <= ch && ch <= '7':
		n, used := cformat.Digits(t.s[t.i-1:], 8, 3)
		t.i += used - 1
		t.raw(`\x{` + strconv.FormatInt(int64(n&0xff), 16) + "}")
	case ch >= 0x80:
		t.i--
		t.lit("")
		end := t.i + 1
		for end < len(t.s) && t.s[end]&0xc0 == 0x80 {
			end++
		}
		t.raw(t.s[t.i:end])
		t.i = end
	default:
		t.lit(string(rune(ch)))
	}
	return nil
}

// bracket translates a bracket expression, in which a backslash is a
// character like others, but for awk.
func (t *reTranslator) bracket() error {
	s, i := t.s, t.i+1
	var b strings.Builder
	b.WriteByte('[')
	if i < len(s) && s[i] == '^' {
		b.WriteByte('^')
		i++
	}
	for first := true; ; first = false {
		if i >= len(s) {
			return badArg("unmatched [, [^, [:, [., or [=")
		}
		ch := s[i]
		switch {
		case ch == ']' && !first:
			b.WriteByte(']')
			t.i = i + 1
			t.raw(b.String())
			return nil
		case ch == '[' && i+1 < len(s) && strings.IndexByte(":.=", s[i+1]) >= 0:
			end := strings.Index(s[i+2:], s[i+1:i+2]+"]")
			if end < 0 {
				return badArg("unmatched [, [^, [:, [., or [=")
			}
			name := s[i+2 : i+2+end]
			if s[i+1] == ':' {
				if !reClasses[name] {
					return badArg("invalid character class name")
				}
				b.WriteString("[:" + name + ":]")
			} else {
				b.WriteString(quoteInBracket(name))
			}
			i += end + 4
		case ch == '\\' && t.awk && i+1 < len(s):
			if at := strings.IndexByte("nrtfva", s[i+1]); at >= 0 {
				b.WriteString(s[i : i+2])
			} else {
				b.WriteString(quoteInBracket(s[i+1 : i+2]))
			}
			i += 2
		case ch == '\\' && i+1 < len(s) && strings.IndexByte("nt", s[i+1]) >= 0:
			// GNU sed's [\n]; in grep no line has one.
			b.WriteString(s[i : i+2])
			i += 2
		case ch == '-' && !first && i+1 < len(s) && s[i+1] != ']':
			b.WriteByte('-')
			i++
			if s[i] == '[' && i+1 < len(s) && s[i+1] == '.' {
				continue
			}
			if s[i] == '\\' && t.awk && i+1 < len(s) {
				i++
			}
			b.WriteString(quoteInBracket(s[i : i+1]))
			i++
		default:
			b.WriteString(quoteInBracket(s[i : i+1]))
			i++
		}
	}
}

func quoteInBracket(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(`\]^-[`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

var reClasses = map[string]bool{
	"alpha": true, "digit": true, "alnum": true, "upper": true, "lower": true, "space": true, "blank": true,
	"punct": true, "print": true, "graph": true, "cntrl": true, "xdigit": true,
}
