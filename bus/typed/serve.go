package typed

import (
	"context"
	"io"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
)

// Serve serves calls of one method, each on a goroutine of its own. ctx is done when the
// call and what it left open are over. An error that it returns is the answer.
type Serve func(ctx context.Context, in *bus.Incoming) error

// Handler is s for package bus.
func (s Serve) Handler() bus.Handler { return bus.Go(s) }

// Entry is a method of a [Table].
type Entry struct {
	Method bus.Method
	Serve  Serve
}

// Table serves the calls along another one: the methods of an object, or callbacks. There
// are few of them, so it is a list.
type Table []Entry

// ServeBus implements [bus.Handler].
func (t Table) ServeBus(in *bus.Incoming) {
	for _, e := range t {
		if e.Method == in.Method() {
			e.Serve.Handler().ServeBus(in)
			return
		}
	}
	in.Fault(bus.ErrNoMethod(in.Method()))
}

// ErrNoCallback is the error of a callback for which the caller gave a nil function.
var ErrNoCallback = &bus.Error{
	Code: bus.CodeUnimplemented, Crate: bus.CrateMissingCallback, Message: "the caller takes no such callback",
}

// Unimplemented is the error of the method with the full name name, which nobody has
// written.
func Unimplemented(name string) error {
	return &bus.Error{Code: bus.CodeUnimplemented, Crate: bus.CrateUnsupported, Message: name + " is not implemented"}
}

// Args reads the arguments of a call into the struct that v points to. Those that were
// not sent are zero.
func Args(in *bus.Incoming, v any) error { return decode(in.Format(), in.Body(), v) }

// answer is the format and the body of the answer v, in the format of the call.
func answer(in *bus.Incoming, v any) (bus.Format, []byte, error) {
	c, err := codecOf(in.Format())
	if err != nil {
		return 0, nil, err
	}
	body, err := encode(c, v)
	return c.Format(), body, err
}

// Reply answers a call with the results that v points to; nil if there are none.
func Reply(in *bus.Incoming, v any) error {
	format, body, err := answer(in, v)
	if err != nil {
		return err
	}
	return in.Reply(format, body)
}

// Give answers a call with an object: its methods are served by methods until either side
// closes it, and then owner is closed, once. Streams beside it are sent meanwhile, and end with it at the
// latest. A nil owner is no object, and has no streams beside it.
func Give(in *bus.Incoming, v any, methods Table, owner io.Closer, sources ...Source) error {
	if owner == nil && len(sources) == 0 {
		return Reply(in, v)
	}
	if owner == nil {
		in.Fault(bus.NewError(bus.CodeInternal, "there are streams, but not the object that they belong to"))
	} else {
		in.OnEnd(func(error) { go owner.Close() })
	}
	format, body, err := answer(in, v)
	if err == nil {
		err = in.Open(format, body, methods)
	}
	if err != nil {
		in.Fault(err)
	}
	send(in, sources)
	return err
}

// send sends streams to their ends; at once if the call is over, and then what they read is closed.
func send(in *bus.Incoming, sources []Source) {
	c, err := codecOf(in.Format())
	if err != nil {
		c, _ = codecOf(bus.FormatCBOR)
	}
	var all sync.WaitGroup
	for _, source := range sources {
		all.Go(func() { source.run(&in.Session, c) })
	}
	all.Wait()
}

// Stream answers a call with streams, which it sends to their ends.
func Stream(in *bus.Incoming, v any, sources ...Source) error {
	format, body, err := answer(in, v)
	if err == nil {
		err = in.Open(format, body, nil)
	}
	if err != nil {
		in.Fault(err) // then the sources end at once
	}
	send(in, sources)
	in.Close()
	return err
}
