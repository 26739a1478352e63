package commands

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

var xxdSpec = spec{name: "xxd", synopsis: "[OPTION]... [FILE]", run: runXxd, help: `
Print bytes in hexadecimal, or read that.
  -r, --revert   read what xxd printed (with -p, plain digits)
  -p, --plain    digits only          -i  as a C array
  -c N           N bytes a line (16)  -g N  N bytes together (2)
  -l N           only N bytes         -s N  from byte N on
  -u             upper case           -b  bits`}

func runXxd(c *cmd) int {
	f := c.flags()
	x := xxd{cmd: c, group: -1}
	var revert bool
	skip, length := int64(0), int64(-1)
	f.bool(&revert, "r|revert")
	f.bool(&x.plain, "p|plain|ps|postscript")
	f.bool(&x.include, "i|include")
	f.bool(&x.upper, "u")
	f.bool(&x.bits, "b|bits")
	f.int(&x.cols, "c|cols")
	f.int(&x.group, "g|groupsize")
	countFlag(f, &length, "l|len")
	countFlag(f, &skip, "s|seek")
	files := f.parse()
	c.operands(files, 0, 2)
	if len(files) == 2 {
		c.outputTo(files[1])
		files = files[:1]
	}
	if revert {
		return c.xxdRevert(files, x.plain)
	}
	x.complete()
	in := c.limit(c.concat(files), skip, length)
	if !x.include {
		x.each(in, func(i int64, p []byte) { x.line(skip+i, p) })
		return 0
	}
	if len(files) > 0 {
		fmt.Fprintf(c.out, "unsigned char %s[] = {\n", identifier(files[0]))
	}
	total := 0
	x.each(in, func(_ int64, p []byte) {
		x.items(p, total == 0)
		total += len(p)
	})
	if total > 0 {
		c.out.WriteByte('\n')
	}
	if len(files) > 0 {
		fmt.Fprintf(c.out, "};\nunsigned int %s_len = %d;\n", identifier(files[0]), total)
	}
	return 0
}

// xxd is how bytes are printed.
type xxd struct {
	*cmd
	plain, include, upper, bits bool
	cols                        int // bytes a line
	group                       int // bytes together
}

// complete sets what no option has said.
func (x *xxd) complete() {
	if x.cols == 0 {
		switch {
		case x.plain:
			x.cols = 30
		case x.include:
			x.cols = 12
		case x.bits:
			x.cols = 6
		default:
			x.cols = 16
		}
	}
	switch {
	case x.group == 0:
		x.group = x.cols
	case x.group < 0 && x.bits:
		x.group = 1
	case x.group < 0:
		x.group = 2
	}
}

// each calls row for the bytes of each line, and where they begin in in.
func (x *xxd) each(in io.Reader, row func(at int64, p []byte)) {
	buf := make([]byte, x.cols)
	for at := int64(0); ; at += int64(x.cols) {
		p, err := readRow(in, buf)
		if err != nil || len(p) == 0 {
			return
		}
		x.tick()
		row(at, p)
	}
}

func (x *xxd) digits(b byte) string {
	switch {
	case x.bits:
		return fmt.Sprintf("%08b", b)
	case x.upper:
		return fmt.Sprintf("%02X", b)
	}
	return hex.EncodeToString([]byte{b})
}

// line prints bytes as digits, and unless that is all, with their place and as text.
func (x *xxd) line(at int64, p []byte) {
	if x.plain {
		for _, b := range p {
			x.out.WriteString(x.digits(b))
		}
		x.out.WriteByte('\n')
		return
	}
	line := fmt.Sprintf("%08x: ", at)
	for i := range x.cols {
		if i < len(p) {
			line += x.digits(p[i])
		} else {
			line += strings.Repeat(" ", len(x.digits(0)))
		}
		if (i+1)%x.group == 0 && i+1 < x.cols {
			line += " "
		}
	}
	x.out.WriteString(line + "  " + printable(p) + "\n")
}

// items prints bytes as those of an array in C.
func (x *xxd) items(p []byte, first bool) {
	for i, b := range p {
		switch {
		case i == 0 && first:
			x.out.WriteString("  ")
		case i == 0:
			x.out.WriteString(",\n  ")
		default:
			x.out.WriteString(", ")
		}
		fmt.Fprintf(x.out, "0x%02x", b)
	}
}

// identifier is the name of a file as one of C.
func identifier(name string) string {
	id := strings.Map(func(r rune) rune {
		if r < 128 && isWord(byte(r)) {
			return r
		}
		return '_'
	}, name)
	if id != "" && '0' <= id[0] && id[0] <= '9' {
		id = "__" + id
	}
	return id
}

// xxdRevert reads what xxd has printed.
func (c *cmd) xxdRevert(files []string, plain bool) int {
	l := newLines(c.concat(files), '\n')
	for {
		line, _, err := l.next()
		if err != nil {
			return 0
		}
		c.tick()
		s := string(line)
		if !plain {
			_, after, ok := strings.Cut(s, ":")
			if !ok {
				continue
			}
			// Two blanks end the digits.
			s, _, _ = strings.Cut(strings.TrimPrefix(after, " "), "  ")
		}
		s = strings.NewReplacer(" ", "", "\t", "", "\r", "").Replace(s)
		if len(s)%2 != 0 {
			s = s[:len(s)-1]
		}
		data, err := hex.DecodeString(s)
		c.out.Write(data)
		if err != nil {
			continue
		}
	}
}
