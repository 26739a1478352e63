package bus_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// FuzzPayloads has every decoder read what is no payload, and write again what is one.
func FuzzPayloads(f *testing.F) {
	for _, v := range vectors() {
		f.Add(v.wire()[bus.HeaderSize:])
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		check := func(what string, err error, again []byte) {
			if err != nil {
				if !errors.Is(err, bus.ErrPayload) {
					t.Fatalf("%s: an error of another kind: %v", what, err)
				}
				return
			}
			if !bytes.HasPrefix(p, again) && !bytes.Equal(p, again) {
				t.Fatalf("%s: % x became % x", what, p, again)
			}
		}
		h, body, err := bus.DecodeCall(p)
		if err == nil && (!h.HasMeta || len(p) == 12+len(h.Package)+24+len(body)) { // else there is more in the meta data
			check("call", err, bus.AppendCall(nil, 1, bus.Method{}, 0, &h, body)[bus.HeaderSize:])
		}
		n, data, err := bus.DecodeData(p)
		if err == nil {
			check("data", err, bus.AppendData(nil, 1, n, 0, 0, data)[bus.HeaderSize:])
		}
		n, more, err := bus.DecodeCredit(p)
		if err == nil {
			check("credit", err, bus.AppendCredit(nil, 1, n, more, 0)[bus.HeaderSize:])
		}
		if e, err := bus.DecodeFault(0, p); err == nil {
			if again, err := bus.DecodeFault(0, bus.AppendFault(nil, 1, e)[bus.HeaderSize:]); err != nil || again.Error() != e.Error() || again.Code != e.Code {
				t.Fatalf("%+v became %+v, %v", e, again, err)
			}
		} else {
			check("fault", err, nil)
		}
		if _, err := bus.DecodeHello(p); err != nil {
			check("hello", err, nil)
		}
	})
}

// sink is a port that keeps what is sent.
type sink struct {
	sent   []byte
	closed bool
}

func (s *sink) Send(frames []byte) error { s.sent = append(s.sent, frames...); return nil }
func (s *sink) Close() error             { s.closed = true; return nil }

// everything serves a bit of all: answers at once, opens, calls back, streams, never
// answers.
func everything(in *bus.Incoming) {
	switch in.Method()[0] % 8 {
	case 0:
		in.Reply(in.Format(), in.Body())
		in.Reply(in.Format(), in.Body()) // twice
	case 1:
		in.Open(in.Format(), in.Body(), bus.HandlerFunc(everything))
	case 2:
		in.Fault(io.ErrUnexpectedEOF)
	case 3:
		in.Start(context.Background(), call("back", "x"), func(*bus.Response, error) { in.Reply(0, nil) })
	case 4:
		in.Open(0, nil, nil)
		in.Stream(1).CloseSend(nil)
		in.Stream(2).Stop()
		in.Close()
	case 5:
		panic("oh")
	case 6:
		in.Open(0, nil, bus.HandlerFunc(everything))
		in.Fault(io.EOF)
	}
}

// FuzzReceive has a peer send anything. Whatever it is, the other end does not panic,
// keeps to the limits, and holds nothing when the link has ended.
func FuzzReceive(f *testing.F) {
	hello := bus.AppendHello(nil, &bus.Hello{Version: 1, MaxFrame: 1 << 20, MaxCalls: 8})
	all := bytes.Clone(hello)
	for _, v := range vectors()[1:] {
		f.Add(append(bytes.Clone(hello), v.wire()...), uint8(len(all)))
		all = append(all, v.wire()...)
	}
	for m := range byte(8) {
		b := bytes.Clone(hello)
		b = bus.AppendCall(b, 1, bus.Method{m}, 0, &bus.CallHead{}, nil)
		b = bus.AppendCall(b, 3, bus.Method{m}, 0, &bus.CallHead{Parent: 1}, nil)
		b = bus.AppendData(b, 1, 0, 0, 0, []byte("data"))
		b = bus.AppendCredit(b, 3, 0, 1<<31, 0)
		b = bus.AppendClose(b, 1)
		b = bus.AppendFault(b, 2, bus.NewError(1, "no"))
		f.Add(b, m)
	}
	f.Add(all, uint8(7))
	f.Fuzz(func(t *testing.T, b []byte, cut uint8) {
		port := &sink{}
		conn := bus.NewConn(port, bus.Options{Accepts: true, Handler: bus.HandlerFunc(everything), Limits: bus.Limits{Calls: 8, Sessions: 4, Streams: 2}})
		var split bus.Splitter
		split.Most = 1 << 20
		for step := int(cut)%32 + 1; len(b) > 0; {
			n := min(step, len(b))
			split.Write(b[:n])
			b = b[n:]
			msg, err := split.Next()
			if err != nil {
				conn.Close(err)
				break
			}
			if msg != nil && conn.Receive(msg) != nil {
				break
			}
			if open := conn.Stats().Open; open > 8+64*8 {
				t.Fatalf("%d calls are open", open)
			}
		}
		conn.Close(nil)
		if open := conn.Stats().Open; open != 0 || !port.closed {
			t.Fatalf("%d calls are left open, closed %v", open, port.closed)
		}
		for sent := port.sent; len(sent) > 0; {
			var err error
			if _, sent, err = bus.Decode(sent); err != nil {
				t.Fatalf("it sent what is no frame: %v", err)
			}
		}
	})
}
