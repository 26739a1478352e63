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

// driven is a guest whose messages a benchmark makes itself.
type driven struct {
	server *link.Server
	last   []byte // the last messages to it
	fd     uint64 // its link to the bus
}

func drive(b *testing.B, k *kernel.Kernel, m held) *driven {
	files := k.Init().Files()
	files.WriteFile("/guest", []byte("\x00asm"), 0o755)
	if _, err := files.Spawn(&sys.SpawnAttr{Path: "/guest", Argv: []string{"guest"}}); err != nil {
		b.Fatal(err)
	}
	d := new(driven)
	d.server = link.NewServer((<-m.guests).Process, func(msg []byte) { d.last = append(d.last, msg...) })
	d.send(b, sys.AppendRequest(nil, bus.KindCall, 0, 1, &sys.Request{
		Op: sys.OpOpen, Args: [6]uint64{sys.AtCwd, uint64(sys.ORead | sys.OWrite)}, Path: bus.Device,
	}))
	frame, _, _ := bus.Decode(d.last)
	reply, err := sys.DecodeReply(frame.Payload)
	if err != nil || reply.Errno != 0 {
		b.Fatal(err, reply.Errno)
	}
	d.fd = reply.Vals[0]
	d.send(b, d.writes(bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 24, MaxCalls: 9})))
	d.send(b, sys.AppendRequest(nil, bus.KindNotify, 0, 0, &sys.Request{Op: sys.OpFeed, Args: [6]uint64{d.fd, 1 << 60, 1}}))
	return d
}

// writes is the message by which frames are written to the link.
func (d *driven) writes(frames []byte) []byte {
	return sys.AppendRequest(nil, bus.KindNotify, 0, 0, &sys.Request{Op: sys.OpWrite, Args: [6]uint64{d.fd, sys.WriteBehind}, Data: frames})
}

func (d *driven) send(b *testing.B, msg []byte) {
	if err := d.server.Receive(append([]byte(nil), msg...)); err != nil {
		b.Fatal(err)
	}
}

// takes is the frame that has come on the link.
func (d *driven) takes(b *testing.B) bus.Frame {
	frame, _, err := bus.Decode(d.last)
	if err != nil {
		b.Fatal(err)
	}
	d.last = d.last[:0]
	r, err := sys.DecodeRequest(sys.OpFeed, frame.Format, frame.Payload)
	if err != nil {
		b.Fatal(err)
	}
	got, _, err := bus.Decode(r.Data)
	if err != nil {
		b.Fatal(err)
	}
	return got
}

func ping(pkg string, method bus.Method) []byte {
	return bus.AppendCall(nil, 1, method, bus.FormatRaw, &bus.CallHead{Package: pkg}, make([]byte, 100))
}

// BenchmarkServer_call is what a call of a guest costs in the kernel, from the guest's message
// to the one that answers it: to the package os, and to another guest.
func BenchmarkServer_call(b *testing.B) {
	m := held{make(chan *kernel.Guest, 1)}
	k := kernel.New(kernel.Config{Machine: m})
	b.Cleanup(func() { k.Close() })
	busimpl.Register(k, busimpl.Options{})
	caller, callee := drive(b, k, m), drive(b, k, m)
	caller.last, callee.last = nil, nil
	b.Run("os", func(b *testing.B) {
		msg := caller.writes(ping("os", bus.MethodPing))
		b.ReportAllocs()
		for b.Loop() {
			caller.send(b, msg)
			if f := caller.takes(b); f.Kind != bus.KindResult || len(f.Payload) != 100 {
				b.Fatal("there is no answer")
			}
		}
	})
	b.Run("guest", func(b *testing.B) {
		callee.send(b, callee.writes(bus.AppendCall(nil, 1, bus.MethodOf(bus.NameListen), bus.FormatRaw, &bus.CallHead{Package: bus.PackageBus}, []byte("\x00\x00\x00\x00bench"))))
		if f := callee.takes(b); f.Kind != bus.KindResult {
			b.Fatal("it cannot listen")
		}
		msg := caller.writes(ping("bench", bus.MethodPing))
		b.ReportAllocs()
		for b.Loop() {
			caller.send(b, msg)
			call := callee.takes(b)
			h, body, err := bus.DecodeCall(call.Payload)
			if err != nil || h.Package != "bench" {
				b.Fatal(err)
			}
			answer := bus.AppendHeader(nil, bus.KindResult, call.Format, 0, call.ID, bus.Method{}, len(body))
			callee.send(b, callee.writes(append(answer, body...)))
			if f := caller.takes(b); f.Kind != bus.KindResult || len(f.Payload) != 100 {
				b.Fatal("there is no answer")
			}
		}
	})
}
