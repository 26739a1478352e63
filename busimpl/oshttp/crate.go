package oshttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
)

// The method of the crates wasmer-bus-reqwest and wasm-bus-reqwest.
const (
	makeNew = "wasmer_bus_reqwest::api::ReqwestMakeRequest"
	makeOld = "wasm_bus_reqwest::api::ReqwestMakeRequest"
)

// connAborted is what the crate's programs are told when there was no answer: ECONNABORTED's
// number on Linux.
const connAborted = 103

// makeRequest is the arguments of the crate's Make.
type makeRequest struct {
	Request
	gzip  bool
	proxy string // where to go if the server itself cannot be reached; empty if there is none
}

// decodeMake reads the arguments: url, method, options {gzip, cors_proxy}, headers, body. The
// crate writes them in bincode, whatever the format that came with them says.
func decodeMake(data []byte) (*makeRequest, error) {
	r := bincode.NewReader(data)
	m := &makeRequest{}
	m.URL, m.Method = r.String(), r.String()
	m.gzip = r.Bool()
	if r.Bool() {
		m.proxy = r.String()
	}
	for range r.Len(16) {
		m.Headers = append(m.Headers, Header{r.String(), r.String()})
	}
	if r.Bool() {
		m.Content = r.Bytes()
	}
	if !m.gzip {
		m.Headers = append(m.Headers, Header{"Accept-Encoding", "identity"})
	}
	return m, codec.Invalid(r.End())
}

// reqwest is the crate's Make. Answers of all statuses are answers, with their headers and
// bodies; only where there is none, the program gets an error number.
func (s *service) reqwest(ctx context.Context, in *bus.Incoming) error {
	m, err := decodeMake(in.Body())
	if err != nil {
		return err
	}
	got, err := s.attempt(ctx, in, m)
	if err != nil && m.proxy != "" && bus.ErrorOf(err).CrateNumber() == bus.CrateFetchFailed {
		again := *m
		again.URL = "https://" + m.proxy + "/" + m.URL
		got, err = s.attempt(ctx, in, &again)
	}
	if e := bus.ErrorOf(err); e != nil && e.CrateNumber() == bus.CrateFetchFailed {
		return in.Reply(bus.FormatBincode, bincode.AppendUint32(bincode.AppendUint32(nil, 1), connAborted))
	}
	if err != nil {
		return err
	}
	defer got.Body.Close()
	data, err := readWhole(got.Body)
	if err != nil {
		return err
	}
	return in.Reply(bus.FormatBincode, encodeResponse(&got.Response, data))
}

func (s *service) attempt(ctx context.Context, in *bus.Incoming, m *makeRequest) (*Answer, error) {
	r := m.Request
	var body io.Reader
	if len(r.Content) > 0 {
		body = bytes.NewReader(r.Content)
	}
	return s.do(ctx, in, &r, body)
}

// encodeResponse writes Ok(Response): pos, data, ok, redirected, status, status_text, headers.
func encodeResponse(r *Response, data []byte) []byte {
	b := bincode.AppendUint32(nil, 0)
	b = bincode.AppendUint64(b, 0)
	b = bincode.AppendBytes(bincode.AppendBool(b, true), data)
	b = bincode.AppendBool(b, r.Status >= 200 && r.Status < 300)
	b = bincode.AppendBool(b, r.Redirected)
	b = bincode.AppendUint16(b, uint16(min(max(r.Status, 0), math.MaxUint16)))
	b = bincode.AppendBytes(b, r.StatusText)
	b = bincode.AppendUint64(b, uint64(len(r.Headers)))
	for _, h := range r.Headers {
		b = bincode.AppendBytes(bincode.AppendBytes(b, h.Name), h.Value)
	}
	return b
}

// errRedirect is the error of a request that is not to be redirected.
var errRedirect = bus.NewError(bus.CodeFailedPrecondition, "the server redirects, and the request does not allow it")

// errAgain is the error of a redirection that cannot be followed.
var errAgain = bus.NewError(bus.CodeFailedPrecondition, "the server redirects, and a body that was streamed cannot be sent again")

// own is the error in err that is ours, nil if there is none.
func own(err error) error {
	if e, ok := errors.AsType[*bus.Error](err); ok {
		return e
	}
	return nil
}
