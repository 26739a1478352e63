package vfs

import (
	"cmp"
	"hash/fnv"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// StaticEntry describes a node of a [Static]: a directory unless Text, Link or
// Device says otherwise; with both Link and Device a link that leads to the device. Its functions are called without locks, whenever
// somebody looks; they must not block, and must not call back into the same
// tree.
type StaticEntry struct {
	// Name is the name in the directory above; the top's does not count.
	Name string
	// Mode is the permission bits. 0 stands for 0555 for a directory, 0444 for a
	// text, 0666 for a device and 0777 for a link.
	Mode uint32
	// Entries are a directory's entries.
	Entries []StaticEntry
	// List returns further entries of a directory, as they are at the moment.
	// Where two have one name, the first counts.
	List func() []StaticEntry
	// Find returns an entry of a directory that is in no list of it.
	Find func(name string) (StaticEntry, bool)
	// Text returns a regular file's contents, anew for each opening.
	Text func() ([]byte, error)
	// Link returns the target of a symbolic link for caller, who is [At.Caller].
	Link func(caller any) (string, error)
	// Device is the name of a device.
	Device string
}

// fileType is the type of the node that e describes.
func (e *StaticEntry) fileType() sys.FileType {
	switch {
	case e.Text != nil:
		return sys.TypeRegular
	case e.Link != nil:
		return sys.TypeSymlink
	case e.Device != "":
		return sys.TypeCharDevice
	}
	return sys.TypeDirectory
}

// find is the entry name of the directory e.
func (e *StaticEntry) find(name string) (StaticEntry, bool) {
	for i := range e.Entries {
		if e.Entries[i].Name == name {
			return e.Entries[i], true
		}
	}
	if e.List != nil {
		for _, sub := range e.List() {
			if sub.Name == name {
				return sub, true
			}
		}
	}
	if e.Find != nil {
		return e.Find(name)
	}
	return StaticEntry{}, false
}

// Static is a read-only file system that is described rather than stored: what
// /dev and /proc are made of. Its nodes are known by their path, and each
// question is answered from the description as it is at the moment; a node
// that is no longer described answers ENOENT.
type Static struct {
	typ   string
	dev   uint64
	root  StaticEntry
	clock func() int64
	born  int64
}

// NewStatic is a file system of the given type, with root as its top
// directory. clock is the time in nanoseconds since 1970, time.Now's if it is
// nil.
func NewStatic(typ string, root StaticEntry, clock func() int64) *Static {
	if clock == nil {
		clock = func() int64 { return time.Now().UnixNano() }
	}
	return &Static{typ: typ, dev: NewDev(), root: root, clock: clock, born: clock()}
}

// Root is the top directory.
func (s *Static) Root() Dir { return staticDir{staticNode{fs: s}} }

// Type is the name in the mount table.
func (s *Static) Type() string { return s.typ }

// ReadOnly reports true.
func (s *Static) ReadOnly() bool { return true }

// find is the description of path, which is relative to the top.
func (s *Static) find(path string) (StaticEntry, error) {
	e, ok := s.root, true
	for rest := path; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "/")
		if e, ok = e.find(name); !ok {
			return e, errno.ENOENT
		}
	}
	return e, nil
}

// node is the node that e, found at path, describes.
func (s *Static) node(e StaticEntry, path string) Node {
	n := staticNode{fs: s, path: path}
	switch e.fileType() {
	case sys.TypeRegular:
		return staticText{n}
	case sys.TypeSymlink:
		if e.Device != "" {
			return staticMagic{staticLink{n}, e.Device}
		}
		return staticLink{n}
	case sys.TypeCharDevice:
		return staticDevice{n, e.Device}
	}
	return staticDir{n}
}

// staticNode is what all nodes of a Static have. Nodes are values: equal paths
// are equal nodes.
type staticNode struct {
	fs   *Static
	path string
}

func (n staticNode) ino() uint64 { return inoOf(n.path) }

// inoOf is the inode number of a path: 1 for the top, a hash for the others.
func inoOf(path string) uint64 {
	if path == "" {
		return 1
	}
	h := fnv.New64a()
	h.Write([]byte(path))
	// 53 bits are what a number of JavaScript holds; 0 and 1 are taken.
	return h.Sum64()>>11 | 2
}

// Stat describes the node.
func (n staticNode) Stat() (sys.Stat, error) {
	e, err := n.fs.find(n.path)
	if err != nil {
		return sys.Stat{}, err
	}
	st := sys.Stat{
		Dev: n.fs.dev, Ino: n.ino(), Type: e.fileType(), Mode: e.Mode, Nlink: 1,
		Atime: n.fs.born, Mtime: n.fs.born, Ctime: n.fs.born,
	}
	mode := uint32(0)
	switch st.Type {
	case sys.TypeRegular:
		mode = 0o444
	case sys.TypeSymlink:
		mode = 0o777
	case sys.TypeCharDevice:
		mode = 0o666
	default:
		mode = 0o555
		st.Nlink = 2
	}
	if st.Mode == 0 {
		st.Mode = mode
	}
	return st, nil
}

// SetAttr answers EROFS.
func (n staticNode) SetAttr(sys.SetAttr) error { return errno.EROFS }

// staticDir is a directory.
type staticDir struct{ staticNode }

// Lookup finds an entry.
func (d staticDir) Lookup(name string) (Node, error) {
	e, err := d.fs.find(d.path)
	if err != nil {
		return nil, err
	}
	sub, ok := e.find(name)
	if !ok {
		return nil, errno.ENOENT
	}
	return d.fs.node(sub, path.Join(d.path, name)), nil
}

// Parent is the directory above.
func (d staticDir) Parent() (Dir, error) {
	parent, _, err := d.Location()
	return parent, err
}

// Location is the directory above and the name there.
func (d staticDir) Location() (Dir, string, error) {
	if _, err := d.fs.find(d.path); err != nil {
		return nil, "", err
	}
	up, name := path.Split(d.path)
	return staticDir{staticNode{d.fs, strings.TrimSuffix(up, "/")}}, name, nil
}

// listed is the bit of the cookies of what List has returned: it comes after
// what is in Entries, in the order of a hash of the names, which does not
// change when others come and go.
const listed = 1 << 62

// ReadDir lists the entries.
func (d staticDir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	e, err := d.fs.find(d.path)
	if err != nil {
		return err
	}
	entry := func(sub *StaticEntry, cookie uint64) sys.DirEntry {
		return sys.DirEntry{Cookie: cookie, Ino: inoOf(path.Join(d.path, sub.Name)), Type: sub.fileType(), Name: sub.Name}
	}
	fixed := map[string]bool{}
	for i := range e.Entries {
		fixed[e.Entries[i].Name] = true
		if c := uint64(i + 1); c > cookie && !yield(entry(&e.Entries[i], c)) {
			return nil
		}
	}
	if e.List == nil {
		return nil
	}
	var more []sys.DirEntry
	list := e.List()
	for i := range list {
		if name := list[i].Name; !fixed[name] {
			fixed[name] = true
			if c := listed | inoOf(name); c > cookie {
				more = append(more, entry(&list[i], c))
			}
		}
	}
	slices.SortFunc(more, func(a, b sys.DirEntry) int { return cmp.Compare(a.Cookie, b.Cookie) })
	for _, de := range more {
		if !yield(de) {
			return nil
		}
	}
	return nil
}

// staticLink is a symbolic link.
type staticLink struct{ staticNode }

// Readlink is the target for nobody in particular.
func (l staticLink) Readlink() (string, error) { return l.ReadlinkFor(nil) }

// ReadlinkFor is the target for caller.
func (l staticLink) ReadlinkFor(caller any) (string, error) {
	e, err := l.fs.find(l.path)
	if err != nil {
		return "", err
	}
	if e.Link == nil {
		return "", errno.ENOENT
	}
	return e.Link(caller)
}

// staticMagic is a link to a device that is described with it.
type staticMagic struct {
	staticLink
	device string
}

// Follow is the device.
func (l staticMagic) Follow() Node { return staticDevice{l.staticNode, l.device} }

// staticDevice is a device.
type staticDevice struct {
	staticNode
	name string
}

// Device is the device's name.
func (d staticDevice) Device() string { return d.name }

// Stat describes the device, also one that a link has led to.
func (d staticDevice) Stat() (sys.Stat, error) {
	st, err := d.staticNode.Stat()
	if st.Type == sys.TypeSymlink {
		st.Type, st.Mode = sys.TypeCharDevice, 0o666
	}
	return st, err
}

// SetAttr answers EROFS, or EINVAL for the size, which a device has not.
func (d staticDevice) SetAttr(a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 {
		return errno.EINVAL
	}
	return errno.EROFS
}
