package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/oshttp"
	"github.com/bushel-wasm/bushel/busimpl/remote"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/fetcher.ts, which numbers the events too.

// jsFetchBegin begins a request: its head in JSON, and its body if that is at hand.
//
//go:wasmimport bushel fetch_begin
//go:noescape
func jsFetchBegin(id uint32, head unsafe.Pointer, n uint32, content unsafe.Pointer, m uint32)

// jsFetchBody sends a piece of a body that was asked for.
//
//go:wasmimport bushel fetch_body
//go:noescape
func jsFetchBody(id uint32, data unsafe.Pointer, n, last uint32)

//go:wasmimport bushel fetch_pull
func jsFetchPull(id uint32)

//go:wasmimport bushel fetch_abort
func jsFetchAbort(id uint32)

// What is told of a request.
const (
	fetchHead   = 1
	fetchPiece  = 2
	fetchEnd    = 3
	fetchFailed = 4
	fetchWants  = 5
)

// What follows a piece of a body.
const (
	bodyGoesOn = 0
	bodyEnds   = 1
	bodyFails  = 2
)

// fetching are the requests under way.
var fetching worker.Numbered[*exchange]

// exchange is a request with its answer. It is the answer's body.
type exchange struct {
	id  uint32
	ctx context.Context // of the exchange, which ends with it
	// events has one for the request, and then one for each pull.
	events chan fetchEvent
	wants  chan struct{}
	over   chan struct{} // closed by Close
	once   sync.Once
	rest   []byte // of the piece that came last
	end    error  // what the answer's body has ended with
}

type fetchEvent struct {
	kind uint32
	data []byte
}

// fetchEventCame takes an event, whose data have just been given.
//
//go:wasmexport fetch_event
func fetchEventCame(id, kind, n uint32) {
	data := worker.Received(n)
	x := fetching.Find(id)
	switch {
	case x == nil:
	case kind == fetchWants:
		select {
		case x.wants <- struct{}{}:
		default: // there is no room for two, and one is as good
		}
	default:
		x.events <- fetchEvent{kind, data} // nobody has pulled twice, so there is room
	}
}

// requestHead is a request as JavaScript reads it.
type requestHead struct {
	URL      string      `json:"url"`
	Method   string      `json:"method"`
	Headers  [][2]string `json:"headers"`
	Redirect string      `json:"redirect"`
	Cache    string      `json:"cache"`
	Stream   bool        `json:"stream"`
}

// begin begins a request. content is its body, stream one that comes in pieces; either may
// be nil.
func begin(ctx context.Context, head *requestHead, content []byte, stream io.Reader) (*exchange, error) {
	head.Stream = stream != nil
	if head.Headers == nil {
		head.Headers = [][2]string{}
	}
	b, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	x := fetching.Add(func(id uint32) *exchange {
		return &exchange{id: id, ctx: ctx, events: make(chan fetchEvent, 1), wants: make(chan struct{}, 1), over: make(chan struct{})}
	})
	jsFetchBegin(x.id, worker.Pointer(b), uint32(len(b)), worker.Pointer(content), uint32(len(content)))
	if stream != nil {
		go x.feed(stream)
	}
	return x, nil
}

// feed sends the request's body as it is asked for.
func (x *exchange) feed(body io.Reader) {
	b := make([]byte, 64<<10)
	for {
		select {
		case <-x.wants:
		case <-x.over:
			return
		case <-x.ctx.Done():
			return
		}
		n, err := body.Read(b)
		last := uint32(bodyGoesOn)
		if err == io.EOF {
			last = bodyEnds
		} else if err != nil {
			last = bodyFails
		}
		jsFetchBody(x.id, worker.Pointer(b), uint32(n), last)
		if err != nil {
			return
		}
	}
}

// next waits for an event.
func (x *exchange) next() ([]byte, error) {
	select {
	case e := <-x.events:
		switch e.kind {
		case fetchEnd:
			return nil, io.EOF
		case fetchFailed:
			return nil, failure(e.data)
		}
		return e.data, nil
	case <-x.over:
		return nil, io.ErrClosedPipe
	case <-x.ctx.Done():
		return nil, context.Cause(x.ctx)
	}
}

// failure is the error of a request.
func failure(data []byte) error {
	var f struct{ Kind, Message string }
	if err := json.Unmarshal(data, &f); err != nil {
		return err
	}
	switch f.Kind {
	case "refused":
		return oshttp.Refused("%s", f.Message)
	case "redirect":
		return bus.NewError(bus.CodeFailedPrecondition, f.Message)
	case "invalid":
		return bus.NewError(bus.CodeInvalidArgument, f.Message)
	}
	return remote.Unreachable("%s", f.Message)
}

// Read implements io.Reader.
func (x *exchange) Read(p []byte) (int, error) {
	if len(x.rest) == 0 && x.end == nil {
		jsFetchPull(x.id)
		x.rest, x.end = x.next()
	}
	if len(x.rest) == 0 {
		return 0, x.end
	}
	n := copy(p, x.rest)
	x.rest = x.rest[n:]
	return n, nil
}

// Close ends the exchange.
func (x *exchange) Close() error {
	x.once.Do(func() {
		fetching.Remove(x.id)
		close(x.over)
		jsFetchAbort(x.id)
	})
	return nil
}

// answered waits for the head of the answer, and ends the exchange if there is none.
func (x *exchange) answered() (*oshttp.Response, error) {
	head, err := x.next()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	r := new(oshttp.Response)
	if err == nil {
		err = json.Unmarshal(head, r)
	}
	if err != nil {
		x.Close()
		return nil, err
	}
	return r, nil
}
