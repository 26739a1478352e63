package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// rootIno is the number of the top directory.
const rootIno = 1

// Open makes the file system of what is on dev; an empty device, or one with
// nothing but zeros where superblocks are and contents would be, becomes an empty
// store. The device is the file system's until Close. With [Options.ReadOnly] it
// shows what is good of a damaged store.
//
// # Errors
//
// [ErrNewer], [ErrForeign] and [ErrDamaged], or errors that wrap them: nothing has
// been written then; ENOENT if there is no store that could be read only; and those
// of the device. The caller keeps the device, and closes it.
func Open(dev Device, o Options) (*FS, error) {
	size, err := dev.Size()
	if err != nil {
		return nil, err
	}
	super, all, blank, err := readSuper(dev, size)
	if blank && err == nil {
		var used bool
		switch used, err = inUse(dev, size); {
		case used:
			err = fmt.Errorf("%w: what says where its log begins is gone", ErrDamaged)
		case err == nil && o.ReadOnly:
			err = errno.Faultf(errno.ENOENT, "there is no store")
		}
	}
	if err != nil && !(o.ReadOnly && len(all) > 0 && (errors.Is(err, ErrForeign) || errors.Is(err, ErrDamaged))) {
		return nil, err
	}
	fs := newFS(dev, o)
	fs.super = super
	switch {
	case err != nil: // not by a superblock that is sure
	case !blank:
		err = fs.load(size)
	default:
		if err = fs.format(size); size == 0 && o.Old {
			fs.repairs, fs.harmless = "the store was there with nothing in it, so it begins anew: its first use was broken off, or something has emptied it", true
		}
	}
	if o.ReadOnly && (errors.Is(err, ErrDamaged) || errors.Is(err, ErrForeign) || fs.repairs != "" && !fs.harmless) {
		fs, err = salvage(dev, o, size, all)
	}
	if err != nil {
		return nil, err
	}
	return fs, nil
}

func newFS(dev Device, o Options) *FS {
	fs := &FS{dev: dev, clock: o.Clock, typ: o.Type, later: o.Defer, devNum: vfs.NewDev(), slow: dev.MayWait(), readOnly: o.ReadOnly, nodes: map[uint64]node{}}
	if fs.clock == nil {
		fs.clock = func() int64 { return time.Now().UnixNano() }
	}
	if fs.typ == "" {
		fs.typ = "store"
	}
	if o.ReadOnly {
		fs.dev = readOnly{dev}
	}
	return fs
}

// format makes an empty store.
func (fs *FS) format(size int64) error {
	end := max(uint32(min(size>>blockBits, maxBlocks)), firstBlock+segBlocks+slack+minGrowth)
	if err := fs.dev.Truncate(int64(end) << blockBits); err != nil {
		return err
	}
	fs.alloc.resize(end)
	fs.alloc.used.set(run{0, firstBlock}, true)
	fs.alloc.free -= firstBlock
	root := fs.newNode(rootIno, sys.TypeDirectory, 0o755, "", fs.clock()).(*dir)
	fs.plantRoot(root)
	root.nlink = 2
	first := fs.alloc.take(segBlocks, 0)
	fs.log = newLog(fs.dev, rand.Uint64(), first)
	e := &fs.enc
	e.node(root)
	fs.log.add(e.b)
	e.begin(recWhole)
	e.uint(fs.lastIno)
	fs.log.add(e.b)
	if err := fs.log.write(); err != nil {
		return err
	}
	if err := fs.barrier(); err != nil {
		return err
	}
	fs.super = super{seq: 1, logID: fs.log.id, first: first}
	fs.renewAt = fs.logLimit()
	if err := fs.dev.WriteAt(fs.super.append(nil), fs.super.place()); err != nil {
		return err
	}
	return fs.barrier()
}

func (fs *FS) plantRoot(d *dir) {
	d.parent, d.name = d, ""
	fs.root = d
}

// load reads the log that the superblock names, and makes it ready to be gone on
// with.
func (fs *FS) load(size int64) error {
	r, err := fs.reader(size)
	if err != nil {
		return err
	}
	snapshot, body, err := fs.loadNodes(r)
	if err == nil {
		err = fs.replay(r, body)
	}
	if err != nil {
		return err
	}
	// What the log's own segments take is only known now: a block that a file had
	// when the log began may have become one.
	for _, s := range r.segs {
		if !fs.alloc.claim(s) {
			return fmt.Errorf("%w: a file lies where the log is", ErrDamaged)
		}
	}
	switch cut := size & (blockSize - 1); {
	case r.survivors():
		fs.repairs = "the end of the store's log was lost, and with it what was changed last"
	case r.short:
		fs.repairs = lostEnd
	case cut != 0 && fs.repairs == "":
		fs.repairs, fs.harmless = "the store was cut off at its end, where nothing was", true
	}
	fs.dropOrphans()
	fs.alloc.replaying = false
	fs.log = &logWriter{dev: fs.dev, id: r.id, seed: r.seed, next: r.next, segs: r.segs, at: len(r.segs) - 1, off: r.off, size: r.read}
	if fs.readOnly {
		return nil
	}
	if err := fs.dev.Truncate(r.size); err != nil && size != r.size {
		return err
	}
	// A log that is longer than its snapshot by much is made new soon, so that it need
	// not all be read the next time.
	if fs.renewAt = fs.logLimit(); r.read-snapshot > logBytes/8 {
		fs.renewAt = r.read + logBytes/16
	}
	return fs.mark()
}

// lostEnd is told of a device that is shorter than it was.
const lostEnd = "the store lost its end, and with it what was written last and not synced"

// reader is at the beginning of the log, on the device of this size, of which nothing
// is known to be used.
func (fs *FS) reader(size int64) (*logReader, error) {
	blocks := uint64(size) >> blockBits
	if blocks > maxBlocks {
		return nil, fmt.Errorf("%w: it is too large", ErrDamaged)
	}
	fs.alloc = allocator{replaying: true}
	fs.alloc.resize(uint32(blocks))
	fs.alloc.used.set(run{0, firstBlock}, true)
	fs.alloc.free -= firstBlock
	r := newLogReader(fs.dev, fs.super, int64(blocks)<<blockBits)
	if !r.enter(fs.super.first) {
		return nil, fmt.Errorf("%w: its log is not there", ErrDamaged)
	}
	return r, nil
}

// mark begins the records of this use of the store: their checksums are others
// than of whatever unfinished use has left behind the log's end.
func (fs *FS) mark() error {
	nonce := rand.Uint64()
	fs.enc.begin(recMount)
	fs.enc.b = le.AppendUint64(fs.enc.b, nonce)
	if err := fs.commit(); err != nil {
		return err
	}
	fs.log.seed = logSeed(fs.log.id, nonce)
	return nil
}

// dropOrphans gives up the files that have no name.
func (fs *FS) dropOrphans() {
	for _, n := range fs.nodes {
		if f, ok := n.(*file); ok && f.nlink == 0 {
			fs.applyGone(f)
		}
	}
}

// wrong is the end of a record that cannot be, as damaged says, or nil if what is lost
// is only counted.
func (fs *FS) wrong(k kind, what string) error {
	if fs.losses == nil {
		return damaged(k, what)
	}
	fs.losses.changes++
	return nil
}

// damaged says what is wrong with a record.
func damaged(k kind, what string) error {
	return fmt.Errorf("%w: a record (%d) of its log %s", ErrDamaged, k, what)
}

// checkName is whether a name can be one.
func checkName(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > vfs.MaxName {
		return false
	}
	for i := range len(name) {
		if name[i] == '/' || name[i] == 0 {
			return false
		}
	}
	return true
}
