// Package cborvalue reads and writes CBOR (RFC 8949) without Go types: for who shows values
// to people or turns them into another format. It takes a twentieth of the code of the
// library in package cbor, which is for typed values; the page's kernel has room for one.
package cborvalue

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"unicode/utf8"
)

// ErrMalformed is wrapped by every error of [Decode].
var ErrMalformed = errors.New("malformed CBOR")

// maxDepth is how many values may be one within another.
const maxDepth = 64

// The major types, section 3.1.
const (
	majorUint   = 0
	majorNint   = 1
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7
)

// The simple values and the lengths of floats, section 3.3.
const (
	simpleFalse = 20
	simpleTrue  = 21
	simpleNull  = 22
	simpleUndef = 23
	float16     = 25
	float32Size = 26
	float64Size = 27
	indefinite  = 31
	stop        = 0xff
)

// Pair is an entry of a map, whose keys may be of any type.
type Pair struct{ Key, Value any }

// Decode reads data, one whole value: nil, bool, int64 (uint64 where that is too small),
// float64, string, []byte, []any or []Pair, which keeps the order. A tag is left out, and
// the negative numbers that no int64 holds are floats. What is returned shares nothing
// with data.
func Decode(data []byte) (any, error) {
	d := decoder{data}
	v, err := d.value(0)
	if err == nil && len(d.rest) > 0 {
		err = fmt.Errorf("%w: %d bytes after the value", ErrMalformed, len(d.rest))
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}

type decoder struct{ rest []byte }

func malformed(what string) error { return fmt.Errorf("%w: %s", ErrMalformed, what) }

func errDeep() error {
	return malformed(fmt.Sprintf("more than %d values one within another", maxDepth))
}

// head reads the first byte of a value and the number that goes with it.
func (d *decoder) head() (major, info byte, n uint64, err error) {
	if len(d.rest) == 0 {
		return 0, 0, 0, malformed("it is cut off")
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	major, info = b>>5, b&31
	switch {
	case info < 24:
		return major, info, uint64(info), nil
	case info < 28:
		size := 1 << (info - 24)
		if len(d.rest) < size {
			return 0, 0, 0, malformed("it is cut off")
		}
		var full [8]byte
		copy(full[8-size:], d.rest[:size])
		d.rest = d.rest[size:]
		return major, info, binary.BigEndian.Uint64(full[:]), nil
	case info == indefinite && major >= majorBytes && major != majorTag:
		return major, info, 0, nil
	}
	return 0, 0, 0, malformed(fmt.Sprintf("a value begins with %#02x", b))
}

// ended takes the end of a value of indefinite length, if it is next.
func (d *decoder) ended() bool {
	if len(d.rest) > 0 && d.rest[0] == stop {
		d.rest = d.rest[1:]
		return true
	}
	return false
}

// value reads one value, which stands depth below others.
func (d *decoder) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDeep()
	}
	major, info, n, err := d.head()
	if err != nil {
		return nil, err
	}
	switch major {
	case majorUint:
		if n > math.MaxInt64 {
			return n, nil
		}
		return int64(n), nil
	case majorNint:
		if n > math.MaxInt64 {
			return -1 - float64(n), nil
		}
		return -1 - int64(n), nil
	case majorBytes, majorText:
		b, err := d.bytes(major, info, n)
		if err != nil {
			return nil, err
		}
		if major == majorBytes {
			return b, nil
		}
		if !utf8.Valid(b) {
			return nil, malformed("a text is not UTF-8")
		}
		return string(b), nil
	case majorArray:
		list := []any{}
		err := d.items(info, n, func() error {
			v, err := d.value(depth + 1)
			list = append(list, v)
			return err
		})
		return list, err
	case majorMap:
		list := []Pair{}
		err := d.items(info, n, func() error {
			k, err := d.value(depth + 1)
			if err != nil {
				return err
			}
			v, err := d.value(depth + 1)
			list = append(list, Pair{k, v})
			return err
		})
		return list, err
	case majorTag:
		return d.value(depth + 1)
	}
	return simple(info, n)
}

// bytes reads a string, in one piece or several.
func (d *decoder) bytes(major, info byte, n uint64) ([]byte, error) {
	if info != indefinite {
		if n > uint64(len(d.rest)) {
			return nil, malformed("it is cut off")
		}
		b := slices.Clone(d.rest[:n])
		d.rest = d.rest[n:]
		return b, nil
	}
	b := []byte{}
	for !d.ended() {
		m, info, n, err := d.head()
		if err != nil {
			return nil, err
		}
		if m != major || info == indefinite || n > uint64(len(d.rest)) {
			return nil, malformed("a string in pieces has one that is no such piece")
		}
		b = append(b, d.rest[:n]...)
		d.rest = d.rest[n:]
	}
	return b, nil
}

// items calls item for each of n items, or up to the end of an indefinite number.
func (d *decoder) items(info byte, n uint64, item func() error) error {
	for i := uint64(0); ; i++ {
		if info == indefinite && d.ended() || info != indefinite && i == n {
			return nil
		}
		if err := item(); err != nil {
			return err
		}
	}
}

func simple(info byte, n uint64) (any, error) {
	switch info {
	case simpleFalse, simpleTrue:
		return info == simpleTrue, nil
	case simpleNull, simpleUndef:
		return nil, nil
	case float16:
		return half(uint16(n)), nil
	case float32Size:
		return float64(math.Float32frombits(uint32(n))), nil
	case float64Size:
		return math.Float64frombits(n), nil
	}
	return nil, malformed("a simple value that has no meaning")
}

// half is a float of 16 bits: appendix D.
func half(h uint16) float64 {
	exp, mant := int(h>>10&31), float64(h&0x3ff)
	var v float64
	switch exp {
	case 0:
		v = math.Ldexp(mant, -24)
	case 31:
		if v = math.Inf(1); mant != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(mant+1024, exp-25)
	}
	if h>>15 != 0 {
		v = -v
	}
	return v
}

// Append appends v to b, in the shortest form: what Decode returns, int, and
// map[string]any, whose keys go in order.
func Append(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, majorSimple<<5|simpleNull), nil
	case bool:
		if v {
			return append(b, majorSimple<<5|simpleTrue), nil
		}
		return append(b, majorSimple<<5|simpleFalse), nil
	case int:
		return Append(b, int64(v))
	case int64:
		if v < 0 {
			return appendHead(b, majorNint, uint64(-1-v)), nil
		}
		return appendHead(b, majorUint, uint64(v)), nil
	case uint64:
		return appendHead(b, majorUint, v), nil
	case float64:
		if f := float32(v); float64(f) == v {
			return binary.BigEndian.AppendUint32(append(b, majorSimple<<5|float32Size), math.Float32bits(f)), nil
		}
		return binary.BigEndian.AppendUint64(append(b, majorSimple<<5|float64Size), math.Float64bits(v)), nil
	case string:
		return append(appendHead(b, majorText, uint64(len(v))), v...), nil
	case []byte:
		return append(appendHead(b, majorBytes, uint64(len(v))), v...), nil
	case []any:
		b = appendHead(b, majorArray, uint64(len(v)))
		for _, item := range v {
			var err error
			if b, err = Append(b, item); err != nil {
				return nil, err
			}
		}
		return b, nil
	case []Pair:
		b = appendHead(b, majorMap, uint64(len(v)))
		for _, p := range v {
			var err error
			if b, err = Append(b, p.Key); err != nil {
				return nil, err
			}
			if b, err = Append(b, p.Value); err != nil {
				return nil, err
			}
		}
		return b, nil
	case map[string]any:
		list := make([]Pair, 0, len(v))
		for key, value := range v {
			list = append(list, Pair{key, value})
		}
		sort.Slice(list, func(i, j int) bool { return list[i].Key.(string) < list[j].Key.(string) })
		return Append(b, list)
	}
	return nil, fmt.Errorf("%T has no form in CBOR", v)
}

// appendHead appends a major type with its number, in the fewest bytes. It is called in many
// places, and is not worth its length in each.
//
//go:noinline
func appendHead(b []byte, major byte, n uint64) []byte {
	m := major << 5
	switch {
	case n < 24:
		return append(b, m|byte(n))
	case n <= math.MaxUint8:
		return append(b, m|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, m|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, m|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, m|27), n)
}
