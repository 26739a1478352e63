package vfstest_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// hostFS is a directory of the real file system.
type hostFS struct {
	root string
	fd   int
}

func newHost(t *testing.T) vfstest.FS {
	t.Helper()
	unix.Umask(0)
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		asNobody(t, root)
	}
	fd, err := unix.Open(root, unix.O_DIRECTORY|unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Nlink != 2 {
		t.Skip("the temporary directory's file system does not count links of directories")
	}
	if probe, err := unix.Openat2(fd, ".", &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH}); err != nil {
		t.Skip("openat2 is not there: ", err)
	} else {
		unix.Close(probe)
	}
	return &hostFS{root, fd}
}

// asNobody gives root to a user whom permission bits bind, and has the test go on as
// that user, as far as files go, which on Linux is a thread's own.
func asNobody(t *testing.T, root string) {
	t.Helper()
	const nobody = 65534
	if err := errors.Join(os.Chown(root, nobody, nobody), os.Chmod(filepath.Dir(root), 0o755)); err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	if err := errors.Join(unix.Setfsgid(nobody), unix.Setfsuid(nobody)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(unix.Setfsuid(0), unix.Setfsgid(0)); err != nil {
			t.Error(err)
		}
		runtime.UnlockOSThread()
	})
}

var numbers = func() map[string]errno.Errno {
	m := map[string]errno.Errno{}
	for e := errno.Errno(1); e <= errno.ENOTCAPABLE; e++ {
		m[e.Name()] = e
	}
	m["EOPNOTSUPP"] = errno.ENOTSUP
	return m
}()

func number(err error) error {
	if e, ok := err.(unix.Errno); ok {
		if n, ok := numbers[unix.ErrnoName(e)]; ok {
			return n
		}
	}
	return err
}

func hostFlags(flags sys.OpenFlag, at sys.AtFlag) int {
	how := 0
	switch flags & sys.OAccess {
	case 0:
		if flags&(sys.OCreate|sys.OTrunc) == 0 {
			how |= unix.O_PATH
		}
	case sys.OWrite:
		how |= unix.O_WRONLY
	case sys.OAccess:
		how |= unix.O_RDWR
	}
	for _, m := range []struct {
		flag sys.OpenFlag
		bit  int
	}{{sys.OCreate, unix.O_CREAT}, {sys.OExcl, unix.O_EXCL}, {sys.OTrunc, unix.O_TRUNC}, {sys.ODirectory, unix.O_DIRECTORY}} {
		if flags&m.flag != 0 {
			how |= m.bit
		}
	}
	if at&sys.AtNoFollow != 0 {
		how |= unix.O_NOFOLLOW
	}
	return how
}

func atFlags(at sys.AtFlag) int {
	if at&sys.AtNoFollow != 0 {
		return unix.AT_SYMLINK_NOFOLLOW
	}
	return 0
}

func (h *hostFS) Abs(path string) string { return h.root + "/" + path }

func (h *hostFS) Open(path string, flags sys.OpenFlag, at sys.AtFlag, mode uint32) (vfstest.File, error) {
	fd, err := unix.Openat(h.fd, path, hostFlags(flags, at), mode)
	if err != nil {
		return nil, number(err)
	}
	return hostFile(fd), nil
}

func (h *hostFS) OpenBeneath(dir, path string, flags sys.OpenFlag, mode uint32) (vfstest.File, error) {
	base, err := unix.Openat(h.fd, dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, number(err)
	}
	defer unix.Close(base)
	how := unix.OpenHow{Flags: uint64(hostFlags(flags, 0)), Resolve: unix.RESOLVE_BENEATH}
	if flags&sys.OCreate != 0 {
		how.Mode = uint64(mode)
	}
	fd, err := unix.Openat2(base, path, &how)
	if err == unix.EXDEV {
		return nil, errno.ENOTCAPABLE
	}
	if err != nil {
		return nil, number(err)
	}
	return hostFile(fd), nil
}

func hostStat(st *unix.Stat_t) sys.Stat {
	types := map[uint32]sys.FileType{
		unix.S_IFDIR: sys.TypeDirectory, unix.S_IFREG: sys.TypeRegular, unix.S_IFLNK: sys.TypeSymlink,
	}
	return sys.Stat{
		Dev: st.Dev, Ino: st.Ino, Type: types[st.Mode&unix.S_IFMT], Mode: st.Mode & 0o7777, Nlink: uint64(st.Nlink),
		Size: uint64(st.Size), Atime: st.Atim.Nano(), Mtime: st.Mtim.Nano(), Ctime: st.Ctim.Nano(),
	}
}

func (h *hostFS) Stat(path string, at sys.AtFlag) (sys.Stat, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(h.fd, path, &st, atFlags(at)); err != nil {
		return sys.Stat{}, number(err)
	}
	return hostStat(&st), nil
}

func hostTimes(a sys.SetAttr) []unix.Timespec {
	ts := []unix.Timespec{{Nsec: unix.UTIME_OMIT}, {Nsec: unix.UTIME_OMIT}}
	if a.Set&sys.AttrAtime != 0 {
		ts[0] = unix.NsecToTimespec(a.Atime)
	}
	if a.Set&sys.AttrMtime != 0 {
		ts[1] = unix.NsecToTimespec(a.Mtime)
	}
	return ts
}

func (h *hostFS) SetAttr(path string, at sys.AtFlag, a sys.SetAttr) error {
	switch {
	case a.Set&sys.AttrMode != 0:
		return number(unix.Fchmodat(h.fd, path, a.Mode, 0))
	case a.Set&sys.AttrSize != 0:
		return number(unix.Truncate(fmt.Sprintf("/proc/self/fd/%d/%s", h.fd, path), int64(a.Size)))
	}
	return number(unix.UtimesNanoAt(h.fd, path, hostTimes(a), atFlags(at)))
}

func (h *hostFS) Mkdir(path string, mode uint32) error {
	return number(unix.Mkdirat(h.fd, path, mode))
}

func (h *hostFS) Rmdir(path string) error {
	return number(unix.Unlinkat(h.fd, path, unix.AT_REMOVEDIR))
}

func (h *hostFS) Unlink(path string) error { return number(unix.Unlinkat(h.fd, path, 0)) }

func (h *hostFS) Rename(path, newPath string) error {
	return number(unix.Renameat(h.fd, path, h.fd, newPath))
}

func (h *hostFS) Link(path, newPath string, at sys.AtFlag) error {
	flags := unix.AT_SYMLINK_FOLLOW
	if at&sys.AtNoFollow != 0 {
		flags = 0
	}
	return number(unix.Linkat(h.fd, path, h.fd, newPath, flags))
}

func (h *hostFS) Symlink(target, path string) error {
	return number(unix.Symlinkat(target, h.fd, path))
}

func (h *hostFS) Readlink(path string) (string, error) {
	if path == "" {
		return "", errno.ENOENT // readlinkat of "" would be about the fd
	}
	buf := make([]byte, 8192)
	n, err := unix.Readlinkat(h.fd, path, buf)
	if err != nil {
		return "", number(err)
	}
	return string(buf[:n]), nil
}

func (h *hostFS) Getcwd(dir vfstest.File) (string, error) {
	path, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", int(dir.(hostFile))))
	if err == nil && bytes.HasSuffix([]byte(path), []byte(" (deleted)")) {
		return "", errno.ENOENT
	}
	return path, err
}

// hostFile is a file descriptor.
type hostFile int

func (f hostFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := unix.Pread(int(f), p, off)
	return max(n, 0), number(err)
}

func (f hostFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := unix.Pwrite(int(f), p, off)
	return max(n, 0), number(err)
}

func (f hostFile) Append(p []byte) error {
	end, err := unix.Seek(int(f), 0, 2)
	if err == nil {
		_, err = f.WriteAt(p, end)
	}
	return number(err)
}

func (f hostFile) Stat() (sys.Stat, error) {
	var st unix.Stat_t
	err := unix.Fstat(int(f), &st)
	return hostStat(&st), number(err)
}

func (f hostFile) SetAttr(a sys.SetAttr) error {
	switch {
	case a.Set&sys.AttrMode != 0:
		return number(unix.Fchmod(int(f), a.Mode))
	case a.Set&sys.AttrSize != 0:
		return number(unix.Ftruncate(int(f), int64(a.Size)))
	}
	return number(unix.UtimesNanoAt(int(f), "", hostTimes(a), unix.AT_EMPTY_PATH))
}

func (f hostFile) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	if _, err := unix.Seek(int(f), int64(cookie), 0); err != nil {
		return number(err)
	}
	buf := make([]byte, 4096)
	for {
		n, err := unix.Getdents(int(f), buf)
		if err != nil || n <= 0 {
			return number(err)
		}
		for b := buf[:n]; len(b) > 0; {
			rec := b[:binary.NativeEndian.Uint16(b[16:])]
			b = b[len(rec):]
			name := rec[19:]
			name = name[:slices.Index(name, 0)]
			if s := string(name); s == "." || s == ".." {
				continue
			}
			types := map[byte]sys.FileType{unix.DT_DIR: sys.TypeDirectory, unix.DT_REG: sys.TypeRegular, unix.DT_LNK: sys.TypeSymlink}
			e := sys.DirEntry{
				Ino: binary.NativeEndian.Uint64(rec), Cookie: binary.NativeEndian.Uint64(rec[8:]),
				Type: types[rec[18]], Name: string(name),
			}
			if !yield(e) {
				return nil
			}
		}
	}
}

func (f hostFile) Close() error { return number(unix.Close(int(f))) }

func TestHost(t *testing.T) {
	vfstest.Run(t, newHost, vfstest.Options{AnyBytes: true, Host: true})
}

// AppendsInSteps says that Append is no O_APPEND.
func (h *hostFS) AppendsInSteps() bool { return true }

func TestCompare(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { vfstest.Compare(t, newMem(t), newHost(t), seed, 400) })
	}
}
