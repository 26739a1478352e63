package commands

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var wcSpec = spec{name: "wc", synopsis: "[OPTION]... [FILE]...", run: runWc, help: `
Count lines, words and bytes of each file, and all together if there are several.
  -l, --lines            newlines
  -w, --words            words
  -m, --chars            characters
  -c, --bytes            bytes
  -L, --max-line-length  width of the longest line`}

// counts are lines, words, characters, bytes and the longest line.
type counts [5]int64

func runWc(c *cmd) int {
	f := c.flags()
	var show [5]bool
	for i, names := range []string{"l|lines", "w|words", "m|chars", "c|bytes", "L|max-line-length"} {
		f.bool(&show[i], names)
	}
	args := f.parse()
	if show == [5]bool{} {
		show = [5]bool{true, true, false, true, false}
	}
	files := orStdin(args)
	width := c.wcWidth(files, show)
	var total counts
	for _, name := range files {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			if isDir(err) {
				c.wcLine(counts{}, show, width, name)
			}
			continue
		}
		n, err := c.count(in, show)
		in.Close()
		if err != nil {
			c.fileError(name, err)
		}
		for i := range n {
			if i == 4 {
				total[i] = max(total[i], n[i])
			} else {
				total[i] += n[i]
			}
		}
		if len(args) == 0 {
			name = ""
		}
		c.wcLine(n, show, width, name)
	}
	if len(files) > 1 {
		c.wcLine(total, show, width, "total")
	}
	return 0
}

// wcWidth is the width of the columns, which the sizes of the files tell.
func (c *cmd) wcWidth(files []string, show [5]bool) int {
	columns := 0
	for _, s := range show {
		if s {
			columns++
		}
	}
	if columns == 1 && len(files) == 1 {
		return 1
	}
	width, size := 1, uint64(0)
	for _, name := range files {
		var st sys.Stat
		var err error
		if name == "-" {
			st, err = c.fs.Fstat(0)
		} else {
			st, err = c.fs.Stat(name)
		}
		if err != nil {
			continue
		}
		if st.Type != sys.TypeRegular {
			width = 7
		} else {
			size += st.Size
		}
	}
	return max(width, len(strconv.FormatUint(size, 10)))
}

func (c *cmd) wcLine(n counts, show [5]bool, width int, name string) {
	sep := ""
	for i, s := range show {
		if s {
			fmt.Fprintf(c.out, "%s%*d", sep, width, n[i])
			sep = " "
		}
	}
	if name != "" {
		c.out.WriteString(" " + name)
	}
	c.out.WriteByte('\n')
}

// count counts what is to be shown, and perhaps more. Bytes and lines alone need
// no look at each character.
func (c *cmd) count(in *input, show [5]bool) (n counts, err error) {
	if !show[1] && !show[2] && !show[4] {
		return c.countLines(in, show[0])
	}
	return c.countAll(in)
}

func (c *cmd) countLines(in *input, lines bool) (n counts, err error) {
	buf := make([]byte, chunk)
	for {
		got, err := in.Read(buf)
		n[3] += int64(got)
		if lines {
			n[0] += int64(bytes.Count(buf[:got], []byte{'\n'}))
		}
		c.work(got)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// countAll counts all that can be counted.
func (c *cmd) countAll(in *input) (n counts, err error) {
	buf := make([]byte, chunk)
	word, width, held := false, int64(0), 0
	for {
		got, err := in.Read(buf[held:])
		p := buf[:held+got]
		n[3] += int64(got)
		held = 0
		for i := 0; i < len(p); {
			b := p[i]
			size, space, control := 1, false, false
			switch {
			case b == '\n':
				n[0]++
				n[4] = max(n[4], width)
				width, space = 0, true
			case b == '\r' || b == '\f':
				n[4] = max(n[4], width)
				width, space = 0, true
			case b == '\t':
				width, space = (width/8+1)*8, true
			case b == ' ':
				width, space = width+1, true
			case b == '\v':
				space = true
			case b < utf8.RuneSelf:
				if control = b < ' ' || b == 127; !control {
					width++
				}
			default:
				if err == nil && !utf8.FullRune(p[i:]) {
					held = copy(buf, p[i:])
				}
				if held > 0 {
					i = len(p)
					continue
				}
				var r rune
				r, size = utf8.DecodeRune(p[i:])
				if r == utf8.RuneError && size == 1 {
					i++
					continue
				}
				width += int64(runeWidth(r))
			}
			// A control character neither begins a word nor ends one.
			if !space && !control && !word {
				n[1]++
			}
			word = !space && (word || !control)
			n[2]++
			i += size
		}
		c.work(8 * got)
		if err == io.EOF {
			n[4] = max(n[4], width)
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}
