package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
)

// raw is a peer that sends what it likes to a server and reads its frames.
type raw struct {
	t    *testing.T
	conn *bus.Conn
	port *sink
}

func newRaw(t *testing.T, h bus.Handler, limits bus.Limits) *raw {
	port := &sink{}
	r := &raw{t, bus.NewConn(port, bus.Options{Accepts: true, Handler: h, Limits: limits}), port}
	r.send(bus.AppendHello(nil, &bus.Hello{Version: bus.Version, MaxFrame: 1 << 24, MaxCalls: 1 << 14}))
	return r
}

func (r *raw) send(frames ...[]byte) error { return r.conn.Receive(bytes.Join(frames, nil)) }

// frames are those that came since the last time, without the hello.
func (r *raw) frames() []bus.Frame {
	r.t.Helper()
	var list []bus.Frame
	for b := r.port.sent; len(b) > 0; {
		f, rest, err := bus.Decode(b)
		if err != nil {
			r.t.Fatal(err)
		}
		if b = rest; f.Kind != bus.KindHello {
			list = append(list, f)
		}
	}
	r.port.sent = nil
	return list
}

// text is frames as kind:id, faults with their code.
func text(list []bus.Frame) string {
	var b bytes.Buffer
	for _, f := range list {
		fmt.Fprintf(&b, "%d:%d", f.Kind, f.ID)
		if f.Kind == bus.KindFault {
			e, _ := bus.DecodeFault(bus.Format(f.Format), f.Payload)
			fmt.Fprintf(&b, "(%v)", e.Code)
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// TestConn_hostilePeers sends what no good peer does. "4:0 " and the like are the frames
// that come back: kind, id, code.
func TestConn_hostilePeers(t *testing.T) {
	method := bus.MethodOf("t/1.Open")
	open := func(id, parent uint32) []byte {
		return bus.AppendCall(nil, id, method, 0, &bus.CallHead{Parent: parent}, nil)
	}
	never := func(id uint32) []byte {
		return bus.AppendCall(nil, id, bus.MethodOf("t/1.Never"), 0, &bus.CallHead{}, nil)
	}
	result := func(id uint32, flags uint16) []byte {
		return (&bus.Frame{Kind: bus.KindResult, ID: id, Lane: flags}).Append(nil)
	}
	big := make([]byte, bus.Window)
	for _, test := range []struct {
		name string
		send [][]byte
		want string
		ends bool
	}{
		{"an id of the wrong side", [][]byte{open(2, 0)}, "3:0(invalid_argument) ", true},
		{"the id 0", [][]byte{(&bus.Frame{Kind: bus.KindCall, Payload: make([]byte, 12)}).Append(nil)}, "3:0(invalid_argument) ", true},
		{"an id in use", [][]byte{open(1, 0), open(1, 0)}, "2:1 3:0(invalid_argument) ", true},
		{"an id used again", [][]byte{never(1), bus.AppendClose(nil, 1), open(1, 0)}, "3:1(canceled) 2:1 ", false},
		{"an unknown parent", [][]byte{open(1, 99)}, "3:1(not_found) ", false},
		{"a parent and a package", [][]byte{bus.AppendCall(nil, 1, method, 0, &bus.CallHead{Parent: 1, Package: "p"}, nil)}, "3:0(invalid_argument) ", true},
		{"an answer nobody asked for", [][]byte{result(2, 0), open(1, 0)}, "3:2(failed_precondition) 2:1 ", false},
		{"a fault nobody asked for", [][]byte{bus.AppendFault(nil, 2, bus.NewError(1, ""))}, "3:2(failed_precondition) ", false},
		{"a complaint", [][]byte{bus.AppendFault(nil, 1, bus.NewError(1, ""))}, "", false},
		{"an end nobody knows of", [][]byte{bus.AppendClose(nil, 1), bus.AppendClose(nil, 2), bus.AppendData(nil, 9, 0, 0, 0, nil), bus.AppendCredit(nil, 9, 0, 1, 0)}, "", false},
		{"too many calls", [][]byte{never(1), never(3), never(5), never(7)}, "3:5(resource_exhausted) 3:7(resource_exhausted) ", false},
		{"too deep", [][]byte{open(1, 0), open(3, 1)}, "2:1 3:3(resource_exhausted) ", false},
		{"too many streams", [][]byte{open(1, 0), bus.AppendData(nil, 1, 0, 0, 0, nil), bus.AppendData(nil, 1, 1, 0, 0, nil), bus.AppendData(nil, 1, 2, 0, 0, nil)}, "2:1 3:0(invalid_argument) ", true},
		{"more than the credit", [][]byte{open(1, 0), bus.AppendData(nil, 1, 0, 0, 0, big)}, "2:1 3:0(invalid_argument) ", true},
		{"data after the end", [][]byte{open(1, 0), bus.AppendData(nil, 1, 0, bus.FlagEnd, 0, nil), bus.AppendData(nil, 1, 0, 0, 0, nil)}, "2:1 3:0(invalid_argument) ", true},
		{"an end with data", [][]byte{open(1, 0), bus.AppendData(nil, 1, 0, bus.FlagEnd, 0, big[:1])}, "2:1 3:0(invalid_argument) ", true},
		{"endless credit", [][]byte{open(1, 0), bus.AppendCredit(nil, 1, 0, 1<<31, 0)}, "2:1 3:0(invalid_argument) ", true},
		{"a frame too long", [][]byte{bus.AppendData(nil, 1, 0, 0, 0, make([]byte, 1<<20))}, "3:0(invalid_argument) ", true},
		{"a second hello", [][]byte{bus.AppendHello(nil, &bus.Hello{Version: 1, MaxFrame: 1 << 20, MaxCalls: 1})}, "3:0(invalid_argument) ", true},
		{"an unknown kind", [][]byte{(&bus.Frame{Kind: 99}).Append(nil)}, "3:0(unimplemented) ", true},
		{"an unknown kind that may be left out", [][]byte{(&bus.Frame{Kind: 200}).Append(nil), open(1, 0)}, "2:1 ", false},
		{"a frame cut short", [][]byte{open(1, 0)[:30]}, "3:0(invalid_argument) ", true},
		{"a fault of the link", [][]byte{never(1), bus.AppendFault(nil, 0, bus.NewError(bus.CodeAborted, "bye"))}, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := bus.NewServer()
			s.Handle("t/1.Open", bus.HandlerFunc(func(in *bus.Incoming) { in.Open(0, nil, bus.HandlerFunc(echo)) }))
			s.Handle("t/1.Never", bus.HandlerFunc(func(*bus.Incoming) {}))
			r := newRaw(t, s, bus.Limits{Calls: 2, Sessions: 1, Streams: 2, Frame: 1 << 19})
			if test.name == "too deep" {
				r = newRaw(t, bus.HandlerFunc(func(in *bus.Incoming) { in.Open(0, nil, s) }), bus.Limits{Sessions: 1})
				test.send = append(test.send, open(5, 3))
				test.want = "2:1 2:3 3:5(resource_exhausted) "
			}
			err := r.send(test.send...)
			if got := text(r.frames()); got != test.want {
				t.Errorf("answered %q, want %q", got, test.want)
			}
			if ended := r.conn.Err() != nil; ended != test.ends {
				t.Errorf("ended %v: %v, %v", ended, err, r.conn.Err())
			}
			if r.conn.Close(nil); r.conn.Stats().Open != 0 {
				t.Errorf("%d calls are left open", r.conn.Stats().Open)
			}
		})
	}
}

// TestConn_millionCalls has one peer open calls without an end: those over the limit
// fail, and no memory is kept for them.
func TestConn_millionCalls(t *testing.T) {
	r := newRaw(t, bus.HandlerFunc(func(*bus.Incoming) {}), bus.Limits{Calls: 100})
	const message = 1000 // calls
	refused := 0
	for i := range uint32(1_000_000 / message) {
		var msg []byte
		for n := range uint32(message) {
			msg = bus.AppendCall(msg, 2*(i*message+n)+1, bus.Method{}, 0, &bus.CallHead{}, nil)
		}
		if err := r.send(msg); err != nil {
			t.Fatal(err)
		}
		refused += len(r.frames())
	}
	if refused += len(r.frames()); refused != 1_000_000-100 {
		t.Errorf("%d calls were refused", refused)
	}
	if n := r.conn.Stats().Open; n != 100 {
		t.Errorf("%d calls are open", n)
	}
}

func TestError_acrossTheWire(t *testing.T) {
	for _, err := range []error{
		context.Canceled, context.DeadlineExceeded, fs.ErrNotExist, fs.ErrExist, fs.ErrPermission, fs.ErrInvalid,
		errors.ErrUnsupported, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, fs.ErrClosed, bus.CodeUnavailable,
	} {
		f, _, _ := bus.Decode(bus.AppendFault(nil, 1, bus.ErrorOf(fmt.Errorf("what was done: %w", err))))
		got, bad := bus.DecodeFault(bus.Format(f.Format), f.Payload)
		if bad != nil || !errors.Is(got, err) || got.Error() != "what was done: "+err.Error() {
			t.Errorf("%v became %v, %v", err, got, bad)
		}
		for _, other := range []error{context.Canceled, fs.ErrNotExist, io.EOF} {
			if err != other && errors.Is(got, other) {
				t.Errorf("%v became %v", err, other)
			}
		}
	}
}

func TestCrate_numbers(t *testing.T) {
	for n := bus.CrateSerialization; n <= bus.CrateUnknown; n++ {
		e := bus.CrateError(n, "x")
		if e.CrateNumber() != n || e.Code == 0 {
			t.Errorf("%d became %d, %v", n, e.CrateNumber(), e.Code)
		}
	}
	names := make(map[string]bus.Code)
	for c := bus.CodeCanceled; c <= bus.CodeUnauthenticated; c++ {
		if other, twice := names[c.String()]; twice || strings.HasPrefix(c.String(), "code_") {
			t.Errorf("%d is called %v, as %d", uint(c), c, uint(other))
		}
		names[c.String()] = c
		if n := bus.NewError(c, "").CrateNumber(); n < 1 || n > bus.CrateUnknown {
			t.Errorf("%v is the crate's %d", c, n)
		}
	}
}
