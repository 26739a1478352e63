package localfs_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/localfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// disk is a Host in memory, with the words of a browser.
type disk struct {
	ns     *vfs.Namespace
	mu     sync.Mutex // guards closed
	closed []string
	hangs  bool // until ctx is done
}

func newDisk() *disk { return &disk{ns: vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))} }

func (d *disk) enter(ctx context.Context) error {
	if d.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (d *disk) Stat(ctx context.Context, path string) (localfs.Info, error) {
	if err := d.enter(ctx); err != nil {
		return localfs.Info{}, err
	}
	st, err := d.ns.Stat(vfs.At{}, "/"+path)
	return localfs.Info{Dir: st.Type == sys.TypeDirectory, Size: st.Size, Mtime: st.Mtime}, err
}

func (d *disk) List(_ context.Context, path string) (list []localfs.Entry, err error) {
	p, err := d.ns.WalkDir(vfs.At{}, "/"+path)
	if err != nil {
		return nil, err
	}
	dir, _ := p.Dir()
	return list, dir.ReadDir(0, func(e sys.DirEntry) bool {
		list = append(list, localfs.Entry{Name: e.Name, Dir: e.Type == sys.TypeDirectory})
		return true
	})
}

func (d *disk) open(path string, flags sys.OpenFlag) (vfs.File, error) {
	p, _, err := d.ns.OpenNode(vfs.At{}, "/"+path, flags, 0o644)
	if err != nil {
		return nil, err
	}
	if f, ok := p.Node().(vfs.File); ok {
		return f, nil
	}
	return nil, errno.EISDIR
}

func (d *disk) Create(_ context.Context, path string) error {
	_, err := d.open(path, sys.OWrite|sys.OCreate)
	return err
}

func (d *disk) Mkdir(_ context.Context, path string) error {
	return d.ns.Mkdir(vfs.At{}, "/"+path, 0o755)
}

func (d *disk) Remove(_ context.Context, path string) error {
	if err := d.ns.Unlink(vfs.At{}, "/"+path); errno.Of(err) != errno.EISDIR {
		return err
	}
	return d.ns.Rmdir(vfs.At{}, "/"+path)
}

func (d *disk) Move(_ context.Context, from, to string) error {
	return d.ns.Rename(vfs.At{}, "/"+from, vfs.At{}, "/"+to)
}

func (d *disk) Read(ctx context.Context, path string, p []byte, off int64) (int, error) {
	if err := d.enter(ctx); err != nil {
		return 0, err
	}
	f, err := d.open(path, sys.ORead)
	if err != nil {
		return 0, err
	}
	return f.ReadAt(p, off)
}

func (d *disk) Write(_ context.Context, path string, p []byte, off int64) error {
	f, err := d.open(path, sys.OWrite)
	if err == nil {
		_, err = f.WriteAt(p, off)
	}
	return err
}

func (d *disk) Truncate(_ context.Context, path string, size int64) error {
	return d.ns.SetAttr(vfs.At{}, "/"+path, sys.SetAttr{Set: sys.AttrSize, Size: uint64(size)})
}

func (d *disk) Sync(context.Context, string) error { return nil }

func (d *disk) Close(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = append(d.closed, path)
}

func (d *disk) End() { d.Close("all") }

// TestFolder goes through what a folder can do, and what it says of the rest: without
// links, and without renames of folders, it is no case for the suite.
func TestFolder(t *testing.T) {
	d := newDisk()
	fsys := localfs.New(d)
	f := vfstest.Mounted(t, fsys)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fails := func(what string, err error, want errno.Errno) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %s", what, err, want.Name())
		}
	}
	must(f.Mkdir("d", 0o700))
	must(f.Mkdir("d/e", 0o755))
	o, err := f.Open("d/file", sys.ORead|sys.OWrite|sys.OCreate|sys.OExcl, 0, 0o640)
	must(err)
	must(o.Append([]byte("one\n")))
	must(o.Append([]byte("two\n")))
	_, err = o.WriteAt([]byte("O"), 0)
	must(err)
	before, err := o.Stat()
	must(err)
	if before.Size != 8 || before.Mode != 0o640 {
		t.Errorf("%+v", before)
	}
	must(f.Rename("d/file", "moved"))
	if after, err := f.Stat("moved", 0); err != nil || after.Ino != before.Ino {
		t.Errorf("%+v became %+v, %v", before, after, err)
	}
	p := make([]byte, 10)
	if n, err := o.ReadAt(p, 0); string(p[:n]) != "One\ntwo\n" || err != nil {
		t.Errorf("%q, %v", p[:n], err)
	}
	must(o.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 3}))
	must(o.Close())
	if !slices.Equal(d.closed, []string{"moved"}) {
		t.Errorf("closed %q", d.closed)
	}
	must(f.SetAttr("moved", 0, sys.SetAttr{Set: sys.AttrMode | sys.AttrMtime, Mode: 0o600, Mtime: 5e9}))
	if st, err := f.Stat("moved", 0); st.Size != 3 || st.Mode != 0o600 || st.Mtime != 5e9 || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
	fails("symlink", f.Symlink("x", "l"), errno.EPERM)
	fails("link", f.Link("moved", "l", 0), errno.EPERM)
	fails("rename of a folder", f.Rename("d", "x"), errno.EXDEV)
	fails("file over folder", f.Rename("moved", "d"), errno.EISDIR)
	fails("folder over file", f.Rename("d", "moved"), errno.ENOTDIR)
	fails("unlink of a folder", f.Unlink("d"), errno.EISDIR)
	fails("rmdir of a file", f.Rmdir("moved"), errno.ENOTDIR)
	fails("rmdir", f.Rmdir("d"), errno.ENOTEMPTY)
	fails("mkdir", f.Mkdir("moved", 0), errno.EEXIST)
	fails("long name", f.Mkdir(strings.Repeat("n", 256), 0), errno.ENAMETOOLONG)
	fails("not UTF-8", f.Mkdir("\xff", 0), errno.EILSEQ)
	_, err = f.OpenBeneath("d", "../moved", sys.ORead, 0)
	fails("a path that leads out", err, errno.ENOTCAPABLE)
	dir, err := f.Open("d/e", 0, 0, 0)
	must(err)
	if where, err := f.Getcwd(dir); where != f.Abs("d/e") || err != nil {
		t.Errorf("%q, %v", where, err)
	}
	must(f.Rmdir("d/e"))
	_, err = f.Getcwd(dir)
	fails("getcwd of what is gone", err, errno.ENOENT)
	must(f.Rmdir("d"))
	var names []string
	top, err := f.Open(".", 0, 0, 0)
	must(err)
	must(top.ReadDir(0, func(e sys.DirEntry) bool {
		names = append(names, e.Name)
		return true
	}))
	if !slices.Equal(names, []string{"moved"}) {
		t.Errorf("%q", names)
	}
	o, err = f.Open("long", sys.OWrite|sys.OCreate, 0, 0o644)
	must(err)
	_, err = o.WriteAt([]byte("xy"), vfs.MaxFileSize-1)
	fails("a write behind the last place", err, errno.EFBIG)
	fails("a size beyond all", o.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: vfs.MaxFileSize + 1}), errno.EFBIG)
	must(o.Close())
	must(f.Unlink("long"))
	// What others do on the disk is seen.
	must(d.ns.Unlink(vfs.At{}, "/moved"))
	must(d.ns.Mkdir(vfs.At{}, "/moved", 0o755))
	if st, err := f.Stat("moved", 0); st.Type != sys.TypeDirectory || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
	must(fsys.Close())
}

func TestGivingUp(t *testing.T) {
	d := newDisk()
	if err := d.Create(context.Background(), "file"); err != nil {
		t.Fatal(err)
	}
	fsys := localfs.New(d)
	n, err := fsys.Root().Lookup("file")
	if err != nil {
		t.Fatal(err)
	}
	d.hangs = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := vfs.WithContext(ctx, n.(vfs.File)).ReadAt(make([]byte, 1), 0); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := vfs.WithContext(ctx, fsys.Root()).Lookup("file"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestSuite(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		ns := vfs.NewNamespace(localfs.New(newDisk()))
		if err := ns.Mkdir(vfs.At{}, "/it", 0o755); err != nil {
			t.Fatal(err)
		}
		fs, err := vfstest.Namespaced(ns, "/it")
		if err != nil {
			t.Fatal(err)
		}
		return fs
	}, vfstest.Options{Plain: true})
}
