// Package codec turns Go values into the bodies of calls and back: JSON and raw bytes
// here, CBOR in the folder below, which costs more code. Only codecs of values belong
// here; how frames are written is package bus's own.
package codec

import (
	"encoding/json"
	"fmt"

	"github.com/bushel-wasm/bushel/bus"
)

// Codec writes and reads values in one format. A Codec may be used by several
// goroutines at once.
type Codec interface {
	// Format is the format that goes with what Marshal makes.
	Format() bus.Format
	// Marshal is v's encoding.
	Marshal(v any) ([]byte, error)
	// Unmarshal reads data, whole, into what v points to, and shares nothing with it. An
	// error is a [bus.Error] of the code "invalid_argument".
	Unmarshal(data []byte, v any) error
}

// JSON writes values for people, by encoding/json.
var JSON Codec = jsonCodec{}

// Raw takes byte slices, as they are; any other value is an error.
var Raw Codec = rawCodec{}

type jsonCodec struct{}

func (jsonCodec) Format() bus.Format            { return bus.FormatJSON }
func (jsonCodec) Marshal(v any) ([]byte, error) { return json.Marshal(v) }
func (jsonCodec) Unmarshal(data []byte, v any) error {
	return Invalid(json.Unmarshal(data, v))
}

type rawCodec struct{}

func (rawCodec) Format() bus.Format { return bus.FormatRaw }

func (rawCodec) Marshal(v any) ([]byte, error) {
	b, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("%T cannot be sent as raw bytes", v)
	}
	return b, nil
}

func (rawCodec) Unmarshal(data []byte, v any) error {
	p, ok := v.(*[]byte)
	if !ok {
		return fmt.Errorf("raw bytes cannot be read into %T", v)
	}
	*p = append([]byte(nil), data...)
	return nil
}

// Invalid is err, of a decoder, as the error that a peer is told; nil for nil.
func Invalid(err error) error {
	if err == nil {
		return nil
	}
	return &bus.Error{Code: bus.CodeInvalidArgument, Crate: bus.CrateDeserialization, Message: err.Error()}
}
