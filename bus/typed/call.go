package typed

import (
	"context"
	"io"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

// Parts are what goes along a call besides the values of its arguments.
type Parts struct {
	Serves  Table       // callbacks, and the methods of objects
	Sources []Source    // streams of the caller
	Objects []io.Closer // objects of the caller, closed when the call and what it returned are over; nil ones are left out
}

// Call calls the method m of t with args and reads what it returns into results; each is a
// pointer to a struct, or nil if there is none.
func Call(ctx context.Context, t bus.Target, m bus.Method, args, results any) error {
	s, err := call(ctx, t, m, args, results, nil, false)
	if s != nil {
		s.Close() // there is nothing that it could be open for
	}
	return err
}

// CallWith is [Call] with parts.
func CallWith(ctx context.Context, t bus.Target, m bus.Method, args, results any, p *Parts) error {
	s, err := call(ctx, t, m, args, results, p, false)
	if s != nil {
		s.Close()
	}
	return err
}

// Open is [Call] of a method that returns an object or streams: the session is those; nil
// if the method returned none, or failed. p may be nil. Until there is an answer, ctx bounds
// the call; the session is closed by who has it.
func Open(ctx context.Context, t bus.Target, m bus.Method, args, results any, p *Parts) (*bus.Session, error) {
	return call(ctx, t, m, args, results, p, true)
}

func call(ctx context.Context, t bus.Target, m bus.Method, args, results any, p *Parts, keep bool) (*bus.Session, error) {
	body, err := encode(cbor.Codec, args)
	if err != nil {
		p.closeObjects()
		return nil, err
	}
	r := &bus.Request{Method: m, Format: bus.FormatCBOR, Body: body, Keep: keep}
	var a *bus.Response
	if p == nil {
		a, err = t.Invoke(ctx, r)
	} else {
		r.Handler = p.Serves
		s, wait := bus.Begin(ctx, t, r)
		s.OnEnd(func(error) { go p.closeObjects() })
		for _, source := range p.Sources {
			go source.run(s, cbor.Codec)
		}
		a, err = wait()
	}
	if err != nil {
		return nil, err
	}
	if err := decode(a.Format, a.Body, results); err != nil {
		if a.Session != nil {
			a.Session.Close()
		}
		return nil, err
	}
	return a.Session, nil
}

func (p *Parts) closeObjects() {
	if p == nil {
		return
	}
	for _, o := range p.Objects {
		if o != nil {
			o.Close()
		}
	}
}

// Notify calls a method that has no answer.
func Notify(ctx context.Context, t bus.Target, m bus.Method, args any) error {
	body, err := encode(cbor.Codec, args)
	if err != nil {
		return err
	}
	return t.Notify(ctx, &bus.Request{Method: m, Format: bus.FormatCBOR, Body: body})
}

// SessionOf is the session that the object of a client stands for; nil if v is no such
// object. It tells when the object has gone from the other side (Done, OnEnd, Err).
func SessionOf(v any) *bus.Session {
	if o, ok := v.(interface{ BusSession() *bus.Session }); ok {
		return o.BusSession()
	}
	return nil
}
