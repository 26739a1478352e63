package sys

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Stat describes the file path; a link is followed.
func (f *Files) Stat(path string) (Stat, error) { return f.StatAt(AtCwd, path, 0) }

// Lstat describes the file path; a link in the last place is not followed.
func (f *Files) Lstat(path string) (Stat, error) { return f.StatAt(AtCwd, path, AtNoFollow) }

// StatAt describes path below the directory dirfd.
func (f *Files) StatAt(dirfd uint64, path string, at AtFlag) (Stat, error) {
	op := "stat"
	if at&AtNoFollow != 0 {
		op = "lstat"
	}
	rep, err := f.pathCall(op, &Request{Op: OpStat, Path: path, Args: [6]uint64{dirfd, 0, 0, uint64(at)}})
	if err != nil {
		return Stat{}, err
	}
	return DecodeStat(rep.Data)
}

// Fstat describes the file that fd is open on.
func (f *Files) Fstat(fd int) (Stat, error) {
	rep, err := f.call(&Request{Op: OpFStat, Args: [6]uint64{num(fd)}})
	if err != nil {
		return Stat{}, err
	}
	return DecodeStat(rep.Data)
}

// readDirBytes is how many bytes of entries one call asks for.
const readDirBytes = 32 << 10

// ReadDir lists the directory path in name order, without "." and "..".
func (f *Files) ReadDir(path string) ([]DirEntry, error) {
	fd, err := f.Open(path, ORead|ODirectory|OCloexec, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close(fd)
	list, err := f.ReadDirFD(fd)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: path, Err: errno.Of(err)}
	}
	return list, nil
}

// compareMost is how many names are compared between two system calls.
const compareMost = 2048

// ReadDirFD lists the open directory fd from its start, in name order, without
// "." and "..".
func (f *Files) ReadDirFD(fd int) ([]DirEntry, error) {
	var list []DirEntry
	for cookie := uint64(0); ; {
		rep, err := f.call(&Request{Op: OpReadDir, Args: [6]uint64{num(fd), cookie, readDirBytes}})
		if err != nil {
			return nil, err
		}
		if len(rep.Data) == 0 {
			break
		}
		for b := rep.Data; len(b) > 0; {
			var e DirEntry
			if e, b, err = DecodeDirEntry(b); err != nil {
				return nil, err
			}
			cookie = e.Cookie
			if e.Name != "." && e.Name != ".." {
				list = append(list, e)
			}
		}
	}
	compared := 0
	slices.SortFunc(list, func(a, b DirEntry) int {
		if compared++; compared%compareMost == 0 {
			f.GetPID() // where a program in the kernel lets others run
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list, nil
}

// Mkdir makes the directory path.
func (f *Files) Mkdir(path string, mode uint32) error {
	_, err := f.pathCall("mkdir", &Request{Op: OpMkdir, Path: path, Args: [6]uint64{AtCwd, 0, uint64(mode)}})
	return err
}

// MkdirAll makes the directory path and those above it that are missing.
func (f *Files) MkdirAll(path string, mode uint32) error {
	if st, err := f.Stat(path); err == nil {
		if st.Type != TypeDirectory {
			return &fs.PathError{Op: "mkdir", Path: path, Err: errno.ENOTDIR}
		}
		return nil
	}
	trimmed := strings.TrimRight(path, "/")
	if i := strings.LastIndexByte(trimmed, '/'); i > 0 {
		if err := f.MkdirAll(trimmed[:i], mode); err != nil {
			return err
		}
	}
	err := f.Mkdir(path, mode)
	if errors.Is(err, errno.EEXIST) {
		// Somebody else was faster.
		if st, e := f.Stat(path); e == nil && st.Type == TypeDirectory {
			return nil
		}
	}
	return err
}

// Rmdir removes the empty directory path.
func (f *Files) Rmdir(path string) error { return f.RmdirAt(AtCwd, path) }

// RmdirAt is Rmdir for a path below the directory dirfd, or [AtCwd].
func (f *Files) RmdirAt(dirfd uint64, path string) error {
	_, err := f.pathCall("rmdir", &Request{Op: OpRmdir, Path: path, Args: [6]uint64{dirfd}})
	return err
}

// Unlink removes the name path of anything but a directory.
func (f *Files) Unlink(path string) error { return f.UnlinkAt(AtCwd, path) }

// UnlinkAt is Unlink for a path below the directory dirfd, or [AtCwd].
func (f *Files) UnlinkAt(dirfd uint64, path string) error {
	_, err := f.pathCall("unlink", &Request{Op: OpUnlink, Path: path, Args: [6]uint64{dirfd}})
	return err
}

// deepPath is the length from which on names are looked up from an open directory: no
// path has room for all of a tree, however deep.
const deepPath = 2048

// A Reach is where somebody who goes down a tree finds a file: at Path, looked up from
// the directory FD or [AtCwd].
type Reach struct {
	FD   uint64
	Path string
}

// Below is the entry name of a directory that [Files.Enter] returned.
func (r Reach) Below(name string) Reach { return Reach{r.FD, r.Path + name} }

// Enter lists the directory at, and says by dir how what is in it is reached, however
// deep that is. The caller calls leave when it is done with all of it, also after an
// error. It follows a link as flags say.
func (f *Files) Enter(at Reach, flags AtFlag) (dir Reach, list []DirEntry, leave func(), err error) {
	leave = func() {}
	fd, err := f.OpenAt(at.FD, at.Path, ORead|ODirectory|OCloexec, 0, flags)
	if err != nil {
		return at, nil, leave, err
	}
	list, err = f.ReadDirFD(fd)
	if len(at.Path) > deepPath {
		return Reach{FD: num(fd)}, list, func() { f.Close(fd) }, err
	}
	f.Close(fd)
	return Reach{at.FD, strings.TrimRight(at.Path, "/") + "/"}, list, leave, err
}

// RemoveAll removes path and all below it; that it is not there is no error. Links
// are removed, never followed. It goes on after an error and returns the first.
func (f *Files) RemoveAll(path string) error { return f.removeAll(Reach{AtCwd, path}) }

func (f *Files) removeAll(at Reach) error {
	err := f.UnlinkAt(at.FD, at.Path)
	if err == nil || errors.Is(err, errno.ENOENT) {
		return nil
	}
	if !errors.Is(err, errno.EISDIR) && !errors.Is(err, errno.EPERM) {
		return err
	}
	if st, e := f.StatAt(at.FD, at.Path, AtNoFollow); e != nil || st.Type != TypeDirectory {
		return err
	}
	dir, list, leave, first := f.Enter(at, AtNoFollow)
	for _, e := range list {
		if err := f.removeAll(dir.Below(e.Name)); err != nil && first == nil {
			first = err
		}
	}
	leave()
	if err := f.RmdirAt(at.FD, at.Path); err != nil && !errors.Is(err, errno.ENOENT) && first == nil {
		first = err
	}
	return first
}

// Rename gives the file from the name to, in place of what is there.
func (f *Files) Rename(from, to string) error {
	_, err := f.pathCall("rename", &Request{Op: OpRename, Path: from, Data: []byte(to), Args: [6]uint64{AtCwd, AtCwd}})
	return err
}

// Link gives the file path the further name to. A link in the last place of path
// is not followed.
func (f *Files) Link(path, to string) error {
	_, err := f.pathCall("link", &Request{Op: OpLink, Path: path, Data: []byte(to), Args: [6]uint64{AtCwd, AtCwd, 0, uint64(AtNoFollow)}})
	return err
}

// Symlink makes path a symbolic link to target.
func (f *Files) Symlink(target, path string) error {
	_, err := f.pathCall("symlink", &Request{Op: OpSymlink, Path: path, Data: []byte(target), Args: [6]uint64{AtCwd}})
	return err
}

// Readlink is the target of the link path.
func (f *Files) Readlink(path string) (string, error) { return f.ReadlinkAt(AtCwd, path) }

// ReadlinkAt is Readlink for a path below the directory dirfd, or [AtCwd].
func (f *Files) ReadlinkAt(dirfd uint64, path string) (string, error) {
	rep, err := f.pathCall("readlink", &Request{Op: OpReadlink, Path: path, Args: [6]uint64{dirfd}})
	return string(rep.Data), err
}

// SetAttr changes attributes of the file path.
func (f *Files) SetAttr(path string, a SetAttr, at AtFlag) error {
	_, err := f.pathCall("setattr", &Request{Op: OpSetAttr, Path: path, Data: a.Append(nil), Args: [6]uint64{AtCwd, 0, 0, uint64(at)}})
	return err
}

// FsetAttr changes attributes of the file that fd is open on.
func (f *Files) FsetAttr(fd int, a SetAttr) error {
	_, err := f.call(&Request{Op: OpFSetAttr, Data: a.Append(nil), Args: [6]uint64{num(fd)}})
	return err
}

// Chmod sets the permission bits of path.
func (f *Files) Chmod(path string, mode uint32) error {
	return f.SetAttr(path, SetAttr{Set: AttrMode, Mode: mode}, 0)
}

// Truncate cuts or grows the file path to size bytes.
func (f *Files) Truncate(path string, size uint64) error {
	return f.SetAttr(path, SetAttr{Set: AttrSize, Size: size}, 0)
}

// Ftruncate cuts or grows the file of fd to size bytes.
func (f *Files) Ftruncate(fd int, size uint64) error {
	return f.FsetAttr(fd, SetAttr{Set: AttrSize, Size: size})
}

// Chtimes sets the times of last access and change of path; a zero time leaves
// its one as it is.
func (f *Files) Chtimes(path string, atime, mtime time.Time) error {
	var a SetAttr
	if !atime.IsZero() {
		a.Set, a.Atime = a.Set|AttrAtime, atime.UnixNano()
	}
	if !mtime.IsZero() {
		a.Set, a.Mtime = a.Set|AttrMtime, mtime.UnixNano()
	}
	return f.SetAttr(path, a, 0)
}

// ReadFile reads all of the file path.
func (f *Files) ReadFile(path string) ([]byte, error) {
	fd, err := f.Open(path, ORead|OCloexec, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close(fd)
	room := uint64(512)
	if st, err := f.Fstat(fd); err == nil && st.Type == TypeRegular && st.Size < 1<<30 {
		room = st.Size + 1 // one more, to meet the end without growing
	}
	buf := make([]byte, 0, room)
	for {
		n, err := f.Read(fd, buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		if len(buf) == cap(buf) {
			buf = slices.Grow(buf, max(512, len(buf)/2))
		}
	}
}

// WriteFile makes data the content of the file path, which gets the permission
// mode if it is made.
func (f *Files) WriteFile(path string, data []byte, mode uint32) error {
	fd, err := f.Open(path, OWrite|OCreate|OTrunc|OCloexec, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(fd, data)
	if e := f.Close(fd); err == nil {
		err = e
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}

// Getcwd is the working directory's path.
func (f *Files) Getcwd() (string, error) {
	rep, err := f.call(&Request{Op: OpGetcwd})
	return string(rep.Data), err
}

// Chdir makes path the working directory.
func (f *Files) Chdir(path string) error {
	_, err := f.pathCall("chdir", &Request{Op: OpChdir, Path: path})
	return err
}

// Umask sets the file mode creation mask and returns the old one.
func (f *Files) Umask(mask uint32) uint32 {
	rep, _ := f.call(&Request{Op: OpUmask, Args: [6]uint64{uint64(mask)}})
	return uint32(rep.Vals[0])
}

// Mount mounts over the directory path what a describes, and sets a.Told.
func (f *Files) Mount(path string, a *MountAttr) error {
	rep, err := f.pathCall("mount", &Request{Op: OpMount, Path: path, Data: a.Append(nil)})
	if a.Told = ""; err == nil {
		a.Told = string(rep.Data)
	}
	return err
}

// Unmount takes away what is mounted on path: EBUSY while it is in use.
func (f *Files) Unmount(path string) error {
	_, err := f.pathCall("unmount", &Request{Op: OpUnmount, Path: path})
	return err
}

// Mounts lists what is mounted, in lines "source target type options 0 0".
func (f *Files) Mounts() (string, error) {
	rep, err := f.call(&Request{Op: OpMounts})
	return string(rep.Data), err
}

// Space describes a file system: bytes in all and free, nodes, and its type.
type Space struct {
	Total, Free, Nodes uint64
	Type               string
}

// Statfs describes the file system of path.
func (f *Files) Statfs(path string) (Space, error) {
	rep, err := f.pathCall("statfs", &Request{Op: OpStatfs, Path: path})
	return Space{rep.Vals[0], rep.Vals[1], rep.Vals[2], string(rep.Data)}, err
}
