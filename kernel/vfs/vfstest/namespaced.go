package vfstest

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Namespaced is the directory at root, an absolute path, in ns as an FS.
func Namespaced(ns *vfs.Namespace, root string) (FS, error) {
	dir, err := ns.WalkDir(vfs.At{}, root)
	if err != nil {
		return nil, err
	}
	return &namespaced{ns: ns, root: strings.TrimSuffix(root, "/"), dir: dir}, nil
}

type namespaced struct {
	ns   *vfs.Namespace
	root string
	dir  vfs.Place
}

func (n *namespaced) at(flags sys.AtFlag) vfs.At { return vfs.At{Dir: n.dir, Flags: flags} }

func (n *namespaced) Abs(path string) string { return n.root + "/" + path }

func (n *namespaced) Open(path string, flags sys.OpenFlag, at sys.AtFlag, mode uint32) (File, error) {
	return n.open(n.at(at), path, flags, mode)
}

func (n *namespaced) OpenBeneath(dir, path string, flags sys.OpenFlag, mode uint32) (File, error) {
	p, err := n.ns.WalkDir(n.at(0), dir)
	if err != nil {
		return nil, err
	}
	return n.open(vfs.At{Dir: p, Flags: sys.AtBeneath}, path, flags, mode)
}

func (n *namespaced) open(at vfs.At, path string, flags sys.OpenFlag, mode uint32) (File, error) {
	p, _, err := n.ns.OpenNode(at, path, flags, mode)
	if err != nil {
		return nil, err
	}
	if h, ok := p.Node().(vfs.Holder); ok {
		h.Hold()
	}
	return &openFile{p}, nil
}

func (n *namespaced) Stat(path string, at sys.AtFlag) (sys.Stat, error) {
	return n.ns.Stat(n.at(at), path)
}

func (n *namespaced) SetAttr(path string, at sys.AtFlag, a sys.SetAttr) error {
	return n.ns.SetAttr(n.at(at), path, a)
}

func (n *namespaced) Mkdir(path string, mode uint32) error { return n.ns.Mkdir(n.at(0), path, mode) }

func (n *namespaced) Rmdir(path string) error { return n.ns.Rmdir(n.at(0), path) }

func (n *namespaced) Unlink(path string) error { return n.ns.Unlink(n.at(0), path) }

func (n *namespaced) Rename(path, newPath string) error {
	return n.ns.Rename(n.at(0), path, n.at(0), newPath)
}

func (n *namespaced) Link(path, newPath string, at sys.AtFlag) error {
	return n.ns.Link(n.at(at), path, n.at(0), newPath)
}

func (n *namespaced) Symlink(target, path string) error {
	return n.ns.Symlink(n.at(0), path, target)
}

func (n *namespaced) Readlink(path string) (string, error) { return n.ns.Readlink(n.at(0), path) }

func (n *namespaced) Getcwd(dir File) (string, error) { return n.ns.Path(dir.(*openFile).Place) }

// openFile is an open file. Access modes are not checked: they are the kernel's.
type openFile struct{ vfs.Place }

func (f *openFile) file() (vfs.File, error) {
	if n, ok := f.Node().(vfs.File); ok {
		return n, nil
	}
	return nil, errno.EISDIR
}

func (f *openFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.file()
	if err != nil {
		return 0, err
	}
	return n.ReadAt(p, off)
}

func (f *openFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.file()
	if err != nil {
		return 0, err
	}
	return n.WriteAt(p, off)
}

func (f *openFile) Append(p []byte) error {
	n, err := f.file()
	if err != nil {
		return err
	}
	_, err = n.Append(p)
	return err
}

func (f *openFile) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	d, err := f.Dir()
	if err != nil {
		return err
	}
	return d.ReadDir(cookie, yield)
}

func (f *openFile) Close() error {
	if h, ok := f.Node().(vfs.Holder); ok {
		h.Release()
	}
	return nil
}
