package ostty_test

import (
	"strings"
	"testing"
	"unicode"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/ostty"
)

// FuzzCall hands bodies of any kind to the service and to the crates' output: each is answered
// or refused as what cannot be decoded, and a title never gets more of the terminal than its own.
func FuzzCall(f *testing.F) {
	title, err := cborvalue.Append(nil, map[string]any{"title": "a\x1b]2;b\atitle"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), uint8(bus.FormatCBOR), title)
	f.Add(uint8(0), uint8(bus.FormatJSON), []byte(`{"title":"\u001b]0;x\u0007\u009c\n"}`))
	f.Add(uint8(1), uint8(bus.FormatBincode), bincode.AppendBytes(nil, "some text\n"))
	f.Add(uint8(1), uint8(bus.FormatBincode), bincode.AppendUint64(nil, 1<<63))
	f.Add(uint8(2), uint8(bus.FormatJSON), []byte(`{"raw":1}`))
	f.Add(uint8(3), uint8(bus.FormatRaw), []byte{0xff})
	f.Add(uint8(4), uint8(bus.FormatBincode), []byte{1})
	f.Fuzz(func(t *testing.T, which, format uint8, body []byte) {
		w := newWorld(t, true)
		names := []string{ostty.SetTitle, "wasmer_bus_tty::api::TtyStdoutRequest", ostty.Raw, ostty.Info, "wasmer_bus_tty::api::TtyRectRequest"}
		name := names[int(which)%len(names)]
		ask := &bus.Request{Method: bus.MethodOf(name), Format: bus.Format(format), Body: body}
		r, err := w.conn.Package("os").Invoke(t.Context(), ask)
		if err == nil && name == names[1] {
			ask.Method = bus.MethodOf("wasmer_bus_tty::api::StdoutWriteRequest")
			_, err = r.Session.Invoke(t.Context(), ask)
		}
		switch {
		case err != nil && bus.CodeOf(err) != bus.CodeInvalidArgument:
			t.Errorf("%s: %v", name, err)
		case err == nil && name == ostty.SetTitle:
			shown := make([]byte, 64<<10)
			n, err := w.f.Read(w.master, shown)
			text, whole := strings.CutPrefix(string(shown[:n]), "\x1b]2;")
			text, ended := strings.CutSuffix(text, "\a")
			if err != nil || !whole || !ended || strings.ContainsFunc(text, unicode.IsControl) {
				t.Errorf("the terminal is sent %q, %v", shown[:n], err)
			}
		}
	})
}
