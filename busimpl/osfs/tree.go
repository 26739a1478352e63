package osfs

import (
	"context"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// tree is a mounted file system. Nothing of a file is kept here but which nodes there are,
// so that the same file is the same node, whatever its name becomes.
type tree struct {
	c   *client
	dev uint64

	// mu guards all inodes. It is not held during a call.
	mu  sync.Mutex
	ino uint64
	top *inode
	// losing are the names that are about to be another file's, or nobody's; the channel
	// is closed when they are.
	losing map[place]chan struct{}
}

// place is a name in a directory.
type place struct {
	dir  *inode
	name string
}

// lose says that a name is about to be another file's, until done is called. It waits for
// who does the same.
func (t *tree) lose(ctx context.Context, p place) (done func(), err error) {
	for {
		t.mu.Lock()
		before := t.losing[p]
		if before == nil {
			mine := make(chan struct{})
			t.losing[p] = mine
			t.mu.Unlock()
			return func() {
				t.mu.Lock()
				delete(t.losing, p)
				t.mu.Unlock()
				close(mine)
			}, nil
		}
		t.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// inode is a node that somebody has seen.
type inode struct {
	t      *tree
	ino    uint64
	typ    sys.FileType
	up     *inode // nil for the top
	name   string
	gone   bool // no directory names it
	last   sys.Stat
	kids   map[string]*inode
	places map[string]uint64 // the cookies of a directory's entries
	lastAt uint64            // the last cookie

	holds int // open file descriptions, and operations on the handle under way
	file  handle
}

func newTree(c *client) *tree {
	t := &tree{c: c, dev: vfs.NewDev(), ino: 1, losing: map[place]chan struct{}{}}
	t.top = &inode{t: t, ino: 1, typ: sys.TypeDirectory, last: sys.Stat{Type: sys.TypeDirectory, Mode: 0o755}}
	return t
}

// Root implements [vfs.FS].
func (t *tree) Root() vfs.Dir { return dir{view{t.top, nil}} }

// Type implements [vfs.FS].
func (t *tree) Type() string { return t.c.typ }

// MayWait implements [vfs.Waiter].
func (t *tree) MayWait() bool { return true }

// Close gives the session back.
func (t *tree) Close() error {
	t.c.conn.Close(nil)
	return nil
}

// path is where the inode is. The lock is held.
func (i *inode) path() (string, error) {
	path := ""
	for at := i; at.up != nil; at = at.up {
		if at.gone {
			return "", errno.ENOENT
		}
		path = "/" + at.name + path
	}
	if path == "" {
		path = "/"
	}
	return path, nil
}

// where is path, and that of the entry name of it, which may be empty.
func (i *inode) where(name string) (string, error) {
	i.t.mu.Lock()
	defer i.t.mu.Unlock()
	path, err := i.path()
	switch {
	case err != nil || name == "":
	case path == "/":
		path += name
	default:
		path += "/" + name
	}
	if len(path) > vfs.MaxPath {
		return "", errno.ENAMETOOLONG
	}
	return path, err
}

// settled is kid, unless the name is about to be another file's: then it is nil, and the
// channel tells when it is.
func (i *inode) settled(name string, typ sys.FileType) (*inode, <-chan struct{}) {
	t := i.t
	t.mu.Lock()
	defer t.mu.Unlock()
	if wait := t.losing[place{i, name}]; wait != nil && i.kids[name] == nil {
		return nil, wait
	}
	return i.known(name, typ), nil
}

// kid finds or makes the inode of an entry.
func (i *inode) kid(name string, typ sys.FileType) *inode {
	i.t.mu.Lock()
	defer i.t.mu.Unlock()
	return i.known(name, typ)
}

// known is kid with the lock held.
func (i *inode) known(name string, typ sys.FileType) *inode {
	t := i.t
	if k := i.kids[name]; k != nil {
		if k.typ == typ {
			return k
		}
		k.gone = true // the module has put another thing there
	}
	t.ino++
	k := &inode{t: t, ino: t.ino, typ: typ, up: i, name: name, gone: i.gone}
	if i.kids == nil {
		i.kids = map[string]*inode{}
	}
	i.kids[name] = k
	return k
}

// forget notes that the entry name is no more.
func (i *inode) forget(name string) {
	i.t.mu.Lock()
	defer i.t.mu.Unlock()
	if k := i.kids[name]; k != nil {
		k.gone = true
		delete(i.kids, name)
	}
}

// move notes that the entry name has become newName of to.
func (i *inode) move(name string, to *inode, newName string) {
	i.t.mu.Lock()
	defer i.t.mu.Unlock()
	if old := to.kids[newName]; old != nil {
		old.gone = true
		delete(to.kids, newName)
	}
	if k := i.kids[name]; k != nil {
		delete(i.kids, name)
		k.up, k.name = to, newName
		if to.kids == nil {
			to.kids = map[string]*inode{}
		}
		to.kids[newName] = k
	}
}

// background is ctx, or one that has no end: calls have one of their own.
func background(ctx context.Context) context.Context {
	if ctx == nil {
		return context.Background()
	}
	return ctx
}

// do makes calls of the module along the session. An error is one of the kernel's.
func (i *inode) do(ctx context.Context, fn func(ctx context.Context, s server) error) error {
	ctx = background(ctx)
	s, err := i.t.c.session(ctx)
	if err == nil {
		err = fn(ctx, s)
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return number(err)
}

// at is do with the path of the inode, or of the entry name of it.
func (i *inode) at(ctx context.Context, name string, fn func(ctx context.Context, s server, path string) error) error {
	return i.do(ctx, func(ctx context.Context, s server) error {
		path, err := i.where(name)
		if err != nil {
			return err
		}
		return fn(ctx, s, path)
	})
}

// stat describes the inode. One without a name is described by its open file, or else as
// it was last.
func (i *inode) stat(ctx context.Context) (st sys.Stat, err error) {
	i.t.mu.Lock()
	gone, file := i.gone, i.file
	st = i.last
	i.t.mu.Unlock()
	switch {
	case gone && file != nil:
		if st, err = file.stat(background(ctx)); err != nil {
			return st, number(err)
		}
		st.Nlink = 0
	case gone:
		st.Nlink = 0
	default:
		err := i.at(ctx, "", func(ctx context.Context, s server, path string) (err error) {
			st, err = s.stat(ctx, path)
			return err
		})
		if err != nil {
			return sys.Stat{}, err
		}
		if st.Type != i.typ {
			return sys.Stat{}, errno.EIO // another thing than what was found there
		}
	}
	st.Dev, st.Ino, st.Type = i.t.dev, i.ino, i.typ
	i.t.mu.Lock()
	i.last = st
	i.t.mu.Unlock()
	return st, nil
}

// setAttr changes attributes: the size by an open file, the others by name.
func (i *inode) setAttr(ctx context.Context, a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 {
		if i.typ != sys.TypeRegular {
			return errno.EINVAL
		}
		if a.Size > maxSize {
			return errno.EFBIG
		}
		if err := i.use(ctx, func(ctx context.Context, h handle) error { return h.truncate(ctx, a.Size) }); err != nil {
			return err
		}
	}
	now := nowNanos()
	for _, n := range []struct{ now, set sys.AttrSet }{{sys.AttrAtimeNow, sys.AttrAtime}, {sys.AttrMtimeNow, sys.AttrMtime}} {
		if a.Set&n.now != 0 {
			a.Set |= n.set
			if n.set == sys.AttrAtime {
				a.Atime = now
			} else {
				a.Mtime = now
			}
		}
	}
	if a.Set &= sys.AttrMode | sys.AttrAtime | sys.AttrMtime; a.Set == 0 {
		return nil
	}
	i.t.mu.Lock()
	h := i.file
	gone := i.gone
	i.t.mu.Unlock()
	if gone && h != nil {
		return number(h.setAttr(background(ctx), a))
	}
	return i.at(ctx, "", func(ctx context.Context, s server, path string) error { return s.setAttr(ctx, path, a) })
}
