package main

import (
	"context"
	"os"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/busimpl/osaudio"
	"github.com/bushel-wasm/bushel/web/worker"
)

// JavaScript's half is web/ts/workers/sounds.ts, which numbers the events and orders too. The
// samples go from there straight to the thread that plays them.

//go:wasmimport bushel sound_open
func jsSoundOpen(id, rate, channels uint32)

//go:wasmimport bushel sound_write
//go:noescape
func jsSoundWrite(id uint32, p unsafe.Pointer, n uint32)

//go:wasmimport bushel sound_order
func jsSoundOrder(id, order uint32, value float64)

// What is told of a stream.
const (
	soundOpened = 1 // a is not zero while the page's user has to do something first
	soundFailed = 2
	soundPlayed = 3 // a frames were played, b times were none there, and all is over if c
)

// What a stream is told.
const (
	soundPause  = 1
	soundVolume = 2
	soundFinish = 3
	soundClose  = 4
)

// sounds is an osaudio.Output on the page's AudioWorklet.
type sounds struct{}

// soundLive are the streams that are open.
var soundLive worker.Numbered[*soundStream]

// soundStream is an osaudio.Sink.
type soundStream struct {
	id     uint32
	format osaudio.Format
	opened chan struct{} // closed by the first event
	once   sync.Once
	over   chan struct{} // closed when all was played
	closed chan struct{}
	ending sync.Once

	mu      sync.Mutex
	failure error
	state   osaudio.State // without Buffered
	written int64         // frames
	news    chan struct{} // has room for one: something was played
}

// soundEvent takes an event; of a failure, the reason has just been given.
//
//go:wasmexport sound_event
func soundEvent(id, kind uint32, a, b float64, c, n uint32) {
	data := worker.Received(n)
	s := soundLive.Find(id)
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case soundOpened:
		s.state.Waiting = a != 0
		s.once.Do(func() { close(s.opened) })
	case soundFailed:
		s.failure = osaudio.None("%s", data)
		s.once.Do(func() { close(s.opened) })
		s.end()
	case soundPlayed:
		s.state.Played, s.state.Starved = int64(a), int64(b)
		if c != 0 {
			s.end()
		}
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// end notes that nothing more will be played.
func (s *soundStream) end() {
	select {
	case <-s.over:
	default:
		close(s.over)
	}
}

// Open implements osaudio.Output.
func (sounds) Open(ctx context.Context, f osaudio.Format) (osaudio.Sink, error) {
	s := soundLive.Add(func(id uint32) *soundStream {
		return &soundStream{
			id: id, format: f, opened: make(chan struct{}), over: make(chan struct{}),
			closed: make(chan struct{}), news: make(chan struct{}, 1),
		}
	})
	jsSoundOpen(s.id, uint32(f.Rate), uint32(f.Channels))
	select {
	case <-s.opened:
	case <-ctx.Done():
		s.Close()
		return nil, context.Cause(ctx)
	}
	if err := s.failed(); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *soundStream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// Write implements osaudio.Sink.
func (s *soundStream) Write(ctx context.Context, p []byte) error {
	for {
		s.mu.Lock()
		full, err := s.written-s.state.Played >= osaudio.Depth*int64(s.format.Rate), s.failure
		if !full && err == nil {
			s.written += int64(len(p) / 2 / s.format.Channels)
		}
		s.mu.Unlock()
		if err != nil {
			return err
		}
		if !full {
			break
		}
		select {
		case <-s.news:
		case <-s.closed:
			return os.ErrClosed
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case <-s.closed:
		return os.ErrClosed
	default:
	}
	jsSoundWrite(s.id, worker.Pointer(p), uint32(len(p)))
	return nil
}

// Finish implements osaudio.Sink.
func (s *soundStream) Finish() { jsSoundOrder(s.id, soundFinish, 0) }

// Drain implements osaudio.Sink.
func (s *soundStream) Drain(ctx context.Context) error {
	select {
	case <-s.over:
		return s.failed()
	case <-s.closed:
		return os.ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Pause implements osaudio.Sink.
func (s *soundStream) Pause(paused bool) {
	s.mu.Lock()
	s.state.Paused = paused
	s.mu.Unlock()
	value := 0.0
	if paused {
		value = 1
	}
	jsSoundOrder(s.id, soundPause, value)
}

// SetVolume implements osaudio.Sink.
func (s *soundStream) SetVolume(volume float64) { jsSoundOrder(s.id, soundVolume, volume) }

// State implements osaudio.Sink.
func (s *soundStream) State() osaudio.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	st.Buffered = s.written - st.Played
	return st
}

// Close implements osaudio.Sink.
func (s *soundStream) Close() error {
	s.ending.Do(func() {
		soundLive.Remove(s.id)
		close(s.closed)
		jsSoundOrder(s.id, soundClose, 0)
	})
	return nil
}
