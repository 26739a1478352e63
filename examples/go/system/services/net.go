package services

import (
	"context"
	"io"
	"iter"
)

// Header is a line of the head of a request or an answer.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Request is what is asked of a server.
type Request struct {
	Method   string   `json:"method"` // GET if it is empty
	URL      string   `json:"url"`
	Headers  []Header `json:"headers"`
	Redirect string   `json:"redirect"` // follow, error or manual
	Content  []byte   `json:"content"`
	Stream   bool     `json:"stream"` // the body is the stream, not Content
	Whole    bool     `json:"whole"`  // the answer's body goes into its Content
}

// Response is what a server answers.
type Response struct {
	Status     int      `json:"status"`
	StatusText string   `json:"status_text"`
	Headers    []Header `json:"headers"`
	URL        string   `json:"url"`
	Redirected bool     `json:"redirected"`
	Held       bool     `json:"held"`
	Content    []byte   `json:"content"`
}

// HTTP makes requests.
//
//bus:service os.http/1
type HTTP interface {
	// Fetch makes a request, and returns when the answer's head is there.
	Fetch(ctx context.Context, request Request, body io.Reader) (response Response, content io.ReadCloser, err error)
}

// Message is a text, or bytes.
type Message struct {
	Text bool   `json:"text"`
	Data []byte `json:"data"`
}

// End is how a socket was closed.
type End struct {
	Code   int    `json:"code"`
	Reason string `json:"reason"`
	Clean  bool   `json:"clean"`
}

// WS opens WebSockets.
//
//bus:service os.ws/1
type WS interface {
	// Connect opens a socket.
	Connect(ctx context.Context, url string, protocols []string, send iter.Seq2[Message, error]) (protocol string, socket Socket, messages iter.Seq2[Message, error], err error)
}

// Socket is an open WebSocket.
//
//bus:object
type Socket interface {
	// CloseWith closes it, when what was sent is on its way.
	CloseWith(ctx context.Context, code int, reason string) (end End, err error)
	// Wait waits until it is closed.
	Wait(ctx context.Context) (end End, err error)
	Close() error
}
