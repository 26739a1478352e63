package store

import "github.com/bushel-wasm/bushel/kernel/vfs"

// Watch has w told of the next change of the contents.
func (f *file) Watch(w vfs.Watcher) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.watchers.Add(w)
}

// Unwatch ends that.
func (f *file) Unwatch(w vfs.Watcher) {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	f.watchers.Remove(w)
}

// Watching reports whether w is to be told yet.
func (f *file) Watching(w vfs.Watcher) bool {
	f.fs.mu.Lock()
	defer f.fs.mu.Unlock()
	return f.watchers.Has(w)
}

// tell tells of a change of the contents, which is made, all but by. Whoever is told may
// send word of it out of the program, so nothing of it is held back then. What cannot be
// written is tried again with the next change.
func (f *file) tell(by vfs.Watcher) {
	if !f.watchers.Others(by) {
		return
	}
	_ = f.fs.flush()
	f.fs.telling.Store(true)
	defer f.fs.telling.Store(false)
	f.watchers.Changed(by)
}

// promiseParts is how much more than it promises a store sets aside, as a part: whole blocks
// are taken, and records besides.
const promiseParts = 4

// Promise sets n bytes of the room aside; see [vfs.Promiser]. They are good for so many bytes of
// contents at files' ends, and for a file made or removed for each 8 KiB. A device that is waited for
// promises nothing.
func (fs *FS) Promise(n int64) bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	blocks := blocksFor(max(n, -n) * (promiseParts + 1) / promiseParts)
	switch {
	case n < 0:
		fs.promised -= blocks
		return true
	case fs.closed || fs.readOnly || fs.slow || fs.makeRoom(blocks, false) != nil || fs.alloc.free < fs.kept(false)+blocks:
		return false
	}
	fs.promised += blocks
	return true
}
