// Package args reads the arguments of the methods of services and writes their results:
// maps of names, in CBOR or JSON, by package encoding/json, which the page's kernel has
// anyway. What travels often, such as items of streams, is better written by hand.
package args

import (
	"encoding/json"
	"fmt"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
)

// Most is how long the arguments of a call may be, in bytes: to decode more would hold up the
// kernel. What is longer goes by streams.
const Most = 256 << 10

// Read reads the arguments of a call into the struct that into points to, by its "json"
// tags. No body at all is a call without arguments.
func Read(in *bus.Incoming, into any) error {
	data := in.Body()
	switch {
	case len(data) == 0:
		return nil
	case len(data) > Most:
		return bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf("arguments of %d bytes, where %d is the most", len(data), Most))
	case in.Format() == bus.FormatCBOR:
		v, err := cborvalue.Decode(data)
		if err != nil {
			return codec.Invalid(err)
		}
		if data, err = json.Marshal(plain(v)); err != nil {
			return codec.Invalid(err)
		}
	case in.Format() != bus.FormatJSON:
		return codec.Invalid(fmt.Errorf("arguments are read in cbor and json, not in %v", in.Format()))
	}
	return codec.JSON.Unmarshal(data, into)
}

// plain has the entries of maps by their names.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case []cborvalue.Pair:
		m := make(map[string]any, len(v))
		for _, p := range v {
			m[fmt.Sprint(p.Key)] = plain(p.Value)
		}
		return m
	}
	return v
}

// Write writes results in the format of the call that they answer. The values are those
// that [cborvalue.Append] takes.
func Write(in *bus.Incoming, results map[string]any) (bus.Format, []byte, error) {
	if in.Format() == bus.FormatJSON {
		b, err := json.Marshal(results)
		return bus.FormatJSON, b, err
	}
	b, err := cborvalue.Append(nil, results)
	return bus.FormatCBOR, b, err
}

// Reply answers a call with results.
func Reply(in *bus.Incoming, results map[string]any) error {
	format, body, err := Write(in, results)
	if err != nil {
		return err
	}
	return in.Reply(format, body)
}
