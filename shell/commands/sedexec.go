package commands

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/paced"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// sedEnd says how a cycle ends.
type sedEnd int

const (
	sedGoOn    sedEnd = iota // at the end of the script
	sedDelete                // d: nothing is printed
	sedRestart               // D: again, without reading
	sedQuit                  // q
	sedSilent                // Q
	sedBranch                // on the way to a label
)

var errNoPrevious = badArg("no previous regular expression")

// exec runs a list of commands on the pattern space.
func (s *sed) exec(list []*sedCmd) sedEnd {
	label := ""
	for jumps := 0; ; jumps++ {
		end, to := s.execFrom(list, label, jumps > 0)
		if end != sedBranch {
			return end
		}
		if to == "" {
			return sedGoOn
		}
		label = to
		s.c.tick()
	}
}

// execFrom runs the commands, from a label on if jump says so.
func (s *sed) execFrom(list []*sedCmd, label string, jump bool) (sedEnd, string) {
	for _, k := range list {
		if jump {
			switch {
			case k.name == ':' && k.text == label:
				jump = false
			case k.name == '{' && hasLabel(k.block, label):
				if end, to := s.execFrom(k.block, label, true); end != sedGoOn {
					return end, to
				}
				jump = false
			}
			continue
		}
		if !s.selects(k) {
			continue
		}
		if k.name == '{' {
			if end, to := s.execFrom(k.block, "", false); end != sedGoOn {
				return end, to
			}
			continue
		}
		if end, to := s.do(k); end != sedGoOn {
			return end, to
		}
	}
	return sedGoOn, ""
}

func hasLabel(list []*sedCmd, label string) bool {
	for _, k := range list {
		if k.name == ':' && k.text == label || hasLabel(k.block, label) {
			return true
		}
	}
	return false
}

// matches reports whether an address takes the pattern space.
func (s *sed) matches(a *sedAddr) bool {
	switch a.kind {
	case 'n':
		return s.num == a.n
	case '$':
		return s.isLast()
	case '~':
		if a.m == 0 {
			return s.num == a.n
		}
		return s.num >= a.n && (s.num-a.n)%a.m == 0
	case '/':
		return s.regexp(a.re).Match(s.space, s.c.work)
	}
	return false
}

// selects reports whether the addresses of a command take the pattern space.
func (s *sed) selects(k *sedCmd) bool {
	switch {
	case k.from == nil:
		return !k.negate
	case k.to == nil:
		return s.matches(k.from) != k.negate
	}
	return s.inRange(k) != k.negate
}

// inRange is selects for a command with two addresses, whose state it keeps.
func (s *sed) inRange(k *sedCmd) bool {
	if !k.active {
		zero := k.from.kind == 'n' && k.from.n == 0
		if zero && s.num == 1 && k.end == 0 {
			// 0,/re/ begins before the first line, so that /re/ may match there.
			k.end = -1
			k.active = !s.matches(k.to)
			return true
		}
		if zero || !s.matches(k.from) {
			return false
		}
		switch k.to.kind {
		case 'n':
			k.end = k.to.n
		case '+':
			k.end = s.num + k.to.n
		case 'm':
			k.end = s.num
			if k.to.n > 0 {
				k.end = (s.num/k.to.n + 1) * k.to.n
			}
		default:
			k.active = k.to.kind != '$' || !s.isLast()
			return true
		}
		k.active = s.num < k.end
		return true
	}
	switch k.to.kind {
	case '/', '$':
		k.active = !s.matches(k.to)
	default:
		if s.num > k.end {
			// The end was passed by an n within the range.
			k.active = false
			return s.matches(k.from)
		}
		k.active = s.num < k.end
	}
	return true
}

// regexp is re, or the last one used where the script has an empty one.
func (s *sed) regexp(re *regex.Regexp) *regex.Regexp {
	if re == nil {
		if s.lastRE == nil {
			s.c.fail(1, "%s", errNoPrevious)
		}
		return s.lastRE
	}
	s.lastRE = re
	return re
}

// do runs one command: those that say how the cycle goes on, and by edit all others.
func (s *sed) do(k *sedCmd) (sedEnd, string) {
	s.c.work(16)
	switch k.name {
	case 'd':
		return sedDelete, ""
	case 'D':
		s.workOnSpaces()
		at := bytes.IndexByte(s.space, '\n')
		if at < 0 {
			return sedDelete, ""
		}
		s.space = append(s.space[:0], s.space[at+1:]...)
		return sedRestart, ""
	case 'n':
		if s.isLast() && !(s.separate && len(s.files) > 0) {
			// GNU prints the pattern space and ends.
			return sedQuit, ""
		}
		if !s.quiet {
			s.print(s.space, s.ended)
		}
		s.flushQueue()
		if !s.nextLine() {
			return sedSilent, ""
		}
	case 'N':
		s.flushQueue()
		s.space = append(s.space, '\n')
		if !s.addLine() {
			// GNU prints what there is.
			s.space = s.space[:len(s.space)-1]
			return sedQuit, ""
		}
	case 'q', 'Q':
		s.exit = max(k.num, 0)
		if k.name == 'Q' {
			return sedSilent, ""
		}
		return sedQuit, ""
	case 'c':
		if k.to == nil || !k.active || k.negate {
			s.insert(k.text)
		}
		return sedDelete, ""
	case 'b':
		return sedBranch, k.text
	case 't':
		if s.replaced {
			s.replaced = false
			return sedBranch, k.text
		}
	case 'T':
		if !s.replaced {
			return sedBranch, k.text
		}
		s.replaced = false
	default:
		s.edit(k)
	}
	return sedGoOn, ""
}

// edit runs a command behind which the script goes on.
func (s *sed) edit(k *sedCmd) {
	switch k.name {
	case 'p', 'P', 'g', 'G', 'h', 'H', 'w', 'W':
		s.workOnSpaces()
	}
	switch k.name {
	case 'p':
		s.print(s.space, true)
	case 'P':
		line, _, _ := bytes.Cut(s.space, []byte{'\n'})
		s.print(line, true)
	case 'g':
		s.space = append(s.space[:0], s.hold...)
	case 'G':
		s.space = append(append(s.space, '\n'), s.hold...)
	case 'h':
		s.hold = append(s.hold[:0], s.space...)
	case 'H':
		s.hold = append(append(s.hold, '\n'), s.space...)
	case 'x':
		s.space, s.hold = s.hold, s.space
	case 'z':
		s.space = s.space[:0]
	case '=':
		s.insert(strconv.Itoa(s.num) + "\n")
	case 'F':
		s.insert(s.current + "\n")
	case 'l':
		s.complete()
		width := 70
		if k.num >= 0 {
			width = k.num
		}
		s.unambiguous(width)
	case 'a':
		s.queue = append(s.queue, func() { s.insert(k.text) })
	case 'i':
		s.insert(k.text)
	case 'r', 'R':
		s.queue = append(s.queue, func() { s.insertFile(k) })
	case 'w', 'W':
		line := s.space
		if k.name == 'W' {
			line, _, _ = bytes.Cut(line, []byte{'\n'})
		}
		s.outs[k.file].Write(append(append([]byte(nil), line...), '\n'))
	case 's':
		s.substitute(k)
	case 'y':
		s.space = []byte(paced.Mapped(string(s.space), k.translate, s.c.work))
	}
}

// workOnSpaces counts the work of a command that goes through the spaces.
func (s *sed) workOnSpaces() { s.c.work((len(s.space) + len(s.hold)) / 16) }

// translate is y on a part of a text.
func (k *sedCmd) translate(part string) string {
	return strings.Map(func(r rune) rune {
		if to, ok := k.m[r]; ok {
			return to
		}
		return r
	}, part)
}

// insert prints text on lines of its own.
func (s *sed) insert(text string) {
	s.complete()
	io.WriteString(s.out, text)
}

// insertFile prints a file, or with R its next line.
func (s *sed) insertFile(k *sedCmd) {
	if k.name == 'R' {
		l := s.reads[k.file]
		if l == nil {
			in, err := s.c.open(k.file)
			if err != nil {
				return
			}
			l = newLines(in, s.delim)
			s.reads[k.file] = l
		}
		if line, _, err := l.next(); err == nil {
			s.print(line, true)
		}
		return
	}
	name := k.file
	if name == "/dev/stdin" {
		name = "-"
	}
	in, err := s.c.open(name)
	if err != nil {
		return // a file that cannot be read is as an empty one
	}
	defer in.Close()
	s.complete()
	s.c.copyTo(s.out, in)
}

// substitute is the command s.
func (s *sed) substitute(k *sedCmd) {
	re := s.regexp(k.re)
	first := max(k.num, 1)
	var out []byte
	at, seen := 0, 0
	r := replacer{}
	for m := range re.All(s.space, s.c.work) {
		if seen++; seen < first {
			continue
		}
		out = append(out, s.space[at:m[0]]...)
		out = r.expand(out, k.parts, s.space, m)
		at = m[1]
		s.c.work(64)
		if !k.global {
			break
		}
	}
	if seen < first {
		return
	}
	s.space = append(out, s.space[at:]...)
	s.replaced = true
	for range k.print {
		s.print(s.space, true)
	}
	if k.file != "" {
		s.outs[k.file].Write(append(append([]byte(nil), s.space...), '\n'))
	}
}

// replacer puts a replacement together, with its changes of case.
type replacer struct{ mode, once byte }

func (r *replacer) expand(out []byte, parts []sedPart, src []byte, m []int) []byte {
	r.mode, r.once = 0, 0
	for _, p := range parts {
		switch {
		case p.mode == 'l' || p.mode == 'u':
			r.once = p.mode
		case p.mode == 'E':
			r.mode, r.once = 0, 0
		case p.mode != 0:
			r.mode = p.mode
		case p.group >= 0:
			if 2*p.group+1 < len(m) && m[2*p.group] >= 0 {
				out = r.add(out, src[m[2*p.group]:m[2*p.group+1]])
			}
		default:
			out = r.add(out, []byte(p.text))
		}
	}
	return out
}

func (r *replacer) add(out, text []byte) []byte {
	if r.mode == 0 && r.once == 0 || len(text) == 0 {
		return append(out, text...)
	}
	for len(text) > 0 {
		ch, size := utf8.DecodeRune(text)
		how := r.mode
		if r.once != 0 {
			how, r.once = r.once-'a'+'A', 0
		}
		switch {
		case ch == utf8.RuneError && size == 1 || how == 0:
			out = append(out, text[:size]...)
		case how == 'U':
			out = utf8.AppendRune(out, unicode.ToUpper(ch))
		default:
			out = utf8.AppendRune(out, unicode.ToLower(ch))
		}
		text = text[size:]
	}
	return out
}

// unambiguous does l: it prints escapes for all that is not plain, and folds lines.
func (s *sed) unambiguous(width int) {
	column := 0
	for _, b := range s.space {
		var text string
		switch at := bytes.IndexByte([]byte("\a\b\f\n\r\t\v\\"), b); {
		case at >= 0:
			text = `\` + string(`abfnrtv\`[at])
		case b < 32 || b > 126:
			text = `\` + string("0000"[:3-len(strconv.FormatInt(int64(b), 8))]) + strconv.FormatInt(int64(b), 8)
		default:
			text = string(rune(b))
		}
		if width > 1 && column+len(text) > width-1 {
			io.WriteString(s.out, "\\\n")
			column = 0
		}
		io.WriteString(s.out, text)
		column += len(text)
		s.c.work(16)
	}
	io.WriteString(s.out, "$\n")
}
