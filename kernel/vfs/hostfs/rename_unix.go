//go:build linux || darwin

package hostfs

import (
	"path"

	"golang.org/x/sys/unix"
)

// rename is rename(2). os.Root's own refuses to replace a directory.
func (f *FS) rename(from, to string) error {
	a, err := f.root.Open(path.Dir(from))
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := f.root.Open(path.Dir(to))
	if err != nil {
		return err
	}
	defer b.Close()
	return unix.Renameat(int(a.Fd()), path.Base(from), int(b.Fd()), path.Base(to))
}
