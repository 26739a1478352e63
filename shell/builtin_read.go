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
	_, raw := opts['r']
	_, silent := opts['s']
	fd := 0
	if s, ok := opts['u']; ok {
		n, err := strconv.Atoi(s)
		if err != nil {
			return c.fail("%s: invalid file descriptor specification", s)
		}
		fd = n
	}
	if sh.fd(fd) < 0 {
		return c.fail("%d: invalid file descriptor: %s", fd, errClosed)
	}
	delim := byte('\n')
	if s, ok := opts['d']; ok {
		delim = 0
		if s != "" {
			delim = s[0]
		}
	}
	limit, exact := -1, false
	for _, l := range []byte{'n', 'N'} {
		if s, ok := opts[l]; ok {
			n, err := strconv.Atoi(s)
			if err != nil || n < 0 {
				return c.fail("%s: invalid number", s)
			}
			limit, exact = n, l == 'N'
		}
	}
	for _, name := range names {
		if base, _, _ := cutSubscript(name); !validName(base) {
			return c.fail("`%s': not a valid identifier", name)
		}
	}
	r := newLineReader(sh, sh.fd(fd))
	if s, ok := opts['t']; ok {
		secs, err := strconv.ParseFloat(s, 64)
		if err != nil || secs < 0 {
			return c.fail("%s: invalid timeout specification", s)
		}
		if secs == 0 {
			n, err := sh.f.Poll([]sys.PollFD{{FD: uint32(r.fd), Events: sys.PollIn}}, 0)
			return int(truth(err != nil || n == 0))
		}
		r.deadline = time.Now().Add(time.Duration(secs * float64(time.Second)))
	}
	tty := sh.f.IsTTY(r.fd)
	if tty {
		_ = sh.write(2, opts['p'])
		if silent || limit >= 0 || delim != '\n' {
			if mode, err := sh.f.TTYMode(r.fd); err == nil {
				m := mode
				if silent {
					m &^= sys.TTYEcho
				}
				if limit >= 0 || delim != '\n' {
					m &^= sys.TTYCanon
				}
				_ = sh.f.SetTTYMode(r.fd, m)
				defer func() { _ = sh.f.SetTTYMode(r.fd, mode) }()
			}
		}
	}
	line, escaped, err := r.line(delim, raw, limit, exact)
	r.close()
	if tty && silent && delim == '\n' {
		_ = sh.write(2, "\n")
	}
	status := 0
	switch {
	case errors.Is(err, errTimeout):
		status = 142
	case errors.Is(err, errInterrupted):
		return sh.status
	case errors.Is(err, io.EOF):
		status = 1
	case err != nil:
		return c.fail("read error: %d: %s", fd, reason(err))
	}
	if err := c.assignRead(line, escaped, names, opts, exact); err != nil {
		return c.fail("%s", message(err))
	}
	return status
}

// line reads a line, without its delimiter. escaped marks the bytes that a
// backslash has quoted.
func (r *lineReader) line(delim byte, raw bool, limit int, exact bool) (line []byte, escaped []bool, err error) {
	count, begin := 0, 0
	for limit < 0 || count < limit {
		c, err := r.next()
		if err != nil {
			return line, escaped, err
		}
		quoted := false
		switch {
		case c == delim && !exact:
			return line, escaped, nil
		case c == '\\' && !raw:
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
		if limit >= 0 && (c < utf8.RuneSelf || utf8.FullRune(line[begin:])) {
			count += utf8.RuneCount(line[begin:])
			begin = len(line)
		}
	}
	return line, escaped, nil
}

func (c *call) assignRead(line []byte, escaped []bool, names []string, opts map[byte]string, exact bool) error {
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

func mapfile(c *call) int {
	sh := c.sh
	opts, rest, ok := c.options("d:n:O:s:tu:C:c:")
	if !ok {
		return 2
	}
	name := "MAPFILE"
	if len(rest) > 0 {
		name = rest[0]
	}
	if !validName(name) {
		return c.fail("`%s': not a valid identifier", name)
	}
	number := func(l byte, preset int) int {
		n, err := strconv.Atoi(opts[l])
		if err != nil {
			return preset
		}
		return n
	}
	count, origin, skipped, fd := number('n', 0), number('O', -1), number('s', 0), number('u', 0)
	delim := byte('\n')
	if s, ok := opts['d']; ok {
		delim = 0
		if s != "" {
			delim = s[0]
		}
	}
	_, trim := opts['t']
	if sh.fd(fd) < 0 {
		return c.fail("%d: invalid file descriptor: %s", fd, errClosed)
	}
	name, _ = sh.deref(name)
	v, err := sh.writable(name)
	if err != nil {
		return c.fail("%s", message(err))
	}
	if origin < 0 {
		v.kind, v.str, v.arr, v.set = indexed, "", array{}, true
		origin = 0
	}
	v.toIndexed()
	r := newLineReader(sh, sh.fd(fd))
	defer r.close()
	if count == 0 && !r.seekable { // all of it: no reader comes after us
		r.buf = make([]byte, 4096)
	}
	for n := 0; count == 0 || n < count; {
		var line []byte
		var b byte
		var err error
		for {
			if b, err = r.next(); err != nil {
				break
			}
			if b == delim {
				break
			}
			line = append(line, b)
		}
		if err != nil && len(line) == 0 {
			break
		}
		if err == nil && !trim {
			line = append(line, delim)
		}
		if skipped > 0 {
			skipped--
			continue
		}
		v.arr.put(origin+n, string(line), sh.work)
		n++
		if err != nil {
			break
		}
	}
	return 0
}
