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
	p := comparison{cmd: c, line: 1}
	limit, ignore := int64(-1), int64(0)
	f.bool(&p.verbose, "l|verbose")
	f.bool(&p.quiet, "s|quiet|silent")
	f.bool(&p.show, "b|print-bytes")
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
	copy(p.names[:], args)
	var r [2]*bufio.Reader
	p.width = 19 // where the sizes are not known
	for i := range r {
		in, err := c.open(args[i])
		if err != nil {
			if !p.quiet {
				c.errorf("%s: %s", args[i], reason(err))
			}
			return 2
		}
		if st, err := c.fs.Fstat(in.fd); err == nil && !in.flush {
			p.width = min(p.width, len(strconv.FormatUint(st.Size, 10)))
		}
		r[i] = bufio.NewReaderSize(c.limit(in, skips[i], limit), chunk)
	}
	return p.compare(r[0], r[1])
}

// A comparison is that of two files by cmp.
type comparison struct {
	*cmd
	verbose, quiet, show bool
	names                [2]string
	width                int // of the place of a byte, as it is printed

	line int // of the next byte
	done int // the line that the last byte ended, 0 if it ended none
}

// compare compares the two and returns the exit code.
func (p *comparison) compare(a, b *bufio.Reader) (code int) {
	for at := int64(1); ; at++ {
		x, xerr := a.ReadByte()
		y, yerr := b.ReadByte()
		if xerr != nil || yerr != nil {
			if xerr == io.EOF && yerr == io.EOF {
				return code
			}
			return p.end(at, xerr, yerr)
		}
		if at&0xffff == 0 {
			p.work(8 << 16)
		}
		p.done = 0
		if x != y {
			code = 1
			if p.differ(at, x, y); !p.verbose || p.quiet {
				return code
			}
			continue
		}
		if x == '\n' {
			p.done = p.line
			p.line++
		}
	}
}

// end tells which of the two ended first, or could not be read, and returns the exit code.
func (p *comparison) end(at int64, xerr, yerr error) int {
	for i, err := range []error{xerr, yerr} {
		if err != nil && err != io.EOF {
			p.errorf("%s: %s", p.names[i], reason(err))
			return 2
		}
	}
	short := p.names[0]
	if yerr != nil {
		short = p.names[1]
	}
	switch {
	case p.quiet:
	case at == 1:
		p.errorf("EOF on %s which is empty", short)
	case p.verbose:
		p.errorf("EOF on %s after byte %d", short, at-1)
	case p.done == p.line-1 && p.done > 0:
		p.errorf("EOF on %s after byte %d, line %d", short, at-1, p.done)
	default:
		p.errorf("EOF on %s after byte %d, in line %d", short, at-1, p.line)
	}
	return 1
}

// differ prints that two bytes do.
func (p *comparison) differ(at int64, x, y byte) {
	switch {
	case p.quiet:
	case p.verbose && p.show:
		fmt.Fprintf(p.out, "%*d %3o %-4s %3o %s\n", p.width, at, x, visibleByte(x), y, visibleByte(y))
	case p.verbose:
		fmt.Fprintf(p.out, "%*d %3o %3o\n", p.width, at, x, y)
	default:
		fmt.Fprintf(p.out, "%s %s differ: byte %d, line %d", p.names[0], p.names[1], at, p.line)
		if p.show {
			fmt.Fprintf(p.out, " is %3o %s %3o %s", x, visibleByte(x), y, visibleByte(y))
		}
		p.out.WriteByte('\n')
	}
}
