package osaudio

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/busimpl/args"
	"github.com/bushel-wasm/bushel/busimpl/grant"
)

// The names of the methods.
const (
	Open         = "os.audio/1.Open"
	StreamState  = "os.audio/1.Stream.State"
	StreamPause  = "os.audio/1.Stream.Pause"
	StreamVolume = "os.audio/1.Stream.Volume"
	StreamDrain  = "os.audio/1.Stream.Drain"
)

// streamPCM is the stream of a call of Open.
const streamPCM = 0

type service struct {
	output Output
	check  grant.Check
	places chan struct{} // one is taken by each stream
}

// Register adds the service to s, with streams of o; nil is a place without sound. check is
// asked about the service "audio"; nil allows all.
func Register(s *bus.Server, o Output, check grant.Check) {
	svc := &service{output: o, check: check, places: make(chan struct{}, MaxStreams)}
	s.Register(&bus.Service{
		Name: "os.audio/1", Description: desc.JSON(describe()),
		Methods: []bus.MethodHandler{{Name: Open, Handler: bus.Go(svc.open)}},
	})
}

// open begins a stream of sound, which is an object.
func (s *service) open(ctx context.Context, in *bus.Incoming) error {
	var f Format
	a := struct {
		Rate     *int `json:"rate"`
		Channels *int `json:"channels"`
	}{&f.Rate, &f.Channels}
	err := args.Read(in, &a)
	switch {
	case err != nil:
	case in.IsNotify():
		err = invalid("a stream that nobody waits for is not opened")
	default:
		err = f.sound()
	}
	if err == nil && s.check != nil {
		err = s.check(ctx, in, "audio", "")
	}
	if err == nil && s.output == nil {
		err = None("there is no sound here")
	}
	if err != nil {
		return err
	}
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return bus.NewError(bus.CodeResourceExhausted, "there are as many streams of sound as there can be")
	}
	sink, err := s.output.Open(ctx, f)
	if err != nil {
		return err
	}
	defer sink.Close()
	// The deadline was for opening it.
	live, cancel := context.WithCancel(context.WithoutCancel(ctx))
	st := &stream{sink: sink, live: live, drained: make(chan struct{})}
	format, head, err := args.Write(in, map[string]any{"waiting": sink.State().Waiting})
	if err == nil {
		err = in.Open(format, head, st)
	}
	if err != nil {
		cancel()
		return nil // nobody waits for it any more
	}
	var pump sync.WaitGroup
	pump.Go(func() { st.pump(in.Stream(streamPCM), f) })
	<-in.Done()
	cancel()
	sink.Close()
	pump.Wait()
	return nil
}

// stream is the object of a call of Open.
type stream struct {
	sink Sink
	live context.Context // done when the stream is closed
	// drained is closed when all was heard, or cannot be; err is set then.
	drained chan struct{}
	err     error
}

// pump writes what comes to the sink, in whole frames, and sees to its end.
func (st *stream) pump(from *bus.Stream, f Format) {
	defer close(st.drained)
	defer from.Stop()
	b := make([]byte, 0, 32<<10)
	for {
		n, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		whole := len(b) / f.frame() * f.frame()
		if whole > 0 {
			if st.err = st.sink.Write(st.live, b[:whole]); st.err != nil {
				return
			}
			b = b[:copy(b[:cap(b)], b[whole:])]
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			st.err = err // the caller has broken it off
			return
		}
		st.sink.Finish()
		st.err = st.sink.Drain(st.live)
		return
	}
}

// ServeBus serves the methods of the object.
func (st *stream) ServeBus(in *bus.Incoming) {
	var err error
	switch in.Method() {
	case methodState:
		err = st.tell(in)
	case methodPause:
		a := struct {
			Paused bool `json:"paused"`
		}{true}
		if err = args.Read(in, &a); err == nil {
			st.sink.Pause(a.Paused)
			err = args.Reply(in, map[string]any{})
		}
	case methodVolume:
		a := struct {
			Volume float64 `json:"volume"`
		}{-1}
		if err = args.Read(in, &a); err == nil && !(a.Volume >= 0 && a.Volume <= MaxVolume) {
			err = invalid("a volume of %v: it can be from 0 to %d", a.Volume, MaxVolume)
		}
		if err == nil {
			st.sink.SetVolume(a.Volume)
			err = args.Reply(in, map[string]any{})
		}
	case methodDrain:
		bus.Go(st.drain).ServeBus(in)
	default:
		err = bus.ErrNoMethod(in.Method())
	}
	if err != nil {
		in.Fault(err)
	}
}

var (
	methodState  = bus.MethodOf(StreamState)
	methodPause  = bus.MethodOf(StreamPause)
	methodVolume = bus.MethodOf(StreamVolume)
	methodDrain  = bus.MethodOf(StreamDrain)
)

func (st *stream) drain(ctx context.Context, in *bus.Incoming) error {
	select {
	case <-st.drained:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if st.err != nil {
		return st.err
	}
	return st.tell(in)
}

// tell answers with the state of the stream.
func (st *stream) tell(in *bus.Incoming) error {
	s := st.sink.State()
	return args.Reply(in, map[string]any{"state": map[string]any{
		"waiting": s.Waiting, "paused": s.Paused, "played": s.Played, "buffered": s.Buffered, "starved": s.Starved,
	}})
}
