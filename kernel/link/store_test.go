package link_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
)

// onStore is a tree in a store.
func onStore(t *testing.T) *vfs.Namespace {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "store"))
	if err != nil {
		t.Fatal(err)
	}
	fs, err := store.Open(device{file}, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fs.Close() })
	return vfs.NewNamespace(fs)
}

// device is a file as a [store.Device] that nobody else can have.
type device struct{ *os.File }

func (d device) ReadAt(p []byte, off int64) error {
	_, err := d.File.ReadAt(p, off)
	return err
}

func (d device) WriteAt(p []byte, off int64) error {
	_, err := d.File.WriteAt(p, off)
	return err
}

func (d device) Size() (int64, error) {
	st, err := d.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func (device) Barrier() error { return nil }
func (device) MayWait() bool  { return false }
func (device) Settle() error  { return nil }
func (device) Room() uint64   { return 256 << 20 }
