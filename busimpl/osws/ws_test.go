//go:build !js

package osws_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/internal/await"
)

// web is a server whose sockets do what the path says. closed gets how each was closed by its
// caller.
func web(t *testing.T, closed chan error) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			http.NotFound(w, r)
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat.2", "chat.1"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(osws.MaxMessage)
		ctx := context.Background()
		switch r.URL.Path {
		case "/echo":
			for {
				kind, data, err := c.Read(ctx)
				if err != nil {
					closed <- err
					return
				}
				c.Write(ctx, kind, data)
			}
		case "/bye":
			c.Write(ctx, websocket.MessageText, []byte("so long"))
			c.Close(4321, "enough")
		case "/silent":
			c.Close(websocket.StatusNoStatusRcvd, "")
		case "/break":
			c.Write(ctx, websocket.MessageText, []byte("so"))
		case "/huge":
			c.Write(ctx, websocket.MessageBinary, make([]byte, osws.MaxMessage+1))
			c.Read(ctx)
		}
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

func connect(t *testing.T, check grant.Check) (bus.Target, *bus.Conn) {
	t.Helper()
	return over(t, osws.Coder{}, check)
}

// over is the package with the service on a transport, from a caller's side.
func over(t *testing.T, transport osws.Transport, check grant.Check) (bus.Target, *bus.Conn) {
	t.Helper()
	s := bus.NewServer()
	osws.Register(s, transport, check)
	near, far := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
	t.Cleanup(func() { near.Close(nil); far.Close(nil) })
	return near.Package("os"), near
}

// client is a socket as a caller has it.
type client struct {
	t        *testing.T
	s        *bus.Session
	protocol string
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := cbor.Codec.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func dial(t *testing.T, pkg bus.Target, url string, protocols ...string) (*client, error) {
	t.Helper()
	r, err := pkg.Invoke(t.Context(), &bus.Request{
		Method: bus.MethodOf(osws.Connect), Format: bus.FormatCBOR,
		Body: encode(t, map[string]any{"url": url, "protocols": protocols}),
	})
	if err != nil {
		return nil, err
	}
	var v struct {
		Protocol string `json:"protocol"`
	}
	if err := cbor.Codec.Unmarshal(r.Body, &v); err != nil {
		t.Fatal(err)
	}
	return &client{t, r.Session, v.Protocol}, nil
}

func (c *client) send(text bool, data string) {
	c.t.Helper()
	item := encode(c.t, osws.Message{Text: text, Data: []byte(data)})
	if err := c.s.Stream(0).Send(c.t.Context(), bus.FormatCBOR, item); err != nil {
		c.t.Error(err)
	}
}

func (c *client) recv() (osws.Message, error) {
	c.t.Helper()
	item, _, err := c.s.Stream(1).Recv(c.t.Context(), osws.MaxMessage+64)
	if err != nil {
		return osws.Message{}, err
	}
	var m osws.Message
	if err := cbor.Codec.Unmarshal(item, &m); err != nil {
		c.t.Error(err)
	}
	return m, nil
}

// end calls a method of the object that tells of the end.
func (c *client) end(method string, args map[string]any) (osws.End, error) {
	c.t.Helper()
	r, err := c.s.Invoke(c.t.Context(), &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatCBOR, Body: encode(c.t, args)})
	if err != nil {
		return osws.End{}, err
	}
	var v struct {
		End osws.End `json:"end"`
	}
	if err := cbor.Codec.Unmarshal(r.Body, &v); err != nil {
		c.t.Error(err)
	}
	return v.End, nil
}

func TestConnect(t *testing.T) {
	closed := make(chan error, 1)
	url := web(t, closed)
	pkg, conn := connect(t, nil)
	c, err := dial(t, pkg, url+"/echo", "chat.1", "chat.9")
	if err != nil {
		t.Fatal(err)
	}
	if c.protocol != "chat.1" {
		t.Errorf("the protocol %q", c.protocol)
	}
	big := strings.Repeat("some text ", 200_000)
	for _, m := range []osws.Message{{Text: true, Data: []byte("Grüße")}, {Data: []byte{0, 255}}, {Text: true}, {}, {Text: true, Data: []byte(big)}} {
		c.send(m.Text, string(m.Data))
		if got, err := c.recv(); err != nil || got.Text != m.Text || string(got.Data) != string(m.Data) {
			t.Errorf("%v, %d bytes, %v; want %v, %d bytes", got.Text, len(got.Data), err, m.Text, len(m.Data))
		}
	}
	if _, err := c.end(osws.SocketClose, map[string]any{"code": 1001}); bus.CodeOf(err) != bus.CodeInvalidArgument {
		t.Errorf("a code of others: %v", err)
	}
	// What was sent before the close arrives before it.
	for i := range 100 {
		c.send(true, fmt.Sprint(i))
	}
	end, err := c.end(osws.SocketClose, map[string]any{"code": 4001, "reason": "tired"})
	if err != nil || end != (osws.End{Code: 4001, Reason: "tired", Clean: true}) {
		t.Errorf("%+v, %v", end, err)
	}
	if err := <-closed; websocket.CloseStatus(err) != 4001 || !strings.Contains(err.Error(), "tired") {
		t.Errorf("the server hears %v", err)
	}
	if end, err = c.end(osws.SocketWait, nil); err != nil || end.Code != 4001 {
		t.Errorf("%+v, %v", end, err)
	}
	c.s.Close()
	await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
}

func TestConnect_ends(t *testing.T) {
	url := web(t, nil)
	pkg, _ := connect(t, nil)
	for _, test := range []struct {
		path string
		got  string // the message before the end
		end  osws.End
		code bus.Code
	}{
		{"/bye", "so long", osws.End{Code: 4321, Reason: "enough", Clean: true}, 0},
		{"/silent", "", osws.End{Code: 1005, Clean: true}, 0},
		{"/break", "so", osws.End{Code: 1006}, bus.CodeUnavailable},
		{"/huge", "", osws.End{Code: 1006}, bus.CodeUnavailable},
	} {
		t.Run(test.path, func(t *testing.T) {
			c, err := dial(t, pkg, url+test.path)
			if err != nil {
				t.Fatal(err)
			}
			if test.got != "" {
				if m, err := c.recv(); err != nil || string(m.Data) != test.got {
					t.Errorf("%q, %v", m.Data, err)
				}
			}
			_, err = c.recv()
			if test.code == 0 && err != io.EOF || test.code != 0 && bus.CodeOf(err) != test.code {
				t.Errorf("the end is %v", err)
			}
			end, err := c.end(osws.SocketWait, nil)
			if end.Code == 1006 && end.Reason != "" {
				end.Reason = ""
			}
			if err != nil || end != test.end {
				t.Errorf("%+v, %v; want %+v", end, err, test.end)
			}
			c.s.Close()
		})
	}
}

// TestConnect_left has the caller go without a word.
func TestConnect_left(t *testing.T) {
	for _, how := range []string{"the object is closed", "the link ends", "an item is no message"} {
		t.Run(how, func(t *testing.T) {
			closed := make(chan error, 1)
			url := web(t, closed)
			pkg, conn := connect(t, nil)
			c, err := dial(t, pkg, url+"/echo")
			if err != nil {
				t.Fatal(err)
			}
			switch how {
			case "the link ends":
				conn.Close(nil)
			case "an item is no message":
				c.s.Stream(0).Send(t.Context(), bus.FormatCBOR, []byte{0xff})
				<-c.s.Done()
				if err := c.s.Err(); bus.CodeOf(err) != bus.CodeInvalidArgument {
					t.Errorf("%v", err)
				}
			default:
				c.s.Close()
			}
			if err := <-closed; websocket.CloseStatus(err) != websocket.StatusNormalClosure {
				t.Errorf("the server hears %v", err)
			}
		})
	}
}

func TestConnect_refused(t *testing.T) {
	url := web(t, nil)
	gone := httptest.NewServer(nil)
	gone.Close()
	denied := &bus.Error{Code: bus.CodePermissionDenied, Message: "there is no grant ws:away.test:443"}
	pkg, conn := connect(t, func(_ context.Context, _ *bus.Incoming, service, target string) error {
		if service+":"+target == "ws:away.test:443" {
			return denied
		}
		return nil
	})
	for _, test := range []struct {
		name, url string
		protocol  string
		code      bus.Code
		text      string
	}{
		{"no WebSocket there", url + "/none", "", bus.CodeUnavailable, "404"},
		{"gone", "ws" + strings.TrimPrefix(gone.URL, "http"), "", bus.CodeUnavailable, "cannot be opened"},
		{"no URL", "\x00", "", bus.CodeInvalidArgument, "no URL"},
		{"another scheme", "http://localhost", "", bus.CodeInvalidArgument, "neither ws nor wss"},
		{"no host", "ws:///x", "", bus.CodeInvalidArgument, "no host"},
		{"a fragment", "ws://localhost/#x", "", bus.CodeInvalidArgument, "fragment"},
		{"no protocol", url + "/echo", "a b", bus.CodeInvalidArgument, "no subprotocol"},
		{"not granted", "wss://Away.test/", "", bus.CodePermissionDenied, "ws:away.test:443"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var protocols []string
			if test.protocol != "" {
				protocols = []string{test.protocol}
			}
			if _, err := dial(t, pkg, test.url, protocols...); bus.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := dial(t, pkg, url+"/echo", "a", "a"); bus.CodeOf(err) != bus.CodeInvalidArgument {
		t.Errorf("a protocol twice: %v", err)
	}
	await.Until(t, "no call is open", func() bool { return conn.Stats().Open == 0 })
}

func TestDescription(t *testing.T) {
	s := bus.NewServer()
	osws.Register(s, osws.Coder{}, nil)
	d, err := desc.Parse(s.Describe(), func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, svc := range d.Services {
		if svc.Name == "os.ws/1" {
			if svc.Methods[0].ID != bus.MethodOf(osws.Connect).String() || svc.Objects[0].Methods[0].ID != bus.MethodOf(osws.SocketClose).String() {
				t.Errorf("%+v", svc)
			}
			return
		}
	}
	t.Error("it is not described")
}
