package vfs

import (
	"path"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Bind shows the directory src, of this namespace or another one, over the directory
// at, with all that is mounted below src in from; readOnly forbids all changes there. No
// path leads from it to what is around src.
func (ns *Namespace) Bind(at Place, from *Namespace, src Place, readOnly bool) error {
	dir, err := src.Dir()
	if err != nil || !at.IsDir() {
		return errno.ENOTDIR
	}
	top, err := from.Path(src)
	if err != nil {
		return err
	}
	bound := ns.bind(at, src, dir, readOnly)
	for _, m := range from.mounts() {
		p, err := from.Path(Place{node: m.root, mnt: m})
		if err != nil {
			continue
		}
		rest, below := strings.CutPrefix(p, strings.TrimSuffix(top, "/")+"/")
		if !below || rest == "" {
			continue
		}
		place, err := ns.Walk(At{Dir: bound}, rest)
		if err != nil || !place.IsDir() {
			continue // it is hidden by another mount
		}
		ns.bind(place, Place{node: m.root, mnt: m}, m.fs.Root(), readOnly)
	}
	return nil
}

// bind mounts the directory src, which is the node dir, over at, and returns its top.
func (ns *Namespace) bind(at, src Place, dir Dir, readOnly bool) Place {
	m := &mount{
		fs: src.mnt.fs, root: dir, at: at, readOnly: readOnly || src.ReadOnly(), fixed: true,
		waits: src.mnt.waits, source: src.mnt.source, options: src.mnt.options,
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.put(m)
	return Place{node: dir, mnt: m}
}

// Has reports whether f is mounted somewhere in the namespace.
func (ns *Namespace) Has(f FS) bool {
	for _, m := range ns.mounts() {
		if m.fs == f {
			return true
		}
	}
	return false
}

// mounts is the mounts, in the order of mounting.
func (ns *Namespace) mounts() []*mount {
	ns.mu.RLock()
	defer ns.mu.RUnlock()
	return append([]*mount(nil), ns.list...)
}

// Binding is a directory of a view.
type Binding struct {
	// Source is the directory to show.
	Source Place
	// Path is where it is in the view, an absolute path.
	Path     string
	ReadOnly bool
}

// NewView is a namespace with nothing in it but some directories of from; the top is
// empty and cannot be changed, unless a binding is for "/". A directory that is to
// stand in another one has to be there: ENOENT. Bindings come in their order.
func NewView(from *Namespace, list []Binding) (*Namespace, error) {
	top := NewMem(MemOptions{Type: "view"})
	view := NewNamespace(top)
	for _, b := range list {
		at, err := view.Walk(At{}, b.Path)
		if errno.Of(err) == errno.ENOENT {
			// In the view's own part, what is missing is made.
			at, err = view.makeDirs(b.Path)
		}
		if err == nil {
			err = view.Bind(at, from, b.Source, b.ReadOnly)
		}
		if err != nil {
			return nil, errno.Faultf(errno.Of(err), "%s cannot be shown in what is shown already: %s", b.Path, err)
		}
	}
	view.root.mnt.readOnly = true
	return view, nil
}

// makeDirs makes the directory p and those above it, where that is not in a binding.
func (ns *Namespace) makeDirs(p string) (Place, error) {
	if p != "/" {
		if up, err := ns.makeDirs(path.Dir(p)); err != nil {
			return up, err
		} else if _, err := ns.Walk(At{Dir: up}, path.Base(p)); errno.Of(err) == errno.ENOENT {
			if up.mnt != ns.root.mnt {
				return Place{}, errno.ENOENT
			}
			if err := ns.Mkdir(At{}, p, 0o755); err != nil {
				return Place{}, err
			}
		}
	}
	return ns.WalkDir(At{}, p)
}
