//go:build !js

package hackfs_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	gofstest "testing/fstest"

	"github.com/hack-pad/hackpadfs"
	"github.com/hack-pad/hackpadfs/fstest"

	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/hackfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/kernel/vfs/store/disk"
)

// The interfaces of hackpadfs that the view is to have.
var (
	_ hackpadfs.OpenFileFS = (*hackfs.FS)(nil)
	_ hackpadfs.CreateFS   = (*hackfs.FS)(nil)
	_ hackpadfs.MkdirFS    = (*hackfs.FS)(nil)
	_ hackpadfs.MkdirAllFS = (*hackfs.FS)(nil)
	_ hackpadfs.RemoveFS   = (*hackfs.FS)(nil)
	_ hackpadfs.RenameFS   = (*hackfs.FS)(nil)
	_ hackpadfs.StatFS     = (*hackfs.FS)(nil)
	_ hackpadfs.LstatFS    = (*hackfs.FS)(nil)
	_ hackpadfs.ChmodFS    = (*hackfs.FS)(nil)
	_ hackpadfs.ChtimesFS  = (*hackfs.FS)(nil)
	_ hackpadfs.ReadFileFS = (*hackfs.FS)(nil)
	_ hackpadfs.SymlinkFS  = (*hackfs.FS)(nil)
	_ fs.ReadLinkFS        = (*hackfs.FS)(nil)

	_ hackpadfs.ReadWriterFile = (*hackfs.File)(nil)
	_ hackpadfs.ReaderAtFile   = (*hackfs.File)(nil)
	_ hackpadfs.WriterAtFile   = (*hackfs.File)(nil)
	_ hackpadfs.DirReaderFile  = (*hackfs.File)(nil)
	_ hackpadfs.SeekerFile     = (*hackfs.File)(nil)
	_ hackpadfs.SyncerFile     = (*hackfs.File)(nil)
	_ hackpadfs.TruncaterFile  = (*hackfs.File)(nil)
	_ hackpadfs.ChmoderFile    = (*hackfs.File)(nil)
	_ hackpadfs.ChtimeserFile  = (*hackfs.File)(nil)
)

// suiteFS has the error of Rename that the suite wants.
type suiteFS struct{ *hackfs.FS }

func (s suiteFS) Rename(old, name string) error {
	err := s.FS.Rename(old, name)
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return &hackpadfs.LinkError{Op: e.Op, Old: e.Old, New: e.New, Err: e.Err}
	}
	return err
}

func newFS(tb testing.TB) *hackfs.FS {
	tb.Helper()
	return viewOf(tb, vfs.NewMem(vfs.MemOptions{}))
}

func viewOf(tb testing.TB, fs vfs.FS) *hackfs.FS {
	tb.Helper()
	f, err := hackfs.New(vfs.NewNamespace(fs), "/")
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

// newStore is the store in a new file.
func newStore(tb testing.TB) *hackfs.FS {
	tb.Helper()
	dev, err := disk.Open(filepath.Join(tb.TempDir(), "store"))
	if err != nil {
		tb.Fatal(err)
	}
	fs, err := store.Open(dev, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { fs.Close() })
	return viewOf(tb, fs)
}

// wrong are the suite's cases that ask for what POSIX forbids, with the reason.
var wrong = map[string]string{
	"fs.Rename/same_directory": "rename(2): if both names are one file, it succeeds and does nothing; " +
		"the suite wants the EEXIST that Go's os.Rename makes up",
	"fs.Rename/newpath_is_directory": "rename(2): an empty directory is replaced; " +
		"the suite wants the EEXIST that Go's os.Rename makes up",
	"fs.WriteFile/dir_exists": "the suite expects a directory's mode without the bit for a directory",
}

func TestHackpadfs(t *testing.T) { hackpadfsSuite(t, newFS) }

func TestHackpadfs_store(t *testing.T) { hackpadfsSuite(t, newStore) }

func hackpadfsSuite(t *testing.T, make func(testing.TB) *hackfs.FS) {
	options := fstest.FSOptions{
		Name:        "it",
		TestFS:      func(tb testing.TB) fstest.SetupFS { return suiteFS{make(tb)} },
		Constraints: fstest.Constraints{FileModeMask: ^hackpadfs.FileMode(0)},
		ShouldSkip: func(f fstest.Facets) bool {
			_, name, _ := strings.Cut(f.Name, "it_FS/")
			return wrong[name] != ""
		},
	}
	fstest.FS(t, options)
	fstest.File(t, options)
}

func TestStandardSuite(t *testing.T) {
	f := newFS(t)
	for _, dir := range []string{"a", "a/b"} {
		if err := f.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files := []string{"top", "a/one", "a/b/two", "a/b/three"}
	for _, name := range files {
		if err := hackpadfs.WriteFullFile(f, name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Symlink("one", "a/link"); err != nil {
		t.Fatal(err)
	}
	if err := gofstest.TestFS(f, append(files, "a/link")...); err != nil {
		t.Error(err)
	}
}

func TestLinksStayInside(t *testing.T) {
	ns := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	for _, err := range []error{
		ns.Mkdir(vfs.At{}, "/in", 0o755),
		ns.Mkdir(vfs.At{}, "/out", 0o755),
		ns.Symlink(vfs.At{}, "/in/up", "../out"),
		ns.Symlink(vfs.At{}, "/in/abs", "/out"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := hackfs.New(ns, "/in")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"up", "abs"} {
		if _, err := f.Open(name); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.Open("/out"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("leading slash: %v", err)
	}
}
