package bus_test

import (
	"io"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// direct is a port that hands messages to the other end within Send, as the kernel's
// does: no goroutine is between the two.
type direct struct{ to *bus.Conn }

func (d *direct) Send(frames []byte) error { return d.to.Receive(append([]byte(nil), frames...)) }
func (d *direct) Close() error             { return nil }

func directPair(h bus.Handler) (*bus.Conn, *bus.Conn) {
	pa, pb := &direct{}, &direct{}
	a, b := bus.NewConn(pa, bus.Options{}), bus.NewConn(pb, bus.Options{Accepts: true, Handler: h})
	pa.to, pb.to = b, a
	return a, b
}

// BenchmarkInvoke is a call of 100 bytes that is answered at once, without and with
// somebody between the two.
func BenchmarkInvoke(b *testing.B) {
	for _, forwarded := range []bool{false, true} {
		name := "direct"
		if forwarded {
			name = "forwarded"
		}
		b.Run(name, func(b *testing.B) {
			conn, _ := directPair(bus.HandlerFunc(echo))
			if forwarded {
				target := conn.Package("test")
				var f bus.Forwarder
				conn, _ = directPair(bus.HandlerFunc(func(in *bus.Incoming) { f.Forward(in, target) }))
			}
			r := &bus.Request{Method: bus.MethodOf("t/1.Echo"), Body: make([]byte, 100)}
			pkg := conn.Package("test")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := pkg.Invoke(b.Context(), r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStream is bytes over a link, 64 KiB a write.
func BenchmarkStream(b *testing.B) {
	client, server := bus.Pipe(bus.Options{}, bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
		go func() {
			io.Copy(io.Discard, in.Stream(0))
			in.Reply(bus.FormatRaw, nil)
		}()
	})})
	defer server.Wait()
	defer client.Close(nil)
	s, wait := bus.Begin(b.Context(), client.Package("test"), call("t/1.Sink", ""))
	piece := make([]byte, 64<<10)
	b.SetBytes(int64(len(piece)))
	for b.Loop() {
		if _, err := s.Stream(0).Write(piece); err != nil {
			b.Fatal(err)
		}
	}
	s.Stream(0).CloseSend(nil)
	if _, err := wait(); err != nil {
		b.Fatal(err)
	}
}
