package commands

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var tailSpec = spec{name: "tail", synopsis: "[OPTION]... [FILE]...", run: runTail, help: `
Print the last 10 lines of each file; with several, a header before each.
  -n, --lines=[+]N   the last N lines; with "+", from line N on
  -c, --bytes=[+]N   the last N bytes; with "+", from byte N on
  -f, --follow       go on printing what is added to the file
  -F                 as -f, and open the name again when it is another file
  -s, --sleep-interval=S  with -f, look every S seconds (default 0.25)
  -q, --quiet        no headers
  -v, --verbose      headers always
  -z, --zero-terminated  lines end in NUL
N may have a suffix as in head.`}

type tailer struct {
	c          *cmd
	n          int64
	bytes      bool
	fromStart  bool
	follow     bool
	reopen     bool
	delim      byte
	interval   time.Duration
	h          header
	lastHeader string
}

func runTail(c *cmd) int {
	t := tailer{c: c, n: 10, delim: '\n', h: header{c: c}, interval: 250 * time.Millisecond}
	set := func(isBytes bool) func(string) error {
		return func(s string) error {
			n, err := parseCount(s)
			if err != nil {
				return badArg("invalid number of " + map[bool]string{true: "bytes", false: "lines"}[isBytes] + ": '" + s + "'")
			}
			t.n, t.bytes, t.fromStart = max(n, -n), isBytes, strings.HasPrefix(s, "+")
			return nil
		}
	}
	f := c.flags()
	zero := false
	f.fn("n|lines", needArg, set(false))
	f.fn("c|bytes", needArg, set(true))
	f.bool(&t.h.never, "q|quiet|silent")
	f.bool(&t.h.always, "v|verbose")
	f.bool(&zero, "z|zero-terminated")
	f.fn("f", noArg, func(string) error { t.follow = true; return nil })
	f.fn("follow", maybeArg, func(s string) error { t.follow, t.reopen = true, s == "name"; return nil })
	f.fn("F", noArg, func(string) error { t.follow, t.reopen = true, true; return nil })
	f.fn("s|sleep-interval", needArg, func(s string) error {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || x < 0 {
			return badArg("invalid number of seconds: '" + s + "'")
		}
		t.interval = max(time.Duration(x*float64(time.Second)), 10*time.Millisecond)
		return nil
	})
	f.digits = set(false)
	f.plus = func(s string) error { return set(false)("+" + s) }
	files := orStdin(f.parse())
	if zero {
		t.delim = 0
	}
	var open []*input
	for _, name := range files {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		t.h.print(name, len(files) > 1)
		t.lastHeader = name
		if err := t.print(in); err != nil {
			c.fileError(name, err)
		}
		if t.follow && (name != "-" || !in.flush) {
			open = append(open, in)
		} else {
			in.Close()
		}
	}
	if len(open) > 0 {
		t.watch(open, len(files) > 1)
	}
	return 0
}

func (t *tailer) print(in *input) error {
	switch {
	case t.fromStart && t.bytes:
		if err := skip(in, t.n-1); err != nil {
			return err
		}
		return t.c.copyTo(t.c.out, in)
	case t.fromStart:
		return t.fromLine(in)
	}
	return t.last(in)
}

// skip reads n bytes and forgets them.
func skip(in *input, n int64) error {
	if n <= 0 {
		return nil
	}
	if _, err := in.c.fs.Seek(in.fd, n, int(sys.SeekCur)); err == nil && !in.flush {
		return nil
	}
	buf := make([]byte, chunk)
	for n > 0 {
		got, err := in.Read(buf[:min(n, chunk)])
		n -= int64(got)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tailer) fromLine(in *input) error {
	left := t.n - 1
	buf := make([]byte, chunk)
	for {
		n, err := in.Read(buf)
		p := buf[:n]
		for left > 0 && len(p) > 0 {
			at := bytes.IndexByte(p, t.delim)
			if at < 0 {
				p = nil
				break
			}
			p = p[at+1:]
			left--
		}
		t.c.out.Write(p)
		t.c.work(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// last prints the end. Of a regular file only the end is read.
func (t *tailer) last(in *input) error {
	if !in.flush {
		if end, err := t.c.fs.Seek(in.fd, 0, int(sys.SeekEnd)); err == nil {
			return t.lastOfFile(in, end)
		}
	}
	// The pieces that hold the last n units are kept.
	var pieces [][]byte
	var units int64
	for {
		buf := make([]byte, chunk)
		n, err := in.Read(buf)
		if n > 0 {
			buf = buf[:n]
			pieces = append(pieces, buf)
			units += t.count(buf)
			for len(pieces) > 1 && units-t.count(pieces[0]) > t.n {
				units -= t.count(pieces[0])
				pieces = pieces[1:]
			}
			if n < chunk/2 && len(pieces) > 1 {
				last := append(pieces[len(pieces)-2], buf...)
				if len(last) <= chunk {
					pieces = append(pieces[:len(pieces)-2], last)
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	all := bytes.Join(pieces, nil)
	t.c.out.Write(all[t.cut(all):])
	return nil
}

func (t *tailer) count(p []byte) int64 {
	if t.bytes {
		return int64(len(p))
	}
	return int64(bytes.Count(p, []byte{t.delim}))
}

// cut is where the last n units of p begin.
func (t *tailer) cut(p []byte) int {
	if t.bytes {
		return int(max(int64(len(p))-t.n, 0))
	}
	if t.n == 0 {
		return len(p)
	}
	end := len(p)
	if end > 0 && p[end-1] == t.delim {
		end--
	}
	for n := t.n; ; n-- {
		t.c.work(16)
		at := bytes.LastIndexByte(p[:end], t.delim)
		if at < 0 {
			return 0
		}
		if n == 1 {
			return at + 1
		}
		end = at
	}
}

// lastOfFile looks for the beginning from the end on, piece by piece.
func (t *tailer) lastOfFile(in *input, end int64) error {
	fs := t.c.fs
	start := int64(0)
	if t.bytes {
		start = max(end-t.n, 0)
	} else if t.n == 0 {
		start = end
	} else {
		left := t.n
		buf := make([]byte, chunk)
		for pos := end; pos > 0 && left > 0; {
			n := min(pos, chunk)
			pos -= n
			if _, err := fs.Seek(in.fd, pos, int(sys.SeekSet)); err != nil {
				return err
			}
			if _, err := io.ReadFull(in, buf[:n]); err != nil {
				return err
			}
			p := buf[:n]
			if pos+n == end && p[len(p)-1] == t.delim {
				p = p[:len(p)-1]
			}
			for left > 0 {
				at := bytes.LastIndexByte(p, t.delim)
				if at < 0 {
					break
				}
				if left--; left == 0 {
					start = pos + int64(at) + 1
				}
				p = p[:at]
			}
		}
	}
	if _, err := fs.Seek(in.fd, start, int(sys.SeekSet)); err != nil {
		return err
	}
	return t.c.copyTo(t.c.out, in)
}

// watch prints what is added to the files until the process is ended.
func (t *tailer) watch(open []*input, several bool) {
	for {
		t.c.out.Flush()
		t.c.sleep(t.interval)
		for i, in := range open {
			if t.reopen {
				open[i] = t.again(in)
				in = open[i]
			}
			st, err := t.c.fs.Fstat(in.fd)
			if err != nil {
				continue
			}
			pos, _ := t.c.fs.Seek(in.fd, 0, int(sys.SeekCur))
			if st.Type == sys.TypeRegular && int64(st.Size) < pos {
				t.c.errorf("%s: file truncated", in.name)
				t.c.fs.Seek(in.fd, 0, int(sys.SeekSet))
				pos = 0
			}
			if st.Type == sys.TypeRegular && int64(st.Size) == pos {
				continue
			}
			if in.name != t.lastHeader {
				t.h.print(in.name, several)
				t.lastHeader = in.name
			}
			t.c.copyTo(t.c.out, in)
		}
	}
}

// again is in, or the file that has its name by now.
func (t *tailer) again(in *input) *input {
	now, err := t.c.fs.Stat(in.name)
	if err != nil || in.keep {
		return in
	}
	was, err := t.c.fs.Fstat(in.fd)
	if err == nil && was.Dev == now.Dev && was.Ino == now.Ino {
		return in
	}
	next, err := t.c.open(in.name)
	if err != nil {
		return in
	}
	t.c.errorf("%s: following the new file", in.name)
	in.Close()
	return next
}
