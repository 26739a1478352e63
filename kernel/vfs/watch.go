package vfs

import "slices"

// A Watcher has a copy of a file's contents somewhere.
type Watcher interface {
	// Changed says that the copy is no longer good. It is called once, before
	// anybody can see the change, with the file locked: it must not block, nor ask
	// the file anything.
	Changed()
}

// By says in whose name a file is changed.
type By struct {
	// Watcher is not told of the change, which it knows. It may be nil.
	Watcher Watcher
	// Promised: the change may take of the room that [Promiser.Promise] set aside.
	Promised bool
	// Given: what is written belongs to the file, which may keep it, and not to the writer.
	Given bool
}

// Watched is a file that tells those who have copies of it of the change of its
// contents or size. Whoever reads after Watch and is told nothing until after
// that, which Watching says, has read what stays so until the call of Changed.
type Watched interface {
	File
	// Watch has w told of the next change.
	Watch(w Watcher)
	// Unwatch ends that. It returns when no call of w.Changed is under way.
	Unwatch(w Watcher)
	// Watching reports whether w is to be told yet.
	Watching(w Watcher) bool
	// WriteAtBy and AppendBy are WriteAt and Append in somebody's name.
	WriteAtBy(by By, p []byte, off int64) (int, error)
	AppendBy(by By, p []byte) (end int64, err error)
}

// Promiser is a file system that can promise room, so that a write is known to fit
// before it is made.
type Promiser interface {
	// Promise sets n bytes of room aside for changes with [By.Promised], of which one that makes
	// or removes a file counts as 8 KiB, or reports false. A negative n gives them back.
	Promise(n int64) bool
}

// PromisedDir is a directory of a [Promiser].
type PromisedDir interface {
	MutableDir
	// CreatePromised is Create, and may take of the room that was set aside.
	CreatePromised(name string, mode uint32) (File, error)
}

// createIn is d.Create, with what was set aside if promised says so.
func createIn(d MutableDir, name string, mode uint32, promised bool) (File, error) {
	if p, ok := d.(PromisedDir); ok && promised {
		return p.CreatePromised(name, mode)
	}
	return d.Create(name, mode)
}

// WriteAt is f.WriteAt in by's name where f knows of names.
func WriteAt(f File, by By, p []byte, off int64) (int, error) {
	if w, ok := f.(Watched); ok {
		return w.WriteAtBy(by, p, off)
	}
	return f.WriteAt(p, off)
}

// Append is f.Append in by's name where f knows of names.
func Append(f File, by By, p []byte) (end int64, err error) {
	if w, ok := f.(Watched); ok {
		return w.AppendBy(by, p)
	}
	return f.Append(p)
}

// Watchers are those of one [Watched] file, whose lock guards them. The zero value is none.
type Watchers []Watcher

// Add adds w if it is not there.
func (l *Watchers) Add(w Watcher) {
	if !slices.Contains(*l, w) {
		*l = append(*l, w)
	}
}

// Remove takes w out if it is there.
func (l *Watchers) Remove(w Watcher) {
	if i := slices.Index(*l, w); i >= 0 {
		*l = slices.Delete(*l, i, i+1)
	}
}

// Has reports whether w is there.
func (l Watchers) Has(w Watcher) bool { return slices.Contains(l, w) }

// Others reports whether there is any but by.
func (l Watchers) Others(by Watcher) bool {
	return slices.ContainsFunc(l, func(w Watcher) bool { return w != by })
}

// Changed tells all but by, who knows, and takes them out.
func (l *Watchers) Changed(by Watcher) {
	keep := (*l)[:0]
	for _, w := range *l {
		if w == by {
			keep = append(keep, w)
		} else {
			w.Changed()
		}
	}
	clear((*l)[len(keep):])
	*l = keep
}
