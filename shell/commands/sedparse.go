package commands

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/regex"
)

// sedAddr is an address of a sed command.
type sedAddr struct {
	kind byte // 'n' a number, '$' the last line, '/' an expression, '~' first~step, '+' so many more, 'm' up to a multiple
	n, m int
	re   *regex.Regexp // nil: the last one used
}

// sedCmd is a command of a sed script.
type sedCmd struct {
	from, to *sedAddr
	negate   bool
	name     byte
	text     string // a i c, a label, a file to read
	num      int    // q Q l, and which match s replaces first
	block    []*sedCmd

	re     *regex.Regexp // s; nil: the last one used
	parts  []sedPart     // s
	global bool
	print  int
	file   string
	m      map[rune]rune // y

	// The state of a range.
	active bool
	end    int
}

// sedPart is a piece of a replacement: text, a group, or a change of case.
type sedPart struct {
	text  string
	group int  // -1: none
	mode  byte // L U l u E
}

type sedParser struct {
	s      string
	i      int
	syntax reSyntax
	depth  int
}

func (p *sedParser) parse() ([]*sedCmd, error) {
	prog, err := p.list()
	if err != nil {
		return nil, err
	}
	labels := map[string]bool{}
	var walk func([]*sedCmd, func(*sedCmd))
	walk = func(list []*sedCmd, f func(*sedCmd)) {
		for _, k := range list {
			f(k)
			walk(k.block, f)
		}
	}
	walk(prog, func(k *sedCmd) {
		if k.name == ':' {
			labels[k.text] = true
		}
	})
	walk(prog, func(k *sedCmd) {
		if (k.name == 'b' || k.name == 't' || k.name == 'T') && k.text != "" && !labels[k.text] {
			err = fmt.Errorf("can't find label for jump to '%s'", k.text)
		}
	})
	return prog, err
}

// list reads commands up to the end or the brace that closes a block.
func (p *sedParser) list() (list []*sedCmd, err error) {
	for {
		p.skip(" \t\n;")
		if p.i >= len(p.s) {
			if p.depth > 0 {
				return nil, badArg("unmatched '{'")
			}
			return list, nil
		}
		if p.s[p.i] == '}' {
			if p.depth == 0 {
				return nil, badArg("unexpected '}'")
			}
			p.i++
			p.depth--
			return list, p.endOfCommand()
		}
		if p.s[p.i] == '#' {
			p.line()
			continue
		}
		k, err := p.command()
		if err != nil {
			return nil, err
		}
		list = append(list, k)
	}
}

func (p *sedParser) skip(set string) {
	for p.i < len(p.s) && strings.IndexByte(set, p.s[p.i]) >= 0 {
		p.i++
	}
}

// line takes the rest of the line.
func (p *sedParser) line() string {
	rest := p.s[p.i:]
	if at := strings.IndexByte(rest, '\n'); at >= 0 {
		rest = rest[:at]
	}
	p.i += len(rest)
	return rest
}

func (p *sedParser) number() int {
	n, used := cformat.Digits(p.s[p.i:], 10, 9)
	p.i += used
	return n
}

func (p *sedParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// address reads an address, nil if there is none; second says that another stands before it.
func (p *sedParser) address(second bool) (*sedAddr, error) {
	ch := p.peek()
	switch {
	case '0' <= ch && ch <= '9':
		a := &sedAddr{kind: 'n', n: p.number()}
		if p.peek() == '~' && !second {
			p.i++
			a.kind, a.m = '~', p.number()
		}
		return a, nil
	case second && (ch == '+' || ch == '~'):
		p.i++
		return &sedAddr{kind: map[byte]byte{'+': '+', '~': 'm'}[ch], n: p.number()}, nil
	case ch == '$':
		p.i++
		return &sedAddr{kind: '$'}, nil
	case ch == '/' || ch == '\\':
		p.i++
		if ch == '\\' {
			if p.i >= len(p.s) {
				return nil, badArg("unterminated address regex")
			}
			ch = p.s[p.i]
			p.i++
		}
		text, ok := p.delimited(ch, true)
		if !ok {
			return nil, badArg("unterminated address regex")
		}
		flags := ""
		for p.peek() == 'I' || p.peek() == 'M' {
			flags += strings.ToLower(p.s[p.i : p.i+1])
			p.i++
		}
		a := &sedAddr{kind: '/'}
		var err error
		if text != "" {
			a.re, err = compileRE(text, p.syntax, flags)
		}
		return a, err
	}
	return nil, nil
}

// delimited reads up to the delimiter, which a backslash makes a character like
// others. In an expression, a bracket may hold it too.
func (p *sedParser) delimited(delim byte, re bool) (string, bool) {
	var b strings.Builder
	for p.i < len(p.s) {
		ch := p.s[p.i]
		switch {
		case ch == delim:
			p.i++
			return b.String(), true
		case ch == '\\' && p.i+1 < len(p.s):
			next := p.s[p.i+1]
			switch {
			case next == delim && (!re || strings.IndexByte(`.[]*^$+?(){}|`, delim) < 0):
				b.WriteByte(delim)
			case next == delim:
				// An escaped delimiter that is special is itself.
				b.WriteString(`[` + string(rune(delim)) + `]`)
			case next == 'n' && re:
				b.WriteString("\n")
			default:
				b.WriteString(p.s[p.i : p.i+2])
			}
			p.i += 2
			continue
		case ch == '\n' && re:
			return "", false
		case ch == '[' && re:
			if n := bracketLen(p.s[p.i:]); n > 0 {
				b.WriteString(p.s[p.i : p.i+n])
				p.i += n
				continue
			}
		}
		b.WriteByte(ch)
		p.i++
	}
	return "", false
}

// bracketLen is the length of the bracket expression that s begins with, or 0.
func bracketLen(s string) int {
	i := 1
	if i < len(s) && s[i] == '^' {
		i++
	}
	for first := true; i < len(s); first = false {
		switch {
		case s[i] == ']' && !first:
			return i + 1
		case s[i] == '\n':
			return 0
		case s[i] == '[' && i+1 < len(s) && strings.IndexByte(":.=", s[i+1]) >= 0:
			end := strings.Index(s[i+2:], s[i+1:i+2]+"]")
			if end < 0 {
				return 0
			}
			i += end + 4
			continue
		}
		i++
	}
	return 0
}

// command reads one command with its addresses.
func (p *sedParser) command() (*sedCmd, error) {
	k := &sedCmd{}
	var err error
	if k.from, err = p.address(false); err != nil {
		return nil, err
	}
	p.skip(" \t")
	if k.from != nil && p.peek() == ',' {
		p.i++
		p.skip(" \t")
		if k.to, err = p.address(true); err != nil {
			return nil, err
		}
		if k.to == nil {
			return nil, badArg("unexpected ','")
		}
	}
	if k.from != nil && k.from.kind == 'n' && k.from.n == 0 && (k.to == nil || k.to.kind != '/') {
		return nil, badArg("invalid usage of line address 0")
	}
	p.skip(" \t")
	for p.peek() == '!' {
		k.negate = true
		p.i++
		p.skip(" \t")
	}
	if p.i >= len(p.s) || p.s[p.i] == '\n' {
		return nil, badArg("missing command")
	}
	k.name = p.s[p.i]
	p.i++
	switch k.name {
	case '{':
		p.depth++
		k.block, err = p.list()
		return k, err
	case 'd', 'D', 'p', 'P', 'n', 'N', 'g', 'G', 'h', 'H', 'x', '=', 'z', 'F':
		return k, p.endOfCommand()
	case 'q', 'Q', 'l', 'L':
		p.skip(" \t")
		k.num = -1
		if '0' <= p.peek() && p.peek() <= '9' {
			k.num = p.number()
		}
		return k, p.endOfCommand()
	case 'a', 'i', 'c':
		k.text, err = p.textArg()
		return k, err
	case 'r', 'R', 'w', 'W':
		p.skip(" \t")
		if k.file = p.line(); k.file == "" {
			return nil, badArg("missing filename in r/R/w/W commands")
		}
		return k, nil
	case ':', 'b', 't', 'T':
		p.skip(" \t")
		start := p.i
		for p.i < len(p.s) && p.s[p.i] != '\n' && p.s[p.i] != ';' && !(p.s[p.i] == '}' && k.name != ':') {
			p.i++
		}
		k.text = strings.TrimRight(p.s[start:p.i], " \t")
		if k.name == ':' && k.text == "" {
			return nil, badArg("\":\" lacks a label")
		}
		return k, nil
	case 's':
		return k, p.substitute(k)
	case 'y':
		return k, p.transliterate(k)
	}
	return nil, fmt.Errorf("unknown command: '%c'", k.name)
}

func (p *sedParser) endOfCommand() error {
	p.skip(" \t")
	switch ch := p.peek(); {
	case p.i >= len(p.s) || ch == ';' || ch == '\n' || ch == '}' || ch == '#':
		return nil
	}
	return badArg("extra characters after command")
}

// textArg reads the text of a, i and c: "a\" and lines, or the rest of the line.
func (p *sedParser) textArg() (string, error) {
	p.skip(" \t")
	if strings.HasPrefix(p.s[p.i:], "\\\n") {
		p.i += 2
	} else if p.peek() == '\\' {
		// "a\text": the backslash keeps leading blanks.
		p.i++
	}
	if p.i >= len(p.s) {
		return "", badArg("expected \\ after 'a', 'c' or 'i'")
	}
	var b strings.Builder
	for p.i < len(p.s) && p.s[p.i] != '\n' {
		if p.s[p.i] == '\\' && p.i+1 < len(p.s) {
			p.i++
			if at := strings.IndexByte("tnfv", p.s[p.i]); at >= 0 && b.Len() > 0 {
				b.WriteByte("\t\n\f\v"[at])
				p.i++
				continue
			}
		}
		b.WriteByte(p.s[p.i])
		p.i++
	}
	return b.String() + "\n", nil
}

// substitute reads the arguments of s.
func (p *sedParser) substitute(k *sedCmd) error {
	delim := p.peek()
	if delim == 0 || delim == '\n' || delim == '\\' {
		return badArg("unterminated 's' command")
	}
	p.i++
	pattern, ok := p.delimited(delim, true)
	if !ok {
		return badArg("unterminated 's' command")
	}
	replacement, ok := p.replacement(delim)
	if !ok {
		return badArg("unterminated 's' command")
	}
	flags := ""
	for done := false; !done; {
		ch := p.peek()
		switch {
		case ch == 'g':
			k.global = true
		case ch == 'p':
			k.print++
		case ch == 'i' || ch == 'I':
			flags += "i"
		case ch == 'm' || ch == 'M':
			flags += "m"
		case '1' <= ch && ch <= '9':
			k.num = p.number()
			continue
		case ch == '0':
			return badArg("number option to 's' command may not be zero")
		case ch == 'w':
			p.i++
			p.skip(" \t")
			if k.file = p.line(); k.file == "" {
				return badArg("missing filename in r/R/w/W commands")
			}
			continue
		case ch == 'e':
			return badArg("the e flag of 's' is not supported")
		default:
			done = true
			continue
		}
		p.i++
	}
	if err := p.endOfCommand(); err != nil {
		return badArg("unknown option to 's'")
	}
	groups := 9
	if pattern != "" {
		var err error
		if k.re, err = compileRE(pattern, p.syntax, flags); err != nil {
			return err
		}
		groups = k.re.NumSubexp()
	}
	k.parts = replacement
	for _, part := range replacement {
		if part.group > groups {
			return fmt.Errorf("invalid reference \\%d on 's' command's RHS", part.group)
		}
	}
	return nil
}

// replacement reads the new text of s in its pieces.
func (p *sedParser) replacement(delim byte) ([]sedPart, bool) {
	var parts []sedPart
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			parts = append(parts, sedPart{text: b.String(), group: -1})
			b.Reset()
		}
	}
	for p.i < len(p.s) {
		ch := p.s[p.i]
		p.i++
		switch {
		case ch == delim:
			flush()
			return parts, true
		case ch == '&':
			flush()
			parts = append(parts, sedPart{group: 0})
		case ch == '\\' && p.i < len(p.s):
			ch = p.s[p.i]
			p.i++
			switch {
			case ch == delim || ch == '&' || ch == '\n' || ch == '\\':
				b.WriteByte(ch)
			case '0' <= ch && ch <= '9':
				flush()
				parts = append(parts, sedPart{group: int(ch - '0')})
			case strings.IndexByte("LUluE", ch) >= 0:
				flush()
				parts = append(parts, sedPart{group: -1, mode: ch})
			case strings.IndexByte("ntfvra", ch) >= 0:
				b.WriteByte("\n\t\f\v\r\a"[strings.IndexByte("ntfvra", ch)])
			case ch == 'x':
				n, used := cformat.Digits(p.s[p.i:], 16, 2)
				p.i += used
				b.WriteByte(byte(n))
			case ch == 'o':
				n, used := cformat.Digits(p.s[p.i:], 8, 3)
				p.i += used
				b.WriteByte(byte(n))
			default:
				b.WriteByte(ch)
			}
		case ch == '\n' && delim != '\n':
			// GNU takes a newline as it is.
			b.WriteByte(ch)
		default:
			b.WriteByte(ch)
		}
	}
	return nil, false
}

func (p *sedParser) transliterate(k *sedCmd) error {
	delim := p.peek()
	if delim == 0 || delim == '\n' || delim == '\\' {
		return badArg("unterminated 'y' command")
	}
	p.i++
	var sets [2][]rune
	for i := range sets {
		text, ok := p.delimited(delim, false)
		if !ok {
			return badArg("unterminated 'y' command")
		}
		text = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(text)
		sets[i] = []rune(text)
	}
	if len(sets[0]) != len(sets[1]) {
		return badArg("strings for 'y' command are different lengths")
	}
	k.m = map[rune]rune{}
	for i, r := range sets[0] {
		if _, twice := k.m[r]; !twice {
			k.m[r] = sets[1][i]
		}
	}
	return p.endOfCommand()
}

// tempName is a name beside name that nobody else will use.
func tempName(name string) string {
	return joinPath(dirName(name), ".sed"+strconv.FormatUint(randomNumber()%1e9, 36)+baseName(name))
}
