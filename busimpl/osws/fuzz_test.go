package osws

import (
	"bytes"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// FuzzMessage has what is taken for a message be written and read as the same.
func FuzzMessage(f *testing.F) {
	for _, m := range []Message{{Text: true, Data: []byte("text")}, {Data: []byte{0, 255}}, {}} {
		f.Add(uint8(bus.FormatCBOR), encodeMessage(m))
	}
	f.Add(uint8(bus.FormatJSON), []byte(`{"text":true,"data":"text"}`))
	f.Add(uint8(bus.FormatJSON), []byte(`{"data":"AP8="}`))
	f.Add(uint8(bus.FormatCBOR), []byte{0xa1, 0x64, 'd', 'a', 't', 'a', 0x07})
	f.Fuzz(func(t *testing.T, format uint8, item []byte) {
		m, err := decodeMessage(bus.Format(format), item)
		if err != nil {
			if bus.CodeOf(err) != bus.CodeInvalidArgument {
				t.Errorf("%v", err)
			}
			return
		}
		again, err := decodeMessage(bus.FormatCBOR, encodeMessage(m))
		if err != nil || again.Text != m.Text || !bytes.Equal(again.Data, m.Data) {
			t.Errorf("%+v became %+v, %v", m, again, err)
		}
	})
}
