package httpfs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

const (
	// aheadBlocks is how many blocks are fetched at once where a file is read from
	// one end to the other.
	aheadBlocks = 8
	// tries is how often a request that breaks off is made.
	tries = 3
	// maxWhole is the largest file that is fetched as a whole, from a server without
	// ranges.
	maxWhole = 64 << 20
)

// content is the bytes of a file.
type content struct {
	folder *folder
	url    string
	size   int64
	sum    []byte // nil if it is not known

	mu   sync.Mutex
	busy map[int64]*flight // by their blocks
	next int64             // the block after the one that was fetched last
	// noRanges is set when the server has answered a range with everything, which it
	// may do for some files and not for others.
	noRanges bool
}

// flight is a request under way, for blocks from first to before end.
type flight struct {
	first, end int64
	done       chan struct{}
	// blocks and err are there when done is closed.
	blocks [][]byte
	err    error
}

// ReadAt implements [index.Content].
func (c *content) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	n := off / blockSize
	data, err := c.block(ctx, n)
	if err != nil {
		return 0, err
	}
	return copy(p, data[off-n*blockSize:]), nil
}

// block is block n, kept or fetched.
func (c *content) block(ctx context.Context, n int64) ([]byte, error) {
	if data := c.folder.cache.get(blockID{c, n}); data != nil {
		return data, nil
	}
	if data := c.folder.kept(c); data != nil {
		return data[n*blockSize : min((n+1)*blockSize, c.size)], nil
	}
	f := c.flight(n)
	var gaveUp <-chan struct{}
	if ctx != nil {
		gaveUp = ctx.Done()
	}
	select {
	case <-f.done:
	case <-gaveUp:
		return nil, ctx.Err() // the request goes on, for others and the cache
	}
	if f.err != nil {
		return nil, f.err
	}
	return f.blocks[n-f.first], nil
}

// flight is the request that block n comes with, begun if there is none.
func (c *content) flight(n int64) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if f := c.busy[n]; f != nil {
		return f
	}
	f := &flight{first: n, end: n + 1, done: make(chan struct{})}
	last := (c.size + blockSize - 1) / blockSize
	if n == c.next {
		f.end = n + aheadBlocks
	}
	if c.size <= aheadBlocks*blockSize || c.noRanges && c.size <= maxWhole {
		f.first, f.end = 0, last
	}
	f.end = min(f.end, last)
	for i := n + 1; i < f.end; i++ {
		if c.busy[i] != nil {
			f.end = i
		}
	}
	c.next = f.end
	for i := f.first; i < f.end; i++ {
		if c.busy[i] == nil {
			c.busy[i] = f
		}
	}
	go func() {
		f.blocks, f.err = c.fetch(f)
		c.mu.Lock()
		for i := f.first; i < f.end; i++ {
			if c.busy[i] == f {
				delete(c.busy, i)
			}
		}
		c.mu.Unlock()
		close(f.done)
	}()
	return f
}

// fetch gets the blocks of f, and all that the server sends with them into the cache.
func (c *content) fetch(f *flight) ([][]byte, error) {
	from, to := f.first*blockSize, min(f.end*blockSize, c.size)-1
	data, at, err := c.request(from, to)
	if err != nil {
		return nil, err
	}
	if at == 0 && int64(len(data)) == c.size && c.sum != nil {
		if sum := sha256.Sum256(data); !bytes.Equal(sum[:], c.sum) {
			return nil, c.fault("its contents do not have the SHA-256 that the index says")
		}
	}
	var blocks [][]byte
	if int64(len(data)) == c.size && c.size > c.folder.cache.limit {
		// The cache would have lost its beginning before that was read.
		c.folder.keep(c, data)
		for n := f.first; n < f.end; n++ {
			blocks = append(blocks, data[n*blockSize:min((n+1)*blockSize, c.size)])
		}
		return blocks, nil
	}
	for n := at / blockSize; len(data) > 0; n++ {
		b := slices.Clone(data[:min(blockSize, len(data))])
		data = data[len(b):]
		c.folder.cache.put(blockID{c, n}, b)
		if n >= f.first && n < f.end {
			blocks = append(blocks, b)
		}
	}
	return blocks, nil
}

// request gets the bytes from from to to, or all of them from a server without ranges;
// at is where data begins.
func (c *content) request(from, to int64) (data []byte, at int64, err error) {
	r := Request{URL: c.url, From: from, To: to, Limit: to - from + 1}
	if from == 0 && to == c.size-1 || c.wholeOnly() {
		r = Request{URL: c.url, To: -1, Limit: c.size}
	}
	for try := 1; ; try++ {
		if r.To < 0 && c.size > maxWhole {
			return nil, 0, c.fault("its server knows no ranges, and it is too large to be fetched whole")
		}
		res, err := c.get(r)
		switch {
		case c.folder.ctx.Err() != nil:
			return nil, 0, c.fault("it has been unmounted")
		case errors.Is(err, ErrLimit) && r.To >= 0:
			// The server answers with everything.
			c.mu.Lock()
			c.noRanges = true
			c.mu.Unlock()
			r = Request{URL: c.url, To: -1, Limit: c.size}
		case errors.Is(err, ErrLimit):
			return nil, 0, errno.Faultf(errno.EIO, "%s is longer than the %d bytes that the index says", c.url, c.size)
		case err != nil && try < tries:
			continue
		case err != nil:
			return nil, 0, c.fault(err.Error())
		case res.Status == 206 && r.To >= 0:
			if res.Total >= 0 && res.Total != c.size {
				return nil, 0, c.lies(res.Total)
			}
			if int64(len(res.Body)) != to-from+1 {
				return nil, 0, c.fault("the server sent another range than it was asked for")
			}
			return res.Body, from, nil
		case res.Status == 200:
			if int64(len(res.Body)) != c.size {
				return nil, 0, c.lies(int64(len(res.Body)))
			}
			return res.Body, 0, nil
		case res.Status == 416:
			return nil, 0, c.lies(res.Total)
		case res.Status >= 500 && try < tries:
			continue
		default:
			return nil, 0, errno.Faultf(errno.EIO, "the server answered %d for %s", res.Status, c.url)
		}
	}
}

func (c *content) get(r Request) (*Response, error) {
	patience := c.folder.patience + time.Duration(r.Limit/blockSize)*time.Second
	ctx, cancel := context.WithTimeout(c.folder.ctx, patience)
	defer cancel()
	return c.folder.get.Get(ctx, r)
}

func (c *content) fault(why string) error { return errno.Faultf(errno.EIO, "%s: %s", c.url, why) }

// lies is the error of a file whose length is not what the index says.
func (c *content) lies(size int64) error {
	if size < 0 {
		return errno.Faultf(errno.EIO, "%s is shorter than the %d bytes that the index says", c.url, c.size)
	}
	return errno.Faultf(errno.EIO, "%s has %d bytes, and the index says %d", c.url, size, c.size)
}

// wholeOnly reports whether the server is known to have no ranges of the file.
func (c *content) wholeOnly() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.noRanges
}

// keep keeps all of a file that is too large for the cache, in the stead of the one
// that was kept before.
func (f *folder) keep(c *content, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.whole, f.wholeOf = data, c
}

// kept is all of c, nil if it is not what is kept.
func (f *folder) kept(c *content) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.wholeOf != c {
		return nil
	}
	return f.whole
}
