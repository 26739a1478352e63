// Package codec turns Go values into the bodies of calls and back: JSON and raw bytes
// here, CBOR in the folder below, which costs more code. Only codecs of values belong
// here; how frames are written is package bus's own.
package codec

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

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
	err := json.Unmarshal(data, v)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = errors.New(mismatch(wrong))
	}
	if wrong, ok := errors.AsType[*time.ParseError](err); ok {
		err = NoTime(wrong.Value)
	}
	return Invalid(err)
}

// NoTime is the error of a codec for a text that should be a time.
func NoTime(text string) error { return fmt.Errorf("%q is no time in the form of RFC 3339", text) }

// mismatch says which value is not what the method takes, without the words of Go's types.
func mismatch(e *json.UnmarshalTypeError) string {
	name := e.Field
	if name == "" {
		name = "the value"
	}
	got, _, _ := strings.Cut(e.Value, " ") // a number follows
	return fmt.Sprintf("%s is of the JSON type %s, where %s is wanted", name, got, wanted(e.Type))
}

// wanted is what is read into a value of type t.
func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[json.Number]():
		return "a number"
	case reflect.TypeFor[[]byte]():
		return "a string in base64"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return fmt.Sprintf("a whole number of %d bits", t.Bits())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return fmt.Sprintf("a whole number of %d bits, not below 0,", t.Bits())
	}
	return "another type"
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
