//go:build !js

package osaudio

import (
	"context"
	"encoding/binary"
	"io"
	"os"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

// WAV is an [Output] that writes a stream to a file of the host, as fast as it comes: a new
// stream replaces what was there. It has one stream at a time.
type WAV struct {
	// Path is the file; empty: there is no sound.
	Path string

	once sync.Once
	free chan struct{} // has the file, unless a stream has it
}

// wavPatience is how long a stream waits for one that is being closed.
const wavPatience = 500 * time.Millisecond

// Open implements [Output].
func (w *WAV) Open(ctx context.Context, f Format) (Sink, error) {
	if w.Path == "" {
		return nil, None("there is no sound here: --sound FILE.wav writes it to a file")
	}
	w.once.Do(func() {
		w.free = make(chan struct{}, 1)
		w.free <- struct{}{}
	})
	late := time.NewTimer(wavPatience)
	defer late.Stop()
	select {
	case <-w.free:
	case <-late.C:
		return nil, bus.NewError(bus.CodeResourceExhausted, "the file takes one stream of sound at a time")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	file, err := os.Create(w.Path)
	if err == nil {
		if _, err = file.Write(wavHeader(f, 0)); err != nil {
			file.Close()
		}
	}
	if err != nil {
		w.free <- struct{}{}
		return nil, err
	}
	return &wavSink{out: w, file: file, format: f, volume: 1}, nil
}

// wavHeader is the head of a file with so many bytes of samples (Microsoft's RIFF, WAVE_FORMAT_PCM).
func wavHeader(f Format, size int) []byte {
	le := binary.LittleEndian
	h := append(make([]byte, 0, 44), "RIFF"...)
	h = le.AppendUint32(h, uint32(36+size))
	h = append(h, "WAVEfmt "...)
	h = le.AppendUint32(h, 16)
	h = le.AppendUint16(h, 1)
	h = le.AppendUint16(h, uint16(f.Channels))
	h = le.AppendUint32(h, uint32(f.Rate))
	h = le.AppendUint32(h, uint32(f.Rate*f.frame()))
	h = le.AppendUint16(h, uint16(f.frame()))
	h = le.AppendUint16(h, 16)
	h = append(h, "data"...)
	return le.AppendUint32(h, uint32(size))
}

// wavSink is a stream that goes to a file.
type wavSink struct {
	out    *WAV
	format Format

	mu     sync.Mutex
	file   *os.File // nil once it is closed
	size   int
	volume float64
	paused bool
	resume chan struct{} // closed when the pause ends
}

// Write implements [Sink].
func (s *wavSink) Write(ctx context.Context, p []byte) error {
	for {
		s.mu.Lock()
		if !s.paused {
			break
		}
		resume := s.resume
		s.mu.Unlock()
		select {
		case <-resume:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	defer s.mu.Unlock()
	if s.file == nil {
		return os.ErrClosed
	}
	if s.volume != 1 {
		p = louder(p, s.volume)
	}
	n, err := s.file.Write(p)
	s.size += n
	return err
}

// louder is samples at a volume.
func louder(p []byte, volume float64) []byte {
	out := make([]byte, len(p))
	for i := 0; i+1 < len(p); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(p[i:]))) * volume
		binary.LittleEndian.PutUint16(out[i:], uint16(int16(max(-32768, min(32767, v)))))
	}
	return out
}

// Finish implements [Sink].
func (s *wavSink) Finish() {}

// Drain implements [Sink].
func (s *wavSink) Drain(context.Context) error { return nil }

// Pause implements [Sink].
func (s *wavSink) Pause(paused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if paused == s.paused {
		return
	}
	if s.paused = paused; paused {
		s.resume = make(chan struct{})
	} else {
		close(s.resume)
	}
}

// SetVolume implements [Sink].
func (s *wavSink) SetVolume(volume float64) {
	s.mu.Lock()
	s.volume = volume
	s.mu.Unlock()
}

// State implements [Sink].
func (s *wavSink) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return State{Paused: s.paused, Played: int64(s.size / s.format.frame())}
}

// Close implements [Sink].
func (s *wavSink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == nil {
		return nil
	}
	_, err := s.file.Seek(0, io.SeekStart)
	if err == nil {
		_, err = s.file.Write(wavHeader(s.format, s.size))
	}
	if bad := s.file.Close(); err == nil {
		err = bad
	}
	s.file = nil
	s.out.free <- struct{}{}
	return err
}
