package meter

import "errors"

var (
	errShort  = errors.New("meter: unexpected end")
	errNumber = errors.New("meter: malformed number")
	errOpcode = errors.New("meter: unknown instruction")
	errModule = errors.New("meter: not a module that can be rewritten")
)

// ErrRelaxedSIMD is the error for a module with instructions of the relaxed
// SIMD proposal, which wazero takes for others.
var ErrRelaxedSIMD = errors.New("meter: relaxed SIMD")

// A reader reads the binary format. It panics with one of the errors above,
// which [Instrument] catches: the format has a mistake to make at every byte.
type reader struct {
	b  []byte
	at int
}

func (r *reader) more() bool { return r.at < len(r.b) }

func (r *reader) byte() byte {
	if r.at >= len(r.b) {
		panic(errShort)
	}
	c := r.b[r.at]
	r.at++
	return c
}

func (r *reader) u32() uint32 {
	var v uint64
	for shift := 0; shift < 35; shift += 7 {
		c := r.byte()
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			if v > 1<<32-1 {
				break
			}
			return uint32(v)
		}
	}
	panic(errNumber)
}

// leb skips a number of any width and sign.
func (r *reader) leb() {
	for range 10 {
		if r.byte() < 0x80 {
			return
		}
	}
	panic(errNumber)
}

func (r *reader) lebs(n int) {
	for range n {
		r.leb()
	}
}

func (r *reader) skip(n int) {
	if n < 0 || n > len(r.b)-r.at {
		panic(errShort)
	}
	r.at += n
}

// part reads a length and that many bytes.
func (r *reader) part() []byte {
	n := r.u32()
	start := r.at
	if uint64(n) > uint64(len(r.b)-r.at) {
		panic(errShort)
	}
	r.at += int(n)
	return r.b[start:r.at]
}

// valType skips the type of a value.
func (r *reader) valType() {
	if c := r.byte(); c == 0x63 || c == 0x64 {
		r.leb()
	}
}

// blockType skips the type of a block: a type of a value, or a number of 33 bits.
func (r *reader) blockType() {
	if c := r.b[min(r.at, len(r.b)-1)]; c == 0x63 || c == 0x64 {
		r.valType()
		return
	}
	r.leb()
}

func appendU32(b []byte, v uint32) []byte {
	for ; v >= 0x80; v >>= 7 {
		b = append(b, byte(v)|0x80)
	}
	return append(b, byte(v))
}

func appendS32(b []byte, v int32) []byte {
	for v < -64 || v > 63 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v)&0x7f)
}

func appendPart(b, part []byte) []byte {
	return append(appendU32(b, uint32(len(part))), part...)
}

func appendName(b []byte, s string) []byte {
	return append(appendU32(b, uint32(len(s))), s...)
}
