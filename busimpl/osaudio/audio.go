// Package osaudio is the service of sound: streams of PCM that programs write with credit, and
// that are heard, paused, made louder or quieter, and drained. Where the sound goes is an
// [Output]'s affair: a page plays it by an AudioWorklet, natively it is written to a file
// ([WAV]).
//
// Formats of files, such as MP3, are no affair of it: programs decode.
package osaudio

import (
	"context"
	"fmt"
	"io"

	"github.com/bushel-wasm/bushel/bus"
)

// Audio is the service os.audio/1, as its callers see it.
type Audio interface {
	// Open opens a stream that plays pcm, the interleaved samples of each frame, as signed
	// numbers of 16 bits, low byte first. It returns when the stream can be written; the end of
	// pcm is that of the sound. To close the stream ends it at once.
	Open(ctx context.Context, rate, channels int, pcm io.Reader) (waiting bool, stream Stream, err error)
}

// Stream is the object of an open stream.
type Stream interface {
	// State says how far the stream is.
	State(ctx context.Context) (State, error)
	// Pause stops the sound where it is, or lets it go on.
	Pause(ctx context.Context, paused bool) error
	// Volume sets how loud it is: 0 is silent, 1 as written, 4 the most.
	Volume(ctx context.Context, volume float64) error
	// Drain returns when pcm has ended and all of it was heard.
	Drain(ctx context.Context) (State, error)
}

// State is how far a stream is.
type State struct {
	// Waiting says that nothing is heard before the page's user clicks or presses a key.
	Waiting bool
	Paused  bool
	// Played and Buffered are the frames that were heard, and those that were written and not
	// heard yet.
	Played, Buffered int64
	// Starved counts how often the sound broke off because no samples were there.
	Starved int64
}

// Format is what the samples of a stream are.
type Format struct {
	Rate     int // frames a second
	Channels int // samples of a frame
}

// The bounds of a [Format] and of a volume.
const (
	MinRate     = 8000
	MaxRate     = 192000
	MaxChannels = 8
	MaxVolume   = 4
)

// Depth is how much sound is written ahead of what is heard, in seconds. It is long enough for
// a program to be kept from writing for a while, and short enough to be made anew.
const Depth = 2

// MaxStreams is how many streams a kernel has at once.
const MaxStreams = 16

// frame is the bytes of a frame.
func (f Format) frame() int { return 2 * f.Channels }

// sound checks a format.
func (f Format) sound() error {
	switch {
	case f.Rate < MinRate || f.Rate > MaxRate:
		return invalid("a rate of %d frames a second: it can be from %d to %d", f.Rate, MinRate, MaxRate)
	case f.Channels < 1 || f.Channels > MaxChannels:
		return invalid("%d channels: there can be from 1 to %d", f.Channels, MaxChannels)
	}
	return nil
}

// Output is where sound goes. It may be used by several goroutines at once.
type Output interface {
	// Open opens a stream. Its error is what the caller is told; see [None].
	Open(ctx context.Context, f Format) (Sink, error)
}

// Sink is an open stream of an [Output]. Write, Finish and Drain are called by one goroutine,
// the rest by any, at any time before Close.
type Sink interface {
	// Write takes whole frames. It waits while there are [Depth] seconds that were not heard.
	Write(ctx context.Context, p []byte) error
	// Finish says that no more will be written.
	Finish()
	// Drain returns, after Finish, when all was heard.
	Drain(ctx context.Context) error
	Pause(paused bool)
	SetVolume(volume float64)
	State() State
	// Close ends the stream at once. Calls that wait fail.
	Close() error
}

// None is the error of a place that has no sound.
func None(format string, args ...any) error {
	return bus.NewError(bus.CodeUnavailable, fmt.Sprintf(format, args...))
}

func invalid(format string, args ...any) error {
	return bus.NewError(bus.CodeInvalidArgument, fmt.Sprintf(format, args...))
}
