package wasmbin

import "fmt"

// CapMemory bounds the memory of a module, its own and what it imports to share with
// threads, to pages of 64 KiB: a maximum above that, or none, becomes pages. It reports
// whether the module can begin at all: not if it asks for more from the start, and then
// it is left as it is, as is one that is malformed. What needs no change is not copied.
func CapMemory(code []byte, pages uint32) (capped []byte, ok bool) {
	if len(code) < 8 {
		return code, false
	}
	r := &reader{b: code, at: 8}
	for r.left() > 0 {
		start := r.at
		id := r.byte()
		body := &reader{b: r.bytes(r.count(1))}
		if r.err != nil {
			return code, false
		}
		if id != secImport && id != secMemory {
			continue
		}
		c := capper{r: body, pages: uint64(pages), ok: true}
		c.section(id)
		switch {
		case body.err != nil || !c.ok:
			return code, false
		case !c.changed:
			continue
		}
		out := make([]byte, 0, len(code)+16)
		out = append(append(out, code[:start]...), id)
		out = append(appendUleb(out, uint64(len(c.out))), c.out...)
		at := len(out)
		out = append(out, code[r.at:]...)
		code, r = out, &reader{b: out, at: at}
	}
	return code, true
}

// TooLarge says in one sentence that a module asks for more memory from the start than
// pages of 64 KiB, and is empty if it does not.
func (m *Module) TooLarge(pages uint32) string {
	most := uint64(0)
	for _, l := range m.Memories {
		most = max(most, l.Min)
	}
	for _, i := range m.Imports {
		if i.Kind == Memory {
			most = max(most, i.Limits.Min)
		}
	}
	if most <= uint64(pages) {
		return ""
	}
	return fmt.Sprintf("needs %s of memory, and %s is the limit (raise it with ulimit -v)", pagesText(most), pagesText(uint64(pages)))
}

// NearLimit says in one sentence that a program which failed had used most of the
// memory that it may have, both in pages of 64 KiB, which may be what it failed of; it is
// empty if it had not. A limit of 0 is none.
func NearLimit(used, limit uint32) string {
	if limit == 0 || used < limit/4*3 {
		return ""
	}
	return fmt.Sprintf("ended with %s of memory; the limit is %s (raise it with ulimit -v)",
		pagesText(uint64(used)), pagesText(uint64(limit)))
}

// pagesText is the size of pages of 64 KiB, as messages show it.
func pagesText(pages uint64) string {
	switch {
	case pages%(1<<14) == 0 && pages > 0:
		return fmt.Sprintf("%d GiB", pages>>14)
	case pages%16 == 0:
		return fmt.Sprintf("%d MiB", pages/16)
	}
	return fmt.Sprintf("%d KiB", pages*64)
}

// A capper copies a section with other limits.
type capper struct {
	r       *reader
	out     []byte
	copied  int // how much of the section is in out
	pages   uint64
	changed bool
	ok      bool
}

func (c *capper) section(id byte) {
	for n := c.r.count(2); n > 0 && c.r.err == nil; n-- {
		if id == secImport {
			c.r.name()
			c.r.name()
			if Kind(c.r.byte()) != Memory {
				skipImport(c.r)
				continue
			}
		}
		c.limits()
	}
	c.out = append(c.out, c.r.b[c.copied:]...)
}

// skipImport reads the rest of an import that is no memory, whose kind has been read.
func skipImport(r *reader) {
	switch Kind(r.b[r.at-1]) {
	case Func:
		r.u32()
	case Table:
		refType(r)
		limits(r)
	case Global:
		refType(r)
		r.byte()
	case Tag:
		r.byte()
		r.u32()
	default:
		r.fail("unknown kind of import")
	}
}

// limits copies what comes before a memory's limits, and the limits as they may be.
func (c *capper) limits() {
	start := c.r.at
	l := limits(c.r)
	switch {
	case c.r.err != nil:
		return
	case l.Min > c.pages:
		c.ok = false
		return
	case l.HasMax && l.Max <= c.pages:
		return
	}
	c.changed = true
	c.out = append(append(c.out, c.r.b[c.copied:start]...), c.r.b[start]|1)
	c.out = appendUleb(appendUleb(c.out, l.Min), c.pages)
	c.copied = c.r.at
}

func appendUleb(b []byte, v uint64) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}
