package index

import (
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// MaxEntries is how many nodes a tree may have: a list that never ends must not
// take all memory.
const MaxEntries = 1 << 20

// Options are what New may be told.
type Options struct {
	// Type is the name in the mount table.
	Type string
	// Waits: reading contents may wait; see [vfs.Waiter].
	Waits bool
	// Close is called once by Close. It may be nil.
	Close func()
}

// Tree is a read-only file system. It is a [vfs.FS], [vfs.Space], [vfs.ReadOnlyFS]
// and [vfs.Waiter]. Add must not be called after it is mounted.
type Tree struct {
	opts   Options
	dev    uint64
	ino    uint64
	size   uint64
	top    *dir
	closed atomic.Bool
}

// New is a tree with nothing but its top directory.
func New(o Options) *Tree {
	t := &Tree{opts: o, dev: vfs.NewDev()}
	t.top = &dir{node: t.node(0o755, time.Now().UnixNano()), entries: map[string]vfs.Node{}}
	t.top.parent = t.top
	t.top.nlink = 2
	return t
}

// Root is the top directory.
func (t *Tree) Root() vfs.Dir { return t.top }

// Type is the name in the mount table.
func (t *Tree) Type() string { return t.opts.Type }

// ReadOnly is true.
func (t *Tree) ReadOnly() bool { return true }

// MayWait is what the options say.
func (t *Tree) MayWait() bool { return t.opts.Waits }

// Space is the size of all files together, and nothing free.
func (t *Tree) Space() (total, free uint64) { return t.size, 0 }

// Nodes is the number of nodes.
func (t *Tree) Nodes() uint64 { return t.ino }

// Close gives back what the contents need: reads fail with EIO afterwards.
func (t *Tree) Close() error {
	if !t.closed.Swap(true) && t.opts.Close != nil {
		t.opts.Close()
	}
	return nil
}

// Entry is something to add.
type Entry struct {
	// Name is the path in the tree, with "/" between names. "." and empty names in it,
	// and a slash at its end, mean nothing.
	Name string
	// Type is sys.TypeDirectory, sys.TypeRegular or sys.TypeSymlink.
	Type sys.FileType
	// Mode are permission bits.
	Mode uint32
	// Mtime is in nanoseconds since 1970.
	Mtime int64
	// Size and Content are a regular file's.
	Size    uint64
	Content Content
	// Target is a symbolic link's.
	Target string
	// Link, if it is not empty, is the name of an entry that this one is a further
	// name of. It has been added before, and all but Name is ignored.
	Link string
}

// Add adds an entry, and the directories above it where they are missing. An entry
// of a name that is there takes its place, but a directory keeps what is in it.
//
// # Errors
//
// [errno.Fault] for names that lead out of the tree, that are no names, that
// stand in each other's way, for hard links to nothing, and for too many entries.
func (t *Tree) Add(e Entry) error {
	names, err := split(e.Name)
	if err != nil {
		return err
	}
	if t.ino >= MaxEntries {
		return errno.Faultf(errno.EFBIG, "there are more than %d entries", MaxEntries)
	}
	if len(names) == 0 {
		if e.Type != sys.TypeDirectory || e.Link != "" {
			return errno.Faultf(errno.EINVAL, "%q is the top directory and cannot be something else", e.Name)
		}
		t.top.mode, t.top.mtime = e.Mode&0o7777, e.Mtime
		return nil
	}
	parent, err := t.parent(names, e.Name)
	if err != nil {
		return err
	}
	name := names[len(names)-1]
	old := parent.entries[name]
	oldDir, wasDir := old.(*dir)
	if wasDir && (e.Type != sys.TypeDirectory || e.Link != "") {
		return errno.Faultf(errno.EISDIR, "%q is there twice, as a directory and as something else", e.Name)
	}
	if e.Link != "" {
		return t.addLink(parent, name, e)
	}
	switch e.Type {
	case sys.TypeDirectory:
		if wasDir {
			oldDir.mode, oldDir.mtime = e.Mode&0o7777, e.Mtime
			return nil
		}
		t.put(parent, name, t.newDir(parent, name, e.Mode, e.Mtime))
	case sys.TypeRegular:
		f := &file{node: t.node(e.Mode, e.Mtime), size: e.Size, content: e.Content}
		t.size += e.Size
		t.put(parent, name, f)
	case sys.TypeSymlink:
		if e.Target == "" || len(e.Target) > vfs.MaxPath || strings.IndexByte(e.Target, 0) >= 0 {
			return errno.Faultf(errno.EINVAL, "the symbolic link %q has no target that could be one", e.Name)
		}
		t.put(parent, name, &link{node: t.node(0o777, e.Mtime), target: e.Target})
	default:
		return errno.Faultf(errno.EINVAL, "%q is of a type that cannot be shown", e.Name)
	}
	return nil
}

// addLink gives an entry that is there a further name.
func (t *Tree) addLink(parent *dir, name string, e Entry) error {
	to, err := t.find(e.Link)
	if err != nil {
		return err
	}
	switch n := to.(type) {
	case *file:
		n.nlink++
	case *link:
		n.nlink++
	default:
		return errno.Faultf(errno.EINVAL, "%q is a hard link to %q, which is not before it", e.Name, e.Link)
	}
	t.put(parent, name, to)
	return nil
}

// find is the node of a name, nil if there is none.
func (t *Tree) find(name string) (vfs.Node, error) {
	names, err := split(name)
	if err != nil {
		return nil, err
	}
	var n vfs.Node = t.top
	for _, s := range names {
		d, ok := n.(*dir)
		if !ok {
			return nil, nil
		}
		n = d.entries[s]
	}
	return n, nil
}

// parent is the directory of the last of names; what is missing is made.
func (t *Tree) parent(names []string, whole string) (*dir, error) {
	d := t.top
	for _, name := range names[:len(names)-1] {
		switch n := d.entries[name].(type) {
		case *dir:
			d = n
		case nil:
			child := t.newDir(d, name, 0o755, t.top.mtime)
			t.put(d, name, child)
			d = child
		default:
			return nil, errno.Faultf(errno.ENOTDIR, "%q goes through %q, which is no directory", whole, name)
		}
	}
	return d, nil
}

func (t *Tree) newDir(parent *dir, name string, mode uint32, mtime int64) *dir {
	d := &dir{node: t.node(mode, mtime), parent: parent, name: name, entries: map[string]vfs.Node{}}
	d.nlink = 2
	parent.nlink++
	return d
}

func (t *Tree) node(mode uint32, mtime int64) node {
	t.ino++
	return node{tree: t, ino: t.ino, mode: mode & 0o7777, mtime: mtime, nlink: 1}
}

// put makes n the entry name of parent.
func (t *Tree) put(parent *dir, name string, n vfs.Node) {
	switch old := parent.entries[name].(type) {
	case nil:
		parent.names = append(parent.names, name)
	case *file:
		old.nlink--
	case *link:
		old.nlink--
	}
	parent.entries[name] = n
}

// split cuts a path into names, and refuses what is none of this tree.
func split(path string) ([]string, error) {
	switch {
	case strings.HasPrefix(path, "/"):
		return nil, errno.Faultf(errno.EINVAL, "%q is an absolute name, which leads out of it", path)
	case strings.IndexByte(path, 0) >= 0:
		return nil, errno.Faultf(errno.EINVAL, "%q has a NUL in its name", path)
	case !utf8.ValidString(path):
		return nil, errno.Faultf(errno.EILSEQ, "the name %q is not UTF-8", path)
	case len(path) > vfs.MaxPath:
		return nil, errno.Faultf(errno.ENAMETOOLONG, "a name has %d bytes: there may be %d", len(path), vfs.MaxPath)
	}
	var names []string
	for name := range strings.SplitSeq(path, "/") {
		switch {
		case name == "" || name == ".":
			continue
		case name == "..":
			return nil, errno.Faultf(errno.EINVAL, "%q has a \"..\" in its name, which leads out of it", path)
		case len(name) > vfs.MaxName:
			return nil, errno.Faultf(errno.ENAMETOOLONG, "the name %q has more than %d bytes", name, vfs.MaxName)
		}
		names = append(names, name)
	}
	return names, nil
}
