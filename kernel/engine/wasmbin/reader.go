package wasmbin

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// Errors of [Parse]. Those that are neither are of a malformed module.
var (
	// ErrNotWasm is the error for bytes that do not begin as a module does.
	ErrNotWasm = errors.New("not a WebAssembly module")
	// ErrComponent is the error for a component, which holds modules.
	ErrComponent = errors.New("a WebAssembly component, and only modules can be run")
)

// A reader reads the binary format. After the first mistake, err is set and
// everything read is zero.
type reader struct {
	b   []byte
	at  int
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.at = len(r.b)
}

func (r *reader) left() int { return len(r.b) - r.at }

func (r *reader) byte() byte {
	if r.left() == 0 {
		r.fail("unexpected end")
		return 0
	}
	c := r.b[r.at]
	r.at++
	return c
}

// varint reads a number in LEB128 of at most the given number of bits.
func (r *reader) varint(bits int) (v uint64) {
	for shift := 0; shift < bits; shift += 7 {
		c := r.byte()
		if r.err != nil {
			return 0
		}
		if rest := bits - shift; rest < 7 && c>>rest != 0 {
			break
		}
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v
		}
	}
	r.fail("a number is too large")
	return 0
}

func (r *reader) u32() uint32 { return uint32(r.varint(32)) }

// count reads the length of a list whose items have at least size bytes each.
func (r *reader) count(size int) int {
	n := r.u32()
	if uint64(n)*uint64(size) > uint64(r.left()) {
		r.fail("unexpected end")
		return 0
	}
	return int(n)
}

func (r *reader) bytes(n int) []byte {
	if n < 0 || n > r.left() {
		r.fail("unexpected end")
		return nil
	}
	b := r.b[r.at : r.at+n]
	r.at += n
	return b
}

func (r *reader) name() string {
	s := string(r.bytes(r.count(1)))
	if !utf8.ValidString(s) {
		r.fail("a name is not UTF-8")
		return ""
	}
	return s
}
