// Package bincode reads and writes the pieces of bincode 1 with its default settings, in
// which the services of the wasmer_bus crates speak: little endian, integers of fixed width,
// lengths of 8 bytes. A value is its fields one after another, so who reads one knows
// its type.
package bincode

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// ErrMalformed is what [Reader.End] returns for what is no such value.
var ErrMalformed = errors.New("malformed bincode")

var le = binary.LittleEndian

// Reader takes a value apart. After a failure all that it reads is zero, and End tells.
type Reader struct {
	rest []byte
	bad  bool
}

// NewReader reads data. What it returns shares data's memory.
func NewReader(data []byte) *Reader { return &Reader{rest: data} }

// End is the reader's error: there was too little, what there was has no meaning, or
// something is left.
func (r *Reader) End() error {
	if r.bad || len(r.rest) > 0 {
		return ErrMalformed
	}
	return nil
}

// take is the next n bytes, nil if there are not so many.
func (r *Reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.rest)) {
		r.bad = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Uint16 reads a u16.
func (r *Reader) Uint16() uint16 {
	if b := r.take(2); b != nil {
		return le.Uint16(b)
	}
	return 0
}

// Uint32 reads a u32, or the number of an enum's variant.
func (r *Reader) Uint32() uint32 {
	if b := r.take(4); b != nil {
		return le.Uint32(b)
	}
	return 0
}

// Uint64 reads a u64, or a usize.
func (r *Reader) Uint64() uint64 {
	if b := r.take(8); b != nil {
		return le.Uint64(b)
	}
	return 0
}

// Bool reads a bool, or whether an Option has a value, which follows.
func (r *Reader) Bool() bool {
	b := r.take(1)
	if b != nil && b[0] > 1 {
		r.bad = true
	}
	return b != nil && b[0] == 1
}

// Bytes reads a Vec<u8>.
func (r *Reader) Bytes() []byte { return r.take(r.Uint64()) }

// String reads a String.
func (r *Reader) String() string {
	b := r.Bytes()
	if !utf8.Valid(b) {
		r.bad = true
		return ""
	}
	return string(b)
}

// Len reads the length of a Vec whose items take at least least bytes each: more than
// there can be is a failure.
func (r *Reader) Len(least int) int {
	n := r.Uint64()
	if n > uint64(len(r.rest)/max(least, 1)) {
		r.bad = true
		return 0
	}
	return int(n)
}

// AppendUint16 appends a u16.
func AppendUint16(b []byte, n uint16) []byte { return le.AppendUint16(b, n) }

// AppendUint32 appends a u32, or the number of an enum's variant.
func AppendUint32(b []byte, n uint32) []byte { return le.AppendUint32(b, n) }

// AppendUint64 appends a u64, a usize or a length.
func AppendUint64(b []byte, n uint64) []byte { return le.AppendUint64(b, n) }

// AppendBool appends a bool, or whether an Option has a value.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendBytes appends a Vec<u8> or a String.
func AppendBytes[T []byte | string](b []byte, v T) []byte {
	return append(le.AppendUint64(b, uint64(len(v))), v...)
}
