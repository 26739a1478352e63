package store

import (
	"encoding/binary"
	"math"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// kind is what a record says, its first byte.
type kind byte

const (
	recNode   kind = 1 + iota // all of a node; it replaces what was said of it before
	recWhole                  // the nodes before are a whole tree
	recMount                  // the store was opened: what has no name is gone
	recCreate                 // a new node and its first name
	recLink                   // a further name
	recUnlink                 // a name less, also of a directory
	recRename                 // a name moves
	recAttr                   // size, mode and times
	recWrite                  // contents: size, times, and where they lie
	recGone                   // a file without a name has lost its last user
)

// maxRecord bounds a record's body, so that a length that lies costs no memory.
const maxRecord = 1 << 28

// encoder builds the body of a record.
type encoder struct{ b []byte }

func (e *encoder) begin(k kind) { e.b = append(e.b[:0], byte(k)) }
func (e *encoder) uint(v uint64) {
	e.b = binary.AppendUvarint(e.b, v)
}
func (e *encoder) time(v int64) { e.b = le.AppendUint64(e.b, uint64(v)) }
func (e *encoder) text(s string) {
	e.uint(uint64(len(s)))
	e.b = append(e.b, s...)
}

// decoder takes a record's body apart. A field that is not there is zero, and
// leaves bad set.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

func (d *decoder) time() int64 {
	if len(d.b) < 8 {
		d.fail()
		return 0
	}
	v := le.Uint64(d.b)
	d.b = d.b[8:]
	return int64(v)
}

func (d *decoder) text() string {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.fail()
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

// block is a block's number.
func (d *decoder) block() uint32 {
	v := d.uint()
	if v > math.MaxUint32 {
		d.fail()
	}
	return uint32(v)
}

// size is a file's size.
func (d *decoder) size() int64 {
	v := d.uint()
	if v > maxFileSize {
		d.fail()
		return 0
	}
	return int64(v)
}

// fileType is the type of a node that a store can have.
func (d *decoder) fileType() sys.FileType {
	switch t := sys.FileType(d.uint()); t {
	case sys.TypeRegular, sys.TypeDirectory, sys.TypeSymlink:
		return t
	}
	d.fail()
	return sys.TypeRegular
}

// end reports whether everything was there and nothing is left over.
func (d *decoder) end() bool { return !d.bad && len(d.b) == 0 }

// extent is a row of a file's blocks, log of the file, and where they lie.
type extent struct {
	log  uint64
	phys run
}

func (x extent) end() uint64 { return x.log + uint64(x.phys.n) }

func (e *encoder) extents(list []extent) {
	e.uint(uint64(len(list)))
	for _, x := range list {
		e.uint(x.log)
		e.uint(uint64(x.phys.start))
		e.uint(uint64(x.phys.n))
	}
}

// extents reads a list that is in order and without overlap.
func (d *decoder) extents() []extent {
	n := d.uint()
	if n > uint64(len(d.b))/3 {
		d.fail()
		return nil
	}
	list := make([]extent, 0, n)
	last := uint64(0)
	for range n {
		x := extent{log: d.uint(), phys: run{d.block(), d.block()}}
		if x.log < last || x.phys.n == 0 || x.log > maxFileSize>>blockBits || x.end() > (maxFileSize>>blockBits)+1 {
			d.fail()
			return nil
		}
		last = x.end()
		list = append(list, x)
	}
	return list
}
