package hackfs

import (
	"io/fs"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// info is a sys.Stat as a fs.FileInfo.
type info struct {
	name string
	stat sys.Stat
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return int64(i.stat.Size) }
func (i info) ModTime() time.Time { return time.Unix(0, i.stat.Mtime) }
func (i info) IsDir() bool        { return i.stat.Type == sys.TypeDirectory }
func (i info) Mode() fs.FileMode  { return goMode(i.stat.Type, i.stat.Mode) }

// Sys is the sys.Stat.
func (i info) Sys() any { return i.stat }

// The bits above the permissions, in POSIX and in Go.
var specialBits = map[uint32]fs.FileMode{
	0o4000: fs.ModeSetuid, 0o2000: fs.ModeSetgid, 0o1000: fs.ModeSticky,
}

func goMode(t sys.FileType, mode uint32) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for bit, mark := range specialBits {
		if mode&bit != 0 {
			m |= mark
		}
	}
	switch t {
	case sys.TypeDirectory:
		m |= fs.ModeDir
	case sys.TypeSymlink:
		m |= fs.ModeSymlink
	case sys.TypeCharDevice:
		m |= fs.ModeDevice | fs.ModeCharDevice
	case sys.TypeRegular:
	default:
		m |= fs.ModeIrregular
	}
	return m
}

func posixMode(m fs.FileMode) uint32 {
	mode := uint32(m.Perm())
	for bit, mark := range specialBits {
		if m&mark != 0 {
			mode |= bit
		}
	}
	return mode
}

// entry is a directory entry. Info looks the name up when it is asked.
type entry struct {
	sys.DirEntry
	lstat func(name string) (fs.FileInfo, error)
}

func (e entry) Name() string               { return e.DirEntry.Name }
func (e entry) IsDir() bool                { return e.DirEntry.Type == sys.TypeDirectory }
func (e entry) Type() fs.FileMode          { return goMode(e.DirEntry.Type, 0) }
func (e entry) Info() (fs.FileInfo, error) { return e.lstat(e.DirEntry.Name) }
func (e entry) String() string             { return fs.FormatDirEntry(e) }
