//go:build !js

package busimpl_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/kernel"
)

// The methods of the crates' programs room and join, by the names of their types.
var (
	roomJoin    = "chat::RoomJoinRequest"
	roomHeard   = "chat::RoomJoinHeardCallback"
	memberSay   = "chat::MemberSayRequest"
	memberNicks = "chat::MemberNicksRequest"
)

// joinRoom joins a room that one of the crates' programs serves, from Go: it waits for the
// object, as callers of package bus do, and is called back.
func joinRoom(t *testing.T, k *kernel.Kernel, pkg string) {
	conn, err := k.Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(nil)
	heard := make(chan string, 10)
	join := func(nick string) *bus.Session {
		body, _ := json.Marshal(map[string]string{"nick": nick})
		r, err := conn.Package(pkg).Invoke(t.Context(), &bus.Request{
			Method: bus.MethodOf(roomJoin), Format: bus.FormatJSON, Body: body, Keep: true,
			Handler: bus.HandlerFunc(func(in *bus.Incoming) {
				var text string
				if err := json.Unmarshal(in.Body(), &text); err != nil || in.Method() != bus.MethodOf(roomHeard) {
					text = "not understood: " + string(in.Body())
				}
				heard <- nick + " hears " + text
				in.Reply(bus.FormatRaw, nil)
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if r.Session == nil {
			t.Fatalf("%s is answered without an object: %q", nick, r.Body)
		}
		return r.Session
	}
	hears := func(want string) {
		t.Helper()
		if got := <-heard; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	ann := join("ann")
	bob := join("bob")
	hears("ann hears bob joined")
	say := func(s *bus.Session, text string) {
		t.Helper()
		r, err := s.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(memberSay), Format: bus.FormatBincode, Body: bincode.AppendBytes(nil, []byte(text))})
		if err != nil || string(r.Body) != "\x01\x00\x00\x00" || r.Session != nil {
			t.Errorf("say: %+v, %v", r, err)
		}
	}
	say(bob, "hello")
	hears("ann hears bob: hello")
	say(ann, "hi")
	hears("bob hears ann: hi")
	bob.Close()
	hears("ann hears bob left")
	if _, err := bob.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(memberNicks), Format: bus.FormatBincode}); err == nil {
		t.Error("an object answers that was given back")
	}
	r, err := conn.Package(pkg).Invoke(t.Context(), &bus.Request{
		Method: bus.MethodOf(roomJoin), Format: bus.FormatJSON, Body: []byte(`{"nick":""}`), Keep: true,
	})
	if e := bus.ErrorOf(err); err == nil || e.Crate != bus.CrateBadRequest {
		t.Errorf("a join without a nick: %+v, %v", r, err)
	}
	ann.Close()
}

// serveRoom serves a room in Go, which a program of the crates joins.
func serveRoom(t *testing.T, k *kernel.Kernel, program string) {
	conn, err := k.Init().Bus(bus.Options{Handler: bus.HandlerFunc(func(in *bus.Incoming) {
		var ask struct{ Nick string }
		if err := json.Unmarshal(in.Body(), &ask); err != nil || in.Method() != bus.MethodOf(roomJoin) {
			in.Fault(bus.CrateError(bus.CrateInvalidTopic, ""))
			return
		}
		member := bus.HandlerFunc(func(call *bus.Incoming) {
			switch call.Method() {
			case bus.MethodOf(memberSay):
				text := string(bincode.NewReader(call.Body()).Bytes())
				in.Notify(t.Context(), &bus.Request{Method: bus.MethodOf(roomHeard), Format: bus.FormatJSON, Body: []byte(`"you said ` + text + `"`)})
				call.Reply(bus.FormatBincode, bincode.AppendUint32(nil, 1))
			case bus.MethodOf(memberNicks):
				call.Reply(bus.FormatBincode, bincode.AppendBytes(bincode.AppendUint64(nil, 1), []byte(ask.Nick)))
			default:
				call.Fault(bus.ErrNoMethod(call.Method()))
			}
		})
		in.Open(bus.FormatJSON, []byte("null"), member)
	})})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(nil)
	name := "go-" + program
	if err := conn.Listen(t.Context(), name, 0); err != nil {
		t.Fatal(err)
	}
	p := start(t, k, program+" "+name+" ann")
	p.type_("/nicks\nhello\n/wait 1\n")
	out, _ := p.finish()
	if sorted(out) != sorted("ann\ntold 1\n< you said hello\n") || !strings.HasPrefix(out, "ann\n") {
		t.Errorf("%q", out)
	}
}
