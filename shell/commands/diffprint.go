package commands

import (
	"bytes"
	"fmt"
	"strconv"
)

func (d *diffOpts) line(mark string, line []byte, color string) {
	out := d.c.out
	text, ended := bytes.CutSuffix(line, []byte{'\n'})
	if d.color && color != "" {
		out.WriteString(color + mark)
		out.Write(text)
		out.WriteString("\x1b[0m\n")
	} else {
		out.WriteString(mark)
		out.Write(text)
		out.WriteByte('\n')
	}
	if !ended {
		out.WriteString("\\ No newline at end of file\n")
	}
}

func (d *diffOpts) colored(color, text string) {
	if d.color {
		text = color + text + "\x1b[0m"
	}
	d.c.out.WriteString(text + "\n")
}

func (d *diffOpts) printNormal(a, b *diffFile, changes []change) {
	span := func(lo, hi int) string {
		if hi-lo <= 1 {
			return strconv.Itoa(hi)
		}
		return fmt.Sprintf("%d,%d", lo+1, hi)
	}
	for _, g := range changes {
		op := "c"
		if g.aLo == g.aHi {
			op = "a"
		} else if g.bLo == g.bHi {
			op = "d"
		}
		d.colored(diffCyan, span(g.aLo, g.aHi)+op+span(g.bLo, g.bHi))
		for _, l := range a.lines[g.aLo:g.aHi] {
			d.line("< ", l, diffRed)
		}
		if op == "c" {
			d.c.out.WriteString("---\n")
		}
		for _, l := range b.lines[g.bLo:g.bHi] {
			d.line("> ", l, diffGreen)
		}
	}
}

// printUnified prints changes with lines around them.
func (d *diffOpts) printUnified(a, b *diffFile, changes []change) {
	name := func(i int, f *diffFile) string {
		if i < len(d.labels) {
			return d.labels[i]
		}
		return f.name + "\t" + f.when.In(d.c.zone()).Format("2006-01-02 15:04:05.000000000 -0700")
	}
	d.colored("\x1b[1m", "--- "+name(0, a))
	d.colored("\x1b[1m", "+++ "+name(1, b))
	span := func(lo, hi int) string {
		switch hi - lo {
		case 0:
			return fmt.Sprintf("%d,0", lo)
		case 1:
			return strconv.Itoa(hi)
		}
		return fmt.Sprintf("%d,%d", lo+1, hi-lo)
	}
	for len(changes) > 0 {
		// Changes with few lines between them are one hunk.
		n := 1
		for n < len(changes) && changes[n].aLo-changes[n-1].aHi <= 2*d.context {
			n++
		}
		hunk := changes[:n]
		changes = changes[n:]
		first, last := hunk[0], hunk[n-1]
		lead := min(d.context, first.aLo)
		trail := min(d.context, len(a.lines)-last.aHi)
		d.colored(diffCyan, "@@ -"+span(first.aLo-lead, last.aHi+trail)+" +"+span(first.bLo-lead, last.bHi+trail)+" @@")
		at := first.aLo - lead
		for _, g := range hunk {
			for ; at < g.aLo; at++ {
				d.line(" ", a.lines[at], "")
			}
			for ; at < g.aHi; at++ {
				d.line("-", a.lines[at], diffRed)
			}
			for _, l := range b.lines[g.bLo:g.bHi] {
				d.line("+", l, diffGreen)
			}
			d.c.tick()
		}
		for ; at < last.aHi+trail; at++ {
			d.line(" ", a.lines[at], "")
		}
	}
}
