package commands

import (
	"io"

	"github.com/bushel-wasm/bushel/shell/cformat"
	"github.com/bushel-wasm/bushel/shell/paced"
)

var pasteSpec = spec{name: "paste", synopsis: "[OPTION]... [FILE]...", run: runPaste, help: `
Print the files' lines side by side, with tabs between them.
  -d, --delimiters=LIST   these in turn instead of tabs
  -s, --serial            each file's lines in one line
  -z, --zero-terminated   lines end in NUL`}

func runPaste(c *cmd) int {
	f := c.flags()
	delims, serial, zero := "\t", false, false
	f.str(&delims, "d|delimiters")
	f.bool(&serial, "s|serial")
	f.bool(&zero, "z|zero-terminated")
	files := orStdin(f.parse())
	end := byte('\n')
	if zero {
		end = 0
	}
	p := paster{cmd: c, delims: pasteDelims(delims, c.work), end: end}
	if serial {
		for _, name := range files {
			p.serial(name)
		}
		return 0
	}
	p.parallel(files)
	return 0
}

// pasteDelims is what stands between lines, in turn: characters, or escapes of them.
func pasteDelims(s string, work paced.Work) (list []string) {
	for i := 0; i < len(s); i++ {
		d := s[i : i+1]
		if d == `\` && i+1 < len(s) {
			i++
			if d = s[i : i+1]; d == "0" {
				d = ""
			} else {
				d, _ = cformat.Unescape(`\`+d, cformat.Format, work)
				if len(d) == 2 {
					d = d[1:]
				}
			}
		}
		list = append(list, d)
	}
	return list
}

// A paster prints lines side by side.
type paster struct {
	*cmd
	delims []string
	end    byte
}

// delim is what stands behind the line i of a row.
func (p *paster) delim(i int) string {
	if len(p.delims) == 0 {
		return ""
	}
	return p.delims[i%len(p.delims)]
}

// serial prints the lines of a file as one.
func (p *paster) serial(name string) {
	n := 0
	if p.eachLine(name, p.end, func(line []byte, _ bool) bool {
		if n > 0 {
			p.out.WriteString(p.delim(n - 1))
		}
		n++
		p.out.Write(line)
		return true
	}) {
		p.out.WriteByte(p.end)
	}
}

// parallel prints a row of a line of each file, as long as one file at least has one.
func (p *paster) parallel(files []string) {
	open := p.openAll(files)
	for {
		var row []byte
		any := false
		for i, l := range open {
			if l != nil {
				line, _, err := l.next()
				if err == nil {
					any = true
					row = append(row, line...)
				} else if err == io.EOF {
					if files[i] != "-" {
						open[i] = nil
					}
				} else {
					p.fileError(files[i], err)
					open[i] = nil
				}
			}
			if i < len(open)-1 {
				row = append(row, p.delim(i)...)
			}
		}
		if !any {
			return
		}
		p.tick()
		p.out.Write(append(row, p.end))
	}
}

// openAll opens files; standard input, however often it is named, is one.
func (p *paster) openAll(files []string) []*lines {
	open := make([]*lines, len(files))
	var stdin *lines
	for i, name := range files {
		in, err := p.open(name)
		if err != nil {
			p.fail(1, "%s: %s", name, reason(err))
		}
		open[i] = newLines(in, p.end)
		if name == "-" {
			if stdin == nil {
				stdin = open[i]
			}
			open[i] = stdin
		}
	}
	return open
}
