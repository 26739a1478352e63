package commands

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
)

// readRow fills row as far as the input goes.
func readRow(r io.Reader, row []byte) ([]byte, error) {
	n, err := io.ReadFull(r, row)
	if err == io.ErrUnexpectedEOF {
		err = nil
	}
	return row[:n], err
}

// concat reads files one after the other.
func (c *cmd) concat(files []string) io.Reader {
	var list []io.Reader
	for _, name := range orStdin(files) {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		list = append(list, newLines(in, '\n').r)
	}
	return io.MultiReader(list...)
}

// limit is r without its first skip bytes, and of the rest length bytes, unless that
// is below zero.
func (c *cmd) limit(r io.Reader, skip, length int64) io.Reader {
	if skip > 0 {
		c.copyTo(io.Discard, io.LimitReader(r, skip))
	}
	if length >= 0 {
		return io.LimitReader(r, length)
	}
	return r
}

// countFlag declares an option with a number that may be 0x and have a suffix.
func countFlag(f *flags, v *int64, names string) {
	f.fn(names, needArg, func(s string) (err error) {
		if strings.HasPrefix(s, "0x") {
			_, err = fmt.Sscanf(s, "0x%x", v)
			return err
		}
		*v, err = parseCount(s)
		return err
	})
}

func printable(row []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < 32 || r > 126 {
			return '.'
		}
		return r
	}, latin1(row)))
}

// latin1 makes a character of each byte.
func latin1(p []byte) []byte {
	var b []byte
	for _, ch := range p {
		if ch >= 0x80 {
			ch = 0
		}
		b = append(b, ch)
	}
	return b
}

var xxdSpec = spec{name: "xxd", synopsis: "[OPTION]... [FILE]", run: runXxd, help: `
Print bytes in hexadecimal, or read that.
  -r, --revert   read what xxd printed (with -p, plain digits)
  -p, --plain    digits only          -i  as a C array
  -c N           N bytes a line (16)  -g N  N bytes together (2)
  -l N           only N bytes         -s N  from byte N on
  -u             upper case           -b  bits`}

func runXxd(c *cmd) int {
	f := c.flags()
	var revert, plain, include, upper, bits bool
	cols, group := 0, -1
	skip, length := int64(0), int64(-1)
	f.bool(&revert, "r|revert")
	f.bool(&plain, "p|plain|ps|postscript")
	f.bool(&include, "i|include")
	f.bool(&upper, "u")
	f.bool(&bits, "b|bits")
	f.int(&cols, "c|cols")
	f.int(&group, "g|groupsize")
	countFlag(f, &length, "l|len")
	countFlag(f, &skip, "s|seek")
	files := f.parse()
	c.operands(files, 0, 2)
	if len(files) == 2 {
		c.outputTo(files[1])
		files = files[:1]
	}
	if revert {
		return c.xxdRevert(files, plain)
	}
	if cols == 0 {
		cols = 16
		if plain {
			cols = 30
		} else if include {
			cols = 12
		} else if bits {
			cols = 6
		}
	}
	if group < 0 {
		group = 2
		if bits {
			group = 1
		}
	}
	if group == 0 {
		group = cols
	}
	in := c.limit(c.concat(files), skip, length)
	digits := func(b byte) string {
		switch {
		case bits:
			return fmt.Sprintf("%08b", b)
		case upper:
			return fmt.Sprintf("%02X", b)
		}
		return hex.EncodeToString([]byte{b})
	}
	row := make([]byte, cols)
	total := 0
	if include && len(files) > 0 {
		fmt.Fprintf(c.out, "unsigned char %s[] = {\n", identifier(files[0]))
	}
	for at := skip; ; at += int64(cols) {
		p, err := readRow(in, row)
		if err != nil || len(p) == 0 {
			break
		}
		c.tick()
		switch {
		case plain:
			for _, b := range p {
				c.out.WriteString(digits(b))
			}
			c.out.WriteByte('\n')
			continue
		case include:
			for i, b := range p {
				switch {
				case total == 0:
					c.out.WriteString("  ")
				case i == 0:
					c.out.WriteString(",\n  ")
				default:
					c.out.WriteString(", ")
				}
				fmt.Fprintf(c.out, "0x%02x", b)
				total++
			}
			continue
		}
		line := fmt.Sprintf("%08x: ", at)
		for i := range cols {
			if i < len(p) {
				line += digits(p[i])
			} else {
				line += strings.Repeat(" ", len(digits(0)))
			}
			if (i+1)%group == 0 && i+1 < cols {
				line += " "
			}
		}
		c.out.WriteString(line + "  " + printable(p) + "\n")
	}
	if include {
		if total > 0 {
			c.out.WriteByte('\n')
		}
		if len(files) > 0 {
			fmt.Fprintf(c.out, "};\nunsigned int %s_len = %d;\n", identifier(files[0]), total)
		}
	}
	return 0
}

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

var hexdumpSpec = spec{name: "hexdump", synopsis: "[OPTION]... [FILE]...", run: runHexdump, help: `
Print bytes in hexadecimal.
  -C, --canonical   bytes, and the text beside them
  -x                words of two bytes (the default)
  -n N  only N bytes    -s N  from byte N on    -v  equal lines too`}

var hdSpec = spec{name: "hd", synopsis: "[OPTION]... [FILE]...", run: runHexdump, help: `
As hexdump -C.`}

func runHexdump(c *cmd) int {
	f := c.flags()
	canonical, verbose := c.name == "hd", false
	skip, length := int64(0), int64(-1)
	f.bool(&canonical, "C|canonical")
	f.ignore("x|two-bytes-hex")
	f.bool(&verbose, "v|no-squeezing")
	countFlag(f, &length, "n|length")
	countFlag(f, &skip, "s|skip")
	in := c.limit(c.concat(f.parse()), skip, length)
	c.dumpRows(in, skip, verbose, func(at int64, p []byte) {
		if p == nil {
			fmt.Fprintf(c.out, map[bool]string{true: "%08x\n", false: "%07x\n"}[canonical], at)
			return
		}
		if !canonical {
			fmt.Fprintf(c.out, "%07x", at)
			for i := 0; i < 16; i += 2 {
				if i < len(p) {
					fmt.Fprintf(c.out, " %04x", word(p[i:], 2))
				} else {
					c.out.WriteString("     ")
				}
			}
			c.out.WriteByte('\n')
			return
		}
		fmt.Fprintf(c.out, "%08x ", at)
		for i := range 16 {
			if i%8 == 0 {
				c.out.WriteByte(' ')
			}
			if i < len(p) {
				fmt.Fprintf(c.out, "%02x ", p[i])
			} else {
				c.out.WriteString("   ")
			}
		}
		c.out.WriteString(" |" + printable(p) + "|\n")
	})
	return 0
}

// dumpRows calls row for each 16 bytes, with a * for those that are as the row before,
// and last with nil and the end.
func (c *cmd) dumpRows(in io.Reader, at int64, verbose bool, row func(at int64, p []byte)) {
	buf, prev, starred := make([]byte, 16), []byte(nil), false
	any := false
	for {
		p, err := readRow(in, buf)
		if err != nil || len(p) == 0 {
			break
		}
		c.tick()
		any = true
		if !verbose && len(p) == 16 && bytes.Equal(p, prev) {
			if !starred {
				c.out.WriteString("*\n")
			}
			starred = true
		} else {
			row(at, p)
			starred = false
			prev = append(prev[:0], p...)
		}
		at += int64(len(p))
	}
	if any || c.name == "od" {
		row(at, nil)
	}
}

// word is a little-endian number of size bytes; what is missing is 0.
func word(p []byte, size int) uint64 {
	var b [8]byte
	copy(b[:size], p)
	return binary.LittleEndian.Uint64(b[:])
}

var odSpec = spec{name: "od", synopsis: "[OPTION]... [FILE]...", run: runOd, help: `
Print bytes in octal and other forms.
  -A d|o|x|n   addresses in decimal, octal, hexadecimal, or none
  -t TYPE      a, c, or d o u x with a size of 1, 2, 4, 8; z after it: text too
  -b -c -d -o -s -x -i -a   as -t o1 c u2 o2 d2 x2 d4 a
  -N N  only N bytes    -j N  from byte N on    -v  equal lines too`}

func runOd(c *cmd) int {
	f := c.flags()
	address, verbose := "o", false
	var types []string
	skip, length := int64(0), int64(-1)
	f.str(&address, "A|address-radix")
	f.list(&types, "t|format")
	for short, t := range map[string]string{"b": "o1", "c": "c", "d": "u2", "o": "o2", "s": "d2", "x": "x2", "i": "d4", "a": "a", "h": "x2"} {
		f.fn(short, noArg, func(string) error { types = append(types, t); return nil })
	}
	f.bool(&verbose, "v|output-duplicates")
	countFlag(f, &length, "N|read-bytes")
	countFlag(f, &skip, "j|skip-bytes")
	files := f.parse()
	if len(types) == 0 {
		types = []string{"o2"}
	}
	var forms []odForm
	for _, t := range types {
		list, err := parseOd(t)
		if err != nil {
			c.fail(1, "%s", err)
		}
		forms = append(forms, list...)
	}
	// Columns of different forms stand below each other.
	perByte := 0.0
	for _, o := range forms {
		perByte = max(perByte, float64(o.width+1)/float64(o.size))
	}
	in := c.limit(c.concat(files), skip, length)
	where := map[string]string{"o": "%07o", "d": "%07d", "x": "%06x", "n": ""}
	if _, ok := where[address]; !ok {
		c.fail(1, "invalid output address radix '%s'", address)
	}
	c.dumpRows(in, skip, verbose, func(at int64, p []byte) {
		head := ""
		if address != "n" {
			head = fmt.Sprintf(where[address], at)
		}
		if p == nil {
			if head != "" {
				c.out.WriteString(head + "\n")
			}
			return
		}
		for i, o := range forms {
			if i > 0 {
				head = strings.Repeat(" ", len(head))
			}
			c.out.WriteString(head)
			cell := int(perByte*float64(o.size) + 0.5)
			for k := 0; k < 16; k += o.size {
				if k < len(p) {
					fmt.Fprintf(c.out, "%*s", cell, o.text(p[k:]))
				} else if o.z {
					fmt.Fprintf(c.out, "%*s", cell, "")
				}
			}
			if o.z {
				c.out.WriteString("  >" + printable(p) + "<")
			}
			c.out.WriteByte('\n')
		}
	})
	return 0
}

// odForm is one way of od to print bytes.
type odForm struct {
	kind        byte
	size, width int
	z           bool
}

func parseOd(t string) (list []odForm, err error) {
	for i := 0; i < len(t); {
		o := odForm{kind: t[i], size: 4}
		i++
		switch o.kind {
		case 'a', 'c':
			o.size, o.width = 1, 3
		case 'd', 'o', 'u', 'x':
			if i < len(t) && strings.IndexByte("CSIL1248", t[i]) >= 0 {
				o.size = map[byte]int{'C': 1, 'S': 2, 'I': 4, 'L': 8, '1': 1, '2': 2, '4': 4, '8': 8}[t[i]]
				i++
			}
			widths := map[byte][4]int{'d': {4, 6, 11, 20}, 'o': {3, 6, 11, 22}, 'u': {3, 5, 10, 20}, 'x': {2, 4, 8, 16}}
			o.width = widths[o.kind][map[int]int{1: 0, 2: 1, 4: 2, 8: 3}[o.size]]
		default:
			return nil, badArg("invalid type string '" + t + "'")
		}
		if i < len(t) && t[i] == 'z' {
			o.z = true
			i++
		}
		list = append(list, o)
	}
	return list, nil
}

func (o *odForm) text(p []byte) string {
	n := word(p[:min(len(p), o.size)], o.size)
	switch o.kind {
	case 'c':
		if at := strings.IndexByte("\x00\a\b\f\n\r\t\v", p[0]); at >= 0 {
			return `\` + string("0abfnrtv"[at])
		}
		if p[0] < 32 || p[0] > 126 {
			return fmt.Sprintf("%03o", p[0])
		}
		return string(rune(p[0]))
	case 'a':
		names := strings.Fields("nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp")
		b := p[0] & 0x7f
		if int(b) < len(names) {
			return names[b]
		}
		if b == 127 {
			return "del"
		}
		return string(rune(b))
	case 'o':
		return fmt.Sprintf("%0*o", o.width, n)
	case 'x':
		return fmt.Sprintf("%0*x", o.width, n)
	case 'u':
		return fmt.Sprint(n)
	}
	shift := 64 - 8*o.size
	return fmt.Sprint(int64(n<<shift) >> shift)
}
