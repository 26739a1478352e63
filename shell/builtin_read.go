package shell

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// lineReader reads up to a delimiter and not a byte further, since what follows
// belongs to the next reader of the file.
type lineReader struct {
	sh       *shell
	fd       int
	seekable bool
	buf      []byte
	left     []byte // read but not used: seekable files are set back by its length
	deadline time.Time
}

var errTimeout = errors.New("timed out")
var errInterrupted = errors.New("interrupted")

func newLineReader(sh *shell, fd int) *lineReader {
	r := &lineReader{sh: sh, fd: fd, buf: make([]byte, 1)}
	if _, info, _, err := sh.f.FDFlags(fd); err == nil && info&sys.InfoSeek != 0 && info&sys.InfoTTY == 0 {
		r.seekable = true
		r.buf = make([]byte, 512)
	}
	return r
}

func (r *lineReader) next() (byte, error) {
	if len(r.left) == 0 {
		for {
			if !r.deadline.IsZero() {
				n, err := r.sh.f.Poll([]sys.PollFD{{FD: uint32(r.fd), Events: sys.PollIn}}, max(time.Until(r.deadline), 0))
				if err == nil && n == 0 {
					return 0, errTimeout
				}
			}
			n, err := r.sh.f.Read(r.fd, r.buf)
			if isEINTR(err) {
				r.sh.signals()
				if r.sh.flow != flowNone {
					return 0, errInterrupted
				}
				continue
			}
			if n == 0 {
				if err == nil {
					err = io.EOF
				}
				return 0, err
			}
			r.left = r.buf[:n]
			break
		}
	}
	c := r.left[0]
	r.left = r.left[1:]
	return c, nil
}

// close gives back what was read too much.
func (r *lineReader) close() {
	if r.seekable && len(r.left) > 0 {
		_, _ = r.sh.f.Seek(r.fd, -int64(len(r.left)), int(sys.SeekCur))
	}
}

func read(c *call) int {
	sh := c.sh
	opts, names, ok := c.options("ersa:d:i:n:N:p:t:u:")
	if !ok {
		return 2
	}
	how, problem := parseReading(opts)
	if problem != "" {
		return c.fail("%s", problem)
	}
	if sh.fd(how.fd) < 0 {
		return c.fail("%d: invalid file descriptor: %s", how.fd, errClosed)
	}
	for _, name := range names {
		if base, _, _ := cutSubscript(name); !validName(base) {
			return c.fail("`%s': not a valid identifier", name)
		}
	}
	r := newLineReader(sh, sh.fd(how.fd))
	if how.timed {
		if how.timeout == 0 {
			n, err := sh.f.Poll([]sys.PollFD{{FD: uint32(r.fd), Events: sys.PollIn}}, 0)
			return int(truth(err != nil || n == 0))
		}
		r.deadline = time.Now().Add(how.timeout)
	}
	line, escaped, err := r.prompted(how, opts['p'])
	status := 0
	switch {
	case errors.Is(err, errTimeout):
		status = 142
	case errors.Is(err, errInterrupted):
		return sh.status
	case errors.Is(err, io.EOF):
		status = 1
	case err != nil:
		return c.fail("read error: %d: %s", how.fd, reason(err))
	}
	if err := c.assignRead(line, escaped, names, opts, how.exact); err != nil {
		return c.fail("%s", message(err))
	}
	return status
}

// reading is how read reads.
type reading struct {
	fd          int
	delim       byte
	raw, silent bool
	limit       int  // of characters; below 0: none
	exact       bool // as many as that, whatever they are
	timed       bool
	timeout     time.Duration // if it is timed
}

// parseReading is what the options say, or what is wrong with them.
func parseReading(opts letters) (how reading, problem string) {
	how = reading{delim: delimiter(opts), limit: -1}
	how.raw = opts.has('r')
	how.silent = opts.has('s')
	var err error
	if s, ok := opts['u']; ok {
		if how.fd, err = strconv.Atoi(s); err != nil {
			return how, s + ": invalid file descriptor specification"
		}
	}
	for _, l := range []byte{'n', 'N'} {
		if s, ok := opts[l]; ok {
			if how.limit, err = strconv.Atoi(s); err != nil || how.limit < 0 {
				return how, s + ": invalid number"
			}
			how.exact = l == 'N'
		}
	}
	if s, ok := opts['t']; ok {
		secs, err := strconv.ParseFloat(s, 64)
		if err != nil || secs < 0 {
			return how, s + ": invalid timeout specification"
		}
		how.timed, how.timeout = true, time.Duration(secs*float64(time.Second))
	}
	return how, ""
}

// delimiter is what ends a line: the option -d's first byte, NUL if that is empty.
func delimiter(opts letters) byte {
	s, ok := opts['d']
	switch {
	case !ok:
		return '\n'
	case s == "":
		return 0
	}
	return s[0]
}

// prompted reads a line, from a terminal after a prompt, and gives back what it read too much.
func (r *lineReader) prompted(how reading, prompt string) (line []byte, escaped []bool, err error) {
	defer r.close()
	f := r.sh.f
	if !f.IsTTY(r.fd) {
		return r.line(how)
	}
	_ = r.sh.write(2, prompt)
	byKeys := how.limit >= 0 || how.delim != '\n'
	if how.silent || byKeys {
		if mode, err := f.TTYMode(r.fd); err == nil {
			m := mode
			if how.silent {
				m &^= sys.TTYEcho
			}
			if byKeys {
				m &^= sys.TTYCanon
			}
			_ = f.SetTTYMode(r.fd, m)
			defer func() { _ = f.SetTTYMode(r.fd, mode) }()
		}
	}
	line, escaped, err = r.line(how)
	if how.silent && how.delim == '\n' {
		_ = r.sh.write(2, "\n")
	}
	return line, escaped, err
}

// line reads a line, without its delimiter. escaped marks the bytes that a
// backslash has quoted.
func (r *lineReader) line(how reading) (line []byte, escaped []bool, err error) {
	count, begin := 0, 0
	for how.limit < 0 || count < how.limit {
		c, err := r.next()
		if err != nil {
			return line, escaped, err
		}
		quoted := false
		switch {
		case c == how.delim && !how.exact:
			return line, escaped, nil
		case c == '\\' && !how.raw:
			if c, err = r.next(); err != nil {
				return line, escaped, err
			}
			if c == '\n' {
				continue
			}
			quoted = true
		case c == 0:
			continue
		}
		line = append(line, c)
		escaped = append(escaped, quoted)
		// A character counts when all its bytes have come, or when they make none.
		if how.limit >= 0 && (c < utf8.RuneSelf || utf8.FullRune(line[begin:])) {
			count += utf8.RuneCount(line[begin:])
			begin = len(line)
		}
	}
	return line, escaped, nil
}

func (c *call) assignRead(line []byte, escaped []bool, names []string, opts letters, exact bool) error {
	sh := c.sh
	s := string(line)
	if array, ok := opts['a']; ok {
		return sh.setList(array, c.sh.readFields(s, escaped, sh.ifs(), -1))
	}
	if len(names) == 0 {
		return sh.set("REPLY", s)
	}
	if exact {
		for i, name := range names {
			if i > 0 {
				s = ""
			}
			if err := sh.setNamed(name, s); err != nil {
				return err
			}
		}
		return nil
	}
	fields := c.sh.readFields(s, escaped, sh.ifs(), len(names))
	for i, name := range names {
		val := ""
		if i < len(fields) {
			val = fields[i]
		}
		if err := sh.setNamed(name, val); err != nil {
			return err
		}
	}
	return nil
}

// setNamed assigns to a name that may have a subscript.
func (sh *shell) setNamed(name, value string) error {
	if base, sub, ok := cutSubscript(name); ok {
		return sh.setElem(base, sub, value, false)
	}
	return sh.set(name, value)
}

// readFields splits a line for read into at most n fields, of which the last
// takes the rest; a negative n means as many as there are.
func (sh *shell) readFields(s string, escaped []bool, ifs string, n int) []string {
	sep := func(i int) bool {
		sh.work(4)
		return !escaped[i] && strings.IndexByte(ifs, s[i]) >= 0
	}
	space := func(i int) bool { return sep(i) && strings.IndexByte(" \t\n", s[i]) >= 0 }
	skip := func(i int) int {
		for i < len(s) && space(i) {
			i++
		}
		return i
	}
	past := func(i int) int { // past the separator at i
		i = skip(i)
		if i < len(s) && sep(i) {
			i = skip(i + 1)
		}
		return i
	}
	var out []string
	i := skip(0)
	for i < len(s) {
		end := i
		for end < len(s) && !sep(end) {
			end++
		}
		next := past(end)
		if len(out) == n-1 && next < len(s) {
			stop := len(s)
			for stop > i && space(stop-1) {
				stop--
			}
			return append(out, s[i:stop])
		}
		out = append(out, s[i:end])
		if len(out) == n {
			return out
		}
		i = next
	}
	return out
}
