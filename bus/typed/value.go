package typed

import (
	"fmt"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

// codecOf is the codec of a format: a service answers in that in which it was called.
func codecOf(f bus.Format) (codec.Codec, error) {
	switch f {
	case bus.FormatCBOR:
		return cbor.Codec, nil
	case bus.FormatJSON:
		return codec.JSON, nil
	}
	return nil, &bus.Error{
		Code: bus.CodeInvalidArgument, Crate: bus.CrateDeserialization,
		Message: fmt.Sprintf("the format %v cannot be read here: cbor and json can", f),
	}
}

// encode writes v; nil is an empty body.
func encode(c codec.Codec, v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	b, err := c.Marshal(v)
	if err != nil {
		return nil, &bus.Error{Code: bus.CodeInternal, Crate: bus.CrateSerialization, Message: "a value cannot be written: " + err.Error()}
	}
	return b, nil
}

// decode reads body into v. An empty one leaves v as it is, and so does a nil v.
func decode(f bus.Format, body []byte, v any) error {
	if v == nil || len(body) == 0 {
		return nil
	}
	c, err := codecOf(f)
	if err != nil {
		return err
	}
	return c.Unmarshal(body, v)
}
