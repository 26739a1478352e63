// Package oshttp is the service of HTTP requests: method, headers both ways, bodies that
// stream both ways, and answers of every status. The requests themselves are made by a
// [Transport]: net/http natively ([NetHTTP]), fetch in a page, whose rules on other
// servers' answers (CORS) hold there and are told as what they are.
//
// The crates' service "reqwest" is the same under the names of wasmer-bus-reqwest and
// wasm-bus-reqwest. File systems on servers are package kernel/vfs/httpfs's affair.
package oshttp

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// HTTP is the service os.http/1, as its callers see it.
type HTTP interface {
	// Fetch makes a request, and returns when the head of the answer is there. body is
	// read if request.Stream is set. content is the answer's body; to close it before its
	// end, or to cancel the call, ends the request.
	Fetch(ctx context.Context, request Request, body io.Reader) (response Response, content io.ReadCloser, err error)
}

// Request is a request to a server.
type Request struct {
	Method  string   `json:"method"` // GET if it is empty
	URL     string   `json:"url"`    // of http or https
	Headers []Header `json:"headers"`
	// Redirect says what becomes of an answer that names another place: "follow", which
	// is what empty means, "error", or "manual", which is to answer with it. Browsers tell
	// of the last no more than that it was one: its status is 0.
	Redirect string `json:"redirect"`
	Content  []byte `json:"content"` // a short body
	Stream   bool   `json:"stream"`  // the body is what comes by the stream "body"
	// Whole asks for the answer's body within the answer, for callers without streams. It
	// may have no more than [MaxWhole] bytes.
	Whole bool `json:"whole"`
}

// Header is a line of a head.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Response is the head of an answer.
type Response struct {
	Status     int      `json:"status"`
	StatusText string   `json:"status_text"`
	Headers    []Header `json:"headers"` // in a page, those of other servers that CORS lets through
	URL        string   `json:"url"`     // whose answer it is, after redirections
	Redirected bool     `json:"redirected"`
	// Held says that the request's body was collected before it was sent, because the
	// platform cannot stream it to this server: browsers can by HTTP/2 alone.
	Held    bool   `json:"held"`
	Content []byte `json:"content,omitempty"` // the body, if Whole was asked for
}

// MaxWhole is the longest body that an answer holds itself, in bytes.
const MaxWhole = 8 << 20

// The values of [Request.Redirect].
const (
	RedirectFollow = "follow"
	RedirectError  = "error"
	RedirectManual = "manual"
)

// Transport makes requests. It may be used by several goroutines at once.
type Transport interface {
	// Do makes a request with body, which may be nil, and returns when the head of the
	// answer is there. r is sound: see [Request]. Before a redirection is followed, follow
	// is asked, where the platform lets it be. ctx is that of the whole exchange: when it
	// is done, reads of the answer's body fail. Answer.Body is to be closed.
	//
	// Errors are those that the caller is told; see [remote.Unreachable] and [Refused].
	Do(ctx context.Context, r *Request, body io.Reader, follow func(url string) error) (*Answer, error)
}

// Answer is what a [Transport] gets.
type Answer struct {
	Response
	Body io.ReadCloser
}

// Refused is the error for a server that does not let the page read its answer (CORS).
func Refused(format string, args ...any) error {
	return &bus.Error{Code: bus.CodePermissionDenied, Crate: bus.CrateFetchFailed, Message: fmt.Sprintf(format, args...)}
}

// sound checks what platforms would take in different ways, and fills in what was left out.
func (r *Request) sound() error {
	if r.Method == "" {
		r.Method = "GET"
	}
	if r.Redirect == "" {
		r.Redirect = RedirectFollow
	}
	switch {
	case !token(r.Method):
		return remote.Invalid("%q is no method", r.Method)
	case r.Redirect != RedirectFollow && r.Redirect != RedirectError && r.Redirect != RedirectManual:
		return remote.Invalid("redirect is %q, which is none of follow, error and manual", r.Redirect)
	case (r.Stream || len(r.Content) > 0) && (r.Method == "GET" || r.Method == "HEAD"):
		return remote.Invalid("a request by %s has no body", r.Method)
	case r.Stream && len(r.Content) > 0:
		return remote.Invalid("a body is either in content or in the stream")
	}
	for _, m := range []string{"CONNECT", "TRACE", "TRACK"} {
		if strings.EqualFold(r.Method, m) {
			return remote.Invalid("the method %s is refused, as browsers do", m)
		}
	}
	for _, h := range r.Headers {
		if !token(h.Name) {
			return remote.Invalid("%q is no header's name", h.Name)
		}
		if strings.ContainsFunc(h.Value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f || c > 0xff }) {
			return remote.Invalid("the value of the header %s has characters that no header has", h.Name)
		}
	}
	return nil
}

// token reports whether s is a token of RFC 9110, section 5.6.2.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return false
		}
	}
	return s != ""
}
