package oshttp

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/args"
	"github.com/bushel-wasm/bushel/busimpl/grant"
	"github.com/bushel-wasm/bushel/busimpl/remote"
)

// Fetch is the name of the method.
const Fetch = "os.http/1.Fetch"

// The streams of a call of Fetch.
const (
	streamBody    = 0 // the request's, from the caller
	streamContent = 1 // the answer's, to the caller
)

type service struct {
	transport Transport
	check     grant.Check
}

// Register adds the service to s, with requests made by t. check is asked about the service
// "http" and each place that is to be reached, see [remote.Target]; nil allows all.
func Register(s *bus.Server, t Transport, check grant.Check) {
	svc := &service{t, check}
	s.Register(&bus.Service{
		Name: "os.http/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{{Name: Fetch, Handler: bus.Go(svc.fetch)}},
	})
	for _, name := range []string{makeNew, makeOld} {
		s.Func(name, svc.reqwest)
	}
}

// allowed asks the check about a URL.
func (s *service) allowed(ctx context.Context, in *bus.Incoming, url string) error {
	target, err := remote.Target(url, "http", "https")
	if err != nil {
		return err
	}
	if s.check == nil {
		return nil
	}
	return s.check(ctx, in, "http", target)
}

// do makes a request that is allowed, and none of whose redirections is not. The exchange
// ends with the call: the deadline is for the head of the answer.
func (s *service) do(ctx context.Context, in *bus.Incoming, r *Request, body io.Reader) (*Answer, error) {
	if err := r.sound(); err != nil {
		return nil, err
	}
	if err := s.allowed(ctx, in, r.URL); err != nil {
		return nil, err
	}
	whole, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	in.OnEnd(func(err error) { cancel(err) })
	headless := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	a, err := s.transport.Do(whole, r, body, func(url string) error { return s.allowed(whole, in, url) })
	switch {
	case err != nil:
	case !headless():
		err = context.Cause(ctx)
	case a.Redirected:
		// A page hears of a redirection when it has been followed.
		err = s.allowed(whole, in, a.URL)
	}
	if err != nil {
		if a != nil {
			a.Body.Close()
		}
		if whole.Err() != nil {
			err = context.Cause(whole)
		}
		cancel(nil)
		return nil, err
	}
	return a, nil
}

// fetch makes a request, whose body and whose answer's are streams.
func (s *service) fetch(ctx context.Context, in *bus.Incoming) error {
	var a struct {
		Request Request `json:"request"`
	}
	if err := args.Read(in, &a); err != nil {
		return err
	}
	r := &a.Request
	var body io.Reader
	switch {
	case r.Stream:
		body = in.Stream(streamBody)
	case len(r.Content) > 0:
		body = bytes.NewReader(r.Content)
	}
	if !r.Stream && !in.IsNotify() {
		in.Stream(streamBody).Stop()
	}
	got, err := s.do(ctx, in, r, body)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if r.Whole {
		content, err := readWhole(got.Body)
		if err != nil {
			return err
		}
		return args.Reply(in, results(&got.Response, content))
	}
	format, head, err := args.Write(in, results(&got.Response, nil))
	if err != nil {
		return err
	}
	if err := in.Open(format, head, nil); err != nil {
		return nil // nobody waits for it
	}
	out := in.Stream(streamContent)
	_, err = io.CopyBuffer(onlyWriter{out}, onlyReader{got.Body}, make([]byte, 64<<10))
	if !errors.Is(err, io.ErrClosedPipe) {
		out.CloseSend(err)
	}
	return in.Close()
}

// onlyWriter and onlyReader have io.CopyBuffer use its buffer.
type onlyWriter struct{ io.Writer }
type onlyReader struct{ io.Reader }

// readWhole reads a body that goes into an answer.
func readWhole(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxWhole+1))
	if err == nil && len(b) > MaxWhole {
		err = bus.NewError(bus.CodeResourceExhausted, "the answer has more than 8 MiB: it can only be streamed")
	}
	return b, err
}

// results are the results of Fetch; content is nil if it goes by the stream.
func results(r *Response, content []byte) map[string]any {
	headers := make([]any, len(r.Headers))
	for i, h := range r.Headers {
		headers[i] = map[string]any{"name": h.Name, "value": h.Value}
	}
	m := map[string]any{
		"status": r.Status, "status_text": r.StatusText, "headers": headers,
		"url": r.URL, "redirected": r.Redirected, "held": r.Held,
	}
	if content != nil {
		m["content"] = content
	}
	return map[string]any{"response": m}
}
