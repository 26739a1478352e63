package commands

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/shell/regex"
)

var awkSpec = spec{name: "awk", synopsis: "[-F FS] [-v NAME=VALUE] {PROGRAM | -f FILE} [FILE | NAME=VALUE]...", run: runAwk, help: `
Run a program of patterns and actions on each line of the input.
  -F, --field-separator=FS   -v, --assign=NAME=VALUE   -f, --file=FILE
The language is POSIX's, with gensub, strftime, systime, mktime, strtonum, nextfile,
delete of whole arrays, and and, or, xor, lshift, rshift, compl.`}

// awk is a running program.
type awk struct {
	c       *cmd
	globals map[string]*awkCell
	frame   []*awkCell
	funcs   map[string]*awkFunc
	regexps map[string]*regex.Regexp
	result  awkVal // of the function that returned
	depth   int
	exit    int

	rec    string
	fields []string
	split  bool // fields holds rec's
	stale  bool // rec is to be put together again

	fs, ofs, ors, rs, ofmt, convfmt, subsep, nr, fnr, filename *awkCell

	argi    int
	in      *awkReader
	opened  bool
	streams map[string]*awkStream
	readers map[string]*awkReader
	seed    float64
	random  uint64
}

// awkRef is a place to load from and store to: a cell, an item, or a field.
type awkRef struct {
	cell  *awkCell
	item  *awkItem
	field int
	nf    bool
}

func runAwk(c *cmd) int {
	a := &awk{c: c, globals: map[string]*awkCell{}, funcs: map[string]*awkFunc{}, regexps: map[string]*regex.Regexp{},
		streams: map[string]*awkStream{}, readers: map[string]*awkReader{}, argi: 1, random: 1}
	text := func(name, value string) *awkCell {
		cell := a.global(name)
		cell.val = awkS(value)
		return cell
	}
	a.fs, a.ofs, a.ors, a.rs = text("FS", " "), text("OFS", " "), text("ORS", "\n"), text("RS", "\n")
	a.ofmt, a.convfmt, a.subsep = text("OFMT", "%.6g"), text("CONVFMT", "%.6g"), text("SUBSEP", "\x1c")
	a.nr, a.fnr, a.filename = a.global("NR"), a.global("FNR"), a.global("FILENAME")
	a.global("RLENGTH").val = awkN(-1)
	f := c.flags()
	f.posix, f.bad = true, 2
	var files, assigns []string
	f.fn("F|field-separator", needArg, func(s string) error {
		if s == "t" {
			s = "\t"
		}
		a.fs.val = awkS(awkUnescape(s))
		return nil
	})
	f.list(&assigns, "v|assign")
	f.list(&files, "f|file")
	args := f.parse()
	src := ""
	for _, name := range files {
		data, err := c.readAll(name)
		if err != nil {
			c.fail(2, "%s: %s", name, reason(err))
		}
		src += string(data) + "\n"
	}
	if len(files) == 0 {
		if len(args) == 0 {
			c.usageError(2, "no program given")
		}
		src, args = args[0], args[1:]
	}
	for i, arg := range append([]string{"awk"}, args...) {
		a.global("ARGV").array().item(strconv.Itoa(i)).val = awkField(arg)
	}
	a.global("ARGC").val = awkN(float64(len(args) + 1))
	env := a.global("ENVIRON").array()
	for _, kv := range c.p.Environ() {
		k, v, _ := strings.Cut(kv, "=")
		env.item(k).val = awkField(v)
	}
	for _, s := range assigns {
		if !a.assign(s) {
			c.fail(2, "'%s' is not of the form NAME=VALUE", s)
		}
	}
	return a.main(src)
}

// main parses and runs the program.
func (a *awk) main(src string) (code int) {
	p := &awkParser{a: a, lex: &awkLexer{s: src, line: 1}}
	func() {
		defer func() {
			switch r := recover().(type) {
			case nil:
			case awkError:
				a.c.fail(2, "%s", r)
			default:
				panic(r)
			}
		}()
		p.program()
	}()
	flow := a.all(p.begin)
	if flow != awkExit && (len(p.rules) > 0 || len(p.end) > 0) {
		a.each(p.rules)
	}
	// An exit anywhere but in END leads to END.
	a.all(p.end)
	for name := range a.streams {
		a.close(name)
	}
	for name := range a.readers {
		a.close(name)
	}
	return a.exit & 0xff
}

// caught runs f; an exit or a next within a function comes up as a panic.
func (a *awk) caught(f func() awkFlow) (flow awkFlow) {
	frame, depth := a.frame, a.depth
	defer func() {
		switch r := recover().(type) {
		case nil:
		case awkFlow:
			flow, a.frame, a.depth = r, frame, depth
		default:
			panic(r)
		}
	}()
	return f()
}

func (a *awk) all(list []awkStmt) awkFlow {
	for _, s := range list {
		if a.caught(s) == awkExit {
			return awkExit
		}
	}
	return awkGoOn
}

// each runs the rules on each record.
func (a *awk) each(rules []*awkRule) awkFlow {
	for {
		rec, ok := a.nextRecord()
		if !ok {
			return awkGoOn
		}
		a.setRecord(rec)
		a.c.tick()
		switch a.caught(func() awkFlow { return a.record1(rules) }) {
		case awkExit:
			return awkExit
		case awkNextFile:
			a.closeInput()
		}
	}
}

func (a *awk) record1(rules []*awkRule) awkFlow {
	for _, r := range rules {
		if r.to != nil {
			if !r.in && !r.from().truth() {
				continue
			}
			r.in = !r.to().truth()
		} else if r.from != nil && !r.from().truth() {
			continue
		}
		if r.body == nil {
			a.c.out.WriteString(a.record() + a.str(a.ors.val))
			continue
		}
		if f := r.body(); f >= awkNext {
			return f
		}
	}
	return awkGoOn
}

func (a *awk) fail(format string, args ...any) { a.c.fail(2, format, args...) }

func (a *awk) str(v awkVal) string { return v.text(a.convfmt.val.s) }

func (a *awk) global(name string) *awkCell {
	c := a.globals[name]
	if c == nil {
		c = &awkCell{}
		a.globals[name] = c
	}
	return c
}

func (a *awk) function(name string) *awkFunc {
	f := a.funcs[name]
	if f == nil {
		f = &awkFunc{}
		a.funcs[name] = f
	}
	return f
}

// cell is where a name's variable is found when the program runs.
func (p *awkParser) cell(name string) func() *awkCell {
	if i, ok := p.locals[name]; ok {
		return func() *awkCell { return p.a.frame[i] }
	}
	c := p.a.global(name)
	return func() *awkCell { return c }
}

func (p *awkParser) ref(name string) awkRefFn {
	if _, local := p.locals[name]; name == "NF" && !local {
		return func() awkRef { return awkRef{nf: true} }
	}
	cell := p.cell(name)
	return func() awkRef { return awkRef{cell: cell()} }
}

func (a *awk) regexp(text string) *regex.Regexp {
	re := a.regexps[text]
	if re == nil {
		var err error
		if re, err = compileRE(text, awkRE, ""); err != nil {
			a.fail("/%s/: %s", text, err)
		}
		if len(a.regexps) > 500 {
			a.regexps = map[string]*regex.Regexp{}
		}
		a.regexps[text] = re
	}
	return re
}

// pattern is the right side of ~: an expression as it is, or the value of one.
func (p *awkParser) pattern(parse func() awkExpr) func() *regex.Regexp {
	a := p.a
	if p.tok.kind == awkRegex {
		re := a.regexp(p.next().text)
		return func() *regex.Regexp { return re }
	}
	e := parse()
	return func() *regex.Regexp { return a.regexp(a.str(e())) }
}

// key is the text of a subscript.
func (a *awk) key(list []awkExpr) func() string {
	if len(list) == 1 {
		return func() string { return a.str(list[0]()) }
	}
	return func() string {
		parts := make([]string, len(list))
		for i, e := range list {
			parts[i] = a.str(e())
		}
		return strings.Join(parts, a.str(a.subsep.val))
	}
}

// loop is while, do and for.
func (a *awk) loop(cond awkExpr, body, step awkStmt, bodyFirst bool) awkStmt {
	return func() awkFlow {
		for first := bodyFirst; ; first = false {
			a.c.tick()
			if !first && cond != nil && !cond().truth() {
				return awkGoOn
			}
			if f := body(); f == awkBreak {
				return awkGoOn
			} else if f > awkContinue {
				return f
			}
			if step != nil {
				step()
			}
		}
	}
}

func awkUnescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i += awkEscape(&b, s[i+1:])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// assign takes NAME=VALUE, if s is that.
func (a *awk) assign(s string) bool {
	name, value, ok := strings.Cut(s, "=")
	if !ok || name == "" || '0' <= name[0] && name[0] <= '9' {
		return false
	}
	for i := range len(name) {
		if !isWord(name[i]) {
			return false
		}
	}
	a.global(name).val = awkField(awkUnescape(value))
	return true
}

func (a *awk) complain(name string, err error) { a.c.errorf("%s: %s", name, reason(err)) }
