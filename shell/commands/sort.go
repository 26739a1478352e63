package commands

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var sortSpec = spec{name: "sort", synopsis: "[OPTION]... [FILE]...", run: runSort, help: `
Print the lines of all files in order (that of their bytes).
  -n, --numeric-sort        by a number at the beginning
  -g, --general-numeric-sort  by a floating-point number
  -h, --human-numeric-sort  by a number such as 2K or 1G
  -V, --version-sort        by version numbers
  -M, --month-sort          by JAN to DEC
  -r, --reverse             the other way round
  -f, --ignore-case         upper and lower case are equal
  -b, --ignore-leading-blanks
  -d, --dictionary-order    only blanks, letters and digits count
  -u, --unique              one line of those that are equal
  -s, --stable              keep the order of lines with equal keys
  -k, --key=F[.C][OPTS][,F[.C][OPTS]]  by a part of the line; may be repeated
  -t, --field-separator=C   between fields, instead of blanks
  -c, -C, --check           only check that the input is in order
  -m, --merge               the files are in order already
  -o, --output=FILE         write to FILE, which may be an input
  -R, --random-sort         shuffle
  -z, --zero-terminated     lines end in NUL`}

func runSort(c *cmd) int {
	s := sorter{c: c}
	f := c.flags()
	f.bad = 2
	var unique, stable, check, quiet, zero bool
	var output string
	for _, o := range []string{"n|numeric-sort", "g|general-numeric-sort", "h|human-numeric-sort", "V|version-sort",
		"M|month-sort", "r|reverse", "f|ignore-case", "b|ignore-leading-blanks", "d|dictionary-order", "R|random-sort", "i|ignore-nonprinting"} {
		f.fn(o, noArg, func(string) error { return s.global.set(o[0]) })
	}
	f.bool(&unique, "u|unique")
	f.bool(&stable, "s|stable")
	f.fn("k|key", needArg, func(v string) error {
		k, err := parseKey(v)
		s.keys = append(s.keys, k)
		return err
	})
	f.fn("t|field-separator", needArg, func(v string) error {
		if v == `\0` {
			v = "\x00"
		}
		if len(v) != 1 {
			return badArg("multi-character tab '" + v + "'")
		}
		s.sep, s.hasSep = v[0], true
		return nil
	})
	f.fn("c|check", maybeArg, func(v string) error {
		check, quiet = true, v == "quiet" || v == "silent"
		return nil
	})
	f.fn("C", noArg, func(string) error { check, quiet = true, true; return nil })
	f.ignore("m|merge")
	f.str(&output, "o|output")
	f.bool(&zero, "z|zero-terminated")
	var unused string
	f.str(&unused, "S|buffer-size")
	f.str(&unused, "T|temporary-directory")
	f.str(&unused, "parallel")
	files := orStdin(f.parse())
	s.last = !stable && !unique
	s.delim = '\n'
	if zero {
		s.delim = 0
	}
	if len(s.keys) == 0 {
		s.keys = []sortKey{{opts: s.global}}
	}
	for i := range s.keys {
		if !s.keys[i].own {
			s.keys[i].opts = s.global
		}
	}
	if check {
		c.operands(files, 1, 1)
		return s.check(files[0], unique, quiet)
	}
	for _, name := range files {
		if err := s.read(name); err != nil {
			c.fail(2, "%s: %s", name, reason(err))
		}
	}
	slices.SortFunc(s.lines, func(a, b sortLine) int {
		c.work(32 * len(s.keys))
		if r := s.compare(s.text(a), s.text(b)); r != 0 {
			return r
		}
		return int(a.at) - int(b.at)
	})
	if output != "" {
		c.outputTo(output)
	}
	var prev []byte
	for i, l := range s.lines {
		text := s.text(l)
		if unique && i > 0 && s.compareKeys(prev, text) == 0 {
			continue
		}
		prev = text
		c.out.Write(text)
		c.out.WriteByte(s.delim)
		c.tick()
	}
	return 0
}

// sortLine is a line: a part of a block, and the place where it was. It has no pointers,
// so that the garbage collector does not go through hundreds of thousands of them.
type sortLine struct {
	block, from, to uint32
	at              uint32
}

func (s *sorter) text(l sortLine) []byte { return s.blocks[l.block][l.from:l.to] }

type sorter struct {
	c      *cmd
	keys   []sortKey
	global sortOpts
	sep    byte
	hasSep bool
	last   bool // compare whole lines where the keys are equal
	delim  byte
	lines  []sortLine
	blocks [][]byte
}

// read reads a file; the lines are slices of a few large blocks.
func (s *sorter) read(name string) error {
	in, err := s.c.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	l := newLines(in, s.delim)
	for {
		line, _, err := l.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		last := len(s.blocks) - 1
		if last < 0 || cap(s.blocks[last])-len(s.blocks[last]) < len(line) {
			s.blocks = append(s.blocks, make([]byte, 0, max(chunk, len(line))))
			last++
		}
		start := len(s.blocks[last])
		s.blocks[last] = append(s.blocks[last], line...)
		s.lines = append(s.lines, sortLine{uint32(last), uint32(start), uint32(start + len(line)), uint32(len(s.lines))})
		s.c.tick()
	}
}

func (s *sorter) check(name string, unique, quiet bool) int {
	var prev []byte
	n, ok := 0, true
	s.c.eachLine(name, s.delim, func(line []byte, _ bool) bool {
		n++
		if r := 0; n > 1 {
			if r = s.compare(prev, line); r > 0 || unique && r == 0 {
				if ok = false; !quiet {
					s.c.errorf("%s:%d: disorder: %s", name, n, line)
				}
				return false
			}
		}
		prev = append(prev[:0], line...)
		return true
	})
	if !ok {
		return 1
	}
	if s.c.code != 0 {
		return 2
	}
	return 0
}

func (s *sorter) compare(a, b []byte) int {
	if r := s.compareKeys(a, b); r != 0 || !s.last {
		return r
	}
	r := s.c.compare(a, b)
	if s.global.reverse {
		return -r
	}
	return r
}

func (s *sorter) compareKeys(a, b []byte) int {
	for i := range s.keys {
		k := &s.keys[i]
		r := k.opts.compare(s.part(k, a), s.part(k, b), s)
		if r != 0 {
			if k.opts.reverse {
				return -r
			}
			return r
		}
	}
	return 0
}

// sortKey is a part of a line: from field and character, from 1, to the end of
// or a character in the field to; toField 0 is the line's end.
type sortKey struct {
	field, char     int
	toField, toChar int
	skipFrom        bool // leading blanks of the fields do not count
	skipTo          bool
	opts            sortOpts
	own             bool
}

func parseKey(v string) (k sortKey, err error) {
	wrong := badArg("invalid key: '" + v + "'")
	from, to, ranged := strings.Cut(v, ",")
	place := func(s string, field, char *int, skip *bool) bool {
		n, used := cformat.Digits(s, 10, 9)
		if used == 0 {
			return false
		}
		*field, s = n, s[used:]
		if strings.HasPrefix(s, ".") {
			n, used = cformat.Digits(s[1:], 10, 9)
			if used == 0 {
				return false
			}
			*char, s = n, s[1+used:]
		}
		for i := range len(s) {
			if s[i] == 'b' {
				*skip = true
			}
			if k.opts.set(s[i]) != nil {
				return false
			}
			k.own = true
		}
		return true
	}
	k.char = 1
	if !place(from, &k.field, &k.char, &k.skipFrom) || k.field == 0 || k.char == 0 {
		return k, wrong
	}
	if ranged && (!place(to, &k.toField, &k.toChar, &k.skipTo) || k.toField == 0) {
		return k, wrong
	}
	return k, nil
}

// part is what of a line the key looks at.
func (s *sorter) part(k *sortKey, line []byte) []byte {
	if k.field == 0 {
		return line
	}
	start := s.fieldStart(line, k.field)
	if k.skipFrom || !k.own && s.global.blanks {
		start += leadingBlanks(line[start:])
	}
	start = min(start+k.char-1, len(line))
	end := len(line)
	if k.toField > 0 {
		if k.toChar == 0 {
			end = s.fieldEnd(line, k.toField)
		} else {
			end = s.fieldStart(line, k.toField)
			if k.skipTo || !k.own && s.global.blanks {
				end += leadingBlanks(line[end:])
			}
			end = min(end+k.toChar, len(line))
		}
	}
	if end < start {
		return nil
	}
	return line[start:end]
}

func leadingBlanks(p []byte) int {
	i := 0
	for i < len(p) && (p[i] == ' ' || p[i] == '\t') {
		i++
	}
	return i
}

// fieldEnd is where field n ends. Without a separator, the blanks before a
// field belong to it.
func (s *sorter) fieldEnd(line []byte, n int) int {
	at := s.fieldStart(line, n)
	if s.hasSep {
		if i := bytes.IndexByte(line[at:], s.sep); i >= 0 {
			return at + i
		}
		return len(line)
	}
	at += leadingBlanks(line[at:])
	for at < len(line) && line[at] != ' ' && line[at] != '\t' {
		at++
	}
	return at
}

func (s *sorter) fieldStart(line []byte, n int) int {
	at := 0
	for range n - 1 {
		s.c.work(8)
		if s.hasSep {
			i := bytes.IndexByte(line[at:], s.sep)
			if i < 0 {
				return len(line)
			}
			at += i + 1
			continue
		}
		at += leadingBlanks(line[at:])
		for at < len(line) && line[at] != ' ' && line[at] != '\t' {
			at++
		}
		if at == len(line) {
			break
		}
	}
	return at
}

// sortOpts are the ordering options of a key.
type sortOpts struct {
	reverse, fold, blanks, dict bool
	how                         byte // n g h V M R, or 0 for bytes
}

func (o *sortOpts) set(b byte) error {
	switch b {
	case 'r':
		o.reverse = true
	case 'f':
		o.fold = true
	case 'b':
		o.blanks = true
	case 'd', 'i':
		o.dict = o.dict || b == 'd'
	case 'n', 'g', 'h', 'V', 'M', 'R':
		o.how = b
	default:
		return badArg("invalid ordering option")
	}
	return nil
}

func (o *sortOpts) compare(a, b []byte, s *sorter) int {
	if o.blanks {
		a, b = a[leadingBlanks(a):], b[leadingBlanks(b):]
	}
	switch o.how {
	case 'n':
		return s.c.compareDecimal(a, b)
	case 'h':
		return s.c.compareHuman(a, b)
	case 'g':
		x, y := generalNumber(a), generalNumber(b)
		switch {
		case x < y || x != x && y == y:
			return -1
		case x > y || x == x && y != y:
			return 1
		}
		return 0
	case 'V':
		return s.c.compareVersions(string(a), string(b))
	case 'M':
		return month(a) - month(b)
	case 'R':
		return s.random(a, b)
	}
	if o.dict || o.fold {
		a, b = o.clean(a, s.c), o.clean(b, s.c)
	}
	return s.c.compare(a, b)
}

func (o *sortOpts) clean(p []byte, c *cmd) []byte {
	q := make([]byte, 0, len(p))
	for _, ch := range p {
		c.work(2)
		if o.dict && ch != ' ' && ch != '\t' && !isAlpha(ch) && (ch < '0' || ch > '9') {
			continue
		}
		if o.fold && isLower(ch) {
			ch -= 'a' - 'A'
		}
		q = append(q, ch)
	}
	return q
}

func generalNumber(p []byte) float64 {
	s := strings.TrimLeft(string(p[:min(len(p), maxNumber)]), " \t")
	x, err := strconv.ParseFloat(s[:numberPrefix(s, true)], 64)
	if err != nil {
		return nan
	}
	return x
}

func month(p []byte) int {
	p = p[leadingBlanks(p):]
	if len(p) < 3 {
		return 0
	}
	at := strings.Index("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", strings.ToUpper(string(p[:3])))
	if at < 0 || at%3 != 0 {
		return 0
	}
	return at/3 + 1
}
