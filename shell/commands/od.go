package commands

import (
	"fmt"
	"strings"
)

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
