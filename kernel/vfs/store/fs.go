package store

import (
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// maxFileSize is the largest file: what a number of JavaScript can count.
const maxFileSize = vfs.MaxFileSize

// permBits are the bits of a mode that are kept.
const permBits = 0o7777

// Options are what Open may be told. The zero value is good.
type Options struct {
	// Clock is the time in nanoseconds since 1970, time.Now's if it is nil.
	Clock func() int64
	// Type is the name in the mount table, "store" if it is empty.
	Type string
	// Defer lets the store hold back what it records of written contents, so that a
	// sequence of writes costs one record on the device and not one each. It is called
	// when something begins to be held back, with the store's lock held; whoever gives
	// it calls [FS.Flush] before anything leaves the program by which somebody could
	// know of the writes, and soon in any case. Nil holds nothing back.
	Defer func()
	// ReadOnly has the store only read: nothing is written to the device, not even that
	// it was open. Of a damaged store it shows what is good; [FS.Repairs] says what is lost.
	ReadOnly bool
	// Old says that the device was there before it was opened, so that it is told of if
	// nothing is on it.
	Old bool
	// Yield is called now and then while a damaged store is gone through, and may park.
	// It may be nil.
	Yield func()
}

// FS is the file system of a store. It is a [vfs.FS], a [vfs.Space] and a [vfs.Promiser].
type FS struct {
	dev     Device
	clock   func() int64
	typ     string
	later   func() // Options.Defer
	devNum  uint64
	slow    bool
	repairs string
	// harmless says that repairs tells of nothing that is lost.
	harmless bool
	readOnly bool
	losses   *losses // not nil: a damaged store, of which is shown what is good

	// telling is set while mu is held and those are told who have copies of a file.
	telling atomic.Bool

	// mu guards all below and all nodes. It is held while the device is read and
	// written, and not while it is waited for.
	mu      sync.Mutex
	root    *dir
	nodes   map[uint64]node
	lastIno uint64
	super   super
	log     *logWriter
	enc     encoder
	alloc   allocator
	// promised is how many blocks are set aside; see [FS.Promise].
	promised uint32
	// unsaid are the files of which a record is due that says that they are gone.
	unsaid []uint64
	// limbo are files that have just lost their last name and are not held: who has
	// found one and not yet called Hold must still find its contents.
	limbo  []*file
	weight weight
	check  *checkpoint // one that is under way
	// renewAt is the length of the log from which on a checkpoint is made.
	renewAt int64
	closed  bool
}

// weight is what a snapshot of all nodes would take.
type weight struct {
	nodes, names, extents int64
	text                  int64 // the bytes of names and targets
}

// bytes is an upper bound.
func (w weight) bytes() int64 { return 96*w.nodes + 24*w.names + 18*w.extents + w.text }

// named counts n more names like name.
func (w *weight) named(name string, n int64) {
	w.names += n
	w.text += n * int64(len(name))
}

// Root is the top directory.
func (fs *FS) Root() vfs.Dir { return fs.root }

// Type is the name in the mount table.
func (fs *FS) Type() string { return fs.typ }

// MayWait implements [vfs.Waiter]: what the device is.
func (fs *FS) MayWait() bool { return fs.slow }

// settle is the end of a change, which a slow device still has to take. The lock is
// not held.
func (fs *FS) settle(err *error) {
	if fs.slow && *err == nil {
		*err = fs.dev.Settle()
	}
}

// ReadOnly is whether the store was opened to be read.
func (fs *FS) ReadOnly() bool { return fs.readOnly }

// Repairs implements [vfs.Repaired]. What a program was about to write when it was
// ended is no damage.
func (fs *FS) Repairs() (what string, harmless bool) { return fs.repairs, fs.harmless }

// Space is what the store has and may still get of its device, and how much of
// that is free for files.
func (fs *FS) Space() (total, free uint64) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	room := fs.dev.Room()
	blocks := uint64(fs.alloc.free) + uint64(fs.alloc.waiting)
	w := fs.weight
	for _, f := range fs.limbo {
		if f.holds == 0 {
			blocks += f.blocks()
			w.nodes--
			w.extents -= int64(len(f.extents))
		}
	}
	free = blocks<<blockBits + room
	free -= min(free, uint64(w.reserve())<<blockBits)
	return uint64(fs.alloc.end)<<blockBits + room, free
}

// Nodes is the number of nodes that have a name or are held.
func (fs *FS) Nodes() uint64 {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	n := uint64(len(fs.nodes))
	for _, f := range fs.limbo {
		if f.holds == 0 {
			n--
		}
	}
	return n
}

// Sync returns when everything that has been done is on the medium.
func (fs *FS) Sync() error {
	fs.mu.Lock()
	if fs.closed {
		fs.mu.Unlock()
		return errno.EIO
	}
	if err := fs.flush(); err != nil {
		fs.mu.Unlock()
		return err
	}
	pending := fs.alloc.settle()
	fs.mu.Unlock()
	err := fs.dev.Sync()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if err != nil {
		fs.alloc.unsettled(pending)
		return err
	}
	fs.alloc.settled(pending)
	return nil
}

// Flush writes what [Options.Defer] has let the store hold back. What cannot be
// written is held back further, and the next change or Sync fails.
func (fs *FS) Flush() {
	if fs.telling.Load() {
		return // called by who is told, perhaps: nothing is held back then, and the lock is taken
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if !fs.closed {
		// The error comes again with whatever asks for more.
		_ = fs.flush()
	}
}

// flush is Flush, with the lock held.
func (fs *FS) flush() error {
	if fs.log.n == 0 {
		return nil
	}
	return fs.log.write()
}

// Close syncs the store and gives up its device. All calls but reads of what is
// in memory fail afterwards.
func (fs *FS) Close() error {
	err := fs.Sync()
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.closed {
		return nil
	}
	fs.closed = true
	if e := fs.dev.Close(); err == nil {
		err = e
	}
	return err
}
