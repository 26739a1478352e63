package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var lsSpec = spec{name: "ls", synopsis: "[OPTION]... [FILE]...", run: runLs, help: `
List files and what directories hold.
  -a, --all            names that begin with a dot too
  -A, --almost-all     these, but for . and ..
  -d, --directory      directories themselves
  -l                   long: mode, links, owner, size, time, name
  -h, --human-readable sizes such as 1.5K
  -i, --inode          inode numbers             -s, --size  blocks of 1024 bytes
  -t  by time, newest first     -S  by size      -X  by extension   -v  by version
  -U  in no order               -r, --reverse    -R, --recursive
  -1  one a line   -C  in columns   -m  with commas   -x  in rows
  -F, --classify       / * @ | after names       -p  / after directories
  -L, --dereference    what links point to       -n  numbers for owners
  -q  ? for control characters                   -Q  in quotes
  --color[=WHEN]       always, auto, never       --full-time  --time-style=STYLE
  --group-directories-first   -g, -o, -G  without owner, group
  -w, --width=N`}

// lister is ls with its options.
type lister struct {
	c                                        *cmd
	all, almost, dirs, long, human, inode    bool
	blocks, reverse, recursive, classify     bool
	slash, deref, numeric, hide, quoted      bool
	noOwner, noGroup, color, zero, dirsFirst bool
	fullTime                                 bool
	timeStyle                                string
	sort, format                             byte
	width                                    int
	now                                      time.Time
	printed                                  bool
}

// listed is a file as ls shows it.
type listed struct {
	name   string
	path   string
	st     sys.Stat
	target string // of a link
	broken bool   // a link that leads nowhere
	toDir  bool   // a link to a directory
}

func runLs(c *cmd) int {
	tty := c.fs.IsTTY(1)
	l := lister{c: c, color: tty, hide: tty, width: 80, format: '1', now: time.Now()}
	if tty {
		l.format = 'C'
		if cols, _, err := c.fs.TTYSize(1); err == nil && cols > 0 {
			l.width = cols
		}
	}
	f := c.flags()
	f.bad = 2
	f.bool(&l.all, "a|all")
	f.bool(&l.almost, "A|almost-all")
	f.bool(&l.dirs, "d|directory")
	f.bool(&l.human, "h|human-readable|si")
	f.bool(&l.inode, "i|inode")
	f.bool(&l.blocks, "s|size")
	f.bool(&l.reverse, "r|reverse")
	f.bool(&l.recursive, "R|recursive")
	f.fn("F|classify", maybeArg, func(string) error { l.classify = true; return nil })
	f.bool(&l.slash, "p|file-type")
	f.bool(&l.deref, "L|H|dereference")
	f.bool(&l.hide, "q|hide-control-chars")
	f.bool(&l.quoted, "Q|quote-name")
	f.off(&l.hide, "N|literal|show-control-chars")
	f.bool(&l.dirsFirst, "group-directories-first")
	f.bool(&l.zero, "zero")
	for _, b := range "lCxm1" {
		f.fn(string(b), noArg, func(string) error {
			if !(b == '1' && l.format == 'l') {
				l.format = byte(b)
			}
			return nil
		})
	}
	f.fn("n|numeric-uid-gid", noArg, func(string) error { l.numeric, l.format = true, 'l'; return nil })
	f.fn("g", noArg, func(string) error { l.noOwner, l.format = true, 'l'; return nil })
	f.fn("o", noArg, func(string) error { l.noGroup, l.format = true, 'l'; return nil })
	f.bool(&l.noGroup, "G|no-group")
	for _, b := range "tSXvU" {
		f.fn(string(b), noArg, func(string) error { l.sort = byte(b); return nil })
	}
	f.fn("f", noArg, func(string) error { l.sort, l.all = 'U', true; return nil })
	f.fn("c|u", noArg, func(string) error { return nil })
	f.fn("sort", needArg, func(s string) error {
		l.sort = map[string]byte{"time": 't', "size": 'S', "extension": 'X', "version": 'v', "none": 'U'}[s]
		return nil
	})
	f.fn("full-time", noArg, func(string) error { l.fullTime, l.format = true, 'l'; return nil })
	f.str(&l.timeStyle, "time-style")
	f.int(&l.width, "w|width")
	var tabs string
	f.str(&tabs, "T|tabsize")
	f.fn("color|colour", maybeArg, func(s string) error {
		l.color = s == "always" || s == "" || s == "yes" || s == "force" || s == "auto" && tty
		return nil
	})
	f.fn("format", needArg, func(s string) error {
		if b := map[string]byte{"long": 'l', "single-column": '1', "commas": 'm', "across": 'x', "vertical": 'C'}[s]; b != 0 {
			l.format = b
		}
		return nil
	})
	names := f.parse()
	l.long = l.format == 'l'
	if len(names) == 0 {
		names = []string{"."}
	}
	l.operands(names)
	return 0
}

// operands lists files first, then the directories.
func (l *lister) operands(names []string) {
	var files, dirs []listed
	for _, name := range names {
		e, err := l.stat(name, name, true)
		if err != nil {
			l.c.fileError(name, err)
			l.c.code = 2
			continue
		}
		if e.st.Type == sys.TypeDirectory && !l.dirs {
			dirs = append(dirs, e)
		} else {
			files = append(files, e)
		}
	}
	l.order(files)
	l.order(dirs)
	if len(files) > 0 {
		l.print(files)
		l.printed = true
	}
	for _, d := range dirs {
		l.dir(d.path, len(names) > 1 || l.recursive)
	}
}

func (l *lister) stat(name, path string, operand bool) (listed, error) {
	e := listed{name: name, path: path}
	var err error
	if e.st, err = l.c.fs.Lstat(path); err != nil {
		return e, err
	}
	if e.st.Type != sys.TypeSymlink {
		return e, nil
	}
	to, err := l.c.fs.Stat(path)
	e.broken = err != nil
	e.toDir = err == nil && to.Type == sys.TypeDirectory
	// A link that is named leads to its directory, but not for -l and -d.
	if err == nil && (l.deref || operand && e.toDir && !l.long && !l.dirs && !l.classify) {
		e.st = to
		return e, nil
	}
	e.target, _ = l.c.fs.Readlink(path)
	return e, nil
}

// dir lists a directory, and with -R those below it.
func (l *lister) dir(path string, header bool) {
	entries, err := l.c.fs.ReadDir(path)
	if err != nil {
		l.c.fileError(path, err)
		return
	}
	if header {
		if l.printed {
			l.c.out.WriteByte('\n')
		}
		l.c.out.WriteString(path + ":\n")
	}
	l.printed = true
	var list []listed
	add := func(name string) {
		e, err := l.stat(name, joinPath(path, name), false)
		if err != nil {
			l.c.fileError(joinPath(path, name), err)
			return
		}
		list = append(list, e)
	}
	if l.all {
		add(".")
		add("..")
	}
	for _, e := range entries {
		if l.all || l.almost || e.Name[0] != '.' {
			add(e.Name)
		}
	}
	l.order(list)
	if l.long || l.blocks {
		total := uint64(0)
		for _, e := range list {
			total += blocksOf(&e.st)
		}
		if l.human {
			l.c.out.WriteString("total " + humanSize(total*1024) + "\n")
		} else {
			fmt.Fprintf(l.c.out, "total %d\n", total)
		}
	}
	l.print(list)
	if !l.recursive {
		return
	}
	for _, e := range list {
		if e.st.Type == sys.TypeDirectory && e.name != "." && e.name != ".." {
			l.dir(e.path, true)
		}
	}
}

func (l *lister) order(list []listed) {
	if l.sort == 'U' {
		return
	}
	sortFunc(l.c, list, 64, func(a, b listed) int {
		if l.dirsFirst {
			if x, y := a.isDir(), b.isDir(); x != y {
				if x {
					return -1
				}
				return 1
			}
		}
		r := l.compare(&a, &b)
		if l.reverse {
			return -r
		}
		return r
	})
}

func (e *listed) isDir() bool { return e.st.Type == sys.TypeDirectory || e.toDir }

func (l *lister) compare(a, b *listed) int {
	switch l.sort {
	case 't':
		if a.st.Mtime != b.st.Mtime {
			if a.st.Mtime > b.st.Mtime {
				return -1
			}
			return 1
		}
	case 'S':
		if a.st.Size != b.st.Size {
			if a.st.Size > b.st.Size {
				return -1
			}
			return 1
		}
	case 'X':
		ext := func(s string) string {
			if i := strings.LastIndexByte(s, '.'); i >= 0 {
				return s[i:]
			}
			return ""
		}
		if r := strings.Compare(ext(a.name), ext(b.name)); r != 0 {
			return r
		}
	case 'v':
		return l.c.compareVersions(a.name, b.name)
	}
	return strings.Compare(a.name, b.name)
}

// blocksOf is how much room a file takes in blocks of 1024 bytes, of which four are taken
// at once.
func blocksOf(st *sys.Stat) uint64 {
	if st.Type != sys.TypeRegular {
		return 0
	}
	return (st.Blocks() + 7) / 8 * 4
}

// humanSize is a size such as 1.5K, rounded up as GNU does.
func humanSize(n uint64) string {
	if n < 1024 {
		return strconv.FormatUint(n, 10)
	}
	unit, x := 0, n
	rest := uint64(0)
	for x >= 1024 && unit < 6 {
		rest = rest>>10 | (x&1023)<<40
		x >>= 10
		unit++
	}
	tenths := x * 10
	frac := float64(rest) / float64(uint64(1)<<50)
	if x < 10 {
		tenths += uint64(frac*10 + 0.999999999)
		if tenths < 100 {
			return fmt.Sprintf("%d.%d%c", tenths/10, tenths%10, "KMGTPE"[unit-1])
		}
		return fmt.Sprintf("%d%c", (tenths+9)/10, "KMGTPE"[unit-1])
	}
	if frac > 0 {
		x++
	}
	if x == 1024 && unit < 6 {
		return fmt.Sprintf("1.0%c", "KMGTPE"[unit])
	}
	return fmt.Sprintf("%d%c", x, "KMGTPE"[unit-1])
}
