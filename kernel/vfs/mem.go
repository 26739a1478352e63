package vfs

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// MaxFileSize is the largest file of a memory file system: what a number of
// JavaScript can count.
const MaxFileSize = 1<<53 - 1

// What a node and a name cost of a memory file system's room, besides contents.
const (
	nodeCost = 256
	nameCost = 64
)

// MemOptions are what NewMem may be told. The zero value is good.
type MemOptions struct {
	// Limit is how many bytes the files may take in memory; holes take none. 0
	// is 512 MiB in a page, whose memory ends at 4 GiB and holds what programs move
	// around besides, and 1 TiB elsewhere.
	Limit uint64
	// Clock is the time in nanoseconds since 1970, time.Now's if it is nil.
	Clock func() int64
	// Type is the name in the mount table, "mem" if it is empty.
	Type string
}

// Mem is a file system in memory. It is an [FS] and [Space].
type Mem struct {
	clock func() int64
	typ   string
	dev   uint64
	limit int64
	root  *memDir

	ino   atomic.Uint64
	used  atomic.Int64
	nodes atomic.Int64
	// taking is held while room is taken; promised is what is set aside of it.
	taking   sync.Mutex
	promised int64

	// tree guards what names what: the entries, parent and name of every
	// directory. It is taken before an inode's mu, and never held while calling
	// out.
	tree sync.RWMutex
}

// NewMem is an empty file system in memory.
func NewMem(o MemOptions) *Mem {
	m := &Mem{clock: o.Clock, typ: o.Type, dev: NewDev(), limit: int64(min(o.Limit, 1<<62))}
	if m.clock == nil {
		m.clock = func() int64 { return time.Now().UnixNano() }
	}
	if m.typ == "" {
		m.typ = "mem"
	}
	if m.limit == 0 {
		m.limit = 1 << 40
		if runtime.GOARCH == "wasm" {
			m.limit = 512 << 20
		}
	}
	m.root = &memDir{}
	m.root.parent = m.root
	m.root.init(m, 0o755, 2, m.clock())
	m.nodes.Store(1)
	return m
}

// Root is the top directory.
func (m *Mem) Root() Dir { return m.root }

// Type is the name in the mount table.
func (m *Mem) Type() string { return m.typ }

// Space is the limit and how much of it is left.
func (m *Mem) Space() (total, free uint64) {
	return uint64(m.limit), uint64(max(0, m.limit-m.used.Load()))
}

// Nodes is the number of nodes that have a name or are held.
func (m *Mem) Nodes() uint64 { return uint64(m.nodes.Load()) }

// full is ENOSPC with a sentence.
func (m *Mem) full() error {
	size, unit := m.limit>>20, "MiB"
	if m.limit&(1<<20-1) != 0 {
		size, unit = m.limit>>10, "KiB"
	}
	return errno.Faultf(errno.ENOSPC, "no space left: the files in memory (type %s) may take %d %s", m.typ, size, unit)
}

// charge takes n bytes of the room, or reports false if they are not there. Only a
// change to which they are promised gets those that are set aside.
func (m *Mem) charge(n int64, promised bool) bool {
	m.taking.Lock()
	defer m.taking.Unlock()
	left := m.limit - m.used.Load()
	if !promised {
		left -= m.promised
	}
	if n > left {
		return false
	}
	m.used.Add(n)
	return true
}

// Promise sets n bytes of the room aside; see [Promiser].
func (m *Mem) Promise(n int64) bool {
	m.taking.Lock()
	defer m.taking.Unlock()
	if n > 0 && n > m.limit-m.used.Load()-m.promised {
		return false
	}
	m.promised += n
	return true
}

// memNode is a node of a Mem.
type memNode interface {
	Node
	inode() *memInode
	fileType() sys.FileType
	// dropped is called with the tree locked when the last name is gone.
	dropped()
}

// memInode is what all nodes have.
type memInode struct {
	fs  *Mem
	ino uint64
	// atime is outside of mu because reading sets it.
	atime atomic.Int64

	mu           sync.RWMutex
	mode         uint32
	nlink        uint64
	mtime, ctime int64
}

func (n *memInode) init(m *Mem, mode uint32, nlink uint64, now int64) {
	n.fs, n.ino, n.mode, n.nlink = m, m.ino.Add(1), mode&permBits, nlink
	n.mtime, n.ctime = now, now
	n.atime.Store(now)
}

func (n *memInode) inode() *memInode { return n }

// stat describes the node; mu is held.
func (n *memInode) stat(t sys.FileType, size int64) sys.Stat {
	return sys.Stat{
		Dev: n.fs.dev, Ino: n.ino, Type: t, Mode: n.mode, Nlink: n.nlink, Size: uint64(size),
		Atime: n.atime.Load(), Mtime: n.mtime, Ctime: n.ctime,
	}
}

// Permissions are the permission bits; see [Guarded].
func (n *memInode) Permissions() uint32 {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.mode
}

// setAttr changes all but the size; mu is held.
func (n *memInode) setAttr(a sys.SetAttr, now int64) {
	if a.Set&sys.AttrMode != 0 {
		n.mode = a.Mode & permBits
	}
	switch {
	case a.Set&sys.AttrAtimeNow != 0:
		n.atime.Store(now)
	case a.Set&sys.AttrAtime != 0:
		n.atime.Store(a.Atime)
	}
	switch {
	case a.Set&sys.AttrMtimeNow != 0:
		n.mtime = now
	case a.Set&sys.AttrMtime != 0:
		n.mtime = a.Mtime
	}
	if a.Set != 0 {
		n.ctime = now
	}
}

// linked changes the number of names by d and returns the new one.
func (n *memInode) linked(d int, now int64) uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nlink += uint64(d)
	n.ctime = now
	return n.nlink
}

// touched marks a change of a directory's entries, with dirs more
// subdirectories.
func (n *memInode) touched(dirs int, now int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.nlink += uint64(dirs)
	n.mtime, n.ctime = now, now
}

// memLink is a symbolic link.
type memLink struct {
	memInode
	target string
}

// Stat describes the link; its size is the target's length.
func (l *memLink) Stat() (sys.Stat, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.stat(sys.TypeSymlink, int64(len(l.target))), nil
}

// SetAttr sets the link's times: ENOTSUP for its mode, EINVAL for its size.
func (l *memLink) SetAttr(a sys.SetAttr) error {
	if a.Set&sys.AttrSize != 0 {
		return errno.EINVAL
	}
	if a.Set&sys.AttrMode != 0 {
		return errno.ENOTSUP
	}
	now := l.fs.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.setAttr(a, now)
	return nil
}

// Readlink is the target.
func (l *memLink) Readlink() (string, error) { return l.target, nil }

func (l *memLink) fileType() sys.FileType { return sys.TypeSymlink }

func (l *memLink) dropped() {
	l.fs.used.Add(-nodeCost - int64(len(l.target)))
	l.fs.nodes.Add(-1)
}
