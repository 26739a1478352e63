package vfstest_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// below is the directory path of a namespace as an FS.
func below(t *testing.T, ns *vfs.Namespace, path string) vfstest.FS {
	t.Helper()
	fs, err := vfstest.Namespaced(ns, path)
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func mustMkdir(t *testing.T, ns *vfs.Namespace, paths ...string) {
	t.Helper()
	for _, path := range paths {
		if err := ns.Mkdir(vfs.At{}, path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

func newMem(t *testing.T) vfstest.FS {
	ns := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	mustMkdir(t, ns, "/top")
	return below(t, ns, "/top")
}

func newMounted(t *testing.T) vfstest.FS {
	ns := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	mustMkdir(t, ns, "/mnt", "/mnt/it")
	if err := ns.Mount("/mnt/it", vfs.NewMem(vfs.MemOptions{}), vfs.MountOptions{}); err != nil {
		t.Fatal(err)
	}
	return below(t, ns, "/mnt/it")
}

func TestMem(t *testing.T) { vfstest.Run(t, newMem, vfstest.Options{}) }

func TestMem_mounted(t *testing.T) { vfstest.Run(t, newMounted, vfstest.Options{}) }

func TestMem_hammer(t *testing.T) {
	m := vfs.NewMem(vfs.MemOptions{})
	ns := vfs.NewNamespace(m)
	mustMkdir(t, ns, "/x", "/x/y", "/x/y/top")
	total, before := m.Space()
	vfstest.Hammer(t, below(t, ns, "/x/y/top"), 4, 2000)
	if _, after := m.Space(); after != before || m.Nodes() != 4 {
		t.Errorf("of %d bytes %d were free and %d are, and there are %d nodes", total, before, after, m.Nodes())
	}
}

func TestCases(t *testing.T) {
	if n := vfstest.Cases(); n < 350 {
		t.Errorf("the suite has %d cases only", n)
	}
	if name := vfstest.Duplicate(); name != "" {
		t.Errorf("two cases are called %s", name)
	}
}
