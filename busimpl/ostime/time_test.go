package ostime_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/ostime"
)

// dial is a link to the service.
func dial(t *testing.T) *bus.Conn {
	t.Helper()
	s := bus.NewServer()
	ostime.Register(s)
	a, b := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
	t.Cleanup(func() {
		a.Close(nil)
		b.Close(nil)
	})
	return a
}

func TestSleep(t *testing.T) {
	const short, long = 250 * time.Millisecond, 1000 * time.Hour
	for _, tt := range []struct {
		name   string
		format bus.Format
		body   string
		sleeps time.Duration // long: until it is given up
		code   bus.Code
	}{
		{"json", bus.FormatJSON, `{"duration_ms":250}`, short, 0},
		{"cbor", bus.FormatCBOR, "\xa1\x6bduration_ms\x18\xfa", short, 0},
		{"not at all", bus.FormatJSON, `{"duration_ms":0}`, 0, 0},
		{"the longest of 64 bits", bus.FormatJSON, `{"duration_ms":18446744073709551615}`, long, 0},
		{"the longest of 128 bits", bus.FormatJSON, `{"duration_ms":340282366920938463463374607431768211455}`, long, 0},
		{"nothing", bus.FormatJSON, `{}`, 0, bus.CodeInvalidArgument},
		{"null", bus.FormatJSON, `{"duration_ms":null}`, 0, bus.CodeInvalidArgument},
		{"less than nothing", bus.FormatJSON, `{"duration_ms":-1}`, 0, bus.CodeInvalidArgument},
		{"a part of one", bus.FormatJSON, `{"duration_ms":0.5}`, 0, bus.CodeInvalidArgument},
		{"a power", bus.FormatJSON, `{"duration_ms":1e3}`, 0, bus.CodeInvalidArgument},
		{"a string", bus.FormatJSON, `{"duration_ms":"abc"}`, 0, bus.CodeInvalidArgument},
		{"a list", bus.FormatJSON, `{"duration_ms":[]}`, 0, bus.CodeInvalidArgument},
		{"no arguments", bus.FormatJSON, `7`, 0, bus.CodeInvalidArgument},
		{"cut off", bus.FormatJSON, `{"duration_ms":2`, 0, bus.CodeInvalidArgument},
		{"more digits than anybody reads", bus.FormatJSON, `{"duration_ms":` + strings.Repeat("9", 4<<20) + `}`, 0, bus.CodeInvalidArgument},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn, began := dial(t), time.Now()
				ask := &bus.Request{Method: bus.MethodOf(ostime.Sleep), Format: tt.format, Body: []byte(tt.body), Deadline: began.Add(long)}
				session, wait := bus.Begin(t.Context(), conn.Package("os"), ask)
				if tt.sleeps == long {
					time.Sleep(long - time.Hour)
					session.Close()
				}
				r, err := wait()
				switch {
				case tt.sleeps == long:
					if bus.CodeOf(err) != bus.CodeCanceled {
						t.Errorf("%v, %v", r, err)
					}
				case bus.CodeOf(err) != tt.code || err == nil && string(r.Body) != "null":
					t.Errorf("%v, %v", r, err)
				case time.Since(began) != tt.sleeps:
					t.Errorf("it took %v", time.Since(began))
				}
			})
		})
	}
}

func TestSleep_saysWhatIsNoDuration(t *testing.T) {
	conn := dial(t)
	for _, body := range []string{`{}`, `{"duration_ms":"abc"}`, `{"duration_ms":[]}`, `{"duration_ms":-1}`, `{"duration_ms":null}`} {
		_, err := conn.Package("os").Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(ostime.Sleep), Format: bus.FormatJSON, Body: []byte(body)})
		if err == nil || bus.ErrorOf(err).Message != "duration_ms is not a number of milliseconds" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// FuzzSleep hands bodies of any kind to the service: each is refused as what cannot be decoded, or
// sleeps until it is given up.
func FuzzSleep(f *testing.F) {
	f.Add(uint8(bus.FormatJSON), []byte(`{"duration_ms":250}`))
	f.Add(uint8(bus.FormatCBOR), []byte("\xa1\x6bduration_ms\x18\xfa"))
	f.Add(uint8(bus.FormatJSON), []byte(`{"duration_ms":1e999999999}`))
	f.Add(uint8(bus.FormatCBOR), []byte("\xa1\x6bduration_ms\x3b\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add(uint8(bus.FormatRaw), []byte{0})
	f.Fuzz(func(t *testing.T, format uint8, body []byte) {
		conn := dial(t)
		ask := &bus.Request{Method: bus.MethodOf(ostime.Sleep), Format: bus.Format(format), Body: body}
		session, wait := bus.Begin(t.Context(), conn.Package("os"), ask)
		session.Close()
		if _, err := wait(); err != nil && bus.CodeOf(err) != bus.CodeInvalidArgument && bus.CodeOf(err) != bus.CodeCanceled {
			t.Error(err)
		}
	})
}
