package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/hajimehoshi/go-mp3"
)

// frameSize is the bytes of a frame as the decoder makes it: 16 bits for two channels.
const frameSize = 4

// song is an MP3 file that is decoded. It may be used by one goroutine at a time.
type song struct {
	in    *intake
	begin int // where its first frame is
	rate  int
	title string
	// told is how long the encoder said that it is, in frames of sound; 0: it did not.
	told int64

	decoder *mp3.Decoder
	at      int64 // the next frame of sound
	length  int64 // in frames, 0 as long as it is not known
}

// newSong begins to decode.
func newSong(in *intake) (*song, error) {
	s := &song{in: in}
	data := in.atLeast(tagHead)
	size, err := tagSize(data)
	if err != nil {
		return nil, err
	}
	if data = in.atLeast(size + searched + 4096); in.failed(data) != nil {
		return nil, in.failed(data)
	}
	switch {
	case len(data) == 0:
		return nil, errors.New("it is empty")
	case len(data) < size:
		return nil, fmt.Errorf("its ID3 tag claims %d bytes, and there are %d", size, len(data))
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WAVE":
		return nil, errors.New("it is a WAV file, and no MP3")
	}
	s.title = tagTitle(data[:size])
	at, h, ok := firstFrame(data[size:])
	if !ok {
		return nil, errors.New("it is no MP3")
	}
	s.begin, s.rate = size+at, h.rate
	if n := h.told(data[s.begin:]); n > 0 {
		s.told = int64(n) * int64(h.samples)
	}
	if err := s.reopen(); err != nil {
		return nil, err
	}
	return s, nil
}

// failed is why there is no more of what has come, if that is so.
func (in *intake) failed([]byte) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.done {
		return in.err
	}
	return nil
}

// reopen begins to decode from the start: what has come whole can be gone through at will.
func (s *song) reopen() (err error) {
	defer caught(&err)
	var r io.Reader = &cursor{s.in, s.begin}
	data, whole := s.in.whole()
	if whole {
		r = bytes.NewReader(data[s.begin:])
	}
	s.at = 0
	if s.decoder, err = mp3.NewDecoder(r); err != nil {
		return broken(err)
	}
	if whole {
		s.length = s.decoder.Length() / frameSize
	}
	return nil
}

// caught makes an error of what the decoder panics with on files that are damaged.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("it is damaged: %v", r)
	}
}

func broken(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("it is damaged: %w", err)
}

// Read implements io.Reader.
func (s *song) Read(b []byte) (n int, err error) {
	defer caught(&err)
	n, err = s.decoder.Read(b)
	s.at += int64(n / frameSize)
	return n, broken(err)
}

// seek goes to a place, or as near to it as there is something. It reports false if the file
// has not come whole.
func (s *song) seek(to int64) (ok bool, err error) {
	if _, whole := s.in.whole(); !whole {
		return false, nil
	}
	if s.length == 0 {
		if err := s.reopen(); err != nil {
			return false, err
		}
	}
	// The last second would be over at once.
	to = max(0, min(to, s.length-int64(s.rate)))
	defer caught(&err)
	at, err := s.decoder.Seek(to*frameSize, io.SeekStart)
	s.at = at / frameSize
	return true, broken(err)
}

// total is how long the song is, 0 if that is not known.
func (s *song) total() int64 {
	if s.length > 0 {
		return s.length
	}
	return s.told
}

// seconds is a number of frames as a time.
func (s *song) seconds(frames int64) time.Duration {
	return time.Duration(float64(frames) / float64(s.rate) * float64(time.Second))
}

// short is the error of a song that has ended long before its encoder said.
func (s *song) short() error {
	if s.told-s.at > s.told/20 {
		return fmt.Errorf("it is cut short: %.1f of %.1f seconds are there", s.seconds(s.at).Seconds(), s.seconds(s.told).Seconds())
	}
	return nil
}
