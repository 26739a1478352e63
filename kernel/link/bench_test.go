package link_test

import (
	"context"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// held is a machine whose guests do nothing by themselves.
type held struct{ guests chan *kernel.Guest }

func (m held) Load(_ context.Context, _ kernel.ImageKey, _ string, read func() ([]byte, error)) (kernel.Image, error) {
	return read()
}

func (m held) Start(g *kernel.Guest) (kernel.Running, error) {
	m.guests <- g
	return idle{}, nil
}

type idle struct{}

func (idle) Kill()     {}
func (idle) Stop()     {}
func (idle) Continue() {}

// BenchmarkServer_call is what a call of a guest to the package os costs in the kernel, from
// the guest's message to the one that answers it.
func BenchmarkServer_call(b *testing.B) {
	m := held{make(chan *kernel.Guest, 1)}
	k := kernel.New(kernel.Config{Machine: m})
	b.Cleanup(func() { k.Close() })
	busimpl.Register(k, busimpl.Options{})
	files := k.Init().Files()
	files.WriteFile("/guest", []byte("\x00asm"), 0o755)
	if _, err := files.Spawn(&sys.SpawnAttr{Path: "/guest", Argv: []string{"guest"}}); err != nil {
		b.Fatal(err)
	}
	var last []byte
	server := link.NewServer((<-m.guests).Process, func(msg []byte) { last = append(last[:0], msg...) })
	send := func(kind bus.Kind, id uint32, r *sys.Request) {
		if err := server.Receive(sys.AppendRequest(nil, kind, 0, id, r)); err != nil {
			b.Fatal(err)
		}
	}
	send(bus.KindCall, 1, &sys.Request{Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead | sys.OWrite)}, Path: bus.Device})
	frame, _, _ := bus.Decode(last)
	reply, err := sys.DecodeReply(frame.Payload)
	if err != nil || reply.Errno != 0 {
		b.Fatal(err, reply.Errno)
	}
	fd := reply.Vals[0]
	write := sys.Request{Op: sys.OpWrite, Args: [6]uint64{fd, sys.WriteBehind}}
	write.Data = bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 24, MaxCalls: 9})
	send(bus.KindNotify, 0, &write)
	send(bus.KindNotify, 0, &sys.Request{Op: sys.OpFeed, Args: [6]uint64{fd, 1 << 60, 1}})
	write.Data = bus.AppendCall(nil, 1, bus.MethodPing, bus.FormatRaw, &bus.CallHead{Package: "os"}, make([]byte, 100))
	msg := sys.AppendRequest(nil, bus.KindNotify, 0, 0, &write)
	b.ReportAllocs()
	for b.Loop() {
		last = last[:0]
		if server.Receive(append([]byte(nil), msg...)); len(last) < 128 {
			b.Fatal("there is no answer")
		}
	}
}
