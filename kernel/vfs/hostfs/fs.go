//go:build !js

package hostfs

import (
	"os"
	"runtime"
	"sync"
	"weak"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Options are what New may be told. The zero value is good.
type Options struct {
	// ReadOnly forbids all changes: they fail with EROFS.
	ReadOnly bool
	// Trusting lets guests do what nothing in the kernel minds, but what
	// other programs of the host may fall for: make links that lead out of the
	// directory, and files with set-user-ID and set-group-ID bits.
	Trusting bool
}

// FS is a directory of the host. It is a [vfs.FS] and a [vfs.ReadOnlyFS].
type FS struct {
	root *os.Root
	opts Options
	top  *dir

	// tree is held while the host changes or reads what names what, so that the
	// nodes' names follow in one step. It is taken before mu.
	tree sync.RWMutex
	// mu guards what is below, and the names of all nodes. It is never held over a
	// system call of the host.
	mu sync.Mutex
	// nodes are the nodes that somebody holds: one for each file, so that equal
	// files are equal nodes.
	nodes map[ident]weak.Pointer[node]
	devs  map[uint64]uint64 // from the host's device numbers to the kernel's
}

// ident tells the host's files apart.
type ident struct{ dev, ino uint64 }

// New is the file system of the host's directory path. It keeps the directory
// open until Close.
func New(path string, o Options) (*FS, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	f := &FS{root: root, opts: o, nodes: map[ident]weak.Pointer[node]{}, devs: map[uint64]uint64{}}
	info, err := root.Stat(".")
	if err != nil {
		root.Close()
		return nil, err
	}
	n := f.node(nil, ".", info)
	f.top = n.self.(*dir)
	return f, nil
}

// Close gives the directory back. What is done with the file system afterwards fails.
func (f *FS) Close() error { return f.root.Close() }

// Root is the top directory.
func (f *FS) Root() vfs.Dir { return f.top }

// Type is "host".
func (f *FS) Type() string { return "host" }

// ReadOnly reports whether all changes are forbidden.
func (f *FS) ReadOnly() bool { return f.opts.ReadOnly }

// writable is EROFS if changes are forbidden.
func (f *FS) writable() error {
	if f.opts.ReadOnly {
		return errno.EROFS
	}
	return nil
}

// lookup is the node of what parent has under name.
func (f *FS) lookup(parent *dir, name string) (*node, error) {
	f.tree.RLock()
	defer f.tree.RUnlock()
	return f.find(parent, name)
}

// find is lookup with the tree held.
func (f *FS) find(parent *dir, name string) (*node, error) {
	dirPath, err := parent.where()
	if err != nil {
		return nil, err
	}
	info, err := f.root.Lstat(join(dirPath, name))
	if err != nil {
		return nil, number(err)
	}
	return f.node(parent, name, info), nil
}

// node is the one node of the file that info describes, which was found in
// parent under name.
func (f *FS) node(parent *dir, name string, info os.FileInfo) *node {
	id := identity(info, parent, name)
	kind := fileType(info.Mode())
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.nodes[id].Value(); n != nil && n.kind == kind {
		// It may have been moved by others, or be known by several names.
		n.parent, n.name, n.removed = parent, name, false
		return n
	}
	n := &node{fs: f, id: id, kind: kind, dev: f.dev(id.dev), parent: parent, name: name}
	switch kind {
	case sys.TypeDirectory:
		n.self = &dir{node: n, cookies: map[string]uint64{}}
	case sys.TypeRegular:
		n.self = &file{node: n}
	case sys.TypeSymlink:
		n.self = &link{node: n}
	default:
		n.self = &other{node: n}
	}
	f.nodes[id] = weak.Make(n)
	runtime.AddCleanup(n, f.forget, id)
	return n
}

// forget drops the entry of a node that nobody holds any more.
func (f *FS) forget(id ident) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.nodes[id].Value() == nil {
		delete(f.nodes, id)
	}
}

// lose notes that parent has no longer under name what info describes. If that was
// its last name, its number may be used for another file from now on. The tree is held.
func (f *FS) lose(parent *dir, name string, info os.FileInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.nodes[identity(info, parent, name)].Value()
	if n == nil {
		return
	}
	if n.parent == parent && n.name == name {
		n.removed = true
	}
	var st sys.Stat
	fill(&st, info)
	if st.Nlink <= 1 || n.kind == sys.TypeDirectory {
		if n.held.Load() {
			n.lost = true // and the number is taken while the host's file is open
		} else {
			delete(f.nodes, n.id)
		}
	}
}

// close notes that the host's file of n is about to be closed. If it has no name
// any more, its number is another file's a moment later, and n must not be that file:
// who has looked n up and not opened it yet would open the other one.
func (f *FS) close(n *node) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n.held.Store(false)
	if n.lost && f.nodes[n.id].Value() == n {
		delete(f.nodes, n.id)
	}
}

// moved notes that what info describes has a new name. The tree is held.
func (f *FS) moved(parent *dir, name string, info os.FileInfo, to *dir, newName string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := f.nodes[identity(info, parent, name)].Value(); n != nil {
		n.parent, n.name, n.removed = to, newName, false
	}
}

// dev is the kernel's number for a device of the host. The lock is held.
func (f *FS) dev(host uint64) uint64 {
	d, ok := f.devs[host]
	if !ok {
		d = vfs.NewDev()
		f.devs[host] = d
	}
	return d
}

func join(dirPath, name string) string {
	if dirPath == "." {
		return name
	}
	return dirPath + "/" + name
}
