package main

import (
	"context"
	"encoding/binary"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/examples/go/chat/room"
)

// The trait Room of the crate in examples/rust/bus/chat has other names on the bus, the type
// names of its requests, and other formats: the room's is JSON, its members' bincode. What
// is said goes as one text.
const (
	rustJoin  = "chat::RoomJoinRequest"
	rustHeard = "chat::RoomJoinHeardCallback"
	rustSay   = "chat::MemberSayRequest"
	rustNicks = "chat::MemberNicksRequest"
)

// registerRust has server serve the room to programs of the crate.
func registerRust(server *bus.Server, l *lobby) {
	// Held, since a program of the crate calls the member without waiting for it.
	server.Handle(rustJoin, bus.GoHeld(func(_ context.Context, in *bus.Incoming) error {
		var args struct {
			Nick string `json:"nick"`
		}
		if err := codec.JSON.Unmarshal(in.Body(), &args); err != nil {
			return err
		}
		m, err := l.join(args.Nick, func(ctx context.Context, message room.Message) error { return tellRust(ctx, in, message) })
		if err != nil {
			return err
		}
		in.OnEnd(func(error) { m.Close() })
		if err := in.Open(bus.FormatJSON, []byte("null"), nil); err != nil {
			return err
		}
		in.Release(rustMember(m))
		return nil
	}))
}

// tellRust calls back with a text. It does not wait for the answer: a program of the crate
// that reads its input answers nothing meanwhile.
func tellRust(ctx context.Context, in *bus.Incoming, message room.Message) error {
	text := message.Text
	if message.From != "" {
		text = message.From + ": " + text
	}
	body, err := codec.JSON.Marshal(text)
	if err != nil {
		return err
	}
	in.Start(ctx, &bus.Request{Method: bus.MethodOf(rustHeard), Format: bus.FormatJSON, Body: body}, func(*bus.Response, error) {})
	return nil
}

// rustMember serves the trait Member. Its values are bincode's: lengths and counts are
// little endian, of 8 and 4 bytes.
func rustMember(m *member) bus.Handler {
	s := bus.NewServer()
	s.Func(rustSay, func(ctx context.Context, in *bus.Incoming) error {
		body := in.Body()
		if len(body) < 8 || binary.LittleEndian.Uint64(body) != uint64(len(body)-8) {
			return bus.CrateError(bus.CrateDeserialization, "the request is no text in bincode")
		}
		told, err := m.Say(ctx, strings.ToValidUTF8(string(body[8:]), "\ufffd"))
		if err != nil {
			return err
		}
		return in.Reply(bus.FormatBincode, binary.LittleEndian.AppendUint32(nil, uint32(told)))
	})
	s.Func(rustNicks, func(ctx context.Context, in *bus.Incoming) error {
		nicks, err := m.Who(ctx)
		if err != nil {
			return err
		}
		body := binary.LittleEndian.AppendUint64(nil, uint64(len(nicks)))
		for _, nick := range nicks {
			body = append(binary.LittleEndian.AppendUint64(body, uint64(len(nick))), nick...)
		}
		return in.Reply(bus.FormatBincode, body)
	})
	return s
}
