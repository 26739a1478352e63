package vfstest

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// MemFile is a file in memory that holds data.
func MemFile(t testing.TB, data []byte) vfs.File {
	t.Helper()
	f, err := vfs.NewMem(vfs.MemOptions{}).Root().(vfs.MutableDir).Create("file", 0o644)
	if err == nil {
		_, err = f.Append(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Mounted is f mounted on a directory of an empty tree, as an FS.
func Mounted(t testing.TB, f vfs.FS) FS {
	t.Helper()
	ns := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	err := ns.Mkdir(vfs.At{}, "/it", 0o755)
	if err == nil {
		err = ns.Mount("/it", f, vfs.MountOptions{})
	}
	if err != nil {
		t.Fatal(err)
	}
	fs, err := Namespaced(ns, "/it")
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

// WalkAll reads all of f: every directory, link and file, for fuzzers. It stops at
// limit bytes.
func WalkAll(f vfs.FS, limit int) {
	var visit func(d vfs.Dir, depth int)
	buf := make([]byte, 4096)
	visit = func(d vfs.Dir, depth int) {
		for _, e := range entries(d) {
			n, err := d.Lookup(e)
			if err != nil || depth > 100 {
				continue
			}
			_, _ = n.Stat()
			switch n := n.(type) {
			case vfs.Dir:
				visit(n, depth+1)
			case vfs.Link:
				_, _ = n.Readlink()
			case vfs.File:
				for off := int64(0); limit > 0; {
					m, err := n.ReadAt(buf, off)
					if m == 0 || err != nil {
						break
					}
					off += int64(m)
					limit -= m
				}
			}
		}
	}
	visit(f.Root(), 0)
}

func entries(d vfs.Dir) (names []string) {
	_ = d.ReadDir(0, func(e sys.DirEntry) bool {
		names = append(names, e.Name)
		return true
	})
	return names
}
