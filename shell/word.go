package shell

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// piece is a part of a field. What was quoted is never split and never a pattern.
type piece struct {
	s      string
	quoted bool
}

// builder collects the fields that a word expands to.
type builder struct {
	sh     *shell
	list   []string // the fields that have ended, as file names where they are patterns
	err    error    // why one of them has none
	cur    []piece
	have   bool // cur is a field even if it is empty
	split  bool // unquoted expansions are split at IFS, and "$@" makes fields
	assign bool // the value of an assignment: ~ counts after ":" too
	ifs    string
}

func (sh *shell) newBuilder(split bool) *builder {
	return &builder{sh: sh, split: split, ifs: sh.ifs()}
}

// ifs is the separators of fields.
func (sh *shell) ifs() string {
	if s, ok := sh.getOK("IFS"); ok {
		return s
	}
	return " \t\n"
}

// end ends the current field. Without force an empty field is dropped.
func (b *builder) end(force bool) {
	if !b.have && !force || b.err != nil {
		return
	}
	b.list, b.err = b.sh.glob(b.list, b.cur)
	clear(b.cur)
	b.cur, b.have = b.cur[:0], false
}

func (b *builder) add(s string, quoted bool) {
	if quoted {
		b.have = true
	}
	if s == "" {
		return
	}
	b.have = true
	b.cur = append(b.cur, piece{s, quoted})
}

// addSplit adds the result of an unquoted expansion.
func (b *builder) addSplit(s string) {
	if !b.split || b.ifs == "" {
		b.add(s, false)
		return
	}
	for s != "" && b.err == nil && b.sh.work(48) {
		i := b.sh.indexAny(s, b.ifs)
		if i < 0 {
			b.add(s, false)
			return
		}
		if i > 0 {
			b.add(s[:i], false)
		}
		s = s[i:]
		n, hard := b.sh.separator(s, b.ifs)
		s = s[n:]
		b.end(hard)
	}
}

// separator measures the separator that s begins with: white space of IFS, and
// at most one other character of IFS among it, which makes the separator hard:
// there is a field before it even if it is empty.
func (sh *shell) separator(s, ifs string) (n int, hard bool) {
	for n < len(s) {
		sh.work(4)
		r, size := utf8.DecodeRuneInString(s[n:])
		if !strings.ContainsRune(ifs, r) {
			break
		}
		if r != ' ' && r != '\t' && r != '\n' {
			if hard {
				break
			}
			hard = true
		}
		n += size
	}
	return n, hard
}

// addList adds the elements of $@, $*, or of an array.
func (b *builder) addList(elems []string, star, quoted bool) {
	switch {
	case quoted && star || !b.split:
		sep := " "
		if star {
			sep = b.joiner()
		}
		b.sh.work(8 * len(elems))
		b.add(strings.Join(elems, sep), quoted && (star || len(elems) > 0))
	case quoted:
		for i, e := range elems {
			if !b.sh.work(32) {
				return
			}
			if i > 0 {
				b.end(true)
			}
			b.add(e, true)
		}
	default:
		for i, e := range elems {
			if i > 0 {
				b.end(false)
			}
			b.addSplit(e)
		}
	}
}

// joiner is what "$*" puts between its elements.
func (b *builder) joiner() string {
	if b.ifs == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(b.ifs)
	return b.ifs[:n]
}

// quoting says how the parts of a word are to be read.
type quoting uint8

const (
	plainWord quoting = iota
	inDouble          // between double quotes
	inDocument
	inExpansion // the word of an unquoted ${x:-word}: literals are split too
)

func (b *builder) parts(parts []syntax.WordPart, q quoting) error {
	for i, part := range parts {
		if err := b.part(part, q, i == 0, i == len(parts)-1); err != nil {
			return err
		}
		if b.err != nil {
			return b.err
		}
		if b.sh.cut {
			return errInterrupted
		}
	}
	return nil
}

// part expands one part of a word.
func (b *builder) part(part syntax.WordPart, q quoting, isFirst, isLast bool) error {
	quoted := q == inDouble || q == inDocument
	switch x := part.(type) {
	case *syntax.Lit:
		if quoted {
			b.add(b.sh.unescapeDouble(x.Value, q), true)
		} else {
			b.literal(x.Value, q, isFirst, isLast)
		}
	case *syntax.SglQuoted:
		s := x.Value
		if x.Dollar {
			s = b.sh.ansiC(s)
		}
		if quoted && !x.Dollar { // between double quotes they are plain characters
			s = "'" + s + "'"
		}
		b.add(s, true)
	case *syntax.DblQuoted:
		if len(x.Parts) == 0 {
			b.add("", true)
		}
		return b.parts(x.Parts, inDouble)
	case *syntax.ParamExp:
		return b.param(x, quoted)
	case *syntax.CmdSubst:
		s, err := b.sh.commandSubst(x)
		if err != nil {
			return err
		}
		b.result(s, quoted)
	case *syntax.ArithmExp:
		n, err := b.sh.arith(x.X)
		if err != nil {
			return err
		}
		b.result(fmt.Sprint(n), quoted)
	case *syntax.ProcSubst:
		s, err := b.sh.processSubst(x)
		if err != nil {
			return err
		}
		b.add(s, true)
	case *syntax.ExtGlob:
		// The parser hands over the inside as it was written.
		b.add(x.Op.String()+x.Pattern.Value+")", false)
	default:
		return fmt.Errorf("%T cannot be expanded", part)
	}
	return nil
}

// result adds the text of an expansion.
func (b *builder) result(s string, quoted bool) {
	if quoted {
		b.add(s, true)
	} else {
		b.addSplit(s)
	}
}

// literal adds unquoted text as it was written: a leading tilde is expanded,
// a backslash quotes what follows.
func (b *builder) literal(s string, q quoting, isFirst, isLast bool) {
	if isFirst && strings.HasPrefix(s, "~") {
		s = b.tilde(s, isLast)
	}
	if i := strings.Index(s, "=~"); isFirst && i > 0 && validName(s[:i]) {
		b.unquoted(s[:i+1], q)
		s = b.tilde(s[i+1:], isLast)
	}
	if b.assign {
		for {
			i := strings.Index(s, ":~")
			if i < 0 {
				break
			}
			b.unquoted(s[:i+1], q)
			s = b.tilde(s[i+1:], isLast)
			if strings.HasPrefix(s, "~") {
				b.unquoted("~", q)
				s = s[1:]
			}
		}
	}
	b.unquoted(s, q)
}

// tilde expands the tilde that s begins with and returns what is left.
func (b *builder) tilde(s string, isLast bool) string {
	end := strings.IndexAny(s, "/:")
	if end >= 0 && s[end] == ':' && !b.assign {
		end = strings.IndexByte(s, '/')
	}
	if end < 0 {
		if !isLast {
			return s
		}
		end = len(s)
	}
	var dir string
	switch name := s[1:end]; name {
	case "", "root", "user":
		var ok bool
		if dir, ok = b.sh.getOK("HOME"); !ok {
			dir = "/home"
		}
	case "+":
		dir = b.sh.get("PWD")
	case "-":
		dir = b.sh.get("OLDPWD")
	}
	if dir == "" {
		return s
	}
	b.add(dir, true)
	return s[end:]
}

func (b *builder) unquoted(s string, q quoting) {
	emit := func(s string) {
		if q == inExpansion {
			b.addSplit(s)
		} else {
			b.add(s, false)
		}
	}
	for {
		i := paced.Index(s, `\`, b.sh.work)
		if i < 0 || i == len(s)-1 {
			emit(s)
			return
		}
		emit(s[:i])
		_, n := utf8.DecodeRuneInString(s[i+1:])
		b.add(s[i+1:i+1+n], true)
		s = s[i+1+n:]
	}
}

// unescapeDouble removes the backslashes that count between double quotes or in
// a here-document.
func (sh *shell) unescapeDouble(s string, q quoting) string {
	if paced.Index(s, `\`, sh.work) < 0 {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		sh.work(4)
		if s[i] == '\\' && i+1 < len(s) {
			switch c := s[i+1]; {
			case c == '\\', c == '$', c == '`', c == '"' && q == inDouble:
				i++
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// ansiC reads the escapes of $'…'.
func (sh *shell) ansiC(s string) string {
	text, _ := cformat.Unescape(s, cformat.ANSI, sh.work)
	text, _, _ = strings.Cut(text, "\x00")
	return text
}

// fields expands words as the arguments of a command.
func (sh *shell) fields(words ...*syntax.Word) ([]string, error) {
	var list []string
	for _, w := range words {
		sh.work(64)
		if lit, ok := simple(w); ok {
			list = append(list, lit)
			continue
		}
		var err error
		if list, err = sh.wordFields(list, w); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// simple is a word that stands for itself.
func simple(w *syntax.Word) (string, bool) {
	if len(w.Parts) != 1 {
		return "", false
	}
	switch x := w.Parts[0].(type) {
	case *syntax.Lit:
		return x.Value, !strings.ContainsAny(x.Value, `\~*?[{`)
	case *syntax.SglQuoted:
		return x.Value, !x.Dollar
	}
	return "", false
}

func (sh *shell) wordFields(list []string, w *syntax.Word) ([]string, error) {
	braced := *w // SplitBraces replaces the parts
	if sh.opt.nobrace || !syntax.SplitBraces(&braced) {
		return sh.expandWord(list, w)
	}
	for one, err := range expand.BracesSeq(nil, &braced) {
		if err != nil {
			return nil, err
		}
		if !sh.work(stepUnits) {
			return nil, errInterrupted
		}
		if list, err = sh.expandWord(list, one); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (sh *shell) expandWord(list []string, w *syntax.Word) ([]string, error) {
	b := sh.newBuilder(true)
	b.list = list
	if err := b.parts(w.Parts, plainWord); err != nil {
		return nil, err
	}
	b.end(false)
	if b.err == nil && !sh.work(32) {
		return nil, errInterrupted
	}
	return b.list, b.err
}

// joined expands a word into one string, without splitting or globbing.
func (sh *shell) joined(w *syntax.Word, q quoting, assign bool) ([]piece, error) {
	if w == nil {
		return nil, nil
	}
	b := sh.newBuilder(false)
	b.assign = assign
	if err := b.parts(w.Parts, q); err != nil {
		return nil, err
	}
	return b.cur, nil
}

// text is the plain text of pieces.
func text(pieces []piece) string {
	switch len(pieces) {
	case 0:
		return ""
	case 1:
		return pieces[0].s
	}
	var out strings.Builder
	for _, p := range pieces {
		out.WriteString(p.s)
	}
	return out.String()
}

// literal expands a word that is one string, such as the subject of "case".
func (sh *shell) literal(w *syntax.Word) (string, error) {
	if w == nil {
		return "", nil
	}
	if lit, ok := simple(w); ok {
		return lit, nil
	}
	p, err := sh.joined(w, plainWord, false)
	return text(p), err
}

// assigned value: as literal, with tildes after colons.
func (sh *shell) assignText(w *syntax.Word) (string, error) {
	p, err := sh.joined(w, plainWord, true)
	return text(p), err
}

// document expands a word as between double quotes in which " is nothing special.
func (sh *shell) document(w *syntax.Word) (string, error) {
	p, err := sh.joined(w, inDocument, false)
	return text(p), err
}

// pattern expands a word into a pattern: what is quoted matches itself.
func (sh *shell) pattern(w *syntax.Word) (string, error) {
	p, err := sh.joined(w, plainWord, false)
	return sh.globText(p), err
}

// globText writes pieces as a pattern.
func (sh *shell) globText(pieces []piece) string {
	var out strings.Builder
	for _, p := range pieces {
		if !p.quoted {
			out.WriteString(p.s)
			continue
		}
		for i := range len(p.s) {
			sh.work(4)
			switch p.s[i] {
			case '*', '?', '[', ']', '\\', '(', ')', '|', '!', '+', '@', '-', '^':
				out.WriteByte('\\')
			}
			out.WriteByte(p.s[i])
		}
	}
	return out.String()
}
