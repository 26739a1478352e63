package commands

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

var nlSpec = spec{name: "nl", synopsis: "[OPTION]... [FILE]...", run: runNl, help: `
Number lines.
  -b a|t|n  which: all, those that are not empty (the default), none
  -n ln|rn|rz  left, right, right with zeros
  -s S      between number and line, instead of a tab
  -w N      width of the number (6)
  -v N      first number (1)
  -i N      step (1)`}

func runNl(c *cmd) int {
	f := c.flags()
	body, format, sep, width, start, step := "t", "rn", "\t", 6, 1, 1
	f.str(&body, "b|body-numbering")
	f.str(&format, "n|number-format")
	f.str(&sep, "s|number-separator")
	f.int(&width, "w|number-width")
	f.int(&start, "v|starting-line-number")
	f.int(&step, "i|line-increment")
	files := f.parse()
	if body != "a" && body != "t" && body != "n" {
		c.usageError(1, "invalid body numbering style: '%s'", body)
	}
	verbs := map[string]string{"ln": "%-*d", "rn": "%*d", "rz": "%0*d"}
	if verbs[format] == "" {
		c.usageError(1, "invalid line number format: '%s'", format)
	}
	n := start
	for _, name := range orStdin(files) {
		c.eachLine(name, '\n', func(line []byte, _ bool) bool {
			if body == "a" || body == "t" && len(line) > 0 {
				fmt.Fprintf(c.out, verbs[format]+"%s", width, n, sep)
				n += step
			} else {
				c.out.WriteString(strings.Repeat(" ", width+len(sep)))
			}
			c.out.Write(line)
			c.out.WriteByte('\n')
			return true
		})
	}
	return 0
}

var revSpec = spec{name: "rev", synopsis: "[FILE]...", run: runRev, help: `
Print each line backwards, character by character.`}

func runRev(c *cmd) int {
	f := c.flags()
	for _, name := range orStdin(f.parse()) {
		c.eachLine(name, '\n', func(line []byte, ended bool) bool {
			for len(line) > 0 {
				_, n := utf8.DecodeLastRune(line)
				c.out.Write(line[len(line)-n:])
				line = line[:len(line)-n]
			}
			if ended {
				c.out.WriteByte('\n')
			}
			return true
		})
	}
	return 0
}

var tacSpec = spec{name: "tac", synopsis: "[-s SEPARATOR] [FILE]...", run: runTac, help: `
Print the lines of each file in reverse order.
  -b, --before         the separator stands before a record
  -s, --separator=S    instead of a newline`}

func runTac(c *cmd) int {
	f := c.flags()
	sep, before := "\n", false
	f.str(&sep, "s|separator")
	f.bool(&before, "b|before")
	for _, name := range orStdin(f.parse()) {
		data, err := c.readAll(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		if sep == "" {
			sep = "\x00"
		}
		for len(data) > 0 {
			var at int
			if before {
				at = max(c.lastIndex(data, []byte(sep)), 0)
			} else {
				end := len(data)
				if bytes.HasSuffix(data, []byte(sep)) {
					end -= len(sep)
				}
				if at = c.lastIndex(data[:end], []byte(sep)); at >= 0 {
					at += len(sep)
				} else {
					at = 0
				}
			}
			c.out.Write(data[at:])
			data = data[:at]
			c.tick()
		}
	}
	return 0
}

// readAll reads a whole file.
func (c *cmd) readAll(name string) ([]byte, error) {
	in, err := c.open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return io.ReadAll(in)
}

var foldSpec = spec{name: "fold", synopsis: "[OPTION]... [FILE]...", run: runFold, help: `
Break lines that are too long.
  -w, --width=N  columns (80)
  -b, --bytes    count bytes
  -s, --spaces   break at blanks`}

func runFold(c *cmd) int {
	f := c.flags()
	width, byBytes, spaces := 80, false, false
	f.int(&width, "w|width")
	f.bool(&byBytes, "b|bytes")
	f.bool(&spaces, "s|spaces")
	f.digits = func(s string) (err error) { width, err = strconv.Atoi(s); return err }
	files := f.parse()
	if width == 0 {
		c.fail(1, "invalid number of columns: '0'")
	}
	for _, name := range orStdin(files) {
		c.eachLine(name, '\n', func(line []byte, ended bool) bool {
			c.fold(line, width, byBytes, spaces)
			if ended {
				c.out.WriteByte('\n')
			}
			return true
		})
	}
	return 0
}

// fold prints a line in pieces.
func (c *cmd) fold(line []byte, width int, byBytes, spaces bool) {
	column, start, blank := 0, 0, -1
	for i := 0; i < len(line); {
		size, next := 1, column+1
		if !byBytes {
			var r rune
			r, size = utf8.DecodeRune(line[i:])
			switch r {
			case '\t':
				next = (column/8 + 1) * 8
			case '\b':
				next = max(column-1, 0)
			case '\r':
				next = 0
			default:
				if r == utf8.RuneError && size == 1 {
					next = column + 1
				} else {
					next = column + runeWidth(r)
				}
			}
		}
		if next > width && i > start {
			cut := i
			if spaces && blank > start {
				cut = blank
			}
			c.out.Write(line[start:cut])
			c.out.WriteByte('\n')
			start, column, blank = cut, 0, -1
			i = cut
			c.tick()
			continue
		}
		column = next
		i += size
		if spaces && (line[i-1] == ' ' || line[i-1] == '\t') {
			blank = i
		}
	}
	c.out.Write(line[start:])
}

var expandSpec = spec{name: "expand", synopsis: "[OPTION]... [FILE]...", run: runExpand, help: `
Write tabs as blanks.
  -t, --tabs=N      every N columns (8); or a list of columns
  -i, --initial     only at the beginning of a line`}

func runExpand(c *cmd) int {
	f := c.flags()
	stops, initial := []int{8}, false
	f.fn("t|tabs", needArg, func(s string) error {
		stops = nil
		for _, p := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
			n, err := strconv.Atoi(p)
			if err != nil || n < 1 || len(stops) > 0 && n <= stops[len(stops)-1] {
				return badArg("tab sizes must be ascending numbers: '" + s + "'")
			}
			stops = append(stops, n)
		}
		if stops == nil {
			return badArg("tab size contains invalid character(s): '" + s + "'")
		}
		return nil
	})
	f.bool(&initial, "i|initial")
	for _, name := range orStdin(f.parse()) {
		c.eachLine(name, '\n', func(line []byte, ended bool) bool {
			column, text := 0, false
			for i, r := range string(line) {
				if r == '\t' && !(initial && text) {
					next := nextStop(stops, column)
					c.out.WriteString("                                "[:min(32, next-column)])
					for n := next - column - 32; n > 0; n-- {
						c.out.WriteByte(' ')
					}
					column = next
					continue
				}
				text = text || r != ' ' && r != '\t'
				column++
				if r == utf8.RuneError {
					c.out.WriteByte(line[i])
				} else {
					c.out.WriteRune(r)
				}
			}
			if ended {
				c.out.WriteByte('\n')
			}
			return true
		})
	}
	return 0
}

// nextStop is the column of the tab stop after column.
func nextStop(stops []int, column int) int {
	if len(stops) == 1 {
		return (column/stops[0] + 1) * stops[0]
	}
	for _, s := range stops {
		if s > column {
			return s
		}
	}
	return column + 1
}
