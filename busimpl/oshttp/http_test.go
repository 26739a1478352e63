//go:build !js

package oshttp_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/oshttp"
)

const megabytes = 5 << 20

// gate is told of a request that hangs, and lets it end.
type gate struct{ begun, gone chan struct{} }

func newGate() gate { return gate{make(chan struct{}), make(chan struct{})} }

// web is a server with what the tests ask for.
func web(t *testing.T, g gate) *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Two", "one")
		w.Header().Add("X-Two", "two")
		fmt.Fprintf(w, "%s %s", r.Method, r.Header.Get("X-Asked"))
	})
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, "short and stout")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).EnableFullDuplex()
		io.Copy(w, r.Body)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hello", http.StatusFound) })
	mux.HandleFunc("/kept", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/echo", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://away.test/", http.StatusFound)
	})
	mux.HandleFunc("/broken", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "some")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("head") {
			io.WriteString(w, "begun")
			http.NewResponseController(w).Flush()
		}
		g.begun <- struct{}{}
		<-r.Context().Done()
		close(g.gone)
	})
	mux.HandleFunc("/big", func(w http.ResponseWriter, r *http.Request) {
		w.Write(make([]byte, oshttp.MaxWhole+1))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// connect is the package with the service, from a caller's side.
func connect(t *testing.T, check grant.Check) (bus.Target, *bus.Conn) {
	t.Helper()
	s := bus.NewServer()
	oshttp.Register(s, oshttp.NetHTTP{}, check)
	near, far := bus.Pipe(bus.Options{}, bus.Options{Handler: s})
	t.Cleanup(func() { near.Close(nil); far.Close(nil) })
	return near.Package("os"), near
}

func request(t *testing.T, r oshttp.Request) *bus.Request {
	t.Helper()
	b, err := cbor.Codec.Marshal(map[string]any{"request": r})
	if err != nil {
		t.Fatal(err)
	}
	return &bus.Request{Method: bus.MethodOf(oshttp.Fetch), Format: bus.FormatCBOR, Body: b}
}

func head(t *testing.T, r *bus.Response) oshttp.Response {
	t.Helper()
	var v struct {
		Response oshttp.Response `json:"response"`
	}
	if err := cbor.Codec.Unmarshal(r.Body, &v); err != nil {
		t.Fatal(err)
	}
	return v.Response
}

// fetch makes a request and reads the answer to its end.
func fetch(t *testing.T, pkg bus.Target, r oshttp.Request, body io.Reader) (oshttp.Response, string, error) {
	t.Helper()
	s, wait := bus.Begin(t.Context(), pkg, request(t, r))
	if body != nil {
		go func() {
			_, err := io.Copy(s.Stream(0), body)
			s.Stream(0).CloseSend(err)
		}()
	}
	res, err := wait()
	if err != nil {
		return oshttp.Response{}, "", err
	}
	h := head(t, res)
	if r.Whole {
		return h, string(h.Content), nil
	}
	content, err := io.ReadAll(s.Stream(1))
	return h, string(content), err
}

func TestFetch(t *testing.T) {
	pkg, conn := connect(t, nil)
	site := web(t, newGate())
	gone := httptest.NewServer(nil)
	gone.Close()
	tests := []struct {
		name   string
		r      oshttp.Request
		status int
		body   string // what it holds, or the error's text
		code   bus.Code
	}{
		{"an answer", oshttp.Request{URL: "/hello"}, 200, "GET ", 0},
		{"headers", oshttp.Request{URL: "/hello", Headers: []oshttp.Header{{Name: "X-Asked", Value: "yes"}}}, 200, "GET yes", 0},
		{"a method", oshttp.Request{URL: "/hello", Method: "DELETE"}, 200, "DELETE ", 0},
		{"an answer with its body", oshttp.Request{URL: "/hello", Whole: true}, 200, "GET ", 0},
		{"a bad status with its body", oshttp.Request{URL: "/teapot"}, 418, "short and stout", 0},
		{"nothing there", oshttp.Request{URL: "/nothing"}, 404, "404 page not found\n", 0},
		{"a short body", oshttp.Request{URL: "/echo", Method: "POST", Content: []byte("content")}, 200, "content", 0},
		{"a redirection", oshttp.Request{URL: "/moved"}, 200, "GET ", 0},
		{"a redirection that is not wanted", oshttp.Request{URL: "/moved", Redirect: "error"}, 0, "the server redirects", bus.CodeFailedPrecondition},
		{"a redirection by hand", oshttp.Request{URL: "/moved", Redirect: "manual"}, 302, "<a href=\"/hello\">Found</a>.\n\n", 0},
		{"a redirection of a body", oshttp.Request{URL: "/kept", Method: "PUT", Content: []byte("content")}, 200, "content", 0},
		{"redirections in a circle", oshttp.Request{URL: "/circle"}, 0, "more than 20 times", bus.CodeUnavailable},
		{"a server that breaks off", oshttp.Request{URL: "/broken"}, 0, "the server broke off", bus.CodeUnavailable},
		{"a server that is gone", oshttp.Request{URL: gone.URL}, 0, "cannot be reached", bus.CodeUnavailable},
		{"too much for an answer", oshttp.Request{URL: "/big", Whole: true}, 0, "8 MiB", bus.CodeResourceExhausted},
		{"no URL", oshttp.Request{URL: ""}, 0, "neither http nor https", bus.CodeInvalidArgument},
		{"another scheme", oshttp.Request{URL: "file:///etc/passwd"}, 0, "neither http nor https", bus.CodeInvalidArgument},
		{"no host", oshttp.Request{URL: "http:///x"}, 0, "no host", bus.CodeInvalidArgument},
		{"a password in the URL", oshttp.Request{URL: "http://a:b@host/"}, 0, "Authorization", bus.CodeInvalidArgument},
		{"no method", oshttp.Request{URL: "/hello", Method: "GET IT"}, 0, "no method", bus.CodeInvalidArgument},
		{"a method that is refused", oshttp.Request{URL: "/hello", Method: "connect"}, 0, "refused", bus.CodeInvalidArgument},
		{"a header that is none", oshttp.Request{URL: "/hello", Headers: []oshttp.Header{{Name: "a b"}}}, 0, "no header's name", bus.CodeInvalidArgument},
		{"two headers in one", oshttp.Request{URL: "/hello", Headers: []oshttp.Header{{Name: "a", Value: "b\r\nc: d"}}}, 0, "characters", bus.CodeInvalidArgument},
		{"a body where there is none", oshttp.Request{URL: "/hello", Content: []byte("x")}, 0, "no body", bus.CodeInvalidArgument},
		{"an unknown redirect", oshttp.Request{URL: "/hello", Redirect: "maybe"}, 0, "none of follow", bus.CodeInvalidArgument},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if strings.HasPrefix(test.r.URL, "/") {
				test.r.URL = site.URL + test.r.URL
			}
			h, content, err := fetch(t, pkg, test.r, nil)
			if test.code != 0 {
				if bus.CodeOf(err) != test.code || !strings.Contains(err.Error(), test.body) {
					t.Errorf("%d, %q, %v", h.Status, content, err)
				}
				return
			}
			if err != nil || h.Status != test.status || content != test.body {
				t.Errorf("%d, %q, %v; want %d and %q", h.Status, content, err, test.status, test.body)
			}
			if moved := test.name == "a redirection"; h.Redirected != moved && test.r.URL != site.URL+"/kept" || moved && h.URL != site.URL+"/hello" {
				t.Errorf("redirected %v to %s", h.Redirected, h.URL)
			}
			if test.name == "headers" && !strings.Contains(fmt.Sprint(h.Headers), "{x-two one} {x-two two}") {
				t.Errorf("headers %v", h.Headers)
			}
		})
	}
	if n := conn.Stats().Open; n != 0 {
		t.Errorf("%d calls are left open", n)
	}
}

func TestFetch_streams(t *testing.T) {
	pkg, _ := connect(t, nil)
	site := web(t, newGate())
	data := make([]byte, megabytes)
	for i := range data {
		data[i] = byte(i * i >> 8)
	}
	h, got, err := fetch(t, pkg, oshttp.Request{URL: site.URL + "/echo", Method: "POST", Stream: true}, bytes.NewReader(data))
	if err != nil || h.Status != 200 || h.Held || sha256.Sum256([]byte(got)) != sha256.Sum256(data) {
		t.Errorf("%+v, %d bytes, %v", h, len(got), err)
	}
	_, _, err = fetch(t, pkg, oshttp.Request{URL: site.URL + "/kept", Method: "POST", Stream: true}, strings.NewReader("x"))
	if bus.CodeOf(err) != bus.CodeFailedPrecondition {
		t.Errorf("a streamed body sent again: %v", err)
	}
}

// TestFetch_ends has the caller go away before and after the head has come.
func TestFetch_ends(t *testing.T) {
	for _, query := range []string{"", "?head"} {
		for _, how := range []string{"canceled", "closed", "the link ends"} {
			t.Run(how+query, func(t *testing.T) {
				g := newGate()
				pkg, conn := connect(t, nil)
				site := web(t, g)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s, wait := bus.Begin(ctx, pkg, request(t, oshttp.Request{URL: site.URL + "/hang" + query}))
				if query != "" {
					if _, err := wait(); err != nil {
						t.Fatal(err)
					}
				}
				<-g.begun
				switch how {
				case "closed":
					s.Close()
				case "the link ends":
					conn.Close(nil)
				default:
					cancel()
					if query != "" {
						s.Close() // an answer that has come is the caller's to close
					}
				}
				if query == "" {
					if _, err := wait(); err == nil {
						t.Error("no error")
					}
				}
				<-g.gone
			})
		}
	}
}

func TestFetch_deadline(t *testing.T) {
	g := newGate()
	pkg, _ := connect(t, nil)
	site := web(t, g)
	ctx, cancel := context.WithTimeoutCause(t.Context(), 1, context.DeadlineExceeded)
	defer cancel()
	if _, err := pkg.Invoke(ctx, request(t, oshttp.Request{URL: site.URL + "/hang"})); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// TestFetch_slowReader holds what the server can send to a caller that does not read.
func TestFetch_slowReader(t *testing.T) {
	var sent atomic.Int64
	full := make(chan struct{})
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		piece := make([]byte, 64<<10)
		for range 64 << 20 / len(piece) {
			n, err := w.Write(piece)
			sent.Add(int64(n))
			if err != nil {
				break
			}
		}
		close(full)
	}))
	defer site.Close()
	pkg, _ := connect(t, nil)
	s, wait := bus.Begin(t.Context(), pkg, request(t, oshttp.Request{URL: site.URL}))
	if _, err := wait(); err != nil {
		t.Fatal(err)
	}
	// What the stream holds is in its window; more than that and the sockets' buffers the
	// server cannot send, so closing the call breaks it off.
	if _, err := io.ReadFull(s.Stream(1), make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	s.Close()
	<-full
	if n := sent.Load(); n > 32<<20 {
		t.Errorf("the server has sent %d bytes to a caller that took 1 MiB", n)
	}
}

func TestFetch_check(t *testing.T) {
	denied := &bus.Error{Code: bus.CodePermissionDenied, Message: "there is no grant http:away.test:80"}
	var asked []string
	pkg, _ := connect(t, func(_ context.Context, _ *bus.Incoming, service, target string) error {
		asked = append(asked, service+":"+target)
		if strings.Contains(target, "away") {
			return denied
		}
		return nil
	})
	site := web(t, newGate())
	for _, r := range []oshttp.Request{{URL: "http://away.test"}, {URL: site.URL + "/away"}} {
		if _, _, err := fetch(t, pkg, r, nil); bus.CodeOf(err) != bus.CodePermissionDenied || err.Error() != denied.Message {
			t.Errorf("%s: %v", r.URL, err)
		}
	}
	host := strings.TrimPrefix(site.URL, "http://")
	if got, want := strings.Join(asked, " "), "http:away.test:80 http:"+host+" http:away.test:80"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

func TestFetch_hostile(t *testing.T) {
	pkg, conn := connect(t, nil)
	for _, test := range []struct {
		format bus.Format
		body   string
	}{
		{bus.FormatCBOR, "\xa1"}, {bus.FormatCBOR, "\xff\xff"}, {bus.FormatJSON, "{"}, {bus.FormatJSON, `{"request":7}`},
		{bus.FormatJSON, `{"request":{"url":7}}`}, {bus.FormatCBOR, "\xa1\x67request\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00"}, {bus.FormatYAML, "a: b"}, {bus.FormatRaw, ""},
	} {
		r := &bus.Request{Method: bus.MethodOf(oshttp.Fetch), Format: test.format, Body: []byte(test.body)}
		if _, err := pkg.Invoke(t.Context(), r); bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Errorf("%v %q: %v", test.format, test.body, err)
		}
	}
	if err := pkg.Notify(t.Context(), request(t, oshttp.Request{URL: "http://127.0.0.1:1/"})); err != nil {
		t.Error(err)
	}
	if n := conn.Stats().Open; n != 0 {
		t.Errorf("%d calls are left open", n)
	}
}

func TestDescription(t *testing.T) {
	s := bus.NewServer()
	oshttp.Register(s, oshttp.NetHTTP{}, nil)
	d, err := desc.Parse(s.Describe(), func(int) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, svc := range d.Services {
		if svc.Name == "os.http/1" && len(svc.Methods) == 1 && svc.Methods[0].ID == bus.MethodOf(oshttp.Fetch).String() {
			return
		}
	}
	b, _ := json.Marshal(d)
	t.Errorf("the description is %s", b)
}

// reqwest is the arguments of the crate's Make.
func reqwest(url, method, proxy string, body []byte) []byte {
	b := bincode.AppendBytes(bincode.AppendBytes(nil, url), method)
	b = bincode.AppendBool(bincode.AppendBool(b, false), proxy != "")
	if proxy != "" {
		b = bincode.AppendBytes(b, proxy)
	}
	b = bincode.AppendBytes(bincode.AppendBytes(bincode.AppendUint64(b, 1), "X-Asked"), "yes")
	b = bincode.AppendBool(b, body != nil)
	if body != nil {
		b = bincode.AppendBytes(b, body)
	}
	return b
}

func TestReqwest(t *testing.T) {
	pkg, _ := connect(t, nil)
	site := web(t, newGate())
	if bus.MethodOf("wasmer_bus_reqwest::api::ReqwestMakeRequest").String() != "321e016ddc024837a5dabbd30d0cd708" {
		t.Error("the hash is another")
	}
	gone := httptest.NewServer(nil)
	gone.Close()
	tests := []struct {
		name   string
		body   []byte
		status uint16
		data   string
		code   bus.Code
		number uint32 // the error number that the program gets
	}{
		{"an answer", reqwest(site.URL+"/hello", "GET", "", nil), 200, "GET yes", 0, 0},
		{"a bad status", reqwest(site.URL+"/teapot", "GET", "", nil), 418, "short and stout", 0, 0},
		{"a body", reqwest(site.URL+"/echo", "POST", "", []byte("content")), 200, "content", 0, 0},
		{"no answer", reqwest(gone.URL, "GET", "", nil), 0, "", 0, 103},
		{"no answer of the proxy", reqwest(gone.URL, "GET", strings.TrimPrefix(gone.URL, "http://"), nil), 0, "", 0, 103},
		{"no URL", reqwest("x", "GET", "", nil), 0, "", bus.CodeInvalidArgument, 0},
		{"cut off", reqwest(site.URL, "GET", "", nil)[:20], 0, "", bus.CodeInvalidArgument, 0},
		{"lengthened", append(reqwest(site.URL, "GET", "", nil), 0), 0, "", bus.CodeInvalidArgument, 0},
		{"empty", nil, 0, "", bus.CodeInvalidArgument, 0},
	}
	for _, name := range []string{"wasmer_bus_reqwest", "wasm_bus_reqwest"} {
		for _, test := range tests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				res, err := pkg.Invoke(t.Context(), &bus.Request{
					Method: bus.MethodOf(name + "::api::ReqwestMakeRequest"), Format: bus.FormatBincode, Body: test.body,
				})
				if test.code != 0 {
					if bus.CodeOf(err) != test.code {
						t.Errorf("%v", err)
					}
					return
				}
				if err != nil || res.Format != bus.FormatBincode {
					t.Fatalf("%+v, %v", res, err)
				}
				r := bincode.NewReader(res.Body)
				if n := r.Uint32(); n == 1 {
					if got := r.Uint32(); got != test.number || r.End() != nil {
						t.Errorf("the error %d, want %d", got, test.number)
					}
					return
				}
				r.Uint64() // pos
				r.Bool()
				data, ok := string(r.Bytes()), r.Bool()
				r.Bool() // redirected
				status := r.Uint16()
				text := r.String()
				headers := map[string]string{}
				for range r.Len(16) {
					name := r.String()
					headers[name] = r.String()
				}
				if err := r.End(); err != nil {
					t.Fatal(err)
				}
				if data != test.data || status != test.status || ok != (status == 200) || text != http.StatusText(int(status)) || headers["date"] == "" {
					t.Errorf("%d %q, ok %v, %q, %v", status, text, ok, data, headers)
				}
			})
		}
	}
}
