package commands

import (
	"fmt"
	"io"
	"math"
	"strconv"
)

var splitSpec = spec{name: "split", synopsis: "[OPTION]... [FILE [PREFIX]]", run: runSplit, help: `
Cut a file into pieces PREFIXaa, PREFIXab and so on (PREFIX: x).
  -l, --lines=N        N lines each (1000)
  -b, --bytes=SIZE     SIZE bytes each
  -n, --number=N       N pieces
  -a, --suffix-length=N   (2)
  -d, --numeric-suffixes  00, 01 and so on   --additional-suffix=S   --verbose`}

func runSplit(c *cmd) int {
	f := c.flags()
	nLines, size, pieces, length := 1000, int64(0), 0, 2
	var numeric, verbose bool
	extra := ""
	f.int(&nLines, "l|lines")
	countFlag(f, &size, "b|bytes")
	f.int(&pieces, "n|number")
	f.int(&length, "a|suffix-length")
	f.bool(&numeric, "d|numeric-suffixes")
	f.str(&extra, "additional-suffix")
	f.bool(&verbose, "verbose")
	f.digits = func(s string) (err error) { nLines, err = strconv.Atoi(s); return err }
	args := f.parse()
	c.operands(args, 0, 2)
	name, prefix := "-", "x"
	if len(args) > 0 {
		name = args[0]
	}
	if len(args) > 1 {
		prefix = args[1]
	}
	if nLines == 0 || size < 0 {
		c.fail(1, "invalid number of lines: '0'")
	}
	in, err := c.open(name)
	if err != nil {
		c.fail(1, "%s: %s", name, reason(err))
	}
	last := int64(math.MaxInt64)
	if pieces > 0 {
		st, err := c.fs.Fstat(in.fd)
		if err != nil || in.flush {
			c.fail(1, "%s: cannot determine file size", name)
		}
		size, last = max(int64(st.Size)/int64(pieces), 1), int64(pieces)
	}
	count := 0
	next := func() *outFile {
		base := 26
		if numeric {
			base = 10
		}
		b := make([]byte, length)
		n := count
		for i := length - 1; i >= 0; i-- {
			if b[i] = byte('a' + n%base); numeric {
				b[i] = byte('0' + n%base)
			}
			n /= base
		}
		if n > 0 {
			c.fail(1, "output file suffixes exhausted")
		}
		count++
		file := prefix + string(b) + extra
		if verbose {
			fmt.Fprintf(c.out, "creating file '%s'\n", file)
		}
		out, err := c.create(file, 0o666)
		if err != nil {
			c.fail(1, "%s: %s", file, reason(err))
		}
		return out
	}
	if size > 0 {
		buf := make([]byte, chunk)
		for {
			// A piece is made when there is a byte for it.
			n, err := in.Read(buf[:min(size, chunk)])
			if err == io.EOF {
				return 0
			}
			if err != nil {
				c.fail(1, "%s: %s", name, reason(err))
			}
			out := next()
			out.Write(buf[:n])
			left := size - int64(n)
			if int64(count) == last {
				left = math.MaxInt64
			}
			if err := c.copyTo(out, io.LimitReader(in, left)); err != nil {
				c.fail(1, "%s: %s", name, reason(err))
			}
			out.Close()
		}
	}
	var out *outFile
	var w *output
	n := 0
	c.eachLine(name, '\n', func(line []byte, ended bool) bool {
		if out == nil {
			out = next()
			w, n = &output{newBuffered(out)}, 0
		}
		w.Write(line)
		if ended {
			w.WriteByte('\n')
		}
		if n++; n == nLines {
			w.Flush()
			out.Close()
			out = nil
		}
		return true
	})
	if out != nil {
		w.Flush()
		out.Close()
	}
	return 0
}
