package oshttp

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
)

// FuzzMake reads the arguments of the crates' method.
func FuzzMake(f *testing.F) {
	b := bincode.AppendBytes(bincode.AppendBytes(nil, "http://localhost/"), "POST")
	b = bincode.AppendBytes(bincode.AppendBool(bincode.AppendBool(b, true), true), "proxy.test")
	b = bincode.AppendBytes(bincode.AppendBytes(bincode.AppendUint64(b, 1), "name"), "value")
	f.Add(bincode.AppendBytes(bincode.AppendBool(b, true), "body"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeMake(data)
		if err != nil {
			if bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
				t.Errorf("%v", err)
			}
			return
		}
		if len(m.URL)+len(m.Method)+len(m.Content) > len(data) || len(m.Headers) > len(data)/16+1 {
			t.Errorf("%d bytes became %+v", len(data), m)
		}
		if err := m.sound(); err == nil && (m.Method == "" || m.Redirect == "") {
			t.Errorf("%+v", m)
		}
	})
}
