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
	u := uniq{cmd: c, width: -1, end: '\n'}
	var zero bool
	f.bool(&u.count, "c|count")
	f.bool(&u.repeated, "d|repeated")
	f.bool(&u.all, "D|all-repeated")
	f.bool(&u.unique, "u|unique")
	f.bool(&u.fold, "i|ignore-case")
	f.int(&u.fields, "f|skip-fields")
	f.int(&u.chars, "s|skip-chars")
	f.int(&u.width, "w|check-chars")
	f.bool(&zero, "z|zero-terminated")
	args := f.parse()
	c.operands(args, 0, 2)
	if zero {
		u.end = 0
	}
	if len(args) == 2 && args[1] != "-" {
		c.outputTo(args[1])
	}
	name := "-"
	if len(args) > 0 {
		name = args[0]
	}
	c.eachLine(name, u.end, func(line []byte, _ bool) bool { u.line(line); return true })
	u.print()
	return 0
}

// uniq is a run of uniq: what it compares and prints, and the lines at hand.
type uniq struct {
	*cmd
	count, repeated, all, unique, fold bool
	fields, chars                      int // that are not compared
	width                              int // of what is compared; below 0: all
	end                                byte

	prev []byte // the first of the equal lines
	n    int    // how many they are
}

// line takes a line. With all, the second of equal lines and those behind it are printed here.
func (u *uniq) line(line []byte) {
	if u.n == 0 || !u.same(u.key(u.prev), u.key(line)) {
		u.print()
		u.prev, u.n = append(u.prev[:0], line...), 1
		return
	}
	if u.n++; u.all {
		if u.n == 2 {
			u.out.Write(append(u.prev, u.end))
		}
		u.out.Write(append(line[:len(line):len(line)], u.end))
	}
}

// print prints the equal lines as one, if they are to be printed.
func (u *uniq) print() {
	if u.n == 0 || u.all || u.repeated && u.n == 1 || u.unique && u.n > 1 {
		return
	}
	if u.count {
		fmt.Fprintf(u.out, "%7d ", u.n)
	}
	u.out.Write(append(u.prev, u.end))
}

// key is what of a line is compared.
func (u *uniq) key(line []byte) []byte {
	for range u.fields {
		u.work(8)
		start := len(line)
		line = bytes.TrimLeft(line, " \t")
		if at := bytes.IndexAny(line, " \t"); at >= 0 {
			line = line[at:]
		} else {
			line = nil
		}
		if u.work(start - len(line)); line == nil {
			break
		}
	}
	line = line[min(u.chars, len(line)):]
	if u.width >= 0 && u.width < len(line) {
		line = line[:u.width]
	}
	return line
}

func (u *uniq) same(a, b []byte) bool {
	if u.fold {
		return u.equalFold(a, b)
	}
	return u.equal(a, b)
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
