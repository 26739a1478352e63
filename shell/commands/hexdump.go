package commands

import "fmt"

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
