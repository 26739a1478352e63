//go:build !js

package osws_test

import (
	"context"
	"testing"

	"github.com/coder/websocket"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/internal/await"
)

// crate is a program of one of the crates, as the bus sees it.
type crate struct {
	t    *testing.T
	name string
	// heard gets each callback: "state 1" or a message.
	heard chan string
	// hold, if it is not nil, keeps callbacks from being answered until it is closed.
	hold chan struct{}
}

func (c *crate) method(name string) bus.Method { return bus.MethodOf(c.name + "::api::" + name) }

func (c *crate) ServeBus(in *bus.Incoming) {
	r := bincode.NewReader(in.Body())
	switch in.Method() {
	case c.method("SocketBuilderConnectStateChangeCallback"):
		c.heard <- "state " + string(rune('0'+r.Uint32()))
	case c.method("SocketBuilderConnectReceiveCallback"):
		c.heard <- string(r.Bytes())
	}
	if err := r.End(); err != nil {
		c.t.Error(err)
	}
	if c.hold != nil {
		go func() { <-c.hold; in.Reply(bus.FormatRaw, nil) }()
		return
	}
	in.Reply(bus.FormatRaw, nil)
}

func (c *crate) connect(pkg bus.Target, url string) (*bus.Response, error) {
	return pkg.Invoke(c.t.Context(), &bus.Request{
		Method: c.method("SocketBuilderConnectRequest"), Format: bus.FormatBincode,
		Body: bincode.AppendBytes(nil, url), Handler: c,
	})
}

func (c *crate) send(s *bus.Session, text string) {
	c.t.Helper()
	r, err := s.Invoke(c.t.Context(), &bus.Request{Method: c.method("WebSocketSendRequest"), Format: bus.FormatBincode, Body: bincode.AppendBytes(nil, text)})
	if err != nil {
		c.t.Error(err)
		return
	}
	b := bincode.NewReader(r.Body)
	if kind, n := b.Uint32(), b.Uint64(); kind != 0 || n != uint64(len(text)) || b.End() != nil {
		c.t.Errorf("the answer of send is %x", r.Body)
	}
}

func (c *crate) hears(want ...string) {
	c.t.Helper()
	for _, w := range want {
		if got := <-c.heard; got != w {
			c.t.Errorf("it hears %q, want %q", got, w)
		}
	}
}

func TestCrate(t *testing.T) {
	for name, hash := range map[string]string{
		"wasmer_bus_ws::api::SocketBuilderConnectRequest":             "e01338a2b2faea05bd86dc08f753988e",
		"wasmer_bus_ws::api::SocketBuilderConnectStateChangeCallback": "0b6263f08ebd13d7ec4ec4ea31ed2643",
		"wasmer_bus_ws::api::SocketBuilderConnectReceiveCallback":     "a79bf0d22ecf781360d6a02a66134c56",
		"wasmer_bus_ws::api::WebSocketSendRequest":                    "80b9679c565d6984695499f5a9ec0805",
	} {
		if got := bus.MethodOf(name).String(); got != hash {
			t.Errorf("%s is %s", name, got)
		}
	}
	for _, name := range []string{"wasmer_bus_ws", "wasm_bus_ws"} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan error, 1)
			url := web(t, closed)
			pkg, conn := connect(t, nil)
			c := &crate{t: t, name: name, heard: make(chan string, 64)}

			r, err := c.connect(pkg, url+"/echo")
			if err != nil {
				t.Fatal(err)
			}
			c.hears("state 1")
			c.send(r.Session, "one")
			c.send(r.Session, "two")
			c.hears("one", "two")
			if _, err := r.Session.Invoke(t.Context(), &bus.Request{Method: bus.MethodOf("x")}); bus.ErrorOf(err).CrateNumber() != bus.CrateInvalidTopic {
				t.Errorf("an unknown method: %v", err)
			}
			if _, err := r.Session.Invoke(t.Context(), &bus.Request{Method: c.method("WebSocketSendRequest"), Body: []byte{1}}); bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
				t.Errorf("no message: %v", err)
			}
			r.Session.Close()
			if err := <-closed; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				t.Errorf("the server hears %v", err)
			}

			// A text is bytes to these programs; the end is told, and then the session ends.
			r, err = c.connect(pkg, url+"/bye")
			if err != nil {
				t.Fatal(err)
			}
			c.hears("state 1", "so long", "state 2")
			<-r.Session.Done()
			if n := bus.ErrorOf(r.Session.Err()).CrateNumber(); n != bus.CrateAborted {
				t.Errorf("the session ends with %v", r.Session.Err())
			}

			if _, err = c.connect(pkg, url+"/none"); bus.CodeOf(err) != bus.CodeUnavailable {
				t.Errorf("no WebSocket: %v", err)
			}
			c.hears("state 3")
			if _, err := pkg.Invoke(t.Context(), &bus.Request{Method: c.method("SocketBuilderConnectRequest"), Body: []byte("x")}); bus.ErrorOf(err).CrateNumber() != bus.CrateDeserialization {
				t.Errorf("no arguments: %v", err)
			}

			await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
		})
	}
}

// TestCrate_refused is a program whose call is not granted.
func TestCrate_refused(t *testing.T) {
	url := web(t, nil)
	pkg, _ := connect(t, denies)
	c := &crate{t: t, name: "wasmer_bus_ws", heard: make(chan string, 8)}
	if _, err := c.connect(pkg, url+"/echo"); bus.ErrorOf(err).CrateNumber() != bus.CrateAccessDenied {
		t.Errorf("%v", err)
	}
	c.hears("state 3")
}

func denies(context.Context, *bus.Incoming, string, string) error {
	return bus.NewError(bus.CodePermissionDenied, "there is no grant")
}
