package commands

import (
	"io"
	"math"
	"strconv"
	"strings"
)

var headSpec = spec{name: "head", synopsis: "[OPTION]... [FILE]...", run: runHead, help: `
Print the first 10 lines of each file; with several, a header before each.
  -n, --lines=[-]N   the first N lines; with "-", all but the last N
  -c, --bytes=[-]N   the first N bytes; with "-", all but the last N
  -q, --quiet        no headers
  -v, --verbose      headers always
  -z, --zero-terminated  lines end in NUL
N may have a suffix: b 512, k 1024, K, M, G; kB 1000, MB, GB.`}

func runHead(c *cmd) int {
	f := c.flags()
	h := header{c: c}
	n, bytes, zero := int64(10), false, false
	set := func(isBytes bool) func(string) error {
		return func(s string) (err error) {
			bytes = isBytes
			n, err = parseCount(s)
			if err != nil {
				return badArg("invalid number of " + map[bool]string{true: "bytes", false: "lines"}[bytes] + ": '" + s + "'")
			}
			if n == 0 && strings.HasPrefix(s, "-") {
				n = math.MinInt64
			}
			return nil
		}
	}
	f.fn("n|lines", needArg, set(false))
	f.fn("c|bytes", needArg, set(true))
	f.bool(&h.never, "q|quiet|silent")
	f.bool(&h.always, "v|verbose")
	f.bool(&zero, "z|zero-terminated")
	f.digits = set(false)
	files := orStdin(f.parse())
	delim := byte('\n')
	if zero {
		delim = 0
	}
	for _, name := range files {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		h.print(name, len(files) > 1)
		switch {
		case n == math.MinInt64:
			err = c.copyTo(c.out, in)
		case bytes && n >= 0:
			err = c.copyTo(c.out, io.LimitReader(in, n))
		case bytes:
			err = c.headButBytes(in, -n)
		default:
			err = c.headLines(in, n, delim)
		}
		in.Close()
		if err != nil {
			c.fileError(name, err)
		}
	}
	return 0
}

// header prints "==> name <==" between several files.
type header struct {
	c             *cmd
	never, always bool
	printed       bool
}

func (h *header) print(name string, several bool) {
	if h.never || !several && !h.always {
		return
	}
	if name == "-" {
		name = "standard input"
	}
	if h.printed {
		h.c.out.WriteByte('\n')
	}
	h.printed = true
	h.c.out.WriteString("==> " + name + " <==\n")
}

func (c *cmd) headLines(in *input, n int64, delim byte) error {
	if n == 0 {
		return nil
	}
	l := newLines(in, delim)
	var held [][]byte // the lines that may turn out to be the last
	at := 0
	for {
		line, ended, err := l.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		c.tick()
		if ended {
			line = append(line, delim)
		}
		if n > 0 {
			c.out.Write(line)
			if n--; n == 0 {
				return nil
			}
			continue
		}
		if int64(len(held)) < -n {
			held = append(held, append([]byte(nil), line...))
			continue
		}
		c.out.Write(held[at])
		held[at] = append(held[at][:0], line...)
		at = (at + 1) % len(held)
	}
}

func (c *cmd) headButBytes(in io.Reader, n int64) error {
	var held []byte
	buf := make([]byte, chunk)
	for {
		got, err := in.Read(buf)
		held = append(held, buf[:got]...)
		if extra := int64(len(held)) - n; extra > 0 {
			c.out.Write(held[:extra])
			held = append(held[:0], held[extra:]...)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

var sizeSuffixes = map[string]int64{
	"": 1, "b": 512, "k": 1 << 10, "K": 1 << 10, "KiB": 1 << 10, "kB": 1000, "KB": 1000,
	"m": 1 << 20, "M": 1 << 20, "MiB": 1 << 20, "MB": 1e6,
	"g": 1 << 30, "G": 1 << 30, "GiB": 1 << 30, "GB": 1e9, "T": 1 << 40, "TB": 1e12, "c": 1,
}

// parseCount reads a number with a sign and a suffix.
func parseCount(s string) (int64, error) {
	t := strings.TrimPrefix(s, "+")
	end := len(t)
	for end > 0 && (t[end-1] < '0' || t[end-1] > '9') {
		end--
	}
	unit, ok := sizeSuffixes[t[end:]]
	n, err := strconv.ParseInt(t[:end], 10, 64)
	if err != nil || !ok {
		return 0, badArg("invalid number: '" + s + "'")
	}
	if n > math.MaxInt64/unit || n < math.MinInt64/unit {
		return math.MaxInt64, nil
	}
	return n * unit, nil
}
