package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// quote writes s as one word in single quotes, as ${x@Q} and "set" do.
func (sh *shell) quote(s string) string {
	if sh.some(s, unprintable) {
		return sh.ansiQuote(s)
	}
	return "'" + paced.Mapped(s, func(p string) string { return strings.ReplaceAll(p, "'", `'\''`) }, sh.work) + "'"
}

func unprintable(r rune) bool { return errno.Unprintable(r) || r == utf8.RuneError }

func (sh *shell) ansiQuote(s string) string {
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(s); {
		sh.work(4)
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\a':
			b.WriteString(`\a`)
		case r == '\b':
			b.WriteString(`\b`)
		case r == '\f':
			b.WriteString(`\f`)
		case r == '\v':
			b.WriteString(`\v`)
		case r == 27:
			b.WriteString(`\E`)
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == utf8.RuneError && n == 1, errno.Unprintable(r):
			for _, c := range []byte(s[i : i+n]) {
				o := strconv.FormatInt(int64(c), 8)
				b.WriteString(`\` + strings.Repeat("0", 3-len(o)) + o)
			}
		default:
			b.WriteRune(r)
		}
		i += n
	}
	b.WriteByte('\'')
	return b.String()
}

// plainByte reports whether a byte never needs quoting.
func plainByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		strings.IndexByte("_-+./:,@%=", c) >= 0 || c >= 0x80
}

// quoteIfNeeded quotes a word only if it would not be read back as it is, as
// "set" and "alias" print values.
func (sh *shell) quoteIfNeeded(s string) string {
	if s == "" {
		return ""
	}
	if sh.indexAny(s, " \t\n'\"\\|&;()<>!{}*[?]^$`") >= 0 || s[0] == '#' || s[0] == '~' ||
		paced.Index(s, "=~", sh.work) >= 0 || paced.Index(s, ":~", sh.work) >= 0 || sh.some(s, unprintable) {
		return sh.quote(s)
	}
	return s
}

// traceQuote quotes a word for set -x.
func (sh *shell) traceQuote(s string) string {
	if s == "" {
		return "''"
	}
	return sh.quoteIfNeeded(s)
}

// backslashQuote quotes a word with backslashes, as printf %q does.
func (sh *shell) backslashQuote(s string) string {
	if s == "" {
		return "''"
	}
	if sh.some(s, unprintable) {
		return sh.ansiQuote(s)
	}
	var b strings.Builder
	for i := range len(s) {
		sh.work(4)
		c := s[i]
		if !plainByte(c) && c != '~' && c != '#' || (c == '~' || c == '#') && i == 0 || c == ',' {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// doubleQuote writes s between double quotes, as declare -p does.
func (sh *shell) doubleQuote(s string) string {
	if sh.some(s, unprintable) {
		return sh.ansiQuote(s)
	}
	return `"` + paced.Mapped(s, doubleEscaper.Replace, sh.work) + `"`
}

var doubleEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")

// declaration writes a variable as an assignment.
func (sh *shell) declaration(name string, v *variable, q func(string) string) string {
	if !v.set {
		return name
	}
	if v.kind == scalar {
		return name + "=" + q(v.str)
	}
	var b strings.Builder
	b.WriteString(name + "=(")
	keys, vals := v.keys(sh.work), v.elems(sh.work)
	for i := range keys {
		sh.work(64)
		key := keys[i]
		if v.kind == assoc {
			if i := strings.IndexFunc(key, func(r rune) bool { return r > 0x7f || !plainByte(byte(r)) }); i >= 0 || key == "" {
				key = sh.doubleQuote(key)
			}
		}
		if i > 0 && v.kind == indexed {
			b.WriteByte(' ')
		}
		b.WriteString("[" + key + "]=" + sh.doubleQuote(vals[i]))
		if v.kind == assoc {
			b.WriteByte(' ')
		}
	}
	b.WriteByte(')')
	return b.String()
}

// nodeText prints a part of a program.
func (sh *shell) nodeText(n syntax.Node) string {
	b := pacedWriter{sh: sh}
	if err := syntax.NewPrinter(syntax.SingleLine(true)).Print(&b, n); err != nil {
		return ""
	}
	return b.String()
}

// arithText prints an expression, for use as the key of an associative array.
func (sh *shell) arithText(x syntax.ArithmExpr) string {
	s := sh.nodeText(&syntax.ArithmCmd{X: x})
	s = strings.TrimSuffix(strings.TrimPrefix(s, "(("), "))")
	return strings.TrimSpace(s)
}
