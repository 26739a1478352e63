package shell

import (
	"strconv"
	"strings"
)

func umask(c *call) int {
	opts, rest, ok := c.options("Sp")
	if !ok {
		return 2
	}
	old := c.sh.f.Umask(0)
	c.sh.f.Umask(old)
	if len(rest) == 0 {
		if _, symbolic := opts['S']; symbolic {
			c.printf("u=%s,g=%s,o=%s\n", rwx(^old>>6), rwx(^old>>3), rwx(^old))
		} else {
			c.printf("%04o\n", old)
		}
		return 0
	}
	if n, err := strconv.ParseUint(rest[0], 8, 32); err == nil && n <= 0o777 {
		c.sh.f.Umask(uint32(n))
		return 0
	}
	mask, ok := symbolicMask(old, rest[0])
	if !ok {
		return c.fail("%s: invalid symbolic mode operator", rest[0])
	}
	c.sh.f.Umask(mask)
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

// symbolicMask applies u=rwx,go-w to what a mask allows.
func symbolicMask(mask uint32, s string) (uint32, bool) {
	allowed := ^mask & 0o777
	for clause := range strings.SplitSeq(s, ",") {
		i := strings.IndexAny(clause, "+-=")
		if i < 0 {
			return 0, false
		}
		var who, perm uint32
		for _, l := range clause[:i] {
			switch l {
			case 'u':
				who |= 0o700
			case 'g':
				who |= 0o070
			case 'o':
				who |= 0o007
			case 'a':
				who |= 0o777
			default:
				return 0, false
			}
		}
		if i == 0 {
			who = 0o777
		}
		for _, l := range clause[i+1:] {
			switch l {
			case 'r':
				perm |= 0o444
			case 'w':
				perm |= 0o222
			case 'x':
				perm |= 0o111
			default:
				return 0, false
			}
		}
		switch clause[i] {
		case '+':
			allowed |= who & perm
		case '-':
			allowed &^= who & perm
		default:
			allowed = allowed&^who | who&perm
		}
	}
	return ^allowed & 0o777, true
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
	if _, all := opts['a']; all {
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
