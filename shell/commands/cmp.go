package commands

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
)

var cmpSpec = spec{name: "cmp", synopsis: "[OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]", run: runCmp, help: `
Compare two files byte by byte. 0: equal, 1: not, 2: an error.
  -l, --verbose     all differences: place, and both bytes in octal
  -s, --quiet       print nothing
  -b, --print-bytes -n, --bytes=N  only N bytes    -i, --ignore-initial=N`}

func runCmp(c *cmd) int {
	f := c.flags()
	f.bad = 2
	var verbose, quiet, show bool
	limit, ignore := int64(-1), int64(0)
	f.bool(&verbose, "l|verbose")
	f.bool(&quiet, "s|quiet|silent")
	f.bool(&show, "b|print-bytes")
	countFlag(f, &limit, "n|bytes")
	countFlag(f, &ignore, "i|ignore-initial")
	args := f.parse()
	if len(args) == 0 {
		c.usageError(2, "missing operand")
	}
	if len(args) == 1 {
		args = append(args, "-")
	}
	skips := [2]int64{ignore, ignore}
	for i := 2; i < len(args) && i < 4; i++ {
		n, err := parseCount(args[i])
		if err != nil {
			c.fail(2, "invalid --ignore-initial value '%s'", args[i])
		}
		skips[i-2] = n
	}
	var r [2]*bufio.Reader
	width := 19 // of a place, where the sizes are not known
	for i := range r {
		in, err := c.open(args[i])
		if err != nil {
			if !quiet {
				c.errorf("%s: %s", args[i], reason(err))
			}
			return 2
		}
		if st, err := c.fs.Fstat(in.fd); err == nil && !in.flush {
			width = min(width, len(strconv.FormatUint(st.Size, 10)))
		}
		r[i] = bufio.NewReaderSize(c.limit(in, skips[i], limit), chunk)
	}
	line, code, done := 1, 0, 0
	for at := int64(1); ; at++ {
		x, xerr := r[0].ReadByte()
		y, yerr := r[1].ReadByte()
		if xerr != nil || yerr != nil {
			if xerr == io.EOF && yerr == io.EOF {
				return code
			}
			for i, err := range []error{xerr, yerr} {
				if err != nil && err != io.EOF {
					c.errorf("%s: %s", args[i], reason(err))
					return 2
				}
			}
			short := args[0]
			if yerr != nil {
				short = args[1]
			}
			switch {
			case quiet:
			case at == 1:
				c.errorf("EOF on %s which is empty", short)
			case verbose:
				c.errorf("EOF on %s after byte %d", short, at-1)
			case done == line-1 && done > 0:
				c.errorf("EOF on %s after byte %d, line %d", short, at-1, done)
			default:
				c.errorf("EOF on %s after byte %d, in line %d", short, at-1, line)
			}
			return 1
		}
		if at&0xffff == 0 {
			c.work(8 << 16)
		}
		done = 0
		if x == y {
			if x == '\n' {
				done = line
				line++
			}
			continue
		}
		code = 1
		switch {
		case quiet:
			return 1
		case verbose && show:
			fmt.Fprintf(c.out, "%*d %3o %-4s %3o %s\n", width, at, x, visibleByte(x), y, visibleByte(y))
		case verbose:
			fmt.Fprintf(c.out, "%*d %3o %3o\n", width, at, x, y)
		default:
			fmt.Fprintf(c.out, "%s %s differ: byte %d, line %d", args[0], args[1], at, line)
			if show {
				fmt.Fprintf(c.out, " is %3o %s %3o %s", x, visibleByte(x), y, visibleByte(y))
			}
			c.out.WriteByte('\n')
			return 1
		}
	}
}
