package shell

import (
	"strconv"

	"github.com/bushel-wasm/bushel/shell/filemode"
)

func umask(c *call) int {
	opts, rest, ok := c.options("Sp")
	if !ok {
		return 2
	}
	old := c.sh.f.Umask(0)
	c.sh.f.Umask(old)
	if len(rest) == 0 {
		if opts.has('S') {
			c.printf("u=%s,g=%s,o=%s\n", rwx(^old>>6), rwx(^old>>3), rwx(^old))
		} else {
			c.printf("%04o\n", old)
		}
		return 0
	}
	change, err := filemode.Parse(rest[0], 0)
	if err != nil {
		return c.fail("%s", err)
	}
	if rest[0][0] >= '0' && rest[0][0] <= '9' {
		c.sh.f.Umask(change(0, false))
	} else {
		c.sh.f.Umask(^change(^old&0o777, false))
	}
	return 0
}

func rwx(bits uint32) string {
	s := ""
	for i, l := range "rwx" {
		if bits&(4>>i) != 0 {
			s += string(l)
		}
	}
	return s
}

// limit is a resource that ulimit knows.
type limit struct {
	letter byte
	name   string
	unit   string
}

var limitList = []limit{
	{'f', "file size", "kbytes, -f"}, {'i', "instructions", "wazero, -i"}, {'n', "open files", "-n"}, {'o', "output", "kbytes, -o"},
	{'p', "pipe size", "512 bytes, -p"}, {'t', "cpu time", "seconds, -t"},
	{'u', "max user processes", "-u"}, {'v', "virtual memory", "kbytes, -v"},
}

func ulimit(c *call) int {
	opts, rest, ok := c.options("SHacdefilmnopqrstuvx")
	if !ok {
		return 2
	}
	limits := c.sh.p.Limits()
	get := func(l byte) uint64 {
		switch l {
		case 'n':
			return uint64(limits.OpenFiles)
		case 'u':
			return uint64(limits.Processes)
		case 'v':
			return limits.Memory >> 10
		case 't':
			return uint64(limits.CPU.Seconds())
		case 'f':
			return limits.FileSize >> 10
		case 'o':
			return limits.Output >> 10
		case 'i':
			return limits.Instructions
		case 'p':
			return uint64(max(limits.PipeBytes, 0)) >> 9
		}
		return 0
	}
	text := func(l byte) string {
		n := get(l)
		if n == 0 && l == 'p' {
			n = 128 // the kernel's own
		}
		if n != 0 {
			return strconv.FormatUint(n, 10)
		}
		return "unlimited"
	}
	if opts.has('a') {
		for _, l := range limitList {
			c.printf("%-28s(%s) %s\n", l.name, l.unit, text(l.letter))
		}
		return 0
	}
	which := byte('f')
	for l := range opts {
		if l != 'S' && l != 'H' {
			which = l
		}
	}
	if len(rest) == 0 {
		c.print(text(which) + "\n")
		return 0
	}
	n := uint64(0)
	if rest[0] != "unlimited" {
		var err error
		if n, err = strconv.ParseUint(rest[0], 10, 40); err != nil {
			return c.fail("%s: invalid number", rest[0])
		}
	}
	switch which {
	case 'n':
		limits.OpenFiles = int(n)
	case 'u':
		limits.Processes = int(n)
	case 'v':
		limits.Memory = n << 10
	case 't':
		limits.CPU = secondsOf(n)
	case 'f':
		limits.FileSize = n << 10
	case 'o':
		limits.Output = n << 10
	case 'i':
		limits.Instructions = n
	case 'p':
		limits.PipeBytes = int(min(n, 1<<20)) << 9
	default:
		return c.fail("-%c: this limit cannot be set", which)
	}
	c.sh.p.SetLimits(limits)
	return 0
}
