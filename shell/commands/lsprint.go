package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/cformat"
)

// modeText is a mode as ls -l shows it.
func modeText(t sys.FileType, mode uint32) string {
	b := []byte("?rwxrwxrwx")
	switch t {
	case sys.TypeRegular:
		b[0] = '-'
	case sys.TypeDirectory:
		b[0] = 'd'
	case sys.TypeSymlink:
		b[0] = 'l'
	case sys.TypeCharDevice:
		b[0] = 'c'
	case sys.TypeBlockDevice:
		b[0] = 'b'
	case sys.TypeFIFO:
		b[0] = 'p'
	case sys.TypeSocket, sys.TypeSocketDgram:
		b[0] = 's'
	}
	for i := range 9 {
		if mode&(1<<(8-i)) == 0 {
			b[1+i] = '-'
		}
	}
	for _, s := range [...]struct {
		bit uint32
		at  int
		ch  byte
	}{{04000, 3, 's'}, {02000, 6, 's'}, {01000, 9, 't'}} {
		if mode&s.bit != 0 {
			if b[s.at] == '-' {
				s.ch -= 'a' - 'A'
			}
			b[s.at] = s.ch
		}
	}
	return string(b)
}

// color is the escape sequence for a name, by GNU's default colours.
func (e *listed) color() string {
	switch e.st.Type {
	case sys.TypeDirectory:
		if e.st.Mode&01002 == 01002 {
			return "\x1b[30;42m"
		}
		return "\x1b[01;34m"
	case sys.TypeSymlink:
		if e.broken {
			return "\x1b[40;31;01m"
		}
		return "\x1b[01;36m"
	case sys.TypeFIFO:
		return "\x1b[40;33m"
	case sys.TypeSocket, sys.TypeSocketDgram:
		return "\x1b[01;35m"
	case sys.TypeCharDevice, sys.TypeBlockDevice:
		return "\x1b[40;33;01m"
	}
	// A module can be run whatever its mode.
	if e.st.Mode&0o111 != 0 || strings.HasSuffix(e.name, ".wasm") {
		return "\x1b[01;32m"
	}
	if i := strings.LastIndexByte(e.name, '.'); i >= 0 {
		switch e.name[i:] {
		case ".tar", ".gz", ".tgz", ".zip", ".bz2", ".xz", ".zst":
			return "\x1b[01;31m"
		case ".png", ".jpg", ".jpeg", ".gif", ".svg", ".mp4", ".webm", ".webp":
			return "\x1b[01;35m"
		}
	}
	return ""
}

// text is a name, or where a link leads, as it is printed.
func (l *lister) text(name string) string {
	switch {
	case l.quoted:
		return strconv.Quote(name)
	case l.hide:
		return errno.Plain(name)
	}
	return name
}

// shown is the name as it is printed, without colours, and its suffix.
func (l *lister) shown(e *listed) (name, suffix string) {
	name = l.text(e.name)
	if l.classify || l.slash {
		switch {
		case e.st.Type == sys.TypeDirectory:
			suffix = "/"
		case !l.classify:
		case e.st.Type == sys.TypeSymlink && !l.long:
			suffix = "@"
		case e.st.Type == sys.TypeFIFO:
			suffix = "|"
		case e.st.Type == sys.TypeSocket || e.st.Type == sys.TypeSocketDgram:
			suffix = "="
		case e.st.Type == sys.TypeRegular && e.st.Mode&0o111 != 0:
			suffix = "*"
		}
	}
	return name, suffix
}

func (l *lister) printName(e *listed) {
	name, suffix := l.shown(e)
	if c := e.color(); l.color && c != "" {
		name = c + name + "\x1b[0m"
	}
	l.c.out.WriteString(name + suffix)
}

// print prints entries in the form that was asked for.
func (l *lister) print(list []listed) {
	if l.long {
		l.printLong(list)
		return
	}
	var inoWidth, blockWidth int
	for i := range list {
		inoWidth = max(inoWidth, len(strconv.FormatUint(list[i].st.Ino, 10)))
		blockWidth = max(blockWidth, len(strconv.FormatUint(blocksOf(&list[i].st), 10)))
	}
	// What stands before each name, and how wide both are.
	widths := make([]int, len(list))
	before := make([]string, len(list))
	for i := range list {
		e := &list[i]
		if l.inode {
			before[i] += fmt.Sprintf("%*d ", inoWidth, e.st.Ino)
		}
		if l.blocks {
			before[i] += fmt.Sprintf("%*d ", blockWidth, blocksOf(&e.st))
		}
		l.c.work(128)
		name, suffix := l.shown(e)
		widths[i] = len(before[i]) + textWidth(name) + len(suffix)
	}
	one := func(i int) {
		l.c.out.WriteString(before[i])
		l.printName(&list[i])
	}
	switch l.format {
	case 'C', 'x':
		l.columns(widths, one)
	case 'm':
		at := 0
		for i := range list {
			if i > 0 {
				if at+widths[i]+3 > l.width {
					l.c.out.WriteString(",\n")
					at = 0
				} else {
					l.c.out.WriteString(", ")
					at += 2
				}
			}
			one(i)
			at += widths[i]
		}
		if len(list) > 0 {
			l.c.out.WriteByte('\n')
		}
	default:
		for i := range list {
			one(i)
			l.c.record("", l.zero)
		}
	}
}

// columns prints names in as few rows as the width allows.
func (l *lister) columns(widths []int, one func(int)) {
	n, room := len(widths), 0
	for _, w := range widths {
		room += w + 2
	}
	// Fewer rows than that have no room for all.
	least := max(min(room/max(l.width+1, 1), n), 1)
	for rows := least; n > 0; rows++ {
		cols := (n + rows - 1) / rows
		index := func(r, k int) int {
			if l.format == 'x' {
				return r*cols + k
			}
			return k*rows + r
		}
		colWidth, total := make([]int, cols), 0
		for k := range cols {
			for r := range rows {
				if i := index(r, k); i < n {
					colWidth[k] = max(colWidth[k], widths[i])
				}
			}
			total += colWidth[k] + 2
		}
		l.c.work(4 * n)
		if total-2 > max(l.width-1, 1) && cols > 1 {
			continue
		}
		for r := range rows {
			pad := 0
			for k := range cols {
				if i := index(r, k); i < n {
					l.c.out.WriteString(strings.Repeat(" ", pad))
					one(i)
					pad = colWidth[k] - widths[i] + 2
				}
			}
			l.c.out.WriteByte('\n')
		}
		return
	}
}

// printLong prints a line an entry, in columns.
func (l *lister) printLong(list []listed) {
	rows := make([][]string, len(list))
	var width [6]int
	for i := range list {
		e := &list[i]
		owner := "user"
		if l.numeric {
			owner = strconv.Itoa(sys.UserID)
		}
		size := strconv.FormatUint(e.st.Size, 10)
		if l.human {
			size = humanSize(e.st.Size)
		}
		l.c.work(128)
		row := []string{"", "", strconv.FormatUint(e.st.Nlink, 10), owner, owner, size}
		if l.inode {
			row[0] = strconv.FormatUint(e.st.Ino, 10)
		}
		if l.blocks {
			row[1] = strconv.FormatUint(blocksOf(&e.st), 10)
		}
		rows[i] = row
		for k, s := range row {
			width[k] = max(width[k], len(s))
		}
	}
	for i := range list {
		e, row, out := &list[i], rows[i], l.c.out
		for k := range 2 {
			if width[k] > 0 {
				fmt.Fprintf(out, "%*s ", width[k], row[k])
			}
		}
		fmt.Fprintf(out, "%s %*s ", modeText(e.st.Type, e.st.Mode), width[2], row[2])
		if !l.noOwner {
			fmt.Fprintf(out, "%-*s ", width[3], row[3])
		}
		if !l.noGroup {
			fmt.Fprintf(out, "%-*s ", width[4], row[4])
		}
		fmt.Fprintf(out, "%*s %s ", width[5], row[5], l.time(e.st.Mtime))
		l.printName(e)
		if e.target != "" {
			out.WriteString(" -> " + l.text(e.target))
		}
		l.c.record("", l.zero)
	}
}

// time is a time as ls -l shows it: with the hour for the last half year.
func (l *lister) time(ns int64) string {
	t := time.Unix(0, ns).In(l.c.zone())
	switch {
	case l.fullTime || l.timeStyle == "full-iso":
		return t.Format("2006-01-02 15:04:05.000000000 -0700")
	case l.timeStyle == "long-iso":
		return t.Format("2006-01-02 15:04")
	case strings.HasPrefix(l.timeStyle, "+"):
		return cformat.Time(l.timeStyle[1:], t)
	}
	const halfYear = 31556952 * time.Second / 2
	if age := l.now.Sub(t); age > halfYear || age < -time.Minute {
		return t.Format("Jan _2  2006")
	}
	return t.Format("Jan _2 15:04")
}
