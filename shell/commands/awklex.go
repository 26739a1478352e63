package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

// awkKind is a kind of token of the awk language.
type awkKind int

const (
	awkEOF awkKind = iota
	awkNewline
	awkNumber
	awkString
	awkRegex
	awkName
	awkFuncName // a name with a parenthesis straight after it
	awkBuiltin
	awkKeyword
	awkOp
)

type awkToken struct {
	kind awkKind
	text string
	num  float64
	line int
}

var awkKeywords = map[string]bool{"BEGIN": true, "END": true, "function": true, "func": true, "if": true, "else": true, "while": true,
	"for": true, "do": true, "break": true, "continue": true, "next": true, "nextfile": true, "exit": true, "return": true,
	"delete": true, "in": true, "getline": true, "print": true, "printf": true}

var awkBuiltins = map[string]bool{"length": true, "substr": true, "index": true, "split": true, "sub": true, "gsub": true, "match": true,
	"sprintf": true, "sin": true, "cos": true, "atan2": true, "exp": true, "log": true, "sqrt": true, "int": true, "rand": true,
	"srand": true, "tolower": true, "toupper": true, "system": true, "close": true, "fflush": true, "strftime": true, "systime": true,
	"mktime": true, "gensub": true, "and": true, "or": true, "xor": true, "lshift": true, "rshift": true, "compl": true, "strtonum": true}

// awkError is a wrong program.
type awkError struct {
	line int
	msg  string
}

func (e awkError) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.msg) }

// awkLexer reads the tokens of a program. A slash begins an expression only where an
// operand may stand, which the token before tells.
type awkLexer struct {
	s    string
	i    int
	line int
	last awkToken
}

func (l *awkLexer) fail(format string, args ...any) {
	panic(awkError{l.line, fmt.Sprintf(format, args...)})
}

func (l *awkLexer) next() awkToken {
	t := l.scan()
	l.last = t
	return t
}

// operand reports whether the token before ends an operand, so that a slash divides.
func (l *awkLexer) operand() bool {
	switch l.last.kind {
	case awkNumber, awkString, awkRegex, awkName, awkBuiltin:
		return true
	case awkOp:
		return l.last.text == ")" || l.last.text == "]" || l.last.text == "$" || l.last.text == "++" || l.last.text == "--"
	}
	return false
}

// scan reads the next token.
func (l *awkLexer) scan() awkToken {
	for l.i < len(l.s) {
		switch ch := l.s[l.i]; {
		case ch == ' ' || ch == '\t' || ch == '\r':
			l.i++
			continue
		case ch == '\\' && strings.HasPrefix(l.s[l.i:], "\\\n"):
			l.i += 2
			l.line++
			continue
		case ch == '\\' && strings.HasPrefix(l.s[l.i:], "\\\r\n"):
			l.i += 3
			l.line++
			continue
		case ch == '#':
			for l.i < len(l.s) && l.s[l.i] != '\n' {
				l.i++
			}
			continue
		}
		break
	}
	t := awkToken{line: l.line}
	if l.i >= len(l.s) {
		return t
	}
	start, ch := l.i, l.s[l.i]
	switch {
	case ch == '\n':
		l.i++
		l.line++
		t.kind, t.text = awkNewline, "newline"
	case ch == '"':
		t.kind, t.text = awkString, l.quoted('"')
	case ch == '/' && !l.operand():
		t.kind, t.text = awkRegex, l.regex()
	case '0' <= ch && ch <= '9' || ch == '.' && l.i+1 < len(l.s) && '0' <= l.s[l.i+1] && l.s[l.i+1] <= '9':
		t.kind = awkNumber
		if strings.HasPrefix(l.s[l.i:], "0x") || strings.HasPrefix(l.s[l.i:], "0X") {
			if _, used := cformat.Digits(l.s[l.i+2:], 16, 16); used > 0 {
				n, _ := strconv.ParseUint(l.s[l.i+2:l.i+2+used], 16, 64)
				t.num = float64(n)
				l.i += 2 + used
				break
			}
		}
		n := numberPrefix(l.s[l.i:], true)
		t.num, _ = strconv.ParseFloat(l.s[l.i:l.i+n], 64)
		l.i += n
	case isAlpha(ch) || ch == '_':
		for l.i < len(l.s) && isWord(l.s[l.i]) {
			l.i++
		}
		t.text = l.s[start:l.i]
		switch {
		case awkKeywords[t.text]:
			t.kind = awkKeyword
			if t.text == "func" {
				t.text = "function"
			}
		case awkBuiltins[t.text]:
			t.kind = awkBuiltin
		case l.i < len(l.s) && l.s[l.i] == '(':
			t.kind = awkFuncName
		default:
			t.kind = awkName
		}
	default:
		t.kind = awkOp
		for _, op := range []string{"**=", "**", "^=", "++", "--", "+=", "-=", "*=", "/=", "%=", "==", "<=", ">=", "!=", "&&", "||", ">>", "!~"} {
			if strings.HasPrefix(l.s[l.i:], op) {
				l.i += len(op)
				t.text = strings.ReplaceAll(op, "**", "^")
				return t
			}
		}
		if strings.IndexByte("{}()[];,+-*/%^!<>|?:~$=", ch) < 0 {
			l.fail("unexpected character '%c'", ch)
		}
		l.i++
		t.text = l.s[start:l.i]
	}
	return t
}

// quoted reads a string, of which the first quote is still to be read.
func (l *awkLexer) quoted(quote byte) string {
	var b strings.Builder
	for l.i++; ; l.i++ {
		if l.i >= len(l.s) || l.s[l.i] == '\n' {
			l.fail("unterminated string")
		}
		ch := l.s[l.i]
		switch {
		case ch == quote:
			l.i++
			return b.String()
		case ch == '\\' && l.i+1 < len(l.s):
			l.i++
			if l.s[l.i] == '\n' {
				l.line++
				continue
			}
			l.i += awkEscape(&b, l.s[l.i:]) - 1
		default:
			b.WriteByte(ch)
		}
	}
}

// awkEscape writes the escape that s goes on with after its backslash, and returns how
// long it is.
func awkEscape(b *strings.Builder, s string) int {
	if at := strings.IndexByte(`abfnrtv\"/`, s[0]); at >= 0 {
		b.WriteByte("\a\b\f\n\r\t\v\\\"/"[at])
		return 1
	}
	if n, used := cformat.Digits(s, 8, 3); used > 0 {
		b.WriteByte(byte(n))
		return used
	}
	if s[0] == 'x' {
		if n, used := cformat.Digits(s[1:], 16, 2); used > 0 {
			b.WriteByte(byte(n))
			return 1 + used
		}
	}
	b.WriteByte('\\')
	b.WriteByte(s[0])
	return 1
}

// regex reads an expression between slashes; its escapes are its own.
func (l *awkLexer) regex() string {
	var b strings.Builder
	bracket := false
	for l.i++; ; l.i++ {
		if l.i >= len(l.s) || l.s[l.i] == '\n' {
			l.fail("unterminated regular expression")
		}
		ch := l.s[l.i]
		switch {
		case ch == '/' && !bracket:
			l.i++
			return b.String()
		case ch == '\\' && l.i+1 < len(l.s):
			l.i++
			if l.s[l.i] != '/' {
				b.WriteByte('\\')
			}
			b.WriteByte(l.s[l.i])
			continue
		case ch == '[' && !bracket:
			bracket = true
			b.WriteByte(ch)
			if l.i+1 < len(l.s) && l.s[l.i+1] == '^' {
				l.i++
				b.WriteByte('^')
			}
			if l.i+1 < len(l.s) && l.s[l.i+1] == ']' {
				l.i++
				b.WriteByte(']')
			}
			continue
		case ch == ']':
			bracket = false
		}
		b.WriteByte(ch)
	}
}
