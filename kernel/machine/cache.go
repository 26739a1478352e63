package machine

import (
	"context"
	"runtime"
	"sync"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/engine/wazero"
)

// An image is a compiled file. When neither the cache nor a guest holds it any
// more, its code is freed.
type image struct {
	compiled *wazero.Compiled
	pages    uint32 // the most memory it may have
}

func newImage(c *wazero.Compiled, pages uint32) *image {
	i := &image{compiled: c, pages: pages}
	runtime.AddCleanup(i, func(c *wazero.Compiled) { _ = c.Close() }, c)
	return i
}

// cacheSize is how many images are kept, those that were used last.
const cacheSize = 32

// A cache keeps images. The zero value is empty.
type cache struct {
	mu      sync.Mutex
	clock   uint64
	entries map[kernel.ImageKey]*entry
}

// An entry is an image that is there or being made.
type entry struct {
	done  chan struct{} // closed when image and err are set
	image *image
	err   error
	used  uint64
}

// get finds the image of key, or has load make it. Who asks for an image
// that is being made waits for it.
func (c *cache) get(ctx context.Context, key kernel.ImageKey, load func() (*image, error)) (kernel.Image, error) {
	for {
		e, mine := c.entry(key)
		if mine {
			e.image, e.err = load()
			if e.err != nil {
				c.drop(key, e)
			}
			close(e.done)
			if e.err != nil {
				return nil, e.err
			}
			return e.image, nil
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if e.err == nil {
			return e.image, nil
		}
		// It failed for another, maybe because that one was ended.
	}
}

// entry finds the entry of key; mine says that it is new, and the caller's to fill.
func (c *cache) entry(key kernel.ImageKey) (e *entry, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil {
		c.entries = map[kernel.ImageKey]*entry{}
	}
	c.clock++
	e, ok := c.entries[key]
	if !ok {
		e = &entry{done: make(chan struct{})}
		c.entries[key] = e
		c.evict()
	}
	e.used = c.clock
	return e, !ok
}

// evict takes out the image that was used longest ago, if there are too many.
func (c *cache) evict() {
	if len(c.entries) <= cacheSize {
		return
	}
	var oldest kernel.ImageKey
	least := c.clock
	for key, e := range c.entries {
		if e.used != 0 && e.used < least {
			oldest, least = key, e.used
		}
	}
	delete(c.entries, oldest)
}

func (c *cache) drop(key kernel.ImageKey, e *entry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries[key] == e {
		delete(c.entries, key)
	}
}
