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
	s := splitter{cmd: c, name: "-", prefix: "x", length: 2}
	nLines, size, count := 1000, int64(0), 0
	f.int(&nLines, "l|lines")
	countFlag(f, &size, "b|bytes")
	f.int(&count, "n|number")
	f.int(&s.length, "a|suffix-length")
	f.bool(&s.numeric, "d|numeric-suffixes")
	f.str(&s.suffix, "additional-suffix")
	f.bool(&s.verbose, "verbose")
	f.digits = func(s string) (err error) { nLines, err = strconv.Atoi(s); return err }
	args := f.parse()
	c.operands(args, 0, 2)
	if len(args) > 0 {
		s.name = args[0]
	}
	if len(args) > 1 {
		s.prefix = args[1]
	}
	if nLines == 0 || size < 0 {
		c.fail(1, "invalid number of lines: '0'")
	}
	in, err := c.open(s.name)
	if err != nil {
		c.fail(1, "%s: %s", s.name, reason(err))
	}
	last := math.MaxInt
	if count > 0 {
		st, err := c.fs.Fstat(in.fd)
		if err != nil || in.flush {
			c.fail(1, "%s: cannot determine file size", s.name)
		}
		size, last = max(int64(st.Size)/int64(count), 1), count
	}
	if size > 0 {
		s.bytes(in, size, last)
	} else {
		s.lines(nLines)
	}
	return 0
}

// A splitter writes the pieces of one file.
type splitter struct {
	*cmd
	name             string // of the file
	prefix, suffix   string // of the pieces' names
	length           int    // of what is between the two
	numeric, verbose bool
	pieces           int // that were made
}

// next makes the next piece.
func (s *splitter) next() *outFile {
	first, base := byte('a'), 26
	if s.numeric {
		first, base = '0', 10
	}
	number := make([]byte, s.length)
	n := s.pieces
	for i := s.length - 1; i >= 0; i-- {
		number[i] = first + byte(n%base)
		n /= base
	}
	if n > 0 {
		s.fail(1, "output file suffixes exhausted")
	}
	s.pieces++
	file := s.prefix + string(number) + s.suffix
	if s.verbose {
		fmt.Fprintf(s.out, "creating file '%s'\n", file)
	}
	out, err := s.create(file, 0o666)
	if err != nil {
		s.fail(1, "%s: %s", file, reason(err))
	}
	return out
}

// bytes makes pieces of size bytes; the one whose number is last has all the rest.
func (s *splitter) bytes(in *input, size int64, last int) {
	buf := make([]byte, chunk)
	for {
		// A piece is made when there is a byte for it.
		n, err := in.Read(buf[:min(size, chunk)])
		if err == io.EOF {
			return
		}
		if err != nil {
			s.fail(1, "%s: %s", s.name, reason(err))
		}
		out := s.next()
		out.Write(buf[:n])
		left := size - int64(n)
		if s.pieces == last {
			left = math.MaxInt64
		}
		if err := s.copyTo(out, io.LimitReader(in, left)); err != nil {
			s.fail(1, "%s: %s", s.name, reason(err))
		}
		out.finish()
	}
}

// lines makes pieces of so many lines.
func (s *splitter) lines(many int) {
	var out *outFile
	var w *output
	n := 0
	s.eachLine(s.name, '\n', func(line []byte, ended bool) bool {
		if out == nil {
			out = s.next()
			w, n = &output{newBuffered(out)}, 0
		}
		w.Write(line)
		if ended {
			w.WriteByte('\n')
		}
		if n++; n == many {
			w.Flush()
			out.finish()
			out = nil
		}
		return true
	})
	if out != nil {
		w.Flush()
		out.finish()
	}
}
