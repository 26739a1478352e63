package store

import (
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// tree describes everything below d, one line for each node.
func tree(t testing.TB, d vfs.Dir, path string) []string {
	t.Helper()
	var out []string
	var list []sys.DirEntry
	must(t, d.ReadDir(0, func(e sys.DirEntry) bool {
		list = append(list, e)
		return true
	}))
	for _, e := range list {
		n, err := d.Lookup(e.Name)
		must(t, err)
		st, err := n.Stat()
		must(t, err)
		if e.Ino != st.Ino || e.Type != st.Type {
			t.Errorf("%s/%s: the entry says %d %d, the node %d %d", path, e.Name, e.Ino, e.Type, st.Ino, st.Type)
		}
		line := fmt.Sprintf("%s/%s #%d.%d %d %o %d links, %d bytes, %d %d", path, e.Name, e.Cookie, st.Ino, st.Type, st.Mode, st.Nlink, st.Size, st.Mtime, st.Ctime)
		switch n := n.(type) {
		case vfs.Link:
			target, err := n.Readlink()
			must(t, err)
			line += " -> " + target
		case vfs.File:
			line += " " + contents(t, n, int64(st.Size))
		}
		out = append(out, line)
		if sub, ok := n.(vfs.Dir); ok {
			out = append(out, tree(t, sub, path+"/"+e.Name)...)
		}
	}
	return out
}

// contents is a checksum of what is in n, but for the middle of a long file.
func contents(t testing.TB, n vfs.File, size int64) string {
	t.Helper()
	const part = 1 << 20
	sum := uint32(0)
	buf := make([]byte, min(size, part))
	for _, off := range []int64{0, max(0, size-part)} {
		got, err := n.ReadAt(buf, off)
		must(t, err)
		sum = crc32.Update(sum, castagnoli, buf[:got])
	}
	return fmt.Sprintf("%08x", sum)
}

// sameAgain opens a copy of dev, as if the program had been ended, and compares it
// with fs.
func sameAgain(t testing.TB, fs *FS, dev *memDevice) {
	t.Helper()
	again, err := Open(&memDevice{data: slices.Clone(dev.data)}, Options{})
	if err != nil {
		t.Errorf("it cannot be opened again: %v", err)
		return
	}
	if repairs(again) != "" {
		t.Error(repairs(again))
	}
	want, got := tree(t, fs.Root(), ""), tree(t, again.Root(), "")
	if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); a != b {
		t.Errorf("there was\n%s\nand again\n%s", a, b)
	}
	checkRoom(t, again)
}

// checkRoom counts the room of fs anew.
func checkRoom(t testing.TB, fs *FS) {
	t.Helper()
	used := bitmap(make([]uint64, len(fs.alloc.used)))
	n := uint32(0)
	mark := func(r run, what string) {
		if used.next(r.start, r.end(), true) != r.end() {
			t.Errorf("blocks of %s are used twice", what)
		}
		used.set(r, true)
		n += r.n
	}
	mark(run{0, firstBlock}, "the superblocks")
	var w weight
	for ino, nd := range fs.nodes {
		w.nodes++
		switch nd := nd.(type) {
		case *file:
			w.extents += int64(len(nd.extents))
			for _, x := range nd.extents {
				mark(x.phys, fmt.Sprintf("file %d", ino))
			}
		case *link:
			w.text += int64(len(nd.target))
		case *dir:
			for x := range nd.entries.All {
				w.named(x.Name, 1)
			}
		}
	}
	logs := fs.log.segs
	if fs.check != nil {
		logs = slices.Concat(logs, fs.check.log.segs)
	}
	for _, r := range logs {
		mark(r, "the log")
	}
	for _, r := range fs.alloc.pending {
		mark(r, "what is pending")
	}
	if n != fs.alloc.end-fs.alloc.free || !slices.Equal(used, fs.alloc.used) {
		t.Errorf("of %d blocks %d are used, and %d are said to be free", fs.alloc.end, n, fs.alloc.free)
	}
	if w != fs.weight {
		t.Errorf("the weight is %+v and said to be %+v", w, fs.weight)
	}
}

// repairs is what Open has found broken.
func repairs(fs *FS) string {
	what, _ := fs.Repairs()
	return what
}
