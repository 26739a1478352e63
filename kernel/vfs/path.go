package vfs

import (
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// MaxPath is the longest path, in bytes. Counting the NUL of C it is POSIX's
// PATH_MAX of 4096.
const MaxPath = 4095

// checkPath is the verdict over a path as such.
func checkPath(path string) error {
	if path == "" {
		return errno.ENOENT
	}
	if len(path) > MaxPath {
		return errno.ENAMETOOLONG
	}
	if strings.IndexByte(path, 0) >= 0 {
		return errno.EINVAL
	}
	if !utf8.ValidString(path) {
		return errno.EILSEQ
	}
	return nil
}

// Path is the absolute path of p: of a directory as it is now, wherever it has
// been moved, and of anything else by the name it was found by. A removed
// directory has none: ENOENT.
func (ns *Namespace) Path(p Place) (string, error) {
	if p.IsZero() {
		return "", errno.ENOENT
	}
	var names []string
	for {
		for p.node == p.mnt.root {
			if p.mnt.at.IsZero() {
				return joinBackwards(names), nil
			}
			p = p.mnt.at
		}
		up, name, err := locate(p)
		if err != nil {
			return "", err
		}
		// Trees are not that deep: parents that go round must not hang the kernel.
		if len(names) > MaxPath {
			return "", errno.ENAMETOOLONG
		}
		names = append(names, name)
		p = up
	}
}

// locate is the directory that p, which is not the top of its mount, is in, and
// its name there.
func locate(p Place) (up Place, name string, err error) {
	dir, isDir := p.node.(Dir)
	if !isDir {
		if p.up == nil {
			return Place{}, "", errno.ENOENT
		}
		return *p.up, p.name, nil
	}
	if l, ok := p.node.(Located); ok {
		parent, name, err := l.Location()
		return Place{node: parent, mnt: p.mnt}, name, err
	}
	if d, ok := p.node.(Parent); ok {
		parent, err := d.Parent()
		if err != nil {
			return Place{}, "", err
		}
		name, err := nameOf(parent, dir)
		return Place{node: parent, mnt: p.mnt}, name, err
	}
	if p.up == nil {
		return Place{}, "", errno.ENOENT
	}
	return *p.up, p.name, nil
}

// nameOf searches parent for the name of child.
func nameOf(parent, child Dir) (string, error) {
	name, found := "", false
	err := parent.ReadDir(0, func(e sys.DirEntry) bool {
		if e.Type != sys.TypeDirectory && e.Type != sys.TypeUnknown {
			return true
		}
		if n, err := parent.Lookup(e.Name); err == nil && n == Node(child) {
			name, found = e.Name, true
		}
		return !found
	})
	if err == nil && !found {
		err = ErrRemoved
	}
	return name, err
}

func joinBackwards(names []string) string {
	if len(names) == 0 {
		return "/"
	}
	n := 0
	for _, s := range names {
		n += 1 + len(s)
	}
	var b strings.Builder
	b.Grow(n)
	for i := len(names) - 1; i >= 0; i-- {
		b.WriteByte('/')
		b.WriteString(names[i])
	}
	return b.String()
}
