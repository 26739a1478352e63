package vfs

import "github.com/bushel-wasm/bushel/kernel/sys"

// MaxName is the longest name in a directory, in bytes.
const MaxName = 255

// MaxLinks is how many symbolic links one look-up follows before it is ELOOP.
const MaxLinks = 40

// FS is a file system that can be mounted.
type FS interface {
	// Root is the tree's top directory, always the same node.
	Root() Dir
	// Type is the name that a mount table shows, such as "mem".
	Type() string
}

// Space is implemented by file systems that know how full they are.
type Space interface {
	// Space is the number of bytes in all and of bytes free.
	Space() (total, free uint64)
	// Nodes is the number of nodes in use.
	Nodes() uint64
}

// Node is a file of any type. A node that no directory names goes on living
// as long as somebody holds it. Nodes are comparable: two are the same file if
// and only if they are equal.
type Node interface {
	// Stat describes the node.
	Stat() (sys.Stat, error)
	// SetAttr changes the attributes that a.Set names, all or none of them.
	SetAttr(a sys.SetAttr) error
}

// Dir is a directory.
type Dir interface {
	Node
	// Lookup finds the entry name: ENOENT if there is none. It is never asked
	// for "", "." or "..".
	Lookup(name string) (Node, error)
	// ReadDir calls yield for the entries after cookie (0: from the first),
	// without "." and "..", until it returns false. The order is stable, and a
	// cookie stays good while entries come and go: an entry that is there all
	// the time is seen exactly once.
	ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error
}

// MutableDir is a directory that can be changed. A directory that is not one
// answers EROFS to every change. The names are checked by the caller: not
// empty, no slash, no NUL, at most MaxName bytes, not "." or "..".
type MutableDir interface {
	Dir
	// Create makes an empty file: EEXIST if the name is taken by anything.
	Create(name string, mode uint32) (File, error)
	// Mkdir makes an empty directory: EEXIST if the name is taken.
	Mkdir(name string, mode uint32) (Dir, error)
	// Symlink makes a symbolic link: EEXIST if the name is taken.
	Symlink(name, target string) (Link, error)
	// Link gives n, a node of the same file system but no directory, a further
	// name: EEXIST if it is taken, EXDEV for a foreign node, EPERM for a directory.
	Link(name string, n Node) error
	// Unlink removes a name of anything but a directory (EISDIR).
	Unlink(name string) error
	// Rmdir removes an empty directory (ENOTDIR, ENOTEMPTY).
	Rmdir(name string) error
	// Rename moves the entry name to the name newName of to, a directory of the
	// same file system (EXDEV), replacing what is there as rename(2) says, in one step:
	// EINVAL for a directory into itself or below, ENOTDIR and EISDIR for a
	// mismatch of types, ENOTEMPTY. Two names of one file: nothing happens.
	Rename(name string, to Dir, newName string) error
}

// File is a regular file. Offsets are 64 bits; holes read as zeros and take no
// room.
type File interface {
	Node
	// ReadAt reads from offset off. At the end it returns 0 and no error; fewer
	// bytes than asked for come only at the end.
	ReadAt(p []byte, off int64) (int, error)
	// WriteAt writes all of p at off, or says why not: EFBIG, ENOSPC, EDQUOT.
	WriteAt(p []byte, off int64) (int, error)
	// Append writes all of p at the end, in one step with finding it, and
	// returns the new end.
	Append(p []byte) (end int64, err error)
}

// Syncer is a file whose data can be lost until Sync has returned.
type Syncer interface {
	Sync() error
}

// Link is a symbolic link.
type Link interface {
	Node
	// Readlink is the link's target, as it was given.
	Readlink() (string, error)
}

// Parent is a directory that knows its parent; the root's is itself. Look-ups
// use it for "..": a removed directory has none (ENOENT).
type Parent interface {
	Parent() (Dir, error)
}

// Device is a node whose open files are not its bytes but something live, such
// as a terminal. The kernel asks it for what is opened.
type Device interface {
	Node
	// Device names the device, such as "null" or "tty"; package kernel knows
	// what it is.
	Device() string
}
