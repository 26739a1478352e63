package commands

import "io"

var commSpec = spec{name: "comm", synopsis: "[OPTION]... FILE1 FILE2", run: runComm, help: `
Compare two sorted files line by line: what is only in the first, only in the
second, in both, in three columns.
  -1, -2, -3             without that column
  --output-delimiter=S   between the columns, instead of a tab
  -z, --zero-terminated  lines end in NUL`}

func runComm(c *cmd) int {
	f := c.flags()
	var no [3]bool
	sep, zero := "\t", false
	f.bool(&no[0], "1")
	f.bool(&no[1], "2")
	f.bool(&no[2], "3")
	f.str(&sep, "output-delimiter")
	f.bool(&zero, "z|zero-terminated")
	f.ignore("check-order|nocheck-order")
	args := f.parse()
	c.operands(args, 2, 2)
	end := byte('\n')
	if zero {
		end = 0
	}
	var src [2]*lines
	var cur [2][]byte
	var more, disorder [2]bool
	unpaired := false
	next := func(i int) {
		line, _, err := src[i].next()
		if err != nil && err != io.EOF {
			c.fail(1, "%s: %s", args[i], reason(err))
		}
		if err == nil && more[i] && c.compare(cur[i], line) > 0 {
			disorder[i] = true
		}
		more[i] = err == nil
		cur[i] = append(cur[i][:0], line...)
	}
	for i := range src {
		in, err := c.open(args[i])
		if err != nil {
			c.fail(1, "%s: %s", args[i], reason(err))
		}
		src[i] = newLines(in, end)
		next(i)
	}
	for more[0] || more[1] {
		c.tick()
		order := c.compare(cur[0], cur[1])
		if !more[0] {
			order = 1
		} else if !more[1] {
			order = -1
		}
		unpaired = unpaired || order != 0
		column, line := 2, cur[0]
		if order < 0 {
			column = 0
		} else if order > 0 {
			column, line = 1, cur[1]
		}
		if !no[column] {
			for i := range column {
				if !no[i] {
					c.out.WriteString(sep)
				}
			}
			c.out.Write(line)
			c.out.WriteByte(end)
		}
		if order <= 0 {
			next(0)
		}
		if order >= 0 {
			next(1)
		}
	}
	// Files with the same lines are right in any order.
	for i := range disorder {
		if disorder[i] && unpaired {
			c.errorf("file %d is not in sorted order", i+1)
			c.code = 1
		}
	}
	return 0
}
