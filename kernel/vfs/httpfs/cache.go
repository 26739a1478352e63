package httpfs

import "sync"

// blockSize is how files are cut.
const blockSize = 128 << 10

// blockID names a block of a file.
type blockID struct {
	file *content
	n    int64
}

// cache keeps the blocks that were used last.
type cache struct {
	mu     sync.Mutex
	limit  int64
	used   int64
	blocks map[blockID]*block
	// newest and oldest are the ends of a list in the order of use.
	newest, oldest *block
}

type block struct {
	id           blockID
	data         []byte
	newer, older *block
}

func newCache(limit int64) *cache { return &cache{limit: limit, blocks: map[blockID]*block{}} }

// get is a block's bytes, nil if they are not kept.
func (c *cache) get(id blockID) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := c.blocks[id]
	if b == nil {
		return nil
	}
	c.unlink(b)
	c.push(b)
	return b.data
}

// put keeps data, which must not change any more.
func (c *cache) put(id blockID, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.blocks[id]; old != nil {
		c.drop(old)
	}
	b := &block{id: id, data: data}
	c.blocks[id] = b
	c.used += int64(len(data))
	c.push(b)
	for c.used > c.limit && c.oldest != b {
		c.drop(c.oldest)
	}
}

func (c *cache) drop(b *block) {
	c.unlink(b)
	delete(c.blocks, b.id)
	c.used -= int64(len(b.data))
}

func (c *cache) push(b *block) {
	b.older, b.newer = c.newest, nil
	if c.newest != nil {
		c.newest.newer = b
	} else {
		c.oldest = b
	}
	c.newest = b
}

func (c *cache) unlink(b *block) {
	if b.newer != nil {
		b.newer.older = b.older
	} else {
		c.newest = b.older
	}
	if b.older != nil {
		b.older.newer = b.newer
	} else {
		c.oldest = b.newer
	}
}
