package oslog_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/oslog"
)

// FuzzLog hands entries of any kind to the service: each is answered, and kept if its level is
// high enough, or refused as one that cannot be decoded.
func FuzzLog(f *testing.F) {
	entry, err := cborvalue.Append(nil, map[string]any{"level": 4, "message": "text", "attrs": map[string]any{"a": []any{1, nil, 1.5}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(bus.FormatCBOR), entry)
	f.Add(uint8(bus.FormatJSON), []byte(`{"level":"INFO+2","message":"text","attrs":{"a":{"b":[]},"a":1}}`))
	f.Add(uint8(bus.FormatJSON), []byte(`{"level":1e9}`))
	f.Add(uint8(bus.FormatJSON), []byte(`{"level":"warn`))
	f.Add(uint8(bus.FormatRaw), []byte{0})
	f.Add(uint8(bus.FormatCBOR), []byte{0xbf, 0xff})
	f.Fuzz(func(t *testing.T, format uint8, body []byte) {
		s, call, conn := dial(t)
		_, err := call(8, oslog.Log, bus.Format(format), body)
		if err != nil && bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Error(err)
		}
		if n := len(s.entries); n > 1 || err != nil && n != 0 {
			t.Errorf("%d entries are kept, %v", n, err)
		}
		if n := conn.Stats().Open; n != 0 {
			t.Errorf("%d calls are open", n)
		}
	})
}
