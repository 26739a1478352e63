package commands

import (
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var grepSpec = spec{name: "grep", synopsis: "[OPTION]... PATTERN [FILE]...", run: runGrep, help: `
Print the lines that match a pattern. 0: a line matched, 1: none, 2: an error.
  -E, -F, -G, -P    extended, fixed text, basic (the default), Go's own syntax
  -e PATTERN        a pattern; may be repeated       -f FILE  patterns, one a line
  -i, --ignore-case          -v, --invert-match
  -w, --word-regexp          -x, --line-regexp
  -c, --count                -n, --line-number       -b, --byte-offset
  -l, --files-with-matches   -L, --files-without-match
  -o, --only-matching        -q, --quiet             -s, --no-messages
  -m, --max-count=N          -H, -h  with, without file names
  -r, -R, --recursive        --include=GLOB, --exclude=GLOB, --exclude-dir=GLOB
  -A N, -B N, -C N  lines after, before, around a match
  -a, --text  -I  -z, --null-data  --color[=WHEN]
Back-references in a pattern are not supported.`}

var egrepSpec = spec{name: "egrep", synopsis: "[OPTION]... PATTERN [FILE]...", run: runGrep, help: `
As grep -E.`}

var fgrepSpec = spec{name: "fgrep", synopsis: "[OPTION]... PATTERN [FILE]...", run: runGrep, help: `
As grep -F.`}

// A grepper searches files.
type grepper struct {
	c                                        *cmd
	m                                        matcher
	invert, count, numbers, offsets          bool
	list, listWithout, only, quiet, silent   bool
	names, text, skipBinary, color, zeroName bool
	max, before, after                       int
	delim                                    byte
	include, exclude, excludeDir             []string
	matched, failed, listed                  bool
}

func runGrep(c *cmd) int {
	g := grepper{c: c, m: matcher{c: c}, delim: '\n', max: -1}
	f := c.flags()
	f.bad = 2
	p := grepPatterns{syntax: map[string]byte{"egrep": 'E', "fgrep": 'F'}[c.name]}
	p.flags(f, c)
	var recursive, zero, noName, yesName bool
	g.flags(f)
	f.bool(&yesName, "H|with-filename")
	f.bool(&noName, "h|no-filename")
	f.bool(&recursive, "r|R|recursive|dereference-recursive")
	f.bool(&zero, "z|null-data")
	f.ignore("line-buffered")
	files := f.parse()
	if !p.have {
		if len(files) == 0 {
			c.usageError(2, "no pattern given")
		}
		p.list, files = strings.Split(files[0], "\n"), files[1:]
	}
	if zero {
		g.delim = 0
	}
	if err := g.m.compile(p.list, p.syntax, p.fold, p.word, p.line); err != nil {
		c.fail(2, "%s", err)
	}
	g.names = !noName && (yesName || len(files) > 1 || recursive)
	if recursive {
		if len(files) == 0 {
			files = []string{"."}
		}
		for _, name := range files {
			g.tree(name, true, len(files) == 1 && name == "." && len(c.args) > 0 && c.args[len(c.args)-1] != ".")
		}
	} else {
		for _, name := range orStdin(files) {
			g.file(name)
		}
	}
	switch {
	case g.failed && !(g.quiet && g.matched):
		return 2
	case g.matched:
		c.code = 0
		return 0
	}
	return 1
}

// grepPatterns is what is searched.
type grepPatterns struct {
	list             []string
	have             bool // there is one, if only an empty one
	syntax           byte
	fold, word, line bool
}

// flags declares the options that say what is searched.
func (p *grepPatterns) flags(f *flags, c *cmd) {
	for _, s := range []string{"E|extended-regexp", "F|fixed-strings", "G|basic-regexp", "P|perl-regexp"} {
		f.fn(s, noArg, func(string) error { p.syntax = s[0]; return nil })
	}
	f.fn("e|regexp", needArg, func(s string) error {
		p.list, p.have = append(p.list, strings.Split(s, "\n")...), true
		return nil
	})
	f.fn("f|file", needArg, func(s string) error {
		p.have = true
		if !c.eachLine(s, '\n', func(line []byte, _ bool) bool {
			p.list = append(p.list, string(line))
			return true
		}) {
			c.exit(2)
		}
		return nil
	})
	f.bool(&p.fold, "i|y|ignore-case")
	f.off(&p.fold, "no-ignore-case")
	f.bool(&p.word, "w|word-regexp")
	f.bool(&p.line, "x|line-regexp")
}

// flags declares the options that say where is searched, and what is printed.
func (g *grepper) flags(f *flags) {
	f.bool(&g.invert, "v|invert-match")
	f.bool(&g.count, "c|count")
	f.bool(&g.numbers, "n|line-number")
	f.bool(&g.offsets, "b|byte-offset")
	f.bool(&g.list, "l|files-with-matches")
	f.bool(&g.listWithout, "L|files-without-match")
	f.bool(&g.only, "o|only-matching")
	f.bool(&g.quiet, "q|quiet|silent")
	f.bool(&g.silent, "s|no-messages")
	f.int(&g.max, "m|max-count")
	f.list(&g.include, "include")
	f.list(&g.exclude, "exclude")
	f.list(&g.excludeDir, "exclude-dir")
	f.int(&g.after, "A|after-context")
	f.int(&g.before, "B|before-context")
	around := func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return badArg(s + ": invalid context length argument")
		}
		g.before, g.after = n, n
		return nil
	}
	f.fn("C|context", needArg, around)
	f.digits = around
	f.bool(&g.text, "a|text")
	f.bool(&g.skipBinary, "I")
	f.bool(&g.zeroName, "Z|null")
	f.fn("color|colour", maybeArg, func(s string) error {
		g.color = s == "always" || s != "never" && g.c.fs.IsTTY(1)
		return nil
	})
}

func (g *grepper) complain(name string, err error) {
	g.failed = true
	if !g.silent {
		g.c.errorf("%s: %s", name, reason(err))
	}
}

// tree searches all files below name. bare leaves out the "./" before the names.
func (g *grepper) tree(name string, top, bare bool) {
	g.c.tick()
	st, err := g.c.fs.Lstat(name)
	if err == nil && top && st.Type == sys.TypeSymlink {
		st, err = g.c.fs.Stat(name)
	}
	if err != nil {
		g.complain(name, err)
		return
	}
	if st.Type != sys.TypeDirectory {
		if top || st.Type == sys.TypeRegular && g.wanted(baseName(name)) {
			g.file(name)
		}
		return
	}
	if !top && anyGlob(g.excludeDir, baseName(name)) {
		return
	}
	list, err := g.c.fs.ReadDir(name)
	if err != nil {
		g.complain(name, err)
		return
	}
	for _, e := range list {
		path := joinPath(name, e.Name)
		if bare {
			path = e.Name
		}
		g.tree(path, false, false)
	}
}

func (g *grepper) wanted(name string) bool {
	return (len(g.include) == 0 || anyGlob(g.include, name)) && !anyGlob(g.exclude, name)
}

func anyGlob(patterns []string, name string) bool {
	for _, p := range patterns {
		if globMatch(p, name, false) {
			return true
		}
	}
	return false
}
