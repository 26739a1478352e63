package store

import (
	"math/rand/v2"
	"slices"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// A checkpoint makes a new log that begins with a snapshot of all nodes, and then
// has a superblock name it. It is made in small steps, one with each change, so
// that no call takes long: nodes are written one by one; those that change after
// that are written again at the end. The old log counts until the superblock is
// written.
type checkpoint struct {
	log   *logWriter
	queue []node
	done  map[node]bool // of the queue, those that are written
	dirty map[node]bool // those that have changed since
	gone  []uint64      // those that are written and no longer there
	enc   encoder
}

const (
	// stepBytes is about how much of a snapshot is written with one change.
	stepBytes = 16 << 10
	// A log may have so many bytes, and four times those of a snapshot.
	logBytes = 2 << 20
)

// touch notes that n has changed.
func (fs *FS) touch(n node) {
	if c := fs.check; c != nil {
		c.dirty[n] = true
	}
}

// lost notes that n is no longer there.
func (fs *FS) lost(n node) {
	if c := fs.check; c != nil {
		delete(c.dirty, n)
		if c.done[n] {
			c.gone = append(c.gone, n.inode().ino)
		}
	}
}

// step goes on with the checkpoint that is under way, or begins one that is due.
func (fs *FS) step() {
	if fs.check == nil {
		if fs.log.size < fs.renewAt || !fs.begin() {
			return
		}
	}
	c := fs.check
	if len(c.queue) > 0 {
		if fs.save(stepBytes) != nil {
			fs.abandon()
		}
		return
	}
	if fs.finish() != nil {
		fs.abandon()
	}
}

// renew makes a checkpoint at once.
func (fs *FS) renew() {
	if fs.check == nil && !fs.begin() {
		return
	}
	if fs.save(1<<62) != nil || fs.finish() != nil {
		fs.abandon()
	}
}

// begin begins a checkpoint, if there is room for one.
func (fs *FS) begin() bool {
	n := fs.snapshot() + segBlocks
	if fs.alloc.free < n && !fs.grow(n-fs.alloc.free) && fs.alloc.free < fs.snapshot() {
		return false
	}
	fs.alloc.rover = 0 // not at the device's end, which would keep it from being cut
	first := fs.alloc.take(min(n, fs.alloc.free), 0)
	c := &checkpoint{
		log:   newLog(fs.dev, rand.Uint64(), first),
		queue: make([]node, 0, len(fs.nodes)),
		done:  make(map[node]bool, len(fs.nodes)),
		dirty: map[node]bool{},
	}
	for _, n := range fs.nodes {
		c.queue = append(c.queue, n)
	}
	fs.check = c
	return true
}

func newLog(dev Device, id uint64, first run) *logWriter {
	return &logWriter{dev: dev, id: id, seed: logSeed(id, 0), segs: []run{first}}
}

// save writes the next nodes of the queue, about so many bytes of records.
func (fs *FS) save(bytes int) error {
	c := fs.check
	for len(c.queue) > 0 && bytes > 0 {
		n := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		if fs.nodes[n.inode().ino] != n {
			continue // gone since the beginning
		}
		c.done[n] = true
		delete(c.dirty, n)
		size, err := fs.saveNode(n)
		if err != nil {
			return err
		}
		bytes -= size
	}
	return fs.checkWrite(0)
}

// saveNode puts a record of the node n into the new log.
func (fs *FS) saveNode(n node) (int, error) {
	c := fs.check
	c.enc.node(n)
	c.log.add(c.enc.b)
	return headSize + len(c.enc.b), fs.checkWrite(64 << 10)
}

// checkWrite writes the new log's buffer if it has over n bytes.
func (fs *FS) checkWrite(n int) error {
	l := fs.check.log
	if len(l.buf) <= n {
		return nil
	}
	for l.room() < int64(len(l.buf)) {
		want := max(segBlocks, blocksFor(int64(len(l.buf)))+1)
		if fs.alloc.free == 0 && !fs.grow(want) {
			return errno.ENOSPC
		}
		l.segs = append(l.segs, fs.alloc.take(min(want, fs.alloc.free), l.segs[len(l.segs)-1].end()))
	}
	return l.write()
}

// finish writes what has changed, and makes the new log the one that counts.
func (fs *FS) finish() error {
	c := fs.check
	for len(c.dirty) > 0 {
		for n := range c.dirty {
			delete(c.dirty, n)
			if fs.nodes[n.inode().ino] != n {
				continue
			}
			if _, err := fs.saveNode(n); err != nil {
				return err
			}
		}
	}
	slices.Sort(c.gone)
	for _, ino := range slices.Compact(c.gone) {
		c.enc.begin(recGone)
		c.enc.uint(ino)
		c.log.add(c.enc.b)
	}
	c.enc.begin(recWhole)
	c.enc.uint(fs.lastIno)
	c.log.add(c.enc.b)
	if err := fs.checkWrite(0); err != nil {
		return err
	}
	if err := fs.barrier(); err != nil {
		return err
	}
	next := super{seq: fs.super.seq + 1, logID: c.log.id, first: c.log.segs[0]}
	if err := fs.dev.WriteAt(next.append(nil), next.place()); err != nil {
		// Nobody knows which log counts now, so neither may go on.
		fs.closed = true
		return err
	}
	old := fs.log.segs
	fs.super, fs.log, fs.check = next, c.log, nil // what the old log held back, the snapshot has
	fs.unsaid = fs.unsaid[:0]
	fs.renewAt = fs.logLimit()
	for _, r := range old {
		fs.alloc.hold(r) // until the superblock is on the medium
	}
	if fs.barrier() == nil {
		fs.shrink()
	}
	return nil
}

// logLimit is from which length on a log is made new.
func (fs *FS) logLimit() int64 { return logBytes + 4*fs.weight.bytes() }

// abandon gives the checkpoint up. It is tried again when the log has grown.
func (fs *FS) abandon() {
	for _, r := range fs.check.log.segs {
		fs.alloc.release(r)
	}
	fs.check = nil
	fs.renewAt = fs.log.size + logBytes/2
}

// shrink gives the end of the device back if much of it is free.
func (fs *FS) shrink() {
	end := max(fs.alloc.last(), firstBlock) + fs.kept(false) + minGrowth
	if uint64(end)+4*minGrowth > uint64(fs.alloc.end) {
		return
	}
	if fs.dev.Truncate(int64(end)<<blockBits) == nil {
		fs.alloc.resize(end)
	}
}

// node is a record of all of n.
func (e *encoder) node(n node) {
	i := n.inode()
	e.begin(recNode)
	e.uint(i.ino)
	e.uint(uint64(n.fileType()))
	e.uint(uint64(i.mode))
	e.time(i.atime)
	e.time(i.mtime)
	e.time(i.ctime)
	switch n := n.(type) {
	case *file:
		e.uint(uint64(n.size))
		e.extents(n.extents)
	case *link:
		e.text(n.target)
	case *dir:
		e.uint(n.entries.Seq())
		e.uint(uint64(n.entries.Len()))
		for x := range n.entries.All {
			e.uint(x.Seq)
			e.uint(x.Node.inode().ino)
			e.text(x.Name)
		}
	}
}
