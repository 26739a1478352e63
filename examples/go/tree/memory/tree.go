// Package memory is a file system in memory, and the service fs/1 on it: an example of what
// a module does to have its files mounted. The interface is told in busimpl/osfs/README.md.
package memory

import (
	"maps"
	"path"
	"slices"
	"sync"
	"time"
)

// The kinds of files, as fs/1 calls them.
const (
	kindDir  = "dir"
	kindFile = "file"
	kindLink = "link"
)

// WASI's error numbers that the tree answers with.
const (
	eexist    = 20
	eisdir    = 31
	einval    = 28
	enoent    = 44
	enotdir   = 54
	enotempty = 55
	efbig     = 22
)

// node is a file of any kind.
type node struct {
	kind         string
	mode         int64
	atime, mtime int64
	ctime        int64
	kids         map[string]*node // of a directory
	target       string           // of a link
	contents
}

// Tree is a file system. Its methods may be used by several goroutines at once.
type Tree struct {
	mu  sync.Mutex
	top *node
}

// New is an empty tree.
func New() *Tree { return &Tree{top: made(kindDir, 0o755)} }

func made(kind string, mode int64) *node {
	now := time.Now().UnixNano()
	return &node{kind: kind, mode: mode, atime: now, mtime: now, ctime: now, kids: map[string]*node{}}
}

// number is an error by its number.
type number uint16

func (n number) Error() string { return messages[n] }

// WASI has the bus send the number.
func (n number) WASI() uint16 { return uint16(n) }

var messages = map[number]string{
	eexist: "the file exists", eisdir: "it is a directory", einval: "invalid argument", enoent: "no such file",
	enotdir: "it is no directory", enotempty: "the directory is not empty", efbig: "the file would be too large",
}

// find finds what a path names. The lock is held.
func (t *Tree) find(name string) (*node, error) {
	n := t.top
	for name = path.Clean("/" + name); name != "/"; {
		var first string
		first, name = split(name)
		if n.kind != kindDir {
			return nil, number(enotdir)
		}
		if n = n.kids[first]; n == nil {
			return nil, number(enoent)
		}
	}
	return n, nil
}

// split takes the first name off a path.
func split(name string) (first, rest string) {
	for i := 1; i < len(name); i++ {
		if name[i] == '/' {
			return name[1:i], name[i:]
		}
	}
	return name[1:], "/"
}

// dir finds the directory that a path is in, and the name there. The lock is held.
func (t *Tree) dir(name string) (d *node, last string, err error) {
	name = path.Clean("/" + name)
	d, err = t.find(path.Dir(name))
	switch {
	case err != nil:
	case name == "/":
		err = number(einval)
	case d.kind != kindDir:
		err = number(enotdir)
	}
	return d, path.Base(name), err
}

// add makes a file.
func (t *Tree) add(name string, n *node) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, last, err := t.dir(name)
	if err == nil && d.kids[last] != nil {
		err = number(eexist)
	}
	if err == nil {
		d.kids[last] = n
		d.changed()
	}
	return err
}

// changed notes the time of a change.
func (n *node) changed() {
	n.mtime = time.Now().UnixNano()
	n.ctime = n.mtime
}

// remove removes a file, which must be a directory or must not.
func (t *Tree) remove(name string, isDir bool) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, last, err := t.dir(name)
	if err != nil {
		return err
	}
	switch n := d.kids[last]; {
	case n == nil:
		return number(enoent)
	case isDir && n.kind != kindDir:
		return number(enotdir)
	case !isDir && n.kind == kindDir:
		return number(eisdir)
	case len(n.kids) > 0:
		return number(enotempty)
	}
	delete(d.kids, last)
	d.changed()
	return nil
}

// rename moves a file, over what is there.
func (t *Tree) rename(from, to string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	d, last, err := t.dir(from)
	if err != nil {
		return err
	}
	into, newLast, err := t.dir(to)
	if err != nil {
		return err
	}
	n, old := d.kids[last], into.kids[newLast]
	switch {
	case n == nil:
		return number(enoent)
	case n == old:
		return nil
	case n.holds(into):
		return number(einval)
	case old == nil:
	case old.kind == kindDir && n.kind != kindDir:
		return number(eisdir)
	case old.kind != kindDir && n.kind == kindDir:
		return number(enotdir)
	case len(old.kids) > 0:
		return number(enotempty)
	}
	delete(d.kids, last)
	into.kids[newLast] = n
	d.changed()
	into.changed()
	n.ctime = into.ctime
	return nil
}

// holds reports whether n is other or has it below.
func (n *node) holds(other *node) bool {
	if n == other {
		return true
	}
	for _, kid := range n.kids {
		if kid.kind == kindDir && kid.holds(other) {
			return true
		}
	}
	return false
}

// names are the entries of a directory in order.
func (n *node) names() []string { return slices.Sorted(maps.Keys(n.kids)) }
