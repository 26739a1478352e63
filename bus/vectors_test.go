package bus_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

var update = flag.Bool("update", false, "write testdata/vectors.json")

// vector is a frame by its parts and by its bytes.
type vector struct {
	Name   string        `json:"name"`
	Kind   bus.Kind      `json:"kind"`
	Format bus.Format    `json:"format"`
	Flags  uint16        `json:"flags"`
	ID     uint32        `json:"id"`
	Method string        `json:"method,omitempty"` // its full name
	Call   *bus.CallHead `json:"call,omitempty"`
	Fault  *bus.Error    `json:"fault,omitempty"`
	Stream *uint32       `json:"stream,omitempty"`
	Credit uint32        `json:"credit,omitempty"`
	Hello  *bus.Hello    `json:"hello,omitempty"`
	Body   string        `json:"body,omitempty"`
	Wire   string        `json:"wire"`
}

func number(n uint32) *uint32 { return &n }

// vectors is what the file is made of.
func vectors() []vector {
	return []vector{
		{Name: "hello", Kind: bus.KindHello, Hello: &bus.Hello{Version: 1, MaxFrame: 1 << 24, MaxCalls: 1 << 14}},
		{Name: "call of a package", Kind: bus.KindCall, Format: bus.FormatJSON, ID: 1, Method: "os.time/1.Sleep",
			Call: &bus.CallHead{Package: "os", Timeout: 1500}, Body: `{"ms":5}`},
		{Name: "call of an object, as the kernel hands it on", Kind: bus.KindCall, Format: bus.FormatCBOR, ID: 4, Method: "chat/1.Room.Say",
			Call: &bus.CallHead{Parent: 2, HasMeta: true, Meta: bus.Meta{Caller: 7, Depth: 1, Call: 1 << 40, Cause: 9}}, Body: "\x01"},
		{Name: "call by a name of the Rust crate", Kind: bus.KindCall, Format: bus.FormatJSON, ID: 3, Method: "wasmer_bus_time::api::TimeSleepRequest",
			Call: &bus.CallHead{Package: "os"}, Body: `{"duration_ms":250}`},
		{Name: "call that is to stay open", Kind: bus.KindCall, Format: bus.FormatJSON, Flags: bus.FlagKeep, ID: 3, Method: "chat::RoomJoinRequest",
			Call: &bus.CallHead{Package: "room"}, Body: `{"nick":"ann"}`},
		{Name: "notification", Kind: bus.KindNotify, Method: "chat/1.Join.said", Call: &bus.CallHead{Parent: 5}, Body: "x"},
		{Name: "result", Kind: bus.KindResult, Format: bus.FormatJSON, ID: 1, Body: "null"},
		{Name: "result that stays open", Kind: bus.KindResult, Flags: bus.FlagOpen, ID: 5},
		{Name: "fault", Kind: bus.KindFault, ID: 1, Fault: &bus.Error{Code: bus.CodeNotFound, Crate: bus.CrateInvalidPackage, Errno: 44, Message: "there is no package é"}},
		{Name: "fault with details", Kind: bus.KindFault, Format: bus.FormatJSON, ID: 1,
			Fault: &bus.Error{Code: bus.CodePermissionDenied, Message: "no", Format: bus.FormatJSON, Details: []byte(`{"grant":"http"}`)}},
		{Name: "fault of the link", Kind: bus.KindFault, Fault: &bus.Error{Code: bus.CodeInvalidArgument, Message: "the first frame is not a hello"}},
		{Name: "close", Kind: bus.KindClose, ID: 5},
		{Name: "data", Kind: bus.KindData, ID: 5, Stream: number(1), Body: "bytes"},
		{Name: "data that goes on", Kind: bus.KindData, Format: bus.FormatCBOR, Flags: bus.FlagMore, ID: 5, Stream: number(0), Body: "\x18"},
		{Name: "end of a stream", Kind: bus.KindData, Flags: bus.FlagEnd, ID: 5, Stream: number(1)},
		{Name: "failure of a stream", Kind: bus.KindData, Flags: bus.FlagEnd | bus.FlagError, ID: 5, Stream: number(1),
			Fault: &bus.Error{Code: bus.CodeDataLoss, Message: "the disk is gone"}},
		{Name: "credit", Kind: bus.KindCredit, ID: 5, Stream: number(1), Credit: 65536},
		{Name: "stop", Kind: bus.KindCredit, Flags: bus.FlagStop, ID: 5, Stream: number(1)},
	}
}

// wire is the vector's bytes, as the package makes them.
func (v *vector) wire() []byte {
	switch v.Kind {
	case bus.KindHello:
		return bus.AppendHello(nil, v.Hello)
	case bus.KindCall, bus.KindNotify:
		h := *v.Call
		h.Flags = v.Flags
		return bus.AppendCall(nil, v.ID, bus.MethodOf(v.Method), v.Format, &h, []byte(v.Body))
	case bus.KindFault:
		return bus.AppendFault(nil, v.ID, v.Fault)
	case bus.KindClose:
		return bus.AppendClose(nil, v.ID)
	case bus.KindCredit:
		return bus.AppendCredit(nil, v.ID, *v.Stream, v.Credit, v.Flags)
	case bus.KindData:
		body := []byte(v.Body)
		if v.Fault != nil {
			body = bus.AppendFault(nil, 0, v.Fault)[bus.HeaderSize:]
		}
		return bus.AppendData(nil, v.ID, *v.Stream, v.Flags, v.Format, body)
	}
	return (&bus.Frame{Kind: v.Kind, Format: uint8(v.Format), Lane: v.Flags, ID: v.ID, Payload: []byte(v.Body)}).Append(nil)
}

const vectorFile = "testdata/vectors.json"

func TestVectors(t *testing.T) {
	if *update {
		list := vectors()
		for i := range list {
			list[i].Wire = hex.EncodeToString(list[i].wire())
		}
		text, err := json.MarshalIndent(list, "", "  ")
		if err == nil {
			err = os.WriteFile(vectorFile, append(text, '\n'), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var list []vector
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != len(vectors()) {
		t.Errorf("the file has %d vectors, the test %d: run it with -update", len(list), len(vectors()))
	}
	for _, v := range list {
		t.Run(v.Name, func(t *testing.T) {
			want, err := hex.DecodeString(v.Wire)
			if err != nil {
				t.Fatal(err)
			}
			if got := v.wire(); !bytes.Equal(got, want) {
				t.Errorf("written as % x\nwant       % x", got, want)
			}
			v.check(t, want)
		})
	}
}

// check reads the bytes and compares the parts.
func (v *vector) check(t *testing.T, wire []byte) {
	f, rest, err := bus.Decode(wire)
	if err != nil || len(rest) != 0 {
		t.Fatalf("%d bytes are left, %v", len(rest), err)
	}
	if f.Kind != v.Kind || f.Format != uint8(v.Format) || f.Lane != v.Flags || f.ID != v.ID {
		t.Errorf("read as %+v", f)
	}
	var got, want any
	body := []byte(v.Body)
	switch v.Kind {
	case bus.KindHello:
		var h bus.Hello
		h, err = bus.DecodeHello(f.Payload)
		got, want = &h, v.Hello
	case bus.KindCall, bus.KindNotify:
		var h bus.CallHead
		h, body, err = bus.DecodeCall(f.Payload)
		h.Flags = f.Lane
		c := *v.Call
		c.Flags = v.Flags
		got, want = &h, &c
		if f.Method != bus.MethodOf(v.Method) {
			t.Errorf("method %v", f.Method)
		}
	case bus.KindFault:
		got, err = bus.DecodeFault(bus.Format(f.Format), f.Payload)
		want = v.Fault
	case bus.KindData:
		var n uint32
		n, body, err = bus.DecodeData(f.Payload)
		got, want = &n, v.Stream
		if v.Fault != nil {
			got, err = bus.DecodeFault(bus.Format(f.Format), body)
			want, body = v.Fault, nil
		}
	case bus.KindCredit:
		var n, more uint32
		n, more, err = bus.DecodeCredit(f.Payload)
		got, want = []uint32{n, more}, []uint32{*v.Stream, v.Credit}
	}
	if err != nil || !reflect.DeepEqual(got, want) || string(body) != v.Body {
		t.Errorf("read as %+v %q, %v; want %+v %q", got, body, err, want, v.Body)
	}
}
