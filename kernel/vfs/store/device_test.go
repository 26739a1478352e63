package store

import (
	"slices"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// memDevice is a device in memory. Its limit is a quota; log is told of all that is
// done to it.
type memDevice struct {
	mu    sync.Mutex
	data  []byte
	limit int64 // 0: none
	syncs int
	log   func(op deviceOp)
	fail  func(op deviceOp) error
	// settled is Settle, if the device is slow.
	settled func() error
}

// deviceOp is a write, if data is not nil, a truncation to off, or a sync.
type deviceOp struct {
	off  int64
	data []byte
	sync bool
}

func (m *memDevice) did(op deviceOp) error {
	if m.fail != nil {
		if err := m.fail(op); err != nil {
			return err
		}
	}
	if m.log != nil {
		op.data = slices.Clone(op.data)
		m.log(op)
	}
	return nil
}

func (m *memDevice) ReadAt(p []byte, off int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if off < 0 || off+int64(len(p)) > int64(len(m.data)) {
		return errno.EIO
	}
	copy(p, m.data[off:])
	return nil
}

func (m *memDevice) WriteAt(p []byte, off int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if off < 0 || off+int64(len(p)) > int64(len(m.data)) {
		return errno.EIO
	}
	if err := m.did(deviceOp{off: off, data: p}); err != nil {
		return err
	}
	copy(m.data[off:], p)
	return nil
}

func (m *memDevice) Size() (int64, error) { return int64(len(m.data)), nil }

func (m *memDevice) Truncate(size int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limit > 0 && size > m.limit {
		return errno.ENOSPC
	}
	if err := m.did(deviceOp{off: size}); err != nil {
		return err
	}
	m.data = resized(m.data, size)
	return nil
}

// resized is b with another length; what is new is zeros.
func resized(b []byte, size int64) []byte {
	if had := int64(len(b)); size > had {
		b = slices.Grow(b, int(size-had))[:size]
		clear(b[had:])
	}
	return b[:size]
}

func (m *memDevice) Barrier() error { return m.Sync() }

func (m *memDevice) Sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.syncs++
	return m.did(deviceOp{sync: true})
}

func (m *memDevice) Room() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.limit == 0 {
		return 1 << 30
	}
	return uint64(max(0, m.limit-int64(len(m.data))))
}

func (m *memDevice) MayWait() bool { return m.settled != nil }

func (m *memDevice) Settle() error { return m.settled() }

func (m *memDevice) Close() error { return nil }
