package commands

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

var diffSpec = spec{name: "diff", synopsis: "[OPTION]... FILE1 FILE2", run: runDiff, help: `
Print how two files or directories differ. 0: they do not, 1: they do, 2: an error.
  -u, -U N, --unified[=N]   with N (3) lines around each change
  -q, --brief               only whether they differ
  -s, --report-identical-files
  -r, --recursive           directories below too
  -N, --new-file            a file that is missing is empty
  -i, -w, -b, -B            ignore case, all blanks, their number, empty lines
  -a, --text                --label=NAME   --color[=WHEN]   --strip-trailing-cr`}

type diffOpts struct {
	c                                  *cmd
	unified, brief, identical, recurse bool
	newFile, fold, noSpace, fewSpace   bool
	noBlank, text, stripCR, color      bool
	context                            int
	labels                             []string
	flags                              string // as the user gave them, for headers
	different, failed                  bool
}

func runDiff(c *cmd) int {
	d := diffOpts{c: c, context: 3}
	f := c.flags()
	f.bad = 2
	context := func(s string) error {
		d.unified = true
		if s == "" {
			return nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return badArg("invalid context length '" + s + "'")
		}
		d.context = n
		return nil
	}
	f.fn("u", noArg, context)
	f.fn("U", needArg, context)
	f.fn("unified", maybeArg, context)
	f.bool(&d.brief, "q|brief")
	f.bool(&d.identical, "s|report-identical-files")
	f.bool(&d.recurse, "r|recursive")
	f.bool(&d.newFile, "N|new-file")
	f.bool(&d.fold, "i|ignore-case")
	f.bool(&d.noSpace, "w|ignore-all-space")
	f.bool(&d.fewSpace, "b|ignore-space-change")
	f.bool(&d.noBlank, "B|ignore-blank-lines")
	f.bool(&d.text, "a|text")
	f.bool(&d.stripCR, "strip-trailing-cr")
	f.list(&d.labels, "L|label")
	f.ignore("d|minimal|normal")
	f.fn("color|colour", maybeArg, func(s string) error {
		d.color = s == "always" || s != "never" && c.fs.IsTTY(1)
		return nil
	})
	args := f.parse()
	if len(args) != 2 {
		if len(args) > 2 {
			c.usageError(2, "extra operand '%s'", args[2])
		}
		c.usageError(2, "missing operand")
	}
	for _, a := range c.args {
		if a[:min(1, len(a))] == "-" && a != "-" {
			d.flags += a + " "
		}
	}
	a, b := args[0], args[1]
	x, y := d.isDir(a), d.isDir(b)
	switch {
	case x && y:
		d.dirs(a, b)
	case x:
		d.files(joinPath(a, baseName(b)), b, false)
	case y:
		d.files(a, joinPath(b, baseName(a)), false)
	default:
		d.files(a, b, false)
	}
	switch {
	case d.failed:
		return 2
	case d.different:
		return 1
	}
	return 0
}

func (d *diffOpts) isDir(name string) bool {
	st, err := d.c.fs.Stat(name)
	return name != "-" && err == nil && st.Type == sys.TypeDirectory
}

func (d *diffOpts) complain(name string, err error) {
	d.c.errorf("%s: %s", name, reason(err))
	d.failed = true
}

// dirs compares two directories, name by name.
func (d *diffOpts) dirs(a, b string) {
	x, err := d.c.fs.ReadDir(a)
	if err != nil {
		d.complain(a, err)
		return
	}
	y, err := d.c.fs.ReadDir(b)
	if err != nil {
		d.complain(b, err)
		return
	}
	in := map[string]int{}
	var names []string
	for i, list := range [][]sys.DirEntry{x, y} {
		for _, e := range list {
			if in[e.Name] == 0 {
				names = append(names, e.Name)
			}
			in[e.Name] |= 1 << i
		}
	}
	slices.Sort(names)
	for _, name := range names {
		p, q := joinPath(a, name), joinPath(b, name)
		if in[name] != 3 && !d.newFile {
			dir := a
			if in[name] == 2 {
				dir = b
			}
			fmt.Fprintf(d.c.out, "Only in %s: %s\n", dir, name)
			d.different = true
			continue
		}
		switch x, y := d.isDir(p), d.isDir(q); {
		case x && y:
			if d.recurse {
				d.dirs(p, q)
			} else {
				fmt.Fprintf(d.c.out, "Common subdirectories: %s and %s\n", p, q)
			}
		case x != y && in[name] == 3:
			kind := map[bool]string{true: "directory", false: "regular file"}
			fmt.Fprintf(d.c.out, "File %s is a %s while file %s is a %s\n", p, kind[x], q, kind[y])
			d.different = true
		case x || y:
			if d.recurse {
				d.dirs(p, q)
			}
		default:
			d.files(p, q, true)
		}
	}
}

// diffFile is one of the two files.
type diffFile struct {
	name  string
	data  []byte
	lines [][]byte // each with its newline
	when  time.Time
}

func (d *diffOpts) read(name string, missingOK bool) (f diffFile, ok bool) {
	f.name = name
	f.when = time.Now()
	data, err := d.c.readAll(name)
	if isErrno(err, errno.ENOENT) && missingOK {
		f.when = time.Unix(0, 0)
		return f, true
	}
	if err != nil {
		d.complain(name, err)
		return f, false
	}
	if st, err := d.c.fs.Stat(name); name != "-" && err == nil {
		f.when = time.Unix(0, st.Mtime)
	}
	if d.stripCR {
		data = []byte(d.c.withoutCR(string(data)))
	}
	f.data = data
	for rest := data; len(rest) > 0; {
		n := bytes.IndexByte(rest, '\n') + 1
		if n == 0 {
			n = len(rest)
		}
		d.c.work(16 + n/8)
		f.lines = append(f.lines, rest[:n])
		rest = rest[n:]
	}
	return f, true
}

// withoutCR is s with newlines alone in place of those after a carriage return.
func (c *cmd) withoutCR(s string) string {
	var b strings.Builder
	for {
		at := paced.Index(s, "\r\n", c.work)
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at])
		s = s[at+1:]
		c.work(8)
	}
}

// files compares two files. inDir asks for a header with the command.
func (d *diffOpts) files(a, b string, inDir bool) {
	x, ok1 := d.read(a, d.newFile)
	y, ok2 := d.read(b, d.newFile)
	if !ok1 || !ok2 {
		return
	}
	if d.c.equal(x.data, y.data) {
		if d.identical {
			fmt.Fprintf(d.c.out, "Files %s and %s are identical\n", a, b)
		}
		return
	}
	binary := func(p []byte) bool { return !d.text && bytes.IndexByte(p[:min(len(p), 32<<10)], 0) >= 0 }
	if binary(x.data) || binary(y.data) {
		word := "Binary files"
		if d.brief {
			word = "Files"
		}
		fmt.Fprintf(d.c.out, "%s %s and %s differ\n", word, a, b)
		d.different = true
		return
	}
	numbers := map[string]int{}
	number := func(lines [][]byte) []int {
		list := make([]int, len(lines))
		for i, l := range lines {
			key := d.key(l)
			n, ok := numbers[key]
			if !ok {
				n = len(numbers)
				numbers[key] = n
			}
			list[i] = n
			d.c.tick()
		}
		return list
	}
	changes := diffLines(number(x.lines), number(y.lines), d.c.work)
	if d.noBlank {
		changes = slices.DeleteFunc(changes, func(g change) bool {
			for _, l := range append(slices.Clone(x.lines[g.aLo:g.aHi]), y.lines[g.bLo:g.bHi]...) {
				d.c.work(16)
				if len(bytes.TrimRight(l, "\r\n")) > 0 {
					return false
				}
			}
			return true
		})
	}
	if len(changes) == 0 {
		return
	}
	d.different = true
	if d.brief {
		fmt.Fprintf(d.c.out, "Files %s and %s differ\n", a, b)
		return
	}
	if inDir {
		fmt.Fprintf(d.c.out, "diff %s%s %s\n", d.flags, a, b)
	}
	if d.unified {
		d.printUnified(&x, &y, changes)
	} else {
		d.printNormal(&x, &y, changes)
	}
}

// key is what of a line counts.
func (d *diffOpts) key(line []byte) string {
	s := string(line)
	if d.fold {
		s = paced.Mapped(s, strings.ToLower, d.c.work)
	}
	if d.noSpace {
		return strings.Join(d.c.fields(nil, s, unicode.IsSpace), "")
	}
	if d.fewSpace {
		lead := ""
		if s != "" && (s[0] == ' ' || s[0] == '\t') {
			lead = " "
		}
		s = lead + strings.Join(d.c.fields(nil, s, unicode.IsSpace), " ")
	}
	return s
}

const (
	diffRed   = "\x1b[31m"
	diffGreen = "\x1b[32m"
	diffCyan  = "\x1b[36m"
)
