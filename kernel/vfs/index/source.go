package index

import (
	"context"
	"io"

	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Source is a file of the tree that an archive is read from. It keeps the file's
// contents until Close.
type Source struct {
	file vfs.File
	held vfs.Holder
	size int64
}

// OpenSource holds file.
func OpenSource(ctx context.Context, file vfs.File) (*Source, error) {
	st, err := vfs.WithContext(ctx, file).Stat()
	if err != nil {
		return nil, err
	}
	s := &Source{file: file, size: int64(st.Size)}
	if h, ok := file.(vfs.Holder); ok {
		h.Hold()
		s.held = h
	}
	return s, nil
}

// Size is the file's size when it was opened.
func (s *Source) Size() int64 { return s.size }

// Close lets go of the file. It is called once.
func (s *Source) Close() {
	if s.held != nil {
		s.held.Release()
	}
}

// Reader is the file as an io.ReaderAt whose reads end when ctx does.
func (s *Source) Reader(ctx context.Context) io.ReaderAt {
	return readerAt{vfs.WithContext(ctx, s.file)}
}

// readerAt has io.ReaderAt's rule of the end.
type readerAt struct{ file vfs.File }

func (r readerAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.file.ReadAt(p, off)
	if err == nil && n < len(p) {
		err = io.EOF
	}
	return n, err
}

// Section is the file from off on, as a [Content].
func (s *Source) Section(off int64) Content { return section{s, off} }

type section struct {
	source *Source
	off    int64
}

func (c section) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	return c.source.Reader(ctx).ReadAt(p, c.off+off)
}
