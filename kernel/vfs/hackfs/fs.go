package hackfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// FS is a directory of a namespace. Its names are those of io/fs: no leading
// slash, no "..". A link that leads out of the directory fails with
// ENOTCAPABLE. It may be used by several goroutines at once.
type FS struct {
	ns  *vfs.Namespace
	dir vfs.Place
}

// New is the directory root, an absolute path, of ns.
func New(ns *vfs.Namespace, root string) (*FS, error) {
	dir, err := ns.WalkDir(vfs.At{}, root)
	if err != nil {
		return nil, err
	}
	return &FS{ns, dir}, nil
}

// at is where the look-up of name begins.
func (f *FS) at(flags sys.AtFlag) vfs.At {
	return vfs.At{Dir: f.dir, Flags: flags | sys.AtBeneath}
}

// do calls what for a name that is valid, and makes its error a *fs.PathError.
func do(op, name string, what func() error) error {
	if !fs.ValidPath(name) {
		return pathError(op, name, errno.EINVAL)
	}
	return pathError(op, name, what())
}

// Open opens name to read.
func (f *FS) Open(name string) (fs.File, error) { return f.OpenFile(name, os.O_RDONLY, 0) }

// openBits are the flags of os.OpenFile besides the access mode.
var openBits = map[int]sys.OpenFlag{
	os.O_APPEND: sys.OAppend, os.O_CREATE: sys.OCreate, os.O_EXCL: sys.OExcl, os.O_TRUNC: sys.OTrunc,
}

// OpenFile opens name as os.OpenFile does.
func (f *FS) OpenFile(name string, flag int, perm fs.FileMode) (fs.File, error) {
	flags := sys.ORead
	switch {
	case flag&os.O_WRONLY != 0:
		flags = sys.OWrite
	case flag&os.O_RDWR != 0:
		flags = sys.ORead | sys.OWrite
	}
	for bit, o := range openBits {
		if flag&bit != 0 {
			flags |= o
		}
	}
	var file *File
	err := do("open", name, func() error {
		p, _, err := f.ns.OpenNode(f.at(0), name, flags, posixMode(perm))
		if err == nil {
			file = newFile(f, name, p, flags)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return file, nil
}

// Create is os.Create.
func (f *FS) Create(name string) (fs.File, error) {
	return f.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
}

// Mkdir makes a directory.
func (f *FS) Mkdir(name string, perm fs.FileMode) error {
	return do("mkdir", name, func() error { return f.ns.Mkdir(f.at(0), name, posixMode(perm)) })
}

// MkdirAll makes a directory and those above it that are missing. Its error
// names the one that could not be made.
func (f *FS) MkdirAll(name string, perm fs.FileMode) error {
	for i := range len(name) + 1 {
		if i < len(name) && name[i] != '/' {
			continue
		}
		err := do("mkdir", name[:i], func() error {
			err := f.ns.Mkdir(f.at(0), name[:i], posixMode(perm))
			if errno.Of(err) == errno.EEXIST {
				_, err = f.ns.WalkDir(f.at(0), name[:i])
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Remove removes a file or an empty directory.
func (f *FS) Remove(name string) error {
	return do("remove", name, func() error {
		err := f.ns.Unlink(f.at(0), name)
		if errno.Of(err) == errno.EISDIR {
			err = f.ns.Rmdir(f.at(0), name)
		}
		return err
	})
}

// Rename renames; its error is an *os.LinkError.
func (f *FS) Rename(old, name string) error {
	err := error(errno.EINVAL)
	if fs.ValidPath(old) && fs.ValidPath(name) {
		err = f.ns.Rename(f.at(0), old, f.at(0), name)
	}
	if err != nil {
		return &os.LinkError{Op: "rename", Old: old, New: name, Err: hostErr(err)}
	}
	return nil
}

// Symlink makes name a link to target; its error is an *os.LinkError.
func (f *FS) Symlink(target, name string) error {
	err := error(errno.EINVAL)
	if fs.ValidPath(name) {
		err = f.ns.Symlink(f.at(0), name, target)
	}
	if err != nil {
		return &os.LinkError{Op: "symlink", Old: target, New: name, Err: hostErr(err)}
	}
	return nil
}

// ReadLink is the target of a link.
func (f *FS) ReadLink(name string) (target string, err error) {
	err = do("readlink", name, func() error {
		target, err = f.ns.Readlink(f.at(0), name)
		return err
	})
	return target, err
}

// Stat describes what name leads to.
func (f *FS) Stat(name string) (fs.FileInfo, error) { return f.stat("stat", name, 0) }

// Lstat describes name, a link itself.
func (f *FS) Lstat(name string) (fs.FileInfo, error) { return f.stat("lstat", name, sys.AtNoFollow) }

func (f *FS) stat(op, name string, flags sys.AtFlag) (fs.FileInfo, error) {
	var st sys.Stat
	err := do(op, name, func() (err error) {
		st, err = f.ns.Stat(f.at(flags), name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return info{path.Base(name), st}, nil
}

// Chmod sets the permission bits.
func (f *FS) Chmod(name string, mode fs.FileMode) error {
	return do("chmod", name, func() error {
		return f.ns.SetAttr(f.at(0), name, sys.SetAttr{Set: sys.AttrMode, Mode: posixMode(mode)})
	})
}

// Chtimes sets the times.
func (f *FS) Chtimes(name string, atime, mtime time.Time) error {
	return do("chtimes", name, func() error { return f.ns.SetAttr(f.at(0), name, attrOfTimes(atime, mtime)) })
}

func attrOfTimes(atime, mtime time.Time) sys.SetAttr {
	return sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: atime.UnixNano(), Mtime: mtime.UnixNano()}
}

// ReadFile is the whole of a file.
func (f *FS) ReadFile(name string) ([]byte, error) {
	file, err := f.Open(name)
	if err != nil {
		return nil, err
	}
	text, err := file.(*File).readAll()
	return text, errors.Join(err, file.Close())
}
