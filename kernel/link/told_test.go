package link_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// The kernel tells of a change before anybody can see it, and so before the answer to the call
// that has read what was there before.
func TestClient_toldOfAChangeBeforeTheAnswer(t *testing.T) {
	const fd, other = 5, 99
	tests := []struct {
		name    string
		changed uint64 // 0: its own
		asks    bool
	}{
		{"of the file", 0, true},
		{"of another file", other, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var calls []bus.Frame
			c := link.NewClient(func(b []byte) {
				for len(b) > 0 {
					frame, rest, err := bus.Decode(b)
					if err != nil {
						t.Fatal(err)
					}
					if b = rest; frame.Kind == bus.KindCall {
						frame.Payload = append([]byte(nil), frame.Payload...)
						calls = append(calls, frame)
					}
				}
			}, func() time.Duration { return time.Second })
			c.Begin(&sys.StartInfo{})
			ended := false
			c.Start(&sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead)}, Path: "f"}, func(sys.Reply) { ended = true })
			open, err := sys.DecodeRequest(sys.OpOpen, 0, calls[0].Payload)
			if err != nil {
				t.Fatal(err)
			}
			id, changed := open.Args[4], test.changed
			if changed == 0 {
				changed = id
			}
			const toldChanged = 1 // as in client.go
			c.Receive(sys.AppendReply(nil, 0, 0, &sys.Reply{Vals: [3]uint64{changed, toldChanged}}))
			first := append(binary.LittleEndian.AppendUint64(nil, 3), "old"...)
			c.Receive(sys.AppendReply(nil, calls[0].Lane, calls[0].ID, &sys.Reply{Vals: [3]uint64{fd, uint64(sys.InfoSeek | sys.InfoBulk), id}, Data: first}))
			if !ended {
				t.Fatal("the open has not ended")
			}
			calls, ended = nil, false
			var got string
			c.Start(&sys.Request{Op: sys.OpPRead, Args: [6]uint64{fd, 3, 0}}, func(r sys.Reply) { ended, got = true, string(r.Data) })
			asked := false
			for _, f := range calls {
				n, _ := f.Method.ReservedNumber()
				asked = asked || sys.Op(n) == sys.OpPRead
			}
			if asked != test.asks {
				t.Errorf("the kernel was asked: %t, want %t; answered %t with %q", asked, test.asks, ended, got)
			}
		})
	}
}
