package commands

import (
	"io"
	"strconv"
	"strings"
)

// awkReader reads records.
type awkReader struct {
	a    *awk
	in   io.Reader
	done func() int
	l    *lines
	buf  []byte
	seen int // how much of buf has been searched for the end of a record
	eof  bool
}

// read is the next record, by RS as it is now.
func (r *awkReader) read() (string, bool, error) {
	rs := r.a.str(r.a.rs.val)
	if r.l == nil {
		r.l = newLines(r.in, '\n')
	}
	switch {
	case len(rs) == 1:
		r.l.delim = rs[0]
		line, _, err := r.l.next()
		if err == io.EOF {
			return "", false, nil
		}
		return string(line), err == nil, err
	case rs == "":
		// Records are parted by empty lines.
		r.l.delim = '\n'
		var rec []string
		for {
			line, _, err := r.l.next()
			if err == io.EOF {
				return strings.Join(rec, "\n"), len(rec) > 0, nil
			}
			if err != nil {
				return "", false, err
			}
			if len(line) > 0 {
				rec = append(rec, string(line))
			} else if len(rec) > 0 {
				return strings.Join(rec, "\n"), true, nil
			}
		}
	}
	re := r.a.regexp(rs)
	for piece := make([]byte, 16<<10); ; {
		// A long record is searched again when it has grown by a half, or the search
		// would take the square of its length.
		if r.eof || len(r.buf) < chunk || len(r.buf) > r.seen+r.seen/2 {
			// A match at the very end may go on with what is still to come.
			m := re.Find(string(r.buf), r.a.c.work)
			if m != nil && m[0] < m[1] && (m[1] < len(r.buf) || r.eof) {
				rec := string(r.buf[:m[0]])
				r.buf = append(r.buf[:0], r.buf[m[1]:]...)
				r.seen = 0
				return rec, true, nil
			}
			r.seen = len(r.buf)
		}
		if r.eof {
			rec := strings.TrimSuffix(string(r.buf), "\n")
			some := len(r.buf) > 0
			r.buf = nil
			return rec, some, nil
		}
		n, err := r.l.r.Read(piece)
		r.buf = append(r.buf, piece[:n]...)
		if r.eof = err == io.EOF; err != nil && !r.eof {
			return "", false, err
		}
	}
}

func (a *awk) closeInput() {
	if a.in != nil {
		a.in.done()
		a.in = nil
	}
}

// nextRecord is the next record of the files in ARGV, or of standard input.
func (a *awk) nextRecord() (string, bool) {
	for {
		if a.in == nil && !a.openNext() {
			return "", false
		}
		rec, ok, err := a.in.read()
		if err != nil {
			a.c.fileError(a.str(a.filename.val), err)
			a.exit = 2
		}
		if ok {
			a.nr.val = awkN(a.nr.val.num() + 1)
			a.fnr.val = awkN(a.fnr.val.num() + 1)
			return rec, true
		}
		a.closeInput()
	}
}

func (a *awk) openNext() bool {
	for {
		name := "-"
		if argc := int(a.global("ARGC").val.num()); a.argi < argc {
			it := a.global("ARGV").array().m[strconv.Itoa(a.argi)]
			a.argi++
			if it == nil || a.str(it.val) == "" {
				continue
			}
			if name = a.str(it.val); a.assign(name) {
				continue
			}
		} else if a.opened {
			return false
		}
		a.opened = true
		in, err := a.c.open(name)
		if err != nil {
			a.c.fileError(name, err)
			a.exit = 2
			continue
		}
		a.in = &awkReader{a: a, in: in, done: func() int { in.Close(); return 0 }}
		a.fnr.val = awkN(0)
		if a.filename.val = awkField(name); name == "-" {
			a.filename.val = awkS("")
		}
		return true
	}
}

// getline reads a record from r, or from the main input if r is nil.
func (a *awk) getline(r *awkReader, target awkRefFn, counts bool) awkVal {
	var rec string
	ok := false
	if r == nil {
		rec, ok = a.nextRecord()
	} else {
		if r.in == nil {
			return awkN(-1)
		}
		var err error
		if rec, ok, err = r.read(); err != nil {
			return awkN(-1)
		}
		if ok && counts {
			a.nr.val = awkN(a.nr.val.num() + 1)
		}
	}
	if !ok {
		return awkN(0)
	}
	if target == nil {
		a.setRecord(rec)
	} else {
		a.store(target(), awkField(rec))
	}
	return awkN(1)
}
