//go:build unix

package guests

import (
	"os"
	"path/filepath"
	"syscall"
)

// lock keeps other processes from building, until unlock is called.
func (w *Workshop) lock() (unlock func(), err error) {
	if err := os.MkdirAll(w.Out, 0o777); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(w.Out, ".lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
