package ostty_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/busimpl/ostty"
	"github.com/bushel-wasm/bushel/internal/await"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// world is a kernel with the service as package "os", and a program that calls it.
type world struct {
	t      *testing.T
	f      *sys.Files // process 1's
	master int        // of the program's terminal, -1 if it has none
	conn   *bus.Conn  // the program's
	denied error
}

func newWorld(t *testing.T, terminal bool, env ...string) *world {
	t.Helper()
	k := kernel.New(kernel.Config{})
	w := &world{t: t, f: k.Init().Files(), master: -1}
	srv := bus.NewServer()
	ostty.Register(srv, k, func(_ context.Context, _ *bus.Incoming, service, target string) error {
		if service != "tty" || target != "" {
			t.Errorf("asked about %s %q", service, target)
		}
		return w.denied
	})
	k.Bus().Register("os", srv)
	attr := kernel.ForkAttr{Argv: []string{"program"}, Env: env, FDs: [][2]uint32{}}
	if terminal {
		m, s, err := w.f.PTY(80, 24)
		if err != nil {
			t.Fatal(err)
		}
		w.master = m
		attr.Flags, attr.TTY = sys.SpawnSetSID|sys.SpawnSetTTY, uint32(s)
		attr.FDs = [][2]uint32{{uint32(s), 0}, {uint32(s), 1}, {uint32(s), 2}}
	} else {
		r, o, err := w.f.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		w.master = r
		attr.Flags, attr.FDs = sys.SpawnSetSID, [][2]uint32{{uint32(o), 1}, {uint32(o), 2}}
	}
	p, err := k.Init().Fork(func(p *kernel.Process) int {
		<-p.Context().Done()
		return 0
	}, attr)
	if err != nil {
		t.Fatal(err)
	}
	if w.conn, err = p.Bus(bus.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.conn.Close(nil)
		if err := k.Close(); err != nil {
			t.Error(err)
		}
		if u := k.Usage(); u.OpenFiles != 0 || u.TTYs != 0 {
			t.Errorf("left: %+v", u)
		}
	})
	return w
}

func (w *world) call(method string, args any) (*bus.Response, error) {
	body, err := json.Marshal(args)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.conn.Package("os").Invoke(w.t.Context(), &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatJSON, Body: body})
}

// shows reads what the program's terminal shows until that is text.
func (w *world) shows(text string) {
	w.t.Helper()
	got := ""
	for buf := make([]byte, 64); len(got) < len(text); {
		n, err := w.f.Read(w.master, buf)
		if n == 0 || err != nil {
			w.t.Fatalf("%q and then %v", got, err)
		}
		got += string(buf[:n])
	}
	if got != text {
		w.t.Errorf("the terminal shows %q, want %q", got, text)
	}
}

// becomes waits until the terminal's mode has, or has not, the flags of m.
func (w *world) becomes(m sys.TTYMode, set bool) {
	w.t.Helper()
	await.Until(w.t, "the mode of the terminal is another", func() bool {
		now, err := w.f.TTYMode(w.master)
		if err != nil {
			w.t.Fatal(err)
		}
		return now&m != 0 == set
	})
}

func TestInfo(t *testing.T) {
	tests := []struct {
		name     string
		terminal bool
		env      []string
		want     string
	}{
		{"no colours", true, []string{"TERM=dumb"}, `"colours":0,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"no terminal named", true, []string{"X=1"}, `"colours":0,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"eight", true, []string{"TERM=vt100"}, `"colours":8,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"256", true, []string{"TERM=xterm-256color"}, `"colours":256,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"all", true, []string{"TERM=xterm-256color", "COLORTERM=truecolor"}, `"colours":16777216,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"none are wanted", true, []string{"TERM=xterm-256color", "NO_COLOR=1"}, `"colours":0,"cols":80,"raw":false,"rows":24,"stderr":true,"stdout":true,"terminal":true`},
		{"no terminal", false, []string{"TERM=xterm"}, `"colours":0,"cols":0,"raw":false,"rows":0,"stderr":false,"stdout":false,"terminal":false`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, test.terminal, test.env...)
			if r, err := w.call(ostty.Info, nil); err != nil || string(r.Body) != "{"+test.want+"}" {
				t.Errorf("%s, %v", r.Body, err)
			}
		})
	}
}

func TestSizes(t *testing.T) {
	w := newWorld(t, true)
	r, err := w.call(ostty.Sizes, nil)
	if err != nil || r.Session == nil {
		t.Fatal(r, err)
	}
	next := func(want string) {
		t.Helper()
		item, format, err := r.Session.Stream(ostty.StreamSizes).Recv(t.Context(), 1<<10)
		if err != nil || format != bus.FormatCBOR {
			t.Fatal(format, err)
		}
		v, err := cborvalue.Decode(item)
		text, _ := json.Marshal(v)
		if err != nil || string(text) != want {
			t.Errorf("%s, %v, want %s", text, err, want)
		}
	}
	next(`[{"Key":"cols","Value":80},{"Key":"rows","Value":24}]`)
	if err := w.f.SetTTYSize(w.master, 100, 30); err != nil {
		t.Fatal(err)
	}
	next(`[{"Key":"cols","Value":100},{"Key":"rows","Value":30}]`)
	r.Session.Close()
}

func TestRaw(t *testing.T) {
	w := newWorld(t, true)
	w.becomes(sys.TTYCanon, true)
	r, err := w.call(ostty.Raw, nil)
	if err != nil || r.Session == nil {
		t.Fatal(r, err)
	}
	w.becomes(sys.TTYCanon|sys.TTYEcho|sys.TTYSig, false)
	if r, err := w.call(ostty.Info, nil); err != nil || !strings.Contains(string(r.Body), `"raw":true`) {
		t.Errorf("%s, %v", r.Body, err)
	}
	r.Session.Close()
	w.becomes(sys.TTYCanon, true)
}

func TestSetTitle(t *testing.T) {
	w := newWorld(t, true)
	if _, err := w.call(ostty.SetTitle, map[string]string{"title": "a title"}); err != nil {
		t.Error(err)
	}
	w.shows("\x1b]2;a title\a")
	for name, title := range map[string]any{"control characters": "a\x1b[2Jb", "a long one": strings.Repeat("x", 1025), "a number": 4} {
		if _, err := w.call(ostty.SetTitle, map[string]any{"title": title}); bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	all := []string{ostty.Sizes, ostty.Raw, ostty.SetTitle, "wasmer_bus_tty::api::TtyRectRequest", "wasm_bus_tty::api::TtyStdinRequest"}
	t.Run("no terminal", func(t *testing.T) {
		w := newWorld(t, false)
		for _, method := range all {
			if _, err := w.call(method, struct{}{}); bus.CodeOf(err) != bus.CodeFailedPrecondition {
				t.Errorf("%s: %v", method, err)
			}
		}
	})
	t.Run("no grant", func(t *testing.T) {
		w := newWorld(t, true)
		w.denied = bus.NewError(bus.CodePermissionDenied, "the grant tty is missing")
		for _, method := range append(all, ostty.Info, "wasm_bus_tty::api::TtyStdoutRequest") {
			if _, err := w.call(method, struct{}{}); bus.CodeOf(err) != bus.CodePermissionDenied {
				t.Errorf("%s: %v", method, err)
			}
		}
	})
}

// TestCrates calls the service by the names of the two crates.
func TestCrates(t *testing.T) {
	for _, crate := range []string{"wasmer_bus_tty", "wasm_bus_tty"} {
		t.Run(crate, func(t *testing.T) {
			w := newWorld(t, true)
			name := func(method string) bus.Method { return bus.MethodOf(crate + "::api::" + method) }
			invoke := func(to bus.Target, method string, body []byte) (*bus.Response, error) {
				return to.Invoke(t.Context(), &bus.Request{Method: name(method), Format: bus.FormatBincode, Body: body})
			}
			os := w.conn.Package("os")
			if r, err := invoke(os, "TtyRectRequest", nil); err != nil || string(r.Body) != "\x50\x00\x00\x00\x18\x00\x00\x00" {
				t.Errorf("rect: %+v, %v", r, err)
			}

			for _, out := range []string{"Stdout", "Stderr"} {
				opened, err := invoke(os, "Tty"+out+"Request", nil)
				if err != nil || opened.Session == nil {
					t.Fatal(opened, err)
				}
				r, err := invoke(opened.Session, out+"WriteRequest", bincode.AppendBytes(nil, "hello"))
				if err != nil || string(r.Body) != "\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00" {
					t.Errorf("write: %+v, %v", r, err)
				}
				w.shows("hello")
				if r, err := invoke(opened.Session, out+"FlushRequest", nil); err != nil || len(r.Body) != 0 {
					t.Errorf("flush: %+v, %v", r, err)
				}
				if _, err := invoke(opened.Session, out+"WriteRequest", []byte{9}); bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
					t.Errorf("a body that is none: %v", err)
				}
				if _, err := invoke(opened.Session, "TtyRectRequest", nil); bus.ErrorOf(err).CrateNumber() != bus.CrateInvalidTopic {
					t.Errorf("another object's method: %v", err)
				}
				opened.Session.Close()
			}

			keys := make(chan string, 4)
			opened, err := os.Invoke(t.Context(), &bus.Request{
				Method: name("TtyStdinRequest"), Format: bus.FormatBincode,
				Handler: bus.HandlerFunc(func(in *bus.Incoming) {
					if in.Method() != name("TtyStdinRecvCallback") {
						t.Errorf("called back by %v", in.Method())
					}
					keys <- string(bincode.NewReader(in.Body()).Bytes())
					in.Reply(bus.FormatRaw, nil)
				}),
			})
			if err != nil || opened.Session == nil {
				t.Fatal(opened, err)
			}
			w.becomes(sys.TTYCanon|sys.TTYEcho|sys.TTYSig, false)
			if _, err := w.f.Write(w.master, []byte("a\x03\r")); err != nil {
				t.Fatal(err)
			}
			got := ""
			for len(got) < 3 {
				got += <-keys
			}
			if got != "a\x03\n" {
				t.Errorf("keys %q", got)
			}
			if _, err := invoke(opened.Session, "StdoutWriteRequest", nil); bus.ErrorOf(err).CrateNumber() != bus.CrateInvalidTopic {
				t.Errorf("another object's method: %v", err)
			}
			opened.Session.Close()
			w.becomes(sys.TTYCanon, true)
		})
	}
}
