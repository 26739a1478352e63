package oslog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/oslog"
)

// sink keeps entries as text. It keeps warnings of process 7, and everything of others.
type sink struct{ entries chan string }

func (s *sink) Level(pid int) slog.Level {
	if pid == 7 {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

func (s *sink) Log(ctx context.Context, pid int, level slog.Level, msg string, attrs []slog.Attr) {
	m, _ := bus.MetaFrom(ctx)
	s.entries <- fmt.Sprint(pid, " ", m.Caller, " ", level, " ", msg, " ", attrs)
}

// dial is a caller of the service that is process pid.
func dial(t *testing.T) (*sink, func(pid uint32, method string, format bus.Format, body []byte) (*bus.Response, error), *bus.Conn) {
	t.Helper()
	s := &sink{make(chan string, 10)}
	srv := bus.NewServer()
	oslog.Register(srv, s)
	a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: srv})
	t.Cleanup(func() {
		a.Close(nil)
		b.Close(nil)
	})
	return s, func(pid uint32, method string, format bus.Format, body []byte) (*bus.Response, error) {
		return a.Package("os").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(method), Format: format, Body: body, Meta: &bus.Meta{Caller: pid}})
	}, a
}

func TestLevel(t *testing.T) {
	_, call, _ := dial(t)
	for pid, want := range map[uint32]string{7: `{"level":4,"name":"WARN"}`, 8: `{"level":-4,"name":"DEBUG"}`} {
		if r, err := call(pid, oslog.Level, bus.FormatJSON, nil); err != nil || string(r.Body) != want {
			t.Errorf("process %d: %+v, %v, want %s", pid, r, err, want)
		}
	}
	r, err := call(7, oslog.Level, bus.FormatCBOR, nil)
	if err != nil || r.Format != bus.FormatCBOR {
		t.Fatal(r, err)
	}
	if v, err := cborvalue.Decode(r.Body); err != nil || !strings.Contains(fmt.Sprint(v), "WARN") {
		t.Errorf("%v, %v", v, err)
	}
}

func TestLog(t *testing.T) {
	many := make(map[string]int)
	for i := range 65 {
		many[fmt.Sprint(i)] = i
	}
	attrs, _ := json.Marshal(many)
	tests := []struct {
		name  string
		pid   uint32
		body  string
		entry string // empty: none is kept
		err   bus.Code
	}{
		{"a number", 7, `{"level":8,"message":"it broke"}`, "7 7 ERROR it broke []", 0},
		{"a name", 7, `{"level":"warn","message":"m"}`, "7 7 WARN m []", 0},
		{"a name and a number", 8, `{"level":"INFO+2","message":"m"}`, "8 8 INFO+2 m []", 0},
		{"no level", 8, `{"message":"m"}`, "8 8 INFO m []", 0},
		{"a level that is not kept", 7, `{"level":0,"message":"m"}`, "", 0},
		{"attributes, in order", 8, `{"message":"m","attrs":{"b":[1,"x"],"a":1.5,"c":null}}`, "8 8 INFO m [a=1.5 b=[1 x] c=<nil>]", 0},
		{"nothing", 8, ``, "8 8 INFO  []", 0},
		{"a name that is none", 8, `{"level":"loud","message":"m"}`, "", bus.CodeInvalidArgument},
		{"half a level", 8, `{"level":1.5,"message":"m"}`, "", bus.CodeInvalidArgument},
		{"a level that is a list", 8, `{"level":[4]}`, "", bus.CodeInvalidArgument},
		{"a message that is a number", 8, `{"message":4}`, "", bus.CodeInvalidArgument},
		{"not JSON", 8, `{"message":`, "", bus.CodeInvalidArgument},
		{"too many attributes", 8, `{"attrs":` + string(attrs) + `}`, "", bus.CodeInvalidArgument},
		{"a long message", 8, `{"message":"` + strings.Repeat("x", 16<<10+1) + `"}`, "", bus.CodeInvalidArgument},
	}
	s, call, _ := dial(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := call(test.pid, oslog.Log, bus.FormatJSON, []byte(test.body))
			if bus.CodeOf(err) != test.err || err == nil && string(r.Body) != "{}" {
				t.Errorf("%+v, %v", r, err)
			}
			got := ""
			select {
			case got = <-s.entries:
			default:
			}
			if got != test.entry {
				t.Errorf("kept is %q, want %q", got, test.entry)
			}
		})
	}
}

func TestLog_formats(t *testing.T) {
	s, call, conn := dial(t)
	body, err := cborvalue.Append(nil, map[string]any{"level": 4, "message": "m", "attrs": map[string]any{"n": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call(1, oslog.Log, bus.FormatCBOR, body); err != nil {
		t.Error(err)
	} else if got := <-s.entries; got != "1 1 WARN m [n=1]" {
		t.Errorf("cbor: %q", got)
	}
	for _, f := range []bus.Format{bus.FormatRaw, bus.FormatBincode, 99} {
		if _, err := call(1, oslog.Log, f, body); bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Errorf("format %v: %v", f, err)
		}
	}
	r := &bus.Request{Method: bus.MethodOf(oslog.Log), Format: bus.FormatJSON, Body: []byte(`{"message":"told"}`)}
	if err := conn.Package("os").Notify(t.Context(), r); err != nil {
		t.Error(err)
	} else if got := <-s.entries; got != "0 0 INFO told []" {
		t.Errorf("a notification: %q", got)
	}
	if _, err := call(1, "os.log/1.None", bus.FormatJSON, nil); bus.CodeOf(err) != bus.CodeUnimplemented {
		t.Errorf("no such method: %v", err)
	}
}
