package typed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec"
)

// Source sends a stream of a call to its end.
type Source struct {
	n    uint32
	send func(s *bus.Session, st *bus.Stream, c codec.Codec) error
}

// run sends, and says how it ended.
func (o Source) run(s *bus.Session, c codec.Codec) {
	st := s.Stream(o.n)
	defer func() {
		if p := recover(); p != nil {
			st.CloseSend(bus.NewError(bus.CodeInternal, fmt.Sprintf("the sender of a stream panicked: %v", p)))
		}
	}()
	st.CloseSend(o.send(s, st, c))
}

// pieceSize is how much of a reader goes in one frame, in bytes.
const pieceSize = 64 << 10

// Bytes is the stream n, of what r gives; a nil r gives nothing. If owner is not nil it is
// closed at the end, and as soon as nobody reads the stream any more.
func Bytes(n uint32, r io.Reader, owner io.Closer) Source {
	return Source{n, func(s *bus.Session, st *bus.Stream, _ codec.Codec) error {
		if r == nil {
			return nil
		}
		if owner != nil {
			end := sync.OnceFunc(func() { owner.Close() })
			s.OnEnd(func(error) { go end() }) // which wakes a Read that waits
			defer end()
		}
		_, err := io.CopyBuffer(onlyWriter{st}, onlyReader{r}, make([]byte, pieceSize))
		return err
	}}
}

// onlyWriter and onlyReader have a copy go by pieces of our size.
type onlyWriter struct{ io.Writer }
type onlyReader struct{ io.Reader }

// Items is the stream n, of what seq yields; a nil seq yields nothing.
func Items[T any](n uint32, seq iter.Seq2[T, error]) Source {
	return Source{n, func(_ *bus.Session, st *bus.Stream, c codec.Codec) error {
		if seq == nil {
			return nil
		}
		for v, err := range seq {
			if err != nil {
				return err
			}
			body, err := encode(c, v)
			if err != nil {
				return err
			}
			// The end of the call wakes it.
			if err := st.Send(context.Background(), c.Format(), body); err != nil {
				return err
			}
		}
		return nil
	}}
}

// Reader reads the streams of a call.
type Reader struct {
	ctx  context.Context
	s    *bus.Session
	left atomic.Int32 // streams that are still read
	owns bool         // the session is closed with the last of them
}

// Params reads the streams that came with a call.
func Params(ctx context.Context, in *bus.Incoming) *Reader {
	return &Reader{ctx: ctx, s: &in.Session}
}

// Results reads the n streams that a call returned. s is closed when all of them were read
// or closed, and when ctx is done.
func Results(ctx context.Context, s *bus.Session, n int) (*Reader, error) {
	if s == nil {
		return nil, bus.NewError(bus.CodeInternal, "the callee returned no streams")
	}
	r := &Reader{ctx: ctx, s: s, owns: true}
	r.left.Store(int32(n))
	stop := context.AfterFunc(ctx, func() { s.Close() })
	s.OnEnd(func(error) { stop() })
	return r, nil
}

// Beside reads the streams that a call returned beside an object: as long as that is open, whatever becomes
// of the call's context.
func Beside(s *bus.Session) (*Reader, error) {
	if s == nil {
		return nil, bus.NewError(bus.CodeInternal, "the callee returned no object, which the streams belong to")
	}
	return &Reader{ctx: context.Background(), s: s}, nil
}

// over is called once for each stream, when it is read no more.
func (r *Reader) over(st *bus.Stream) {
	st.Stop()
	if r.left.Add(-1) == 0 && r.owns {
		r.s.Close()
	}
}

// reason is what a reader is told of err: that ctx is done, if it is.
func (r *Reader) reason(err error) error {
	if r.ctx.Err() == nil || errors.Is(err, io.EOF) {
		return err
	}
	return bus.ErrorOf(context.Cause(r.ctx))
}

// Bytes is the stream n.
func (r *Reader) Bytes(n uint32) io.ReadCloser {
	st := r.s.Stream(n)
	return &byteReader{r, st, sync.OnceFunc(func() { r.over(st) })}
}

type byteReader struct {
	r    *Reader
	st   *bus.Stream
	over func()
}

func (b *byteReader) Read(p []byte) (int, error) {
	n, err := b.st.Read(p)
	if err != nil {
		err = b.r.reason(err)
	}
	return n, err
}

func (b *byteReader) Close() error {
	b.over()
	return nil
}

// ItemMost is the longest item of a stream that is taken, in bytes.
const ItemMost = bus.DefaultFrame

// ReadItems is the stream n of r. It is read once; whoever leaves its loop stops it.
func ReadItems[T any](r *Reader, n uint32) iter.Seq2[T, error] {
	st := r.s.Stream(n)
	over := sync.OnceFunc(func() { r.over(st) })
	return func(yield func(T, error) bool) {
		defer over()
		for {
			var v T
			body, format, err := st.Recv(r.ctx, ItemMost)
			if err == io.EOF {
				return
			}
			if err == nil {
				err = decode(format, body, &v)
			} else {
				err = r.reason(err)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}
