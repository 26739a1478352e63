//go:build unix

package hostfs_test

import (
	"syscall"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/hostfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

func TestSuite(t *testing.T) {
	// The host's umask would take bits off the modes that the suite asks for.
	old := syscall.Umask(0)
	t.Cleanup(func() { syscall.Umask(old) })
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		f, err := hostfs.New(t.TempDir(), hostfs.Options{Trusting: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		ns := vfs.NewNamespace(f)
		if err := ns.Mkdir(vfs.At{}, "/it", 0o777); err != nil {
			t.Fatal(err)
		}
		fs, err := vfstest.Namespaced(ns, "/it")
		if err != nil {
			t.Fatal(err)
		}
		return fs
	}, vfstest.Options{Host: true, Root: syscall.Geteuid() == 0})
}
