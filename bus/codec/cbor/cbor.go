// Package cbor is the codec of CBOR (RFC 8949), the bus's own format between programs.
package cbor

import (
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
	return codec.Invalid(c.dec.Unmarshal(data, v))
}
