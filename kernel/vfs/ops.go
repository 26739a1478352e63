package vfs

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// permBits are the bits of a mode that a caller can set.
const permBits = 0o7777

// Stat describes what path names, with sys.AtNoFollow a link itself.
func (ns *Namespace) Stat(at At, path string) (sys.Stat, error) {
	p, err := ns.Walk(at, path)
	if err != nil {
		return sys.Stat{}, err
	}
	return p.For(at.Context).Stat()
}

// SetAttr changes the attributes of what path names, with sys.AtNoFollow of a
// link itself. Errors beyond those of Walk are those of [Place.SetAttr], and EACCES
// for the size of a file that may not be written.
func (ns *Namespace) SetAttr(at At, path string, a sys.SetAttr) error {
	p, err := ns.Walk(at, path)
	if err != nil {
		return err
	}
	if _, ok := p.node.(File); ok && a.Set&sys.AttrSize != 0 && !p.ReadOnly() {
		if err := may(p.node, mayWrite); err != nil {
			return err
		}
	}
	return p.For(at.Context).SetAttr(a)
}

// Readlink is the target of the link that path names: EINVAL if it is no link.
// Flags count but for sys.AtNoFollow, which goes without saying.
func (ns *Namespace) Readlink(at At, path string) (string, error) {
	at.Flags |= sys.AtNoFollow
	p, err := ns.Walk(at, path)
	if err != nil {
		return "", err
	}
	l, ok := p.node.(Link)
	if !ok {
		return "", errno.EINVAL
	}
	return readlink(WithContext(at.Context, l), at.Caller)
}

// Mkdir makes the empty directory path with permission bits mode.
//
// # Errors
//
// EEXIST if there is anything, also a link that leads nowhere; EROFS; EACCES if the
// directory may not be written; and those of Walk for the way to it.
func (ns *Namespace) Mkdir(at At, path string, mode uint32) error {
	e, d, err := ns.toMake(at, path, true)
	if err != nil {
		return err
	}
	_, err = d.Mkdir(e.Name, mode&permBits)
	return err
}

// Symlink makes path a symbolic link with the given target, which need not be
// there. ENOENT for an empty target, ENAMETOOLONG, EINVAL and EILSEQ for one
// that is no path; else errors are those of Mkdir, and ENOENT for a path with a
// slash at its end.
func (ns *Namespace) Symlink(at At, path, target string) error {
	if err := checkPath(target); err != nil {
		return err
	}
	e, d, err := ns.toMake(at, path, false)
	if err != nil {
		return err
	}
	_, err = d.Symlink(e.Name, target)
	return err
}

// toMake finds the directory and the name for something new. The order of the
// verdicts is Linux's: what is in the way, a slash after what is to be no
// directory, a read-only mount.
func (ns *Namespace) toMake(at At, path string, dir bool) (Entry, MutableDir, error) {
	e, err := ns.WalkParent(at, path)
	switch {
	case err != nil:
		return e, nil, err
	case e.special() || !e.Place.IsZero():
		return e, nil, errno.EEXIST
	case e.Slash && !dir:
		return e, nil, errno.ENOENT
	}
	d, err := e.Dir.For(at.Context).mutable()
	if err == nil {
		err = e.Dir.mayChange()
	}
	return e, d, err
}

// Unlink removes the name path of anything but a directory.
//
// # Errors
//
// EISDIR for a directory, ENOTDIR for another thing with a slash behind it, EROFS,
// EACCES; and those of Walk.
func (ns *Namespace) Unlink(at At, path string) error {
	e, err := ns.WalkParent(at, path)
	switch {
	case err != nil:
		return err
	case e.special():
		return errno.EISDIR
	}
	d, err := e.Dir.For(at.Context).mutable()
	switch {
	case err != nil:
		return err
	case e.Place.IsZero():
		return errno.ENOENT
	case !e.Place.IsDir() && e.Slash:
		return errno.ENOTDIR
	}
	if err := e.Dir.mayChange(); err != nil {
		return err
	}
	if e.Place.IsDir() {
		return errno.EISDIR
	}
	return d.Unlink(e.Name)
}

// Rmdir removes the empty directory path.
//
// # Errors
//
// ENOTDIR, ENOTEMPTY, EINVAL for a path that ends in ".", ENOTEMPTY for
// "..", EBUSY for the root and for a mount point, EROFS, EACCES; and those of Walk.
func (ns *Namespace) Rmdir(at At, path string) error {
	e, err := ns.WalkParent(at, path)
	if err != nil {
		return err
	}
	switch e.Name {
	case "":
		return errno.EBUSY
	case ".":
		return errno.EINVAL
	case "..":
		return errno.ENOTEMPTY
	}
	d, err := e.Dir.For(at.Context).mutable()
	switch {
	case err != nil:
		return err
	case e.Place.IsZero():
		return errno.ENOENT
	}
	if err := e.Dir.mayChange(); err != nil {
		return err
	}
	switch {
	case !e.Place.IsDir():
		return errno.ENOTDIR
	case e.Mounted:
		return errno.EBUSY
	}
	return d.Rmdir(e.Name)
}

// Link gives the file path the further name newPath. A link in the last place
// is followed unless fromAt has sys.AtNoFollow.
//
// # Errors
//
// EEXIST, EXDEV across mounts, EPERM for a directory, ENOENT for a newPath with
// a slash at its end, EROFS, EACCES; and those of Walk for both.
func (ns *Namespace) Link(fromAt At, path string, toAt At, newPath string) error {
	from, err := ns.Walk(fromAt, path)
	if err != nil {
		return err
	}
	e, d, err := ns.toMake(toAt, newPath, false)
	switch {
	case err != nil:
		return err
	case e.Dir.mnt != from.mnt:
		return errno.EXDEV
	case from.IsDir():
		return errno.EPERM
	}
	return d.Link(e.Name, from.node)
}

// Rename gives the entry path the name newPath, and what had that name is
// gone, in one step. Links in the last place are not followed.
//
// # Errors
//
// EXDEV across mounts; EBUSY if either is a mount point or ends in ".", ".." or
// no name; EROFS; EACCES; ENOENT; ENOTDIR if path is no directory and either has a
// slash at its end, or newPath is none and path is one; EISDIR if only newPath
// is one; EINVAL for a directory to be moved into itself; ENOTEMPTY; and those
// of Walk for both.
func (ns *Namespace) Rename(fromAt At, path string, toAt At, newPath string) error {
	from, err := ns.WalkParent(fromAt, path)
	if err != nil {
		return err
	}
	to, err := ns.WalkParent(toAt, newPath)
	switch {
	case err != nil:
		return err
	case from.Dir.mnt != to.Dir.mnt:
		if from.special() || to.special() || from.Mounted || to.Mounted {
			return errno.EBUSY
		}
		return errno.EXDEV
	case from.special() || to.special():
		return errno.EBUSY
	}
	d, err := from.Dir.For(fromAt.Context).mutable()
	switch {
	case err != nil:
		return err
	case from.Place.IsZero():
		return errno.ENOENT
	case !from.Place.IsDir() && (from.Slash || to.Slash):
		return errno.ENOTDIR
	case from.Mounted || to.Mounted:
		return errno.EBUSY
	}
	into, err := to.Dir.Dir()
	if err == nil {
		err = mayMove(&from, &to)
	}
	if err != nil {
		return err
	}
	return d.Rename(from.Name, into, to.Name)
}

// mayMove is EACCES if an entry may not be moved: from its directory, to the other,
// or because it is a directory whose ".." would have to be changed.
func mayMove(from, to *Entry) error {
	err := from.Dir.mayChange()
	if err == nil {
		err = to.Dir.mayChange()
	}
	if err == nil && from.Place.IsDir() && !from.Dir.Same(to.Dir) {
		err = may(from.Place.node, mayWrite)
	}
	return err
}
