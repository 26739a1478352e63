package commands

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var duSpec = spec{name: "du", synopsis: "[OPTION]... [FILE]...", run: runDu, help: `
Print how much room files take, directories with all they hold, in blocks of 1024.
  -a, --all          files too            -s, --summarize  only what is named
  -c, --total        all together         -d, --max-depth=N
  -h, --human-readable                    -b, --bytes  sizes in bytes
  -k, -m             in KiB, in MiB       --apparent-size   -S, --separate-dirs`}

type duer struct {
	c                                     *cmd
	all, human, bytes, separate, apparent bool
	depth                                 int
	unit                                  uint64
	seen                                  map[[2]uint64]bool
	namer                                 func(string) string
}

func runDu(c *cmd) int {
	d := duer{c: c, depth: -1, unit: 1024, seen: map[[2]uint64]bool{}, namer: c.namer()}
	f := c.flags()
	var summary, total bool
	f.bool(&d.all, "a|all")
	f.bool(&summary, "s|summarize")
	f.bool(&total, "c|total")
	f.int(&d.depth, "d|max-depth")
	f.bool(&d.human, "h|human-readable")
	f.bool(&d.bytes, "b|bytes")
	f.bool(&d.apparent, "apparent-size")
	f.bool(&d.separate, "S|separate-dirs")
	f.fn("k", noArg, func(string) error { d.unit = 1 << 10; return nil })
	f.fn("m", noArg, func(string) error { d.unit = 1 << 20; return nil })
	f.ignore("x|one-file-system|L|P|D|l")
	args := f.parse()
	if summary {
		d.depth = 0
	}
	if len(args) == 0 {
		args = []string{"."}
	}
	sum := uint64(0)
	for _, name := range args {
		sum += d.walk(name, 0)
	}
	if total {
		d.print(sum, "total")
	}
	return 0
}

func (d *duer) size(st *sys.Stat) uint64 {
	if d.bytes || d.apparent {
		if st.Type == sys.TypeDirectory {
			return 0
		}
		return st.Size
	}
	return blocksOf(st) * 1024
}

func (d *duer) walk(name string, depth int) uint64 {
	d.c.tick()
	st, err := d.c.fs.Lstat(name)
	if err != nil {
		d.c.fileError(name, err)
		return 0
	}
	key := [2]uint64{st.Dev, st.Ino}
	if st.Nlink > 1 && st.Type != sys.TypeDirectory {
		if d.seen[key] {
			return 0
		}
		d.seen[key] = true
	}
	sum := d.size(&st)
	shown := sum
	if st.Type == sys.TypeDirectory {
		list, err := d.c.fs.ReadDir(name)
		if err != nil {
			d.c.fileError(name, err)
		}
		for _, e := range list {
			n := d.walk(joinPath(name, e.Name), depth+1)
			sum += n
			if !d.separate || e.Type != sys.TypeDirectory {
				shown += n
			}
		}
	}
	if depth == 0 || (st.Type == sys.TypeDirectory || d.all) && (d.depth < 0 || depth <= d.depth) {
		d.print(shown, name)
	}
	return sum
}

func (d *duer) print(n uint64, name string) {
	name = d.namer(name)
	switch {
	case d.human:
		fmt.Fprintf(d.c.out, "%s\t%s\n", humanSize(n), name)
	case d.bytes:
		fmt.Fprintf(d.c.out, "%d\t%s\n", n, name)
	default:
		fmt.Fprintf(d.c.out, "%d\t%s\n", (n+d.unit-1)/d.unit, name)
	}
}

var dfSpec = spec{name: "df", synopsis: "[OPTION]... [FILE]...", run: runDf, help: `
Print how full the file systems are.
  -h, --human-readable   sizes such as 1.5K
  -T, --print-type       the type too
  -k                     blocks of 1024 (the default)`}

func runDf(c *cmd) int {
	f := c.flags()
	human, types := false, false
	f.bool(&human, "h|human-readable")
	f.bool(&types, "T|print-type")
	f.ignore("k|a|P|portability|all")
	args := f.parse()
	text, err := c.fs.Mounts()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	rows := [][]string{{"Filesystem", "Type", "1K-blocks", "Used", "Available", "Use%", "Mounted on"}}
	if human {
		rows[0][2], rows[0][4] = "Size", "Avail"
	}
	show := func(n uint64) string {
		if human {
			return humanSize(n)
		}
		return fmt.Sprint((n + 1023) / 1024)
	}
	add := func(source, target string) {
		sp, err := c.fs.Statfs(target)
		if err != nil {
			c.fileError(target, err)
			return
		}
		row := []string{source, sp.Type, "-", "-", "-", "-", target}
		if sp.Total > 0 {
			used := sp.Total - min(sp.Free, sp.Total)
			row[2], row[3], row[4] = show(sp.Total), show(used), show(sp.Free)
			row[5] = fmt.Sprintf("%d%%", int((float64(used)/float64(sp.Total))*100+0.999999))
		}
		rows = append(rows, row)
	}
	mounts := strings.Split(strings.TrimSpace(text), "\n")
	if len(args) == 0 {
		for _, m := range mounts {
			if p := mountFields(m); len(p) >= 3 {
				add(p[0], p[1])
			}
		}
	}
	for _, name := range args {
		path, err := c.canonical(name, 'e')
		if err != nil {
			c.fileError(name, err)
			continue
		}
		source, target := "-", "/"
		for _, m := range mounts {
			p := mountFields(m)
			if len(p) >= 3 && (p[1] == "/" || path == p[1] || strings.HasPrefix(path, p[1]+"/")) && len(p[1]) >= len(target) {
				source, target = p[0], p[1]
			}
		}
		add(source, target)
	}
	c.printTable(rows, map[int]bool{1: !types}, "<<>>>><")
	return 0
}

// printTable prints rows in columns. hidden columns are left out; align has < or > for
// each.
func (c *cmd) printTable(rows [][]string, hidden map[int]bool, align string) {
	var width []int
	for _, r := range rows {
		for i, s := range r {
			if i >= len(width) {
				width = append(width, 0)
			}
			width[i] = max(width[i], textWidth(s))
		}
	}
	for _, r := range rows {
		line := ""
		for i, s := range r {
			if hidden[i] {
				continue
			}
			if line != "" {
				line += " "
			}
			pad := strings.Repeat(" ", width[i]-textWidth(s))
			if align[i] == '>' {
				line += pad + s
			} else {
				line += s + pad
			}
		}
		c.out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}
