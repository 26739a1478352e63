package args_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/args"
)

// FuzzRead reads arguments of every kind, and answers with what has been read.
func FuzzRead(f *testing.F) {
	body, err := cborvalue.Append(nil, map[string]any{"name": "n", "number": 4, "list": []any{1, "x", nil}, "any": map[string]any{"a": 1.5}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(bus.FormatCBOR), body)
	f.Add(uint8(bus.FormatJSON), []byte(`{"name":"n","number":4,"list":[1,"x",null],"any":{"a":1.5}}`))
	f.Add(uint8(bus.FormatCBOR), []byte{0xa1, 0xa1, 0x01, 0x02, 0xf9, 0x7e, 0x00}) // a map as a name, no number as a value
	f.Add(uint8(bus.FormatRaw), []byte("x"))
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
			var v struct {
				Name   string         `json:"name"`
				Number int            `json:"number"`
				List   []any          `json:"list"`
				Any    map[string]any `json:"any"`
			}
			if err := args.Read(in, &v); err != nil {
				in.Fault(err)
				return
			}
			if err := args.Reply(in, map[string]any{"name": v.Name, "number": v.Number}); err != nil {
				t.Errorf("%+v cannot be written: %v", v, err)
			}
		})})
		defer a.Close(nil)
		defer b.Close(nil)
		_, err := a.Package("p").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("t/1.X"), Format: bus.Format(format), Body: data})
		if err != nil && bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Error(err)
		}
	})
}
