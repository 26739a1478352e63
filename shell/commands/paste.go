package commands

import "io"

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
	var list []string
	for i := 0; i < len(delims); i++ {
		d := delims[i : i+1]
		if d == `\` && i+1 < len(delims) {
			i++
			if d = delims[i : i+1]; d == "0" {
				d = ""
			} else {
				d, _ = unescape(`\`+d, false, c.work)
				if len(d) == 2 {
					d = d[1:]
				}
			}
		}
		list = append(list, d)
	}
	delim := func(i int) string {
		if len(list) == 0 {
			return ""
		}
		return list[i%len(list)]
	}
	if serial {
		for _, name := range files {
			n := 0
			if c.eachLine(name, end, func(line []byte, _ bool) bool {
				if n > 0 {
					c.out.WriteString(delim(n - 1))
				}
				n++
				c.out.Write(line)
				return true
			}) {
				c.out.WriteByte(end)
			}
		}
		return 0
	}
	open := make([]*lines, len(files))
	var stdin *lines
	for i, name := range files {
		in, err := c.open(name)
		if err != nil {
			c.fail(1, "%s: %s", name, reason(err))
		}
		open[i] = newLines(in, end)
		if name == "-" {
			if stdin == nil {
				stdin = open[i]
			}
			open[i] = stdin
		}
	}
	for {
		// A line is printed if one file at least still has one.
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
					c.fileError(files[i], err)
					open[i] = nil
				}
			}
			if i < len(open)-1 {
				row = append(row, delim(i)...)
			}
		}
		if !any {
			return 0
		}
		c.tick()
		c.out.Write(append(row, end))
	}
}
