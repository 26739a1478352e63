package vfs

import (
	"context"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// OpenNode finds or makes what an open(2) of path gets, with flags' OAccess,
// OCreate, OExcl, OTrunc and ODirectory done; the rest is the open file
// description's. mode is a new file's permission bits, the umask already taken
// off. created says that the file is new. A [Snapshotter] that is opened to be
// read is replaced by its snapshot; a [Device] is returned as it is.
//
// # Errors
//
// EEXIST (OCreate with OExcl, and anything is there, also a link); EISDIR (a
// directory with OWrite, OTrunc or OCreate, or OCreate with a slash at path's
// end); ENOTDIR (no directory, but ODirectory or a slash asks for one); EINVAL
// (OCreate with ODirectory); ELOOP (a link in the last place with
// sys.AtNoFollow, unless flags has no access mode); EACCES (see [Guarded]; a file
// that is made is open whatever its own mode); EROFS; ENOSPC; and those of Walk.
func (ns *Namespace) OpenNode(at At, path string, flags sys.OpenFlag, mode uint32) (p Place, created bool, err error) {
	if flags&(sys.OCreate|sys.ODirectory) == sys.OCreate|sys.ODirectory {
		return Place{}, false, errno.EINVAL
	}
	if flags&sys.OCreate != 0 {
		p, created, err = ns.create(at, path, flags, mode)
	} else {
		p, err = ns.Walk(at, path)
	}
	if err != nil || created {
		return p, created, err
	}
	p, err = p.open(at.Context, flags)
	return p, false, err
}

// open does what opening the existing p with flags does to it.
func (p Place) open(ctx context.Context, flags sys.OpenFlag) (Place, error) {
	writes := flags&(sys.OWrite|sys.OTrunc) != 0
	switch n := p.node.(type) {
	case Dir:
		if writes || flags&sys.OCreate != 0 {
			return Place{}, errno.EISDIR
		}
		return p, may(n, needed(flags))
	case Link:
		if flags&sys.ODirectory != 0 {
			return Place{}, errno.ENOTDIR
		}
		if writes || flags&sys.OAccess != 0 {
			return Place{}, errno.ELOOP
		}
		return p, nil
	case Device:
		if flags&sys.ODirectory != 0 {
			return Place{}, errno.ENOTDIR
		}
		return p, nil
	case File:
		if flags&sys.ODirectory != 0 {
			return Place{}, errno.ENOTDIR
		}
		if writes && p.ReadOnly() {
			return Place{}, errno.EROFS
		}
		if err := may(n, needed(flags)); err != nil {
			return Place{}, err
		}
		if flags&sys.OTrunc != 0 {
			return p, WithContext(ctx, n).SetAttr(sys.SetAttr{Set: sys.AttrSize})
		}
		if s, ok := n.(Snapshotter); ok && flags&sys.ORead != 0 {
			shot, err := s.Snapshot()
			if err != nil {
				return Place{}, err
			}
			p.node = shot
		}
		return p, nil
	}
	return Place{}, errno.ENXIO
}

// needed are the permission bits that opening something with flags takes.
func needed(flags sys.OpenFlag) (bits uint32) {
	if flags&sys.ORead != 0 {
		bits |= mayRead
	}
	if flags&(sys.OWrite|sys.OTrunc) != 0 {
		bits |= mayWrite
	}
	return bits
}

// create finds path or makes it a file. A link in the last place is followed
// to where the file is to be, unless it may not be followed or OExcl wants
// the name itself.
func (ns *Namespace) create(at At, path string, flags sys.OpenFlag, mode uint32) (Place, bool, error) {
	w, err := ns.begin(at, path)
	if err != nil {
		return Place{}, false, err
	}
	for {
		name, slash, err := w.parent(path)
		if err != nil {
			return Place{}, false, err
		}
		e := Entry{Name: name}
		if slash && !e.special() {
			return Place{}, false, errno.EISDIR
		}
		p, target, err := w.createAt(name, at.Flags, flags, mode)
		if err != nil {
			return Place{}, false, err
		}
		if target == "" {
			return p.Place, p.created, nil
		}
		path = target
	}
}

// creation is a place and whether it was made.
type creation struct {
	Place
	created bool
}

// createAt is create for the entry name of cur; or it returns the target of the
// link that is there.
func (w *walk) createAt(name string, how sys.AtFlag, flags sys.OpenFlag, mode uint32) (c creation, target string, err error) {
	// What is there can change between looking and making; then it is looked at
	// again.
	for {
		e, err := w.entryAt(name, false)
		if err != nil {
			return c, "", err
		}
		if !e.Place.IsZero() {
			if flags&sys.OExcl != 0 {
				return c, "", errno.EEXIST
			}
			link, ok := e.Place.node.(Link)
			if !ok || how&sys.AtNoFollow != 0 {
				return creation{Place: e.Place}, "", nil
			}
			if magic, ok := link.(MagicLink); ok {
				e.Place.node = magic.Follow()
				return creation{Place: e.Place}, "", nil
			}
			target, err := w.readlink(link)
			return c, target, err
		}
		d, err := e.Dir.For(w.ctx).mutable()
		if err == nil {
			err = e.Dir.mayChange()
		}
		if err != nil {
			return c, "", err
		}
		f, err := createIn(d, name, mode&permBits, w.promised)
		if err == nil {
			up := e.Dir
			return creation{Place{node: f, mnt: up.mnt, up: &up, name: name}, true}, "", nil
		}
		if flags&sys.OExcl != 0 || errno.Of(err) != errno.EEXIST {
			return c, "", err
		}
	}
}
