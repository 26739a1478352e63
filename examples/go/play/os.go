package main

import (
	"context"
	"fmt"
	"io"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

// invoke calls a method of the package os, with arguments and results by their names.
func invoke(ctx context.Context, to bus.Target, method string, args, results any) (*bus.Session, error) {
	body, err := cbor.Codec.Marshal(args)
	if err != nil {
		return nil, err
	}
	r, err := to.Invoke(ctx, &bus.Request{Method: bus.MethodOf(method), Format: bus.FormatCBOR, Body: body})
	if err != nil {
		return nil, err
	}
	if results != nil {
		err = cbor.Codec.Unmarshal(r.Body, results)
	}
	return r.Session, err
}

// fetch gets what is at a URL.
func fetch(ctx context.Context, url string) (io.ReadCloser, error) {
	conn, err := bus.Dial(bus.Options{})
	if err != nil {
		return nil, err
	}
	var head struct {
		Response struct {
			Status     int    `json:"status"`
			StatusText string `json:"status_text"`
		} `json:"response"`
	}
	s, err := invoke(ctx, conn.Package("os"), "os.http/1.Fetch", map[string]any{"request": map[string]any{"url": url}}, &head)
	if r := head.Response; err == nil && (r.Status < 200 || r.Status > 299) {
		err = fmt.Errorf("the server answers %d %s", r.Status, r.StatusText)
	}
	if err != nil {
		conn.Close(nil)
		return nil, err
	}
	return &body{s.Stream(1), conn}, nil
}

// body is the body of an answer.
type body struct {
	io.Reader
	conn *bus.Conn
}

// Close ends the request.
func (b *body) Close() error {
	b.conn.Close(nil)
	return nil
}

// state is how far a stream of sound is.
type state struct {
	Waiting  bool  `json:"waiting"`
	Paused   bool  `json:"paused"`
	Played   int64 `json:"played"`
	Buffered int64 `json:"buffered"`
	Starved  int64 `json:"starved"`
}

// sound is a stream of the service os.audio/1.
type sound struct{ s *bus.Session }

func openSound(ctx context.Context, conn *bus.Conn, rate int) (*sound, error) {
	s, err := invoke(ctx, conn.Package("os"), "os.audio/1.Open", map[string]any{"rate": rate, "channels": 2}, nil)
	if err != nil {
		return nil, err
	}
	return &sound{s}, nil
}

func (o *sound) state(ctx context.Context) (state, error) {
	var r struct {
		State state `json:"state"`
	}
	_, err := invoke(ctx, o.s, "os.audio/1.Stream.State", map[string]any{}, &r)
	return r.State, err
}

func (o *sound) pause(ctx context.Context, paused bool) error {
	_, err := invoke(ctx, o.s, "os.audio/1.Stream.Pause", map[string]any{"paused": paused}, nil)
	return err
}

func (o *sound) volume(ctx context.Context, percent int) error {
	_, err := invoke(ctx, o.s, "os.audio/1.Stream.Volume", map[string]any{"volume": float64(percent) / 100}, nil)
	return err
}

func (o *sound) drain(ctx context.Context) error {
	_, err := invoke(ctx, o.s, "os.audio/1.Stream.Drain", map[string]any{}, nil)
	return err
}

// taker writes to a sound. Its error is the reason why that takes no more.
type taker struct {
	ctx context.Context
	out *sound
}

// Write implements io.Writer.
func (t *taker) Write(b []byte) (int, error) {
	n, err := t.out.s.Stream(0).Write(b)
	if err != nil {
		if why := t.out.drain(t.ctx); why != nil {
			err = why
		}
	}
	return n, err
}
