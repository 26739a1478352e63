package localfs

import (
	"context"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// Info describes a file or folder.
type Info struct {
	Dir   bool
	Size  uint64
	Mtime int64 // in nanoseconds since 1970, 0 if it is not known
}

// Entry is an entry of a folder.
type Entry struct {
	Name string
	Dir  bool
}

// Host performs operations on the folder. Paths have slashes between names and none
// at either end; the folder itself is "". Every method waits, and ends soon after ctx is
// done. Errors are, or wrap, an [errno.Errno].
type Host interface {
	Stat(ctx context.Context, path string) (Info, error)
	List(ctx context.Context, path string) ([]Entry, error)
	// Create makes an empty file, Mkdir a folder; what is there stays as it is.
	Create(ctx context.Context, path string) error
	Mkdir(ctx context.Context, path string) error
	// Remove removes a file or an empty folder: ENOTEMPTY.
	Remove(ctx context.Context, path string) error
	// Move renames a file, and replaces a file that is there.
	Move(ctx context.Context, from, to string) error
	// Read reads into p from off; fewer bytes come at the end only.
	Read(ctx context.Context, path string, p []byte, off int64) (int, error)
	Write(ctx context.Context, path string, p []byte, off int64) error
	Truncate(ctx context.Context, path string, size int64) error
	// Sync has what was written last. It fails if something that was written since the
	// last failure that was told is not in the file, as Write and Truncate do.
	Sync(ctx context.Context, path string) error
	// Close has what was written to the file last, in its own time.
	Close(path string)
	// End lets go of the folder.
	End()
}

// FS is the folder. It is a [vfs.FS] and [vfs.Waiter].
type FS struct {
	host Host
	dev  uint64
	top  *node

	// mu guards where nodes are and what is remembered of them. It is held for moments
	// only.
	mu  sync.Mutex
	ino uint64
	// change is held by who changes names: a channel, so that waiting for it ends.
	change chan struct{}
}

// New is the file system of host's folder.
func New(host Host) *FS {
	f := &FS{host: host, dev: vfs.NewDev(), change: make(chan struct{}, 1)}
	f.top = f.newNode(nil, "", true)
	f.top.parent = f.top
	return f
}

// Root is the top directory.
func (f *FS) Root() vfs.Dir { return f.top.self.(*dir) }

// Type is "local".
func (f *FS) Type() string { return "local" }

// MayWait is true.
func (f *FS) MayWait() bool { return true }

// Close lets go of the folder.
func (f *FS) Close() error {
	f.host.End()
	return nil
}

func (f *FS) lock(ctx context.Context) error {
	select {
	case f.change <- struct{}{}:
		return nil
	case <-done(ctx):
		return ctx.Err()
	}
}

func (f *FS) unlock() { <-f.change }

func done(ctx context.Context) <-chan struct{} {
	if ctx == nil {
		return nil
	}
	return ctx.Done()
}

// node is a file or folder that somebody has seen. It stands for what is at its
// place on the disk; when that is of the other type, another node takes its stead.
type node struct {
	fs    *FS
	ino   uint64
	isDir bool
	self  vfs.Node // the *dir or *file that the tree knows

	// The file system's lock guards the rest.
	parent   *node
	name     string
	removed  bool
	children map[string]*node
	cookies  map[string]uint64
	last     uint64
	mode     uint32
	mtime    int64 // that was set, 0 if none was
}

func (f *FS) newNode(parent *node, name string, isDir bool) *node {
	f.ino++
	n := &node{fs: f, ino: f.ino, isDir: isDir, parent: parent, name: name, mode: 0o644}
	if isDir {
		n.mode, n.children, n.cookies = 0o755, map[string]*node{}, map[string]uint64{}
		n.self = &dir{node: n}
	} else {
		n.self = &file{node: n}
	}
	return n
}

// Permissions are the permission bits; see [vfs.Guarded].
func (n *node) Permissions() uint32 {
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	return n.mode
}

// path is where the node is: ENOENT if it has been removed.
func (n *node) path() (string, error) {
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	path := ""
	for ; n.parent != n; n = n.parent {
		if n.removed {
			return "", errno.ENOENT
		}
		if path != "" {
			path = "/" + path
		}
		path = n.name + path
	}
	return path, nil
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "/" + name
}

func (n *node) stat(ctx context.Context) (sys.Stat, error) {
	path, err := n.path()
	if err != nil {
		return sys.Stat{}, err
	}
	info, err := n.fs.host.Stat(ctx, path)
	if err != nil {
		return sys.Stat{}, err
	}
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	st := sys.Stat{Dev: n.fs.dev, Ino: n.ino, Type: sys.TypeRegular, Mode: n.mode, Nlink: 1, Size: info.Size, Mtime: info.Mtime}
	if n.isDir {
		st.Type = sys.TypeDirectory
	}
	if n.mtime != 0 {
		st.Mtime = n.mtime
	}
	st.Atime, st.Ctime = st.Mtime, st.Mtime
	return st, nil
}

// setAttr remembers a mode and a time, and sets the size.
func (n *node) setAttr(ctx context.Context, a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 {
		if a.Size > vfs.MaxFileSize {
			return errno.EFBIG
		}
		path, err := n.path()
		if err == nil {
			err = n.fs.host.Truncate(ctx, path, int64(a.Size))
		}
		if err != nil {
			return err
		}
	}
	n.fs.mu.Lock()
	defer n.fs.mu.Unlock()
	if a.Set&sys.AttrMode != 0 {
		n.mode = a.Mode & 0o7777
	}
	switch {
	case a.Set&sys.AttrMtime != 0:
		n.mtime = a.Mtime
	case a.Set&(sys.AttrMtimeNow|sys.AttrSize) != 0:
		n.mtime = 0
	}
	return nil
}
