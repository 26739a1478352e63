package bus

import "fmt"

// Splitter cuts a stream of bytes into messages of whole frames, for pipes that do not
// keep the borders of messages, such as /dev/bus. Its zero value is ready for use.
type Splitter struct {
	buf []byte
	// Most is the longest frame, in bytes; 0 is [MaxFrame].
	Most int
}

// Write takes bytes of the stream, which it copies.
func (s *Splitter) Write(p []byte) (int, error) {
	s.buf = append(s.buf, p...)
	return len(p), nil
}

// Give takes bytes of the stream, which are the Splitter's from then on: whole frames are
// not copied.
func (s *Splitter) Give(p []byte) {
	if len(s.buf) > 0 {
		s.buf = append(s.buf, p...)
		return
	}
	s.buf = p[:len(p):len(p)]
}

// Next returns all frames that are whole, as one message that belongs to the caller;
// nil if there is none. Bytes that cannot be a frame are an [ErrFrame].
func (s *Splitter) Next() ([]byte, error) {
	most := uint32(MaxFrame)
	if s.Most > 0 {
		most = uint32(s.Most)
	}
	n := 0
	for len(s.buf)-n >= 4 {
		size := le.Uint32(s.buf[n:])
		if size < HeaderSize || size > most {
			return nil, fmt.Errorf("%w: length %d, where %d is the most", ErrFrame, size, most)
		}
		if uint64(size) > uint64(len(s.buf)-n) {
			break
		}
		n += int(size)
	}
	if n == 0 {
		return nil, nil
	}
	msg := s.buf[:n:n]
	rest := s.buf[n:]
	s.buf = nil
	if len(rest) > 0 {
		s.buf = append(s.buf, rest...)
	}
	return msg, nil
}
