package store

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, dev Device) *FS {
	t.Helper()
	fs, err := Open(dev, Options{})
	must(t, err)
	return fs
}

// suiteFS is a directory of the tree of fs for the suite.
func suiteFS(t *testing.T, fs *FS) vfstest.FS {
	t.Helper()
	ns := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	must(t, ns.Mkdir(vfs.At{}, "/mnt", 0o755))
	must(t, ns.Mount("/mnt", fs, vfs.MountOptions{}))
	must(t, ns.Mkdir(vfs.At{}, "/mnt/it", 0o755))
	below, err := vfstest.Namespaced(ns, "/mnt/it")
	must(t, err)
	return below
}

// TestSuite runs the conformance suite, and after each case reads the store again
// and compares.
func TestSuite(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		dev := &memDevice{}
		fs := open(t, dev)
		t.Cleanup(func() { sameAgain(t, fs, dev) })
		return suiteFS(t, fs)
	}, vfstest.Options{})
}

func TestHammer(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	below := suiteFS(t, fs)
	_, before := fs.Space()
	vfstest.Hammer(t, below, 4, 2000)
	sameAgain(t, fs, dev)
	if _, after := fs.Space(); after != before || fs.Nodes() != 2 {
		t.Errorf("%d bytes were free and %d are, and there are %d nodes", before, after, fs.Nodes())
	}
}
