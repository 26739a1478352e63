package vfs

import (
	"sync"
	"sync/atomic"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Namespace is a tree put together from file systems: a mount table and the
// walk along paths. Its methods may be used by several goroutines at once.
type Namespace struct {
	root Place

	mu   sync.RWMutex
	list []*mount // in the order of mounting
	over map[mountPoint]*mount
}

// mount is a file system at its place in the tree. All of it but covered is
// immutable, also after it has been unmounted: open files and working
// directories in it go on.
type mount struct {
	fs       FS
	root     Node
	at       Place // the directory that is covered; zero for the root
	readOnly bool
	fixed    bool
	waits    bool
	source   string
	options  string
	covered  atomic.Int32 // how many mounts stand on directories of this one
}

// mountPoint is a directory that a mount may cover.
type mountPoint struct {
	mnt  *mount
	node Node
}

// MountOptions are what Mount may be told.
type MountOptions struct {
	// ReadOnly forbids all changes: they fail with EROFS.
	ReadOnly bool
	// Source is what the mount table calls the origin, the type if it is empty.
	Source string
	// Options are shown in the mount table after ro or rw, with commas between.
	Options string
	// Fixed: it cannot be unmounted, which fails with EBUSY.
	Fixed bool
}

// MountInfo is a line of the mount table.
type MountInfo struct {
	Path     string
	Source   string
	Type     string
	ReadOnly bool
	Options  string
	FS       FS
}

// NewNamespace is a namespace with root at its top.
func NewNamespace(root FS) *Namespace {
	m := newMount(root, Place{}, MountOptions{})
	ns := &Namespace{over: map[mountPoint]*mount{}, list: []*mount{m}}
	ns.root = Place{node: m.root, mnt: m}
	return ns
}

func newMount(f FS, at Place, o MountOptions) *mount {
	ro := o.ReadOnly
	if r, ok := f.(ReadOnlyFS); ok && r.ReadOnly() {
		ro = true
	}
	if o.Source == "" {
		o.Source = f.Type()
	}
	return &mount{
		fs: f, root: f.Root(), at: at, readOnly: ro, fixed: o.Fixed, waits: mayWait(f),
		source: o.Source, options: o.Options,
	}
}

// Root is the place "/".
func (ns *Namespace) Root() Place { return ns.cross(ns.root) }

// Mount puts f over the directory path, an absolute path: ENOENT and ENOTDIR
// if it is none. What was in the directory is hidden until Unmount. A mount
// over a mount hides that one.
func (ns *Namespace) Mount(path string, f FS, o MountOptions) error {
	at, err := ns.Walk(At{}, path)
	if err != nil {
		return err
	}
	return ns.MountOn(at, f, o)
}

// MountOn is Mount over the directory at: ENOTDIR if it is none.
func (ns *Namespace) MountOn(at Place, f FS, o MountOptions) error {
	if !at.IsDir() {
		return errno.ENOTDIR
	}
	m := newMount(f, at, o)
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.put(m)
	return nil
}

// put adds m to the table, which is locked.
func (ns *Namespace) put(m *mount) {
	for {
		// Another mount may have come in between; this one goes on top.
		top, ok := ns.over[mountPoint{m.at.mnt, m.at.node}]
		if !ok {
			break
		}
		m.at = Place{node: top.root, mnt: top}
	}
	ns.over[mountPoint{m.at.mnt, m.at.node}] = m
	m.at.mnt.covered.Add(1)
	ns.list = append(ns.list, m)
}

// Unmount takes the topmost mount off path: EINVAL if there is none, EBUSY for
// the root, for a fixed one and for a mount that others stand on. Open files and working
// directories in it stay good for those who have them; whether there are any
// is for the caller to ask.
func (ns *Namespace) Unmount(path string) error {
	p, err := ns.Walk(At{}, path)
	if err != nil {
		return err
	}
	return ns.UnmountPlace(p)
}

// UnmountPlace is Unmount of the mount whose top p is.
func (ns *Namespace) UnmountPlace(p Place) error {
	m := p.mnt
	if !p.IsMount() {
		return errno.EINVAL
	}
	if m.at.IsZero() || m.fixed {
		return errno.EBUSY
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	key := mountPoint{m.at.mnt, m.at.node}
	if ns.over[key] != m {
		return errno.EINVAL
	}
	if m.covered.Load() > 0 {
		return errno.Faultf(errno.EBUSY, "something else is mounted on a directory of it")
	}
	delete(ns.over, key)
	m.at.mnt.covered.Add(-1)
	for i, other := range ns.list {
		if other == m {
			ns.list = append(ns.list[:i:i], ns.list[i+1:]...)
			break
		}
	}
	return nil
}

// Mounts is the mount table, in the order of mounting. A mount whose place has
// been removed is left out.
func (ns *Namespace) Mounts() []MountInfo {
	var out []MountInfo
	for _, m := range ns.mounts() {
		path, err := ns.Path(Place{node: m.root, mnt: m})
		if err != nil {
			continue
		}
		out = append(out, MountInfo{Path: path, Source: m.source, Type: m.fs.Type(), ReadOnly: m.readOnly, Options: m.options, FS: m.fs})
	}
	return out
}

// cross is the place itself, or the top of what is mounted over it.
func (ns *Namespace) cross(p Place) Place {
	for p.mnt.covered.Load() > 0 {
		ns.mu.RLock()
		m, ok := ns.over[mountPoint{p.mnt, p.node}]
		ns.mu.RUnlock()
		if !ok {
			break
		}
		p = Place{node: m.root, mnt: m}
	}
	return p
}

// atRoot reports whether p is the top of the tree.
func (ns *Namespace) atRoot(p Place) bool {
	for p.mnt != nil && p.node == p.mnt.root {
		if p.mnt.at.IsZero() {
			return true
		}
		p = p.mnt.at
	}
	return false
}

// dotdot is the directory above the directory p; the root's is itself.
func (ns *Namespace) dotdot(p Place) (Place, error) {
	for p.node == p.mnt.root {
		if p.mnt.at.IsZero() {
			return ns.cross(p), nil
		}
		p = p.mnt.at
	}
	if d, ok := p.node.(Parent); ok {
		up, err := d.Parent()
		if err != nil {
			return Place{}, err
		}
		if p.up != nil && p.up.node == up {
			return ns.cross(*p.up), nil
		}
		return ns.cross(Place{node: up, mnt: p.mnt}), nil
	}
	if p.up == nil {
		return Place{}, ErrRemoved
	}
	return ns.cross(*p.up), nil
}
