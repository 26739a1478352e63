package memory

const (
	// pageSize is how much of a file is kept in one piece, in bytes.
	pageSize = 64 << 10
	// maxFile is the largest size of a file.
	maxFile = 1<<63 - 1
)

// contents are those of a file. What was never written takes no room.
type contents struct {
	size  int64
	pages map[int64]*[pageSize]byte
}

// read is up to n bytes from offset on.
func (c *contents) read(offset, n int64) []byte {
	n = min(n, max(c.size-offset, 0))
	data := make([]byte, n)
	for done := int64(0); done < n; {
		page, at := (offset+done)/pageSize, (offset+done)%pageSize
		part := min(n-done, pageSize-at)
		if p := c.pages[page]; p != nil {
			copy(data[done:done+part], p[at:])
		}
		done += part
	}
	return data
}

// write writes data at offset.
func (c *contents) write(offset int64, data []byte) {
	if c.pages == nil {
		c.pages = map[int64]*[pageSize]byte{}
	}
	c.size = max(c.size, offset+int64(len(data)))
	for len(data) > 0 {
		page, at := offset/pageSize, offset%pageSize
		p := c.pages[page]
		if p == nil {
			p = new([pageSize]byte)
			c.pages[page] = p
		}
		n := copy(p[at:], data)
		data = data[n:]
		offset += int64(n)
	}
}

// truncate makes the contents so long, with zeros at the end.
func (c *contents) truncate(size int64) {
	for page, p := range c.pages {
		switch start := page * pageSize; {
		case start >= size:
			delete(c.pages, page)
		case start+pageSize > size:
			clear(p[size-start:])
		}
	}
	c.size = size
}
