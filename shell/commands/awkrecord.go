package commands

import (
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/shell/regex"
)

func (a *awk) load(r awkRef) awkVal {
	switch {
	case r.cell != nil:
		return r.cell.val
	case r.item != nil:
		return r.item.val
	case r.nf:
		a.splitRecord()
		return awkN(float64(len(a.fields)))
	case r.field == 0:
		return awkField(a.record())
	}
	a.splitRecord()
	if r.field > len(a.fields) {
		return awkVal{}
	}
	return awkField(a.fields[r.field-1])
}

func (a *awk) store(r awkRef, v awkVal) {
	switch {
	case r.cell != nil:
		r.cell.val = v
	case r.item != nil:
		r.item.val = v
	case r.nf:
		a.splitRecord()
		a.resize(int(v.num()))
		a.stale = true
	case r.field == 0:
		a.setRecord(a.str(v))
	default:
		a.splitRecord()
		a.resize(max(len(a.fields), r.field))
		a.fields[r.field-1] = a.str(v)
		a.stale = true
	}
}

func (a *awk) resize(n int) {
	if n < 0 || n > 1<<20 {
		a.fail("NF cannot be %d", n)
	}
	for len(a.fields) < n {
		a.fields = append(a.fields, "")
		a.c.work(1)
	}
	a.fields = a.fields[:n]
}

func (a *awk) fieldIndex(n float64) int {
	if n < 0 || n > 1<<20 {
		a.fail("there is no field %s", a.str(awkN(n)))
	}
	return int(n)
}

func (a *awk) setRecord(s string) { a.rec, a.split, a.stale = s, false, false }

// record is $0.
func (a *awk) record() string {
	if a.stale {
		a.rec, a.stale = strings.Join(a.fields, a.str(a.ofs.val)), false
		a.c.work(len(a.rec)/4 + 4*len(a.fields))
	}
	return a.rec
}

func (a *awk) splitRecord() {
	if !a.split {
		a.fields = a.cut(a.fields[:0], a.rec, a.str(a.fs.val), nil)
		a.split = true
	}
}

// cut appends the fields of s. A single blank stands for runs of blanks, another
// single character for itself, all else is an expression.
func (a *awk) cut(to []string, s, sep string, re *regex.Regexp) []string {
	switch {
	case s == "":
		return to
	case re == nil && sep == " ":
		return a.c.fields(to, s, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	case re == nil && sep == "":
		return a.c.split(to, s, "")
	case re == nil && len(sep) <= utf8.UTFMax && utf8.RuneCountInString(sep) == 1 && sep != `\`:
		if a.str(a.rs.val) == "" {
			return a.c.fields(to, s, func(r rune) bool { return string(r) == sep || r == '\n' })
		}
		return a.c.split(to, s, sep)
	case re == nil:
		re = a.regexp(sep)
	}
	at := 0
	for m := range re.AllString(s, a.c.work) {
		if m[0] < m[1] {
			to = append(to, s[at:m[0]])
			at = m[1]
		}
	}
	return append(to, s[at:])
}
