// Package cbor is the codec of CBOR (RFC 8949), the bus's own format between programs.
package cbor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/fxamacker/cbor/v2"
)

// Codec writes structs as maps with the names of their fields (or of "cbor" or "json"
// tags), times as RFC 3339 texts with nanoseconds, and reads no more than is sound:
// 32 values one in another, 1 Mi elements of an array or map, no name twice.
var Codec codec.Codec = newCodec()

type cborCodec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

func newCodec() cborCodec {
	enc, err := cbor.EncOptions{Time: cbor.TimeRFC3339Nano}.EncMode()
	if err != nil {
		panic(err) // the options are wrong
	}
	dec, err := cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 32,
		MaxArrayElements: 1 << 20, MaxMapPairs: 1 << 20,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return cborCodec{enc, dec}
}

func (cborCodec) Format() bus.Format              { return bus.FormatCBOR }
func (c cborCodec) Marshal(v any) ([]byte, error) { return c.enc.Marshal(v) }
func (c cborCodec) Unmarshal(data []byte, v any) error {
	err := c.dec.Unmarshal(data, v)
	if wrong, ok := errors.AsType[*cbor.UnmarshalTypeError](err); ok {
		err = errors.New(mismatch(wrong))
	}
	if err != nil {
		if text, ok := strings.CutPrefix(err.Error(), "cbor: cannot set "); ok {
			if text, _, ok = strings.Cut(text, " for time.Time: "); ok {
				err = codec.NoTime(text)
			}
		}
	}
	return codec.Invalid(err)
}

// mismatch says which value is not what is wanted, without the names of Go's types, which the
// other side does not know.
func mismatch(e *cbor.UnmarshalTypeError) string {
	where := "the value is"
	if e.StructFieldName != "" { // the type's, a dot, and the field's, in which it may be deeper
		where = e.StructFieldName[strings.LastIndexByte(e.StructFieldName, '.')+1:] + " has"
	}
	got := map[string]string{
		"positive integer": "a whole number", "negative integer": "a number below 0", "byte string": "bytes",
		"UTF-8 text string": "a text", "array": "a list", "map": "a map", "tag": "a tagged value",
	}[e.CBORType]
	if got == "" {
		got = "a fraction, a truth value or null"
	}
	return fmt.Sprintf("%s %s, where %s is wanted", where, got, wanted(e.GoType))
}

// wanted is a type of Go for those who send a value for it.
func wanted(t string) string {
	t = strings.TrimLeft(t, "*")
	switch {
	case t == "[]uint8":
		return "a string of bytes"
	case strings.HasPrefix(t, "["):
		return "a list"
	case t == "string":
		return "a text"
	case t == "bool":
		return "true or false"
	case strings.HasPrefix(t, "uint"):
		return "a whole number, not below 0, of " + bits(t[4:])
	case strings.HasPrefix(t, "int"):
		return "a whole number of " + bits(t[3:])
	case strings.HasPrefix(t, "float"):
		return "a number"
	case strings.HasPrefix(t, "map["):
		return "a map"
	}
	return "another type"
}

// bits is how long a number is, by what stands behind the name of its kind.
func bits(n string) string {
	if n == "" {
		n = "64"
	}
	return n + " bits"
}
