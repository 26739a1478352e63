package commands

import (
	"bytes"
	"fmt"
)

var uniqSpec = spec{name: "uniq", synopsis: "[OPTION]... [INPUT [OUTPUT]]", run: runUniq, help: `
Print lines that are equal to the one before only once.
  -c, --count            how many there were, before each
  -d, --repeated         only lines that were there more than once
  -D                     all of these
  -u, --unique           only lines that were there once
  -i, --ignore-case      upper and lower case are equal
  -f, --skip-fields=N    do not compare the first N fields
  -s, --skip-chars=N     nor the N characters after them
  -w, --check-chars=N    compare N characters at most
  -z, --zero-terminated  lines end in NUL`}

func runUniq(c *cmd) int {
	f := c.flags()
	var count, repeated, all, unique, fold, zero bool
	var fields, chars int
	width := -1
	f.bool(&count, "c|count")
	f.bool(&repeated, "d|repeated")
	f.bool(&all, "D|all-repeated")
	f.bool(&unique, "u|unique")
	f.bool(&fold, "i|ignore-case")
	f.int(&fields, "f|skip-fields")
	f.int(&chars, "s|skip-chars")
	f.int(&width, "w|check-chars")
	f.bool(&zero, "z|zero-terminated")
	args := f.parse()
	c.operands(args, 0, 2)
	end := byte('\n')
	if zero {
		end = 0
	}
	if len(args) == 2 && args[1] != "-" {
		c.outputTo(args[1])
	}
	key := func(line []byte) []byte {
		for range fields {
			c.work(8)
			start := len(line)
			line = bytes.TrimLeft(line, " \t")
			if at := bytes.IndexAny(line, " \t"); at >= 0 {
				line = line[at:]
			} else {
				line = nil
			}
			if c.work(start - len(line)); line == nil {
				break
			}
		}
		line = line[min(chars, len(line)):]
		if width >= 0 && width < len(line) {
			line = line[:width]
		}
		return line
	}
	same := func(a, b []byte) bool {
		if fold {
			return c.equalFold(a, b)
		}
		return c.equal(a, b)
	}
	var prev []byte
	n := 0
	print := func() {
		if n == 0 || all || repeated && n == 1 || unique && n > 1 {
			return
		}
		if count {
			fmt.Fprintf(c.out, "%7d ", n)
		}
		c.out.Write(append(prev, end))
	}
	name := "-"
	if len(args) > 0 {
		name = args[0]
	}
	c.eachLine(name, end, func(line []byte, _ bool) bool {
		if n > 0 && same(key(prev), key(line)) {
			if n++; all {
				if n == 2 {
					c.out.Write(append(prev, end))
				}
				c.out.Write(append(line[:len(line):len(line)], end))
			}
			return true
		}
		print()
		prev, n = append(prev[:0], line...), 1
		return true
	})
	print()
	return 0
}

// outputTo makes a file the command's standard output.
func (c *cmd) outputTo(name string) {
	file, err := c.create(name, 0o666)
	if err != nil {
		c.fail(1, "%s: %s", name, reason(err))
	}
	c.out.Flush()
	c.out = newOutput(c, file.fd)
}
