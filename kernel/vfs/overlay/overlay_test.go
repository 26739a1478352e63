package overlay_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
	"github.com/bushel-wasm/bushel/kernel/vfs/overlay"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

func mem() vfs.MutableDir { return vfs.NewMem(vfs.MemOptions{}).Root().(vfs.MutableDir) }

// TestSuite runs the suite on an overlay whose lower layer is empty, and on one of
// which every directory of the suite's own comes from below.
func TestSuite(t *testing.T) {
	t.Run("empty below", func(t *testing.T) {
		vfstest.Run(t, func(t *testing.T) vfstest.FS {
			return vfstest.Mounted(t, overlay.New(overlay.Options{Lower: []vfs.Dir{mem()}, Upper: mem()}))
		}, vfstest.Options{})
	})
	t.Run("over another", func(t *testing.T) {
		vfstest.Run(t, func(t *testing.T) vfstest.FS {
			lower := overlay.New(overlay.Options{Lower: []vfs.Dir{mem()}, Upper: mem()})
			return vfstest.Mounted(t, overlay.New(overlay.Options{Lower: []vfs.Dir{mem(), lower.Root(), mem()}, Upper: mem()}))
		}, vfstest.Options{})
	})
}

// tree is the suite's read-only tree as a directory.
func tree(t *testing.T, list []vfstest.Member) vfs.Dir {
	t.Helper()
	f := index.New(index.Options{Type: "index"})
	for _, m := range list {
		e := index.Entry{Name: m.Name, Type: m.Type, Mode: m.Mode, Mtime: m.Mtime, Size: uint64(len(m.Data)), Target: m.Target, Link: m.Link}
		if m.Type == sys.TypeRegular && m.Link == "" {
			src, err := index.OpenSource(context.Background(), vfstest.MemFile(t, []byte(m.Data)))
			if err != nil {
				t.Fatal(err)
			}
			e.Content = src.Section(0)
		}
		if err := f.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return f.Root()
}

func TestReadOnlyPart(t *testing.T) {
	vfstest.RunReadOnly(t, func(t *testing.T, list []vfstest.Member) vfstest.FS {
		// Each directory from one layer, and what is in it from another.
		dirs := slices.DeleteFunc(slices.Clone(list), func(m vfstest.Member) bool { return m.Type != sys.TypeDirectory })
		return vfstest.Mounted(t, overlay.New(overlay.Options{Lower: []vfs.Dir{tree(t, dirs), tree(t, list)}}))
	}, vfstest.ReadOnlyOptions{NoHardLinks: true})
}

// world is an overlay of the suite's tree, which can be mounted anew.
type world struct {
	*testing.T
	lower vfs.Dir
	upper vfs.MutableDir
	vfstest.FS
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, lower: tree(t, vfstest.Tree()), upper: mem()}
	w.again()
	return w
}

// again mounts the layers anew: what counts is what is in them.
func (w *world) again() {
	w.FS = vfstest.Mounted(w.T, overlay.New(overlay.Options{Lower: []vfs.Dir{w.lower}, Upper: w.upper}))
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) fails(what string, err error, want errno.Errno) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Errorf("%s: %v, want %s", what, err, want.Name())
	}
}

func (w *world) write(name, data string, flags sys.OpenFlag) {
	w.Helper()
	f, err := w.Open(name, sys.OWrite|flags, 0, 0o644)
	w.must(err)
	w.must(f.Append([]byte(data)))
	w.must(f.Close())
}

func (w *world) read(name, want string) {
	w.Helper()
	f, err := w.Open(name, sys.ORead, 0, 0)
	if err != nil {
		w.Errorf("%s: %v", name, err)
		return
	}
	defer f.Close()
	got := make([]byte, len(want)+1)
	n, err := f.ReadAt(got, 0)
	if string(got[:n]) != want || err != nil {
		w.Errorf("%s: %q, %v, want %q", name, got[:n], err, want)
	}
}

func (w *world) list(dir string) (names []string) {
	w.Helper()
	f, err := w.Open(dir, 0, 0, 0)
	w.must(err)
	defer f.Close()
	w.must(f.ReadDir(0, func(e sys.DirEntry) bool {
		names = append(names, e.Name)
		return true
	}))
	slices.Sort(names)
	return names
}

// twice runs check, and once more when the layers have been mounted anew.
func (w *world) twice(check func()) {
	w.Helper()
	check()
	w.again()
	check()
}

func TestCopyUp(t *testing.T) {
	w := newWorld(t)
	before, err := w.Stat("d/e", 0)
	w.must(err)
	reader, err := w.Open("d/e/deep", sys.ORead, 0, 0)
	w.must(err)
	st, err := w.Stat("d/e/deep", 0)
	w.must(err)
	w.write("d/e/deep", "more\n", 0)
	after, err := w.Stat("d/e/deep", 0)
	w.must(err)
	if after.Ino != st.Ino || after.Mode != st.Mode {
		t.Errorf("%+v became %+v", st, after)
	}
	// Who had it open sees what is written, as with every file.
	if st, err := reader.Stat(); st.Size != 10 || err != nil {
		t.Errorf("the open file: %+v, %v", st, err)
	}
	if st, err := w.Stat("d/e", 0); st.Mtime != before.Mtime || st.Ino != before.Ino || err != nil {
		t.Errorf("the directory %+v became %+v, %v", before, st, err)
	}
	w.twice(func() {
		w.read("d/e/deep", "deep\nmore\n")
		w.read("to-dir/deep", "deep\nmore\n")
		w.read("file", "contents\n")
	})
}

func TestAttributes(t *testing.T) {
	w := newWorld(t)
	w.must(w.SetAttr("file", 0, sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}))
	w.must(w.SetAttr("d", 0, sys.SetAttr{Set: sys.AttrMode, Mode: 0o700}))
	w.must(w.SetAttr("d/big", 0, sys.SetAttr{Set: sys.AttrSize, Size: 20}))
	w.twice(func() {
		for name, mode := range map[string]uint32{"file": 0o600, "d": 0o700, "d/big": 0o644} {
			if st, err := w.Stat(name, 0); st.Mode != mode || err != nil {
				t.Errorf("%s: %+v, %v", name, st, err)
			}
		}
		w.read("d/big", "0123456789abcdef0123")
		w.read("d/e/deep", "deep\n")
	})
}

func TestRemovedNamesStayAway(t *testing.T) {
	w := newWorld(t)
	w.must(w.Unlink("file"))
	w.must(w.Rmdir("d/none"))
	w.must(w.Unlink("d/e/deep"))
	w.must(w.Rmdir("d/e"))
	w.fails("rmdir of what is not empty", w.Rmdir("d"), errno.ENOTEMPTY)
	w.twice(func() {
		for _, name := range []string{"file", "d/none", "d/e", "d/e/deep"} {
			_, err := w.Stat(name, 0)
			w.fails(name, err, errno.ENOENT)
		}
		if names := w.list("d"); slices.Contains(names, "e") || slices.Contains(names, overlay.LogName) || len(names) != 3 {
			t.Errorf("%q", names)
		}
	})
	// What is made in their stead is empty.
	w.must(w.Mkdir("d/e", 0o755))
	w.write("file", "new\n", sys.OCreate|sys.OExcl)
	w.twice(func() {
		if names := w.list("d/e"); len(names) != 0 {
			t.Errorf("%q", names)
		}
		w.read("file", "new\n")
		w.read("hard", "contents\n")
	})
	w.must(w.Unlink("file"))
	w.twice(func() {
		_, err := w.Stat("file", 0)
		w.fails("file", err, errno.ENOENT)
	})
}

func TestWritesToARemovedLowerFile(t *testing.T) {
	w := newWorld(t)
	f, err := w.Open("file", sys.ORead|sys.OWrite, 0, 0)
	w.must(err)
	w.must(w.Unlink("file"))
	w.write("file", "another\n", sys.OCreate)
	w.must(f.Append([]byte("more\n")))
	got := make([]byte, 100)
	if n, err := f.ReadAt(got, 0); string(got[:n]) != "contents\nmore\n" || err != nil {
		t.Errorf("%q, %v", got[:n], err)
	}
	w.must(f.Close())
	w.twice(func() {
		w.read("file", "another\n")
		if names := w.list("."); slices.ContainsFunc(names, func(s string) bool { return strings.HasPrefix(s, ".overlay") }) {
			t.Errorf("%q", names)
		}
	})
}

func TestRenames(t *testing.T) {
	w := newWorld(t)
	w.fails("a directory from below", w.Rename("d", "f"), errno.EXDEV)
	w.must(w.Rename("file", "d/moved"))
	w.must(w.Rename("to-dir", "d/link"))
	w.must(w.Rename("program", "empty"))
	w.must(w.Mkdir("new", 0o755))
	w.write("new/x", "x\n", sys.OCreate)
	w.fails("a directory over one that is not empty", w.Rename("new", "d"), errno.ENOTEMPTY)
	w.must(w.Rename("new", "d/none"))
	w.must(w.Rename("d/none", "d/other"))
	w.twice(func() {
		w.read("d/moved", "contents\n")
		w.read("empty", "#!/bin/sh\n")
		w.read("d/other/x", "x\n")
		if got, err := w.Readlink("d/link"); got != "d/e" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		for _, name := range []string{"file", "to-dir", "program", "d/none", "new"} {
			_, err := w.Stat(name, sys.AtNoFollow)
			w.fails(name, err, errno.ENOENT)
		}
	})
}

func TestHardLinks(t *testing.T) {
	w := newWorld(t)
	w.must(w.Link("file", "second", 0))
	w.write("second", "more\n", 0)
	w.twice(func() {
		w.read("file", "contents\nmore\n")
		a, _ := w.Stat("file", 0)
		b, err := w.Stat("second", 0)
		if a.Ino != b.Ino || a.Nlink != 2 || err != nil {
			t.Errorf("%+v, %+v, %v", a, b, err)
		}
	})
	w.fails("link of a directory", w.Link("d", "x", 0), errno.EPERM)
}

func TestOwnName(t *testing.T) {
	w := newWorld(t)
	_, err := w.Open(overlay.LogName, sys.OWrite|sys.OCreate, 0, 0)
	w.fails("create", err, errno.EPERM)
	w.fails("mkdir", w.Mkdir("d/"+overlay.LogName, 0o755), errno.EPERM)
	w.fails("rename", w.Rename("file", overlay.LogName), errno.EPERM)
}

// full is a directory in which nothing can be made.
type full struct{ vfs.MutableDir }

func (full) Create(string, uint32) (vfs.File, error) { return nil, errno.ENOSPC }

func TestFullUpper(t *testing.T) {
	w := newWorld(t)
	w.upper = full{w.upper}
	w.again()
	w.fails("copy up", w.SetAttr("file", 0, sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}), errno.ENOSPC)
	w.fails("unlink", w.Unlink("file"), errno.ENOSPC)
	w.read("file", "contents\n")
}
