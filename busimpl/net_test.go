//go:build !js

package busimpl_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/coder/websocket"
)

// big is how long the bodies are that stream, in bytes.
const big = 5 << 20

// server is an HTTP and WebSocket server with what the guests of the tests ask for.
func server(t *testing.T, hung chan struct{}) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Told", r.Header.Get("X-Asked"))
		fmt.Fprintf(w, "%s hello", r.Method)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hello", http.StatusFound) })
	mux.HandleFunc("/missing", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "nothing here")
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) { w.Write(make([]byte, big)) })
	mux.HandleFunc("/count", func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		fmt.Fprintf(w, "%d bytes", n)
	})
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "begun\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(hung)
	})
	mux.HandleFunc("/ws/", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"chat"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(big)
		for {
			kind, data, err := c.Read(context.Background())
			if err != nil {
				return
			}
			if string(data) == "bye" {
				c.Close(4321, "enough")
				return
			}
			if strings.HasSuffix(r.URL.Path, "text") {
				kind = websocket.MessageText
			}
			c.Write(context.Background(), kind, data)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// A session is a program's command line, its input, and what comes of it.
type session struct {
	name, line, in string
	want           string // of both outputs; what ends in a blank is how it begins
	code           uint8
}

func TestNetwork(t *testing.T) {
	tests := []session{
		{"an answer", "get-go -H x-asked:yes HTTP/hello", "", "200 OK\nx-told: yes\nGET hello", 0},
		{"a method", "get-go -X DELETE HTTP/hello", "", "200 OK\nx-told: \nDELETE hello", 0},
		{"nothing there, with a body", "get-go HTTP/missing", "", "404 Not Found\nnothing here", 0},
		{"a redirection", "get-go HTTP/moved", "", "200 OK\nx-told: \nredirected\nGET hello", 0},
		{"a redirection that is refused", "get-go -redirect error HTTP/moved", "", "get: failed_precondition: the server redirects, and the request does not allow it\n", 1},
		{"a big answer", "get-go HTTP/big", "", "200 OK\n" + strings.Repeat("\x00", big), 0},
		{"a big body", "get-go -X POST -d HTTP/count", strings.Repeat("x", big), fmt.Sprintf("200 OK\n%d bytes", big), 0},
		{"no server", "get-go http://127.0.0.1:1/", "", "get: unavailable: ", 1},
		{"no URL", "get-go gopher://x", "", "get: invalid_argument: the URL \"gopher://x\" is of neither http nor https\n", 1},

		{"a socket", "socket-go WS/ws/echo none chat", "one\n/bytes 3000000\n/close 4000 done\n", "open chat\ntext one\n3000000 bytes\nclosed 4000 done clean true\n", 0},
		{"a socket that the server closes", "socket-go WS/ws/echo", "one\nbye\n", "open \ntext one\nclosed 4321 enough clean true\n", 0},
		{"the end of the input", "socket-go WS/ws/echo", "one\n", "open \ntext one\nclosed 1000  clean true\n", 0},
		{"no socket", "socket-go WS/hello", "", "socket: unavailable: the server answers 200 OK and opens no WebSocket\n", 1},
	}
	onNetwork(t, tests, "get-go", "socket-go")
}

func TestNetwork_crates(t *testing.T) {
	tests := []session{
		{"the crate's socket", "socket WS/ws/echo one two", "", "sent 3 bytes\ngot one\nsent 3 bytes\ngot two\n", 0},
		{"the crate's socket and texts", "socket WS/ws/text one", "", "sent 3 bytes\ngot one\n", 0},
		{"the crate's socket is closed", "socket WS/ws/echo bye", "", "sent 3 bytes\nclosed\n", 1},
		{"the crate's socket, none there", "socket WS/hello one", "", "error: connection is not open (state=failed)\n", 1},
		{"the old crate's socket", "old-socket WS/ws/echo one two", "", "sent 3 bytes\ngot one\nsent 3 bytes\ngot two\n", 0},
		{"the old crate's socket is closed", "old-socket WS/ws/echo bye", "", "sent 3 bytes\nclosed\n", 1},
		{"the crate's request", "fetch GET HTTP/hello", "", "200 OK ok\nx-told: yes\nGET hello\n", 0},
		{"the crate's request, with a body", "fetch POST HTTP/count hello", "", "200 OK ok\n5 bytes\n", 0},
		{"the crate's request, nothing there", "fetch GET HTTP/missing", "", "404 Not Found not ok\nnothing here\n", 0},
		{"the crate's request, no server", "fetch GET http://127.0.0.1:1/", "", "error number 103\n", 0},
		{"the crate's request, no URL", "fetch GET nonsense", "", "error: ", 1},
		{"the old crate's request", "old-fetch GET HTTP/missing", "", "404 Not Found not ok\nnothing here\n", 0},
		{"the old crate's request, no server", "old-fetch GET http://127.0.0.1:1/", "", "error number 103\n", 0},
	}
	onNetwork(t, tests, "socket", "old-socket", "fetch", "old-fetch")
}

// onNetwork runs sessions of programs that talk to a server, HTTP or WS in their lines.
func onNetwork(t *testing.T, tests []session, programs ...string) {
	for _, engine := range []string{"compiler", "interpreter"} {
		t.Run(engine, func(t *testing.T) {
			k := boot(t, engine == "interpreter", programs...)
			hung := make(chan struct{})
			site := server(t, hung)
			for _, test := range tests {
				t.Run(test.name, func(t *testing.T) {
					line := strings.NewReplacer("HTTP", site.URL, "WS", "ws"+strings.TrimPrefix(site.URL, "http")).Replace(test.line)
					p := start(t, k, line)
					p.feed(test.in)
					out, status := p.finish()
					begins := strings.HasSuffix(test.want, " ") && strings.HasPrefix(out, test.want)
					if out != test.want && !begins || status != sys.Exited(test.code) {
						t.Errorf("%.200q, %v; want %.200q and exit code %d", out, status, test.want, test.code)
					}
				})
			}
			if programs[0] == "get-go" {
				t.Run("a program that is ended ends its request", func(t *testing.T) { abandon(t, k, site, hung) })
			}
		})
	}
}

// feed has text be the whole of the standard input.
func (p *program) feed(text string) {
	f, in := p.k.Init().Files(), p.in
	p.in = -1
	go func() {
		f.Write(in, []byte(text)) // the program need not read it
		f.Close(in)
	}()
}

// abandon ends a program in the middle of an answer.
func abandon(t *testing.T, k *kernel.Kernel, site *httptest.Server, hung chan struct{}) {
	p := start(t, k, "get-go "+site.URL+"/hang")
	for _, want := range []string{"200 OK", "begun"} {
		if got := p.line(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if err := k.Init().Files().Kill(p.pid, sys.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-hung
	p.finish()
}

// TestUnknownService has calls of services that the system does not have end at once.
func TestUnknownService(t *testing.T) {
	c, err := boot(t, false).Init().Bus(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(nil)
	for _, name := range []string{
		"wasmer_bus_webgl::api::WebGlContextRequest", "wasm_bus_tok::api::TokLoginRequest", "os.http/2.Fetch", "",
		"wasmer_bus_ws::api::WebSocketSendRequest", // a method of an object, which is no service
	} {
		_, err := c.Package(busimpl.Package).Invoke(t.Context(), &bus.Request{Method: bus.MethodOf(name)})
		if bus.CodeOf(err) != bus.CodeUnimplemented || bus.ErrorOf(err).CrateNumber() != bus.CrateUnsupported {
			t.Errorf("%s: %v", name, err)
		}
	}
}
