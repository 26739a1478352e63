package osws

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// encodeMessage writes a message as an item of a stream.
func encodeMessage(m Message) []byte {
	b := make([]byte, 0, len(m.Data)+24)
	b, err := cborvalue.Append(b, []cborvalue.Pair{{Key: "text", Value: m.Text}, {Key: "data", Value: m.Data}})
	if err != nil {
		panic(err) // these have a form
	}
	return b
}

// decodeMessage reads an item of a stream. Data may be a text too, for those who write JSON
// or no bytes: a message that is a text is that text, one that is not is in base64.
func decodeMessage(format bus.Format, item []byte) (m Message, err error) {
	var v any
	switch format {
	case bus.FormatCBOR:
		v, err = cborvalue.Decode(item)
	case bus.FormatJSON:
		err = json.Unmarshal(item, &v)
	default:
		return m, remote.Invalid("messages are written in cbor or json, not in %v", format)
	}
	if err != nil {
		return m, codec.Invalid(err)
	}
	var data any
	set := func(name string, value any) {
		switch name {
		case "text":
			m.Text, _ = value.(bool)
		case "data":
			data = value
		}
	}
	switch v := v.(type) {
	case []cborvalue.Pair:
		for _, p := range v {
			if name, ok := p.Key.(string); ok {
				set(name, p.Value)
			}
		}
	case map[string]any:
		for name, value := range v {
			set(name, value)
		}
	default:
		return m, remote.Invalid("a message is a map of text and data")
	}
	switch data := data.(type) {
	case nil:
	case []byte:
		m.Data = data
	case string:
		m.Data = []byte(data)
		if !m.Text {
			if m.Data, err = base64.StdEncoding.DecodeString(data); err != nil {
				return m, codec.Invalid(err)
			}
		}
	default:
		return m, remote.Invalid("the data of a message are neither bytes nor a text")
	}
	switch {
	case len(m.Data) > MaxMessage:
		return m, bus.NewError(bus.CodeResourceExhausted, "a message of more than 16 MiB")
	case m.Text && !utf8.Valid(m.Data):
		return m, remote.Invalid("a text is not UTF-8")
	}
	return m, nil
}
