package shell

import (
	"path"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

// defaultPrompt is PS1 where the user has none: the directory, in a quiet blue.
const defaultPrompt = `\[\e[34m\]\w\[\e[0m\] \$ `

// prompt expands the escapes of PS1 and then the parameters in it. \[ and \]
// are taken out: the editor knows what takes no room.
func (sh *shell) prompt(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch c := s[i]; c {
		case 'u':
			b.WriteString(escapeDollar(orDefault(sh.get("USER"), "user")))
		case 'h':
			host, _, _ := strings.Cut(orDefault(sh.get("HOSTNAME"), "bushel"), ".")
			b.WriteString(escapeDollar(host))
		case 'H':
			b.WriteString(escapeDollar(orDefault(sh.get("HOSTNAME"), "bushel")))
		case 'w':
			b.WriteString(escapeDollar(sh.tildeName(sh.cwd)))
		case 'W':
			dir := sh.tildeName(sh.cwd)
			if dir != "~" {
				dir = path.Base(dir)
			}
			b.WriteString(escapeDollar(dir))
		case '$':
			b.WriteString(`\$`)
		case 's':
			b.WriteString(path.Base(sh.name))
		case 'v':
			b.WriteString("5.2")
		case 'V':
			b.WriteString("5.2.15")
		case 'j':
			b.WriteString(itoa(len(sh.jobs.list)))
		case 'l':
			b.WriteString("tty")
		case 't':
			b.WriteString(time.Now().Format("15:04:05"))
		case 'T':
			b.WriteString(time.Now().Format("03:04:05"))
		case '@':
			b.WriteString(time.Now().Format("03:04 PM"))
		case 'A':
			b.WriteString(time.Now().Format("15:04"))
		case 'd':
			b.WriteString(time.Now().Format("Mon Jan 02"))
		case '!', '#':
			n := 1
			if sh.history != nil {
				n = len(sh.history.Lines()) + 1
			}
			b.WriteString(itoa(n))
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 'a':
			b.WriteByte('\a')
		case 'e':
			b.WriteByte(27)
		case '[', ']':
		case '\\':
			b.WriteString(`\\`)
		default:
			if '0' <= c && c <= '7' {
				v, n := cformat.Digits(s[i:], 8, 3)
				b.WriteByte(byte(v))
				i += n - 1
				break
			}
			b.WriteByte('\\')
			b.WriteByte(c)
		}
	}
	text := b.String()
	if !strings.ContainsAny(text, "$`\\") {
		return text
	}
	w, err := parser().Document(sh.reader(text))
	if err != nil || w == nil {
		return text
	}
	status, code := sh.status, sh.substCode
	out, err := sh.document(w)
	sh.status, sh.substCode = status, code
	if err != nil {
		return text
	}
	return out
}

func orDefault(s, preset string) string {
	if s == "" {
		return preset
	}
	return s
}

// escapeDollar keeps a name from being expanded.
func escapeDollar(s string) string {
	return strings.NewReplacer(`\`, `\\`, "$", `\$`, "`", "\\`").Replace(s)
}
