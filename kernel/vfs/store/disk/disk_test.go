//go:build linux || darwin

package disk_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/kernel/vfs/store/disk"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open is the store in the file path.
func open(t testing.TB, path string) *store.FS {
	t.Helper()
	dev, err := disk.Open(path)
	must(t, err)
	fs, err := store.Open(dev, store.Options{})
	must(t, err)
	t.Cleanup(func() { fs.Close() })
	return fs
}

func TestSuite(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		ns := vfs.NewNamespace(open(t, filepath.Join(t.TempDir(), "store")))
		must(t, ns.Mkdir(vfs.At{}, "/it", 0o755))
		fs, err := vfstest.Namespaced(ns, "/it")
		must(t, err)
		return fs
	}, vfstest.Options{})
}

func TestLasts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	fs := open(t, path)
	f, err := fs.Root().(vfs.MutableDir).Create("f", 0o644)
	must(t, err)
	_, err = f.WriteAt([]byte("text"), 1<<20)
	must(t, err)
	must(t, f.(vfs.Syncer).Sync())
	must(t, fs.Close())
	n, err := open(t, path).Root().Lookup("f")
	must(t, err)
	p := make([]byte, 10)
	got, err := n.(vfs.File).ReadAt(p, 1<<20)
	must(t, err)
	if string(p[:got]) != "text" {
		t.Errorf("it has %q", p[:got])
	}
}

func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store")
	fs := open(t, path)
	if _, err := disk.Open(path); !errors.Is(err, errno.EBUSY) {
		t.Errorf("opened twice: %v", err)
	}
	must(t, fs.Close())
	must(t, open(t, path).Close())
}

func TestOpen_refuses(t *testing.T) {
	dir := t.TempDir()
	if _, err := disk.Open(filepath.Join(dir, "no", "store")); !errors.Is(err, errno.ENOENT) {
		t.Errorf("in a folder that is not there: %v", err)
	}
	text := bytes.Repeat([]byte("some text\n"), 1000)
	path := filepath.Join(dir, "text")
	must(t, os.WriteFile(path, text, 0o644))
	dev, err := disk.Open(path)
	must(t, err)
	if _, err := store.Open(dev, store.Options{}); !errors.Is(err, store.ErrForeign) {
		t.Errorf("a text: %v", err)
	}
	must(t, dev.Close())
	if after, _ := os.ReadFile(path); !bytes.Equal(after, text) {
		t.Error("the text was changed")
	}
}

func TestRoom(t *testing.T) {
	total, free := open(t, filepath.Join(t.TempDir(), "store")).Space()
	if free == 0 || free > total {
		t.Errorf("%d bytes of %d are free", free, total)
	}
}
