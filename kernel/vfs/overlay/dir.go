package overlay

import (
	"slices"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// dir is a directory: one of the upper layer, or of lower ones, or both. The file
// system's lock guards it.
type dir struct {
	fs  *FS
	ino uint64

	// These are changed with placeMu held too.
	parent  *dir
	name    string
	removed bool

	upper  vfs.MutableDir // nil until there is one
	lower  []vfs.Dir
	hidden map[string]bool // lower names that are not there; nil until it is read

	// children are the entries that somebody has looked up.
	children map[string]vfs.Node
	// cookies are the numbers of the entries' names, which they keep.
	cookies map[string]uint64
	last    uint64
}

func (f *FS) newDir(parent *dir, name string, upper vfs.MutableDir, lower []vfs.Dir) *dir {
	return &dir{
		fs: f, ino: f.number(), parent: parent, name: name, upper: upper, lower: lower,
		children: map[string]vfs.Node{}, cookies: map[string]uint64{},
	}
}

// front is the layer whose attributes count.
func (d *dir) front() vfs.Dir {
	if d.upper != nil {
		return d.upper
	}
	return d.lower[0]
}

// Stat describes the directory.
func (d *dir) Stat() (sys.Stat, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	st, err := d.front().Stat()
	if d.upper != nil && len(d.lower) > 0 || len(d.lower) > 1 {
		st.Nlink = 1 // which is not known: find(1) and its like are told so by this number
	}
	return d.fs.own(st, d.ino, err)
}

// Permissions are those of the layer whose attributes count; see [vfs.Guarded].
func (d *dir) Permissions() uint32 {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	return vfs.Permissions(d.front())
}

// SetAttr changes the upper layer's attributes.
func (d *dir) SetAttr(a sys.SetAttr) error {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	if err := d.raise(); err != nil {
		return err
	}
	return d.upper.SetAttr(a)
}

// Parent is the directory above.
func (d *dir) Parent() (vfs.Dir, error) {
	up, _, err := d.Location()
	return up, err
}

// Location is the directory above and the name there.
func (d *dir) Location() (vfs.Dir, string, error) {
	d.fs.placeMu.Lock()
	defer d.fs.placeMu.Unlock()
	if d.removed {
		return nil, "", vfs.ErrRemoved
	}
	return d.parent, d.name, nil
}

// Lookup finds an entry.
func (d *dir) Lookup(name string) (vfs.Node, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	return d.lookup(name)
}

func (d *dir) lookup(name string) (vfs.Node, error) {
	if n := d.children[name]; n != nil {
		return n, nil
	}
	if name == LogName || d.removed {
		return nil, errno.ENOENT
	}
	upper, err := d.above(name)
	if err != nil {
		return nil, err
	}
	upperDir, merges := upper.(vfs.MutableDir)
	var n vfs.Node
	if upper != nil && !merges {
		n = d.fs.wrap(d, name, upper, true)
	} else {
		below, other, err := d.below(name)
		switch {
		case err != nil:
			return nil, err
		case merges || len(below) > 0:
			n = d.fs.newDir(d, name, upperDir, below)
		case other != nil:
			n = d.fs.wrap(d, name, other, false)
		default:
			return nil, errno.ENOENT
		}
	}
	d.children[name] = n
	return n, nil
}

// above is the upper layer's entry name, nil if there is none.
func (d *dir) above(name string) (vfs.Node, error) {
	if d.upper == nil {
		return nil, nil
	}
	n, err := d.upper.Lookup(name)
	if missing(err) {
		return nil, nil
	}
	return n, err
}

// below is what the lower layers have under name: directories that lie one over
// another, or else something other, or nothing.
func (d *dir) below(name string) (dirs []vfs.Dir, other vfs.Node, err error) {
	hidden, err := d.isHidden(name)
	if hidden || err != nil {
		return nil, nil, err
	}
	for _, l := range d.lower {
		n, err := l.Lookup(name)
		if missing(err) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		sub, isDir := n.(vfs.Dir)
		if !isDir {
			if len(dirs) == 0 {
				other = n
			}
			break
		}
		dirs = append(dirs, sub)
	}
	return dirs, other, nil
}

// hasBelow reports whether a lower layer has name.
func (d *dir) hasBelow(name string) (bool, error) {
	dirs, other, err := d.below(name)
	return len(dirs) > 0 || other != nil, err
}

// ReadDir lists the entries of all layers, those that came later at the end.
func (d *dir) ReadDir(cookie uint64, yield func(sys.DirEntry) bool) error {
	list, err := d.list()
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Cookie > cookie && !yield(e) {
			break
		}
	}
	return nil
}

// list is what is in both layers.
func (d *dir) list() ([]sys.DirEntry, error) {
	d.fs.mu.Lock()
	defer d.fs.mu.Unlock()
	names, err := d.names()
	if err != nil {
		return nil, err
	}
	cookies := make(map[string]uint64, len(names))
	list := make([]sys.DirEntry, 0, len(names))
	for _, name := range names {
		c, ok := d.cookies[name]
		if !ok {
			d.last++
			c = d.last
		}
		cookies[name] = c
		e := sys.DirEntry{Cookie: c, Name: name}
		switch n, err := d.lookup(name); n := n.(type) {
		case nil:
			if missing(err) {
				continue
			}
			return nil, err
		case *dir:
			e.Ino, e.Type = n.ino, sys.TypeDirectory
		case *file:
			e.Ino, e.Type = n.ino, sys.TypeRegular
		case *link:
			e.Ino, e.Type = n.ino, sys.TypeSymlink
		}
		list = append(list, e)
	}
	d.cookies = cookies
	slices.SortFunc(list, func(a, b sys.DirEntry) int {
		if a.Cookie < b.Cookie {
			return -1
		}
		return 1
	})
	return list, nil
}

// names are the entries' names, in order.
func (d *dir) names() ([]string, error) {
	if d.removed {
		return nil, nil
	}
	if err := d.readHidden(); err != nil {
		return nil, err
	}
	seen := map[string]bool{LogName: true}
	var names []string
	add := func(e sys.DirEntry) bool {
		if !seen[e.Name] && (d.parent != d || !strings.HasPrefix(e.Name, tempPrefix)) {
			seen[e.Name] = true
			names = append(names, e.Name)
		}
		return true
	}
	if d.upper != nil {
		if err := d.upper.ReadDir(0, add); err != nil {
			return nil, err
		}
	}
	for _, l := range d.lower {
		err := l.ReadDir(0, func(e sys.DirEntry) bool { return d.hidden[e.Name] || add(e) })
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(names)
	return names, nil
}

// readHidden reads which lower names are hidden.
func (d *dir) readHidden() error {
	if d.hidden != nil {
		return nil
	}
	hidden := map[string]bool{}
	if d.upper != nil && len(d.lower) > 0 {
		n, err := d.upper.Lookup(LogName)
		if err != nil && !missing(err) {
			return err
		}
		if log, ok := n.(vfs.File); ok {
			st, err := log.Stat()
			if err != nil {
				return err
			}
			text := make([]byte, st.Size)
			if _, err := log.ReadAt(text, 0); err != nil {
				return err
			}
			for record := range strings.SplitSeq(string(text), "\x00") {
				if name, ok := strings.CutPrefix(record, "-"); ok {
					hidden[name] = true
				}
			}
		}
	}
	d.hidden = hidden
	return nil
}

func (d *dir) isHidden(name string) (bool, error) {
	if len(d.lower) == 0 {
		return false, nil
	}
	err := d.readHidden()
	return d.hidden[name], err
}

// hide notes that the lower name is not there any more. The directory has an upper
// layer.
func (d *dir) hide(name string) error {
	there, err := d.hasBelow(name)
	if err != nil || !there {
		return err
	}
	n, err := d.upper.Lookup(LogName)
	if missing(err) {
		n, err = d.upper.Create(LogName, 0o600)
	}
	if err != nil {
		return err
	}
	log, ok := n.(vfs.File)
	if !ok {
		return errno.Faultf(errno.EIO, "%s, which the overlay needs for itself, is no regular file", LogName)
	}
	if _, err := log.Append([]byte("-" + name + "\x00")); err != nil {
		return err
	}
	if s, ok := log.(vfs.Syncer); ok {
		if err := s.Sync(); err != nil {
			return err
		}
	}
	d.hidden[name] = true
	return d.touched()
}

// touched sets the times of a directory whose entries have changed, also where no
// entry of its upper layer has.
func (d *dir) touched() error {
	return d.upper.SetAttr(sys.SetAttr{Set: sys.AttrMtime, Mtime: time.Now().UnixNano()})
}
