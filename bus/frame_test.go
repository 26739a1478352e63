package bus_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

func TestFrame_roundTrip(t *testing.T) {
	in := bus.Frame{
		Kind: bus.KindCall, Format: 3, Lane: 7, ID: 0xdeadbeef,
		Method: bus.Reserved(42), Payload: []byte("payload"),
	}
	wire := in.Append(nil)
	wire = (&bus.Frame{Kind: bus.KindCredit, ID: 9}).Append(wire)
	out, rest, err := bus.Decode(wire)
	if err != nil {
		t.Fatal(err)
	}
	if out.Kind != in.Kind || out.Format != in.Format || out.Lane != in.Lane || out.ID != in.ID ||
		out.Method != in.Method || !bytes.Equal(out.Payload, in.Payload) {
		t.Errorf("decoded %+v, want %+v", out, in)
	}
	if n, ok := out.Method.ReservedNumber(); !ok || n != 42 {
		t.Errorf("reserved number %d, %v", n, ok)
	}
	if out, rest, err = bus.Decode(rest); err != nil || out.Kind != bus.KindCredit || len(rest) != 0 {
		t.Errorf("second frame: %+v, %d bytes left, %v", out, len(rest), err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add((&bus.Frame{Kind: bus.KindCall, Payload: []byte("x")}).Append(nil))
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, b []byte) {
		for len(b) > 0 {
			frame, rest, err := bus.Decode(b)
			if err != nil {
				if !errors.Is(err, bus.ErrFrame) {
					t.Fatalf("an error of another kind: %v", err)
				}
				return
			}
			if again := frame.Append(nil); !bytes.Equal(again, b[:len(b)-len(rest)]) {
				t.Fatalf("% x became % x", b[:len(b)-len(rest)], again)
			}
			b = rest
		}
	})
}
