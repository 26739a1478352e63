package vfstest

import "github.com/bushel-wasm/bushel/kernel/sys"

// FS is a file system under test. Paths are relative to an empty directory of
// the test's own, or absolute and made by Abs. Errors are, or wrap, an errno.Errno.
type FS interface {
	// Abs is the absolute path of a relative one; of "" it is the directory's own.
	Abs(path string) string
	// Open is open(2). Without access mode it opens for attributes only.
	Open(path string, flags sys.OpenFlag, at sys.AtFlag, mode uint32) (File, error)
	// OpenBeneath opens path below the directory dir with sys.AtBeneath.
	OpenBeneath(dir, path string, flags sys.OpenFlag, mode uint32) (File, error)
	Stat(path string, at sys.AtFlag) (sys.Stat, error)
	SetAttr(path string, at sys.AtFlag, a sys.SetAttr) error
	Mkdir(path string, mode uint32) error
	Rmdir(path string) error
	Unlink(path string) error
	Rename(path, newPath string) error
	// Link is linkat(2): a link in the last place is followed unless at says
	// not to.
	Link(path, newPath string, at sys.AtFlag) error
	Symlink(target, path string) error
	Readlink(path string) (string, error)
	// Getcwd is the absolute path of an open directory.
	Getcwd(dir File) (string, error)
}

// File is an open file of an [FS].
type File interface {
	ReadAt(p []byte, off int64) (int, error) // 0, nil at the end
	WriteAt(p []byte, off int64) (int, error)
	Append(p []byte) error
	Stat() (sys.Stat, error)
	SetAttr(a sys.SetAttr) error
	// ReadDir lists the entries after cookie, without "." and "..".
	ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error
	Close() error
}

// Options say what of the suite does not concern a file system.
type Options struct {
	// AnyBytes: names may be any bytes, so that what asks for EILSEQ is left out.
	AnyBytes bool
	// Host: the file system is the operating system's. What is this project's
	// own choice where POSIX leaves one is left out.
	Host bool
	// Plain: the file system has files and folders by their names and no more: no
	// links nor counts of them, no times but that of a file's contents, nothing lives
	// on that has lost its name, and a folder may answer EXDEV to its renaming.
	Plain bool
	// Browser: the file system is a folder as a browser gives it, which refuses some names
	// (EINVAL) and in whose files holes take room (ENOSPC).
	Browser bool
	// Root: the file system is the operating system's, and permission bits do not
	// bind the caller.
	Root bool
	// OneName: a file has one name, so that hard links are left out.
	OneName bool
}
