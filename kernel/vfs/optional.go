package vfs

import (
	"sync/atomic"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// ErrRemoved is what a directory that has been removed answers to a question
// after its place in the tree.
const ErrRemoved = errno.ENOENT

// Located is a directory that knows where it is. [Namespace.Path] asks it; a
// directory that is not one costs a search of its parent's entries.
type Located interface {
	// Location is the directory's parent and its name there, both from one
	// moment. The top directory of a file system is its own parent, and its name
	// is empty. A removed directory answers [ErrRemoved].
	Location() (parent Dir, name string, err error)
}

// Versioned is a file that counts the changes of its contents.
type Versioned interface {
	// Version is another number after each change of the contents or size, for
	// as long as the node lives. It tells files apart that a coarse clock or a
	// set mtime makes look alike.
	Version() uint64
}

// Snapshotter is a file whose contents are made when they are asked for.
// [Namespace.OpenNode] hands out the snapshot in the file's stead, so that all
// reads of one open file see the same text.
type Snapshotter interface {
	File
	// Snapshot is the file with its contents as they are now. It may wait for
	// nothing.
	Snapshot() (File, error)
}

// Holder is a file that counts its users, so that the room of a file without a
// name is given back when the last of them is gone, and not before. A file
// system must stay right if nobody calls it: it then gives back the room as soon
// as the last name is gone.
type Holder interface {
	// Hold counts a user: an open file description. It is called once for each,
	// after [Namespace.OpenNode].
	Hold()
	// Release ends what one Hold began.
	Release()
}

// Flusher is a file that may still be refused what it was given, such as one that has
// its bytes put in place together.
type Flusher interface {
	File
	// Flush has all that was written in its place, and tells what has become of it. It
	// is called when an fd that can write is closed, whose error that is.
	Flush() error
}

// ReadOnlyFS is implemented by file systems that know that nothing in them can
// be changed. Mounts of such a file system are read-only.
type ReadOnlyFS interface {
	ReadOnly() bool
}

// Repaired is a file system that may have been found broken when it was opened.
type Repaired interface {
	// Repairs says in a sentence, in lower case and without a full stop, what was found
	// broken and is lost; it is empty if nothing was. harmless says that nothing is lost.
	Repairs() (what string, harmless bool)
}

// CallerLink is a symbolic link whose target depends on who asks, such as
// /proc/self.
type CallerLink interface {
	Link
	// ReadlinkFor is the target for the caller, which is [At.Caller].
	ReadlinkFor(caller any) (string, error)
}

// MagicLink is a symbolic link that leads to a node whatever its text says, such as
// those of /proc/PID/fd to what has no path.
type MagicLink interface {
	Link
	// Follow is where the link leads.
	Follow() Node
}

var lastDev atomic.Uint64

// NewDev is a device number that no other file system has, for [sys.Stat].
func NewDev() uint64 { return lastDev.Add(1) }
