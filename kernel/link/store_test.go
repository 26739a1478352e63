package link_test

import (
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
)

// onStore is a tree in a store.
func onStore(t *testing.T) *vfs.Namespace {
	t.Helper()
	fs, err := store.Open(&device{}, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { fs.Close() })
	return vfs.NewNamespace(fs)
}

// device is a [store.Device] in memory, of at most 256 MiB.
type device struct {
	mu   sync.Mutex
	data []byte
}

func (d *device) ReadAt(p []byte, off int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if off+int64(len(p)) > int64(len(d.data)) {
		return errno.EIO
	}
	copy(p, d.data[off:])
	return nil
}

func (d *device) WriteAt(p []byte, off int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if off+int64(len(p)) > int64(len(d.data)) {
		return errno.EIO
	}
	copy(d.data[off:], p)
	return nil
}

func (d *device) Size() (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return int64(len(d.data)), nil
}

func (d *device) Truncate(size int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	data := make([]byte, size)
	copy(data, d.data)
	d.data = data
	return nil
}

func (d *device) Room() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return uint64(256<<20 - len(d.data))
}

func (*device) Barrier() error { return nil }
func (*device) MayWait() bool  { return false }
func (*device) Settle() error  { return nil }
func (*device) Sync() error    { return nil }
func (*device) Close() error   { return nil }
