package zipfs

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"context"
	"hash/crc32"
	"io"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

const (
	// blockSize is how members are cut to be kept, keep how many blocks of all
	// members are kept, and streams how many members are being decompressed.
	blockSize = 64 << 10
	keep      = 128
	streams   = 4
)

// archive is what the members share.
type archive struct {
	source *index.Source
	yield  func()

	// turn is held while a member is decompressed: one at a time, for all at once would
	// take no less of the only processor.
	turn chan struct{}
	once sync.Once

	// streams is guarded by turn, the oldest use first.
	streams []*stream

	mu     sync.Mutex
	blocks map[blockID][]byte
	order  []blockID // oldest use first
}

type blockID struct {
	f *zip.File
	n int64
}

// stream is a member that is being decompressed, up to off.
type stream struct {
	f   *zip.File
	r   io.ReadCloser
	in  *input
	off int64
	sum uint32 // of all up to off
}

// content is the bytes of f.
func (a *archive) content(f *zip.File) index.Content { return &member{a: a, f: f} }

type member struct {
	a *archive
	f *zip.File
}

func (a *archive) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.blocks, a.order = nil, nil
	a.source.Close()
}

// ReadAt implements [index.Content].
func (m *member) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	if m.f.Flags&encrypted != 0 {
		return 0, errno.Faultf(errno.EACCES, "%q is encrypted, which this file system cannot read", m.f.Name)
	}
	switch m.f.Method {
	case zip.Store:
		start, err := m.start()
		if err != nil {
			return 0, err
		}
		if m.f.CompressedSize64 != m.f.UncompressedSize64 {
			return 0, m.broken()
		}
		return m.a.source.Reader(ctx).ReadAt(p, start+off)
	case zip.Deflate:
		return m.inflate(ctx, p, off)
	}
	return 0, errno.Faultf(errno.ENOTSUP, "%q is compressed by method %d, which this file system cannot read", m.f.Name, m.f.Method)
}

func (m *member) broken() error {
	return errno.Faultf(errno.EIO, "%q is broken: its contents are not what the archive says of them", m.f.Name)
}

// start is where the contents begin.
func (m *member) start() (int64, error) {
	off, err := m.f.DataOffset()
	if err != nil {
		return 0, m.broken()
	}
	return off, nil
}

// inflate reads from the block that has off.
func (m *member) inflate(ctx context.Context, p []byte, off int64) (int, error) {
	id := blockID{m.f, off / blockSize}
	block := m.a.cached(id)
	if block == nil {
		if err := m.a.lock(ctx); err != nil {
			return 0, err
		}
		defer m.a.unlock()
		var err error
		if block = m.a.cached(id); block == nil {
			if block, err = m.a.decompress(ctx, m, id); err != nil {
				return 0, err
			}
		}
	}
	if rest := off % blockSize; rest < int64(len(block)) {
		return copy(p, block[rest:]), nil
	}
	return 0, m.broken()
}

// lock waits for the turn to decompress.
func (a *archive) lock(ctx context.Context) error {
	a.once.Do(func() { a.turn = make(chan struct{}, 1) })
	var done <-chan struct{}
	if ctx != nil {
		done = ctx.Done()
	}
	select {
	case a.turn <- struct{}{}:
		return nil
	case <-done:
		return ctx.Err()
	}
}

func (a *archive) unlock() { <-a.turn }

// cached is a block that has been kept, nil if there is none.
func (a *archive) cached(id blockID) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	b := a.blocks[id]
	if b != nil {
		a.touch(id)
	}
	return b
}

// touch makes id the block used last.
func (a *archive) touch(id blockID) {
	for i := len(a.order) - 1; i >= 0; i-- {
		if a.order[i] == id {
			a.order = append(a.order[:i], a.order[i+1:]...)
			break
		}
	}
	a.order = append(a.order, id)
}

// store keeps a block.
func (a *archive) store(id blockID, b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.blocks == nil {
		a.blocks = map[blockID][]byte{}
	}
	a.blocks[id] = b
	a.touch(id)
	for len(a.order) > keep {
		delete(a.blocks, a.order[0])
		a.order = a.order[1:]
	}
}

// decompress reads block id of m, from where a stream of it has come to, or from its
// beginning. The turn is held.
func (a *archive) decompress(ctx context.Context, m *member, id blockID) ([]byte, error) {
	s, err := a.stream(m, id.n*blockSize)
	if err != nil {
		return nil, err
	}
	defer func() { s.in.ctx = nil }()
	s.in.ctx = ctx
	size := int64(m.f.UncompressedSize64)
	for {
		if ctx != nil && ctx.Err() != nil {
			a.keepStream(s)
			return nil, ctx.Err()
		}
		at := s.off / blockSize
		b := make([]byte, min(blockSize, size-s.off))
		s.in.err = nil
		n, err := io.ReadFull(s.r, b)
		if err != nil {
			// What has been taken from the stream is lost: it is begun anew next time.
			if s.in.err != nil {
				return nil, s.in.err
			}
			return nil, m.broken()
		}
		s.off += int64(n)
		s.sum = crc32.Update(s.sum, crc32.IEEETable, b)
		if s.off == size && !s.ended() {
			if s.in.err != nil {
				return nil, s.in.err
			}
			return nil, m.broken()
		}
		a.store(blockID{m.f, at}, b)
		a.yield()
		if at == id.n {
			if s.off < size {
				a.keepStream(s)
			}
			return b, nil
		}
	}
}

// stream takes a stream of m that has not come further than off, or begins one.
func (a *archive) stream(m *member, off int64) (*stream, error) {
	for i := len(a.streams) - 1; i >= 0; i-- {
		if s := a.streams[i]; s.f == m.f && s.off <= off {
			a.streams = append(a.streams[:i], a.streams[i+1:]...)
			return s, nil
		}
	}
	start, err := m.start()
	if err != nil {
		return nil, err
	}
	in := &input{source: a.source, off: start, end: start + int64(m.f.CompressedSize64)}
	return &stream{f: m.f, r: flate.NewReader(bufio.NewReaderSize(in, 32<<10)), in: in}, nil
}

// ended reports whether the member ends here, and was what the archive says of it.
func (s *stream) ended() bool {
	_, err := io.ReadFull(s.r, make([]byte, 1))
	return err == io.EOF && s.sum == s.f.CRC32
}

// keepStream keeps a stream for the next read.
func (a *archive) keepStream(s *stream) {
	a.streams = append(a.streams, s)
	if len(a.streams) > streams {
		a.streams = a.streams[1:]
	}
}

// input is the compressed bytes of a member. It reads through ctx, which changes from
// one read of the member to the next.
type input struct {
	source   *index.Source
	ctx      context.Context
	off, end int64
	err      error // of reading the archive
}

func (i *input) Read(p []byte) (int, error) {
	if i.off >= i.end {
		return 0, io.EOF
	}
	n, err := i.source.Reader(i.ctx).ReadAt(p[:min(int64(len(p)), i.end-i.off)], i.off)
	i.off += int64(n)
	if n > 0 {
		return n, nil
	}
	if err != nil && err != io.EOF {
		i.err = err
	}
	return 0, io.ErrUnexpectedEOF
}
