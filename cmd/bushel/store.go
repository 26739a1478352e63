package main

import (
	"context"
	"errors"
	"os"
	"path"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/kernel/vfs/store/disk"
)

// openStore is the type "store" of mount(2): a file in a folder of the host that is
// shared, which is made if it is not there and not only to be read.
func (s *system) openStore(_ context.Context, m *kernel.Mount) (vfs.FS, error) {
	at, err := m.Walk(path.Dir(m.Source))
	if err != nil {
		return nil, errno.Faultf(errno.Of(err), "%s: %s", m.Source, err)
	}
	dir, err := s.tree.Path(at)
	if err != nil {
		return nil, err
	}
	for _, d := range s.opts.dirs {
		rest, ok := below(dir, d.mountPoint())
		if !ok || d.readOnly && !m.ReadOnly {
			continue
		}
		return openHostStore(d.host, path.Join(rest, path.Base(m.Source)), m.ReadOnly)
	}
	return nil, errno.Faultf(errno.EINVAL, "%s is in no folder of the host that may be written: share one by --dir", m.Source)
}

// openHostStore opens the store in the file name below the host's folder, which
// links do not lead out of.
func openHostStore(folder, name string, readOnly bool) (vfs.FS, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, plain(err)
	}
	defer root.Close()
	flags := os.O_RDWR | os.O_CREATE
	if readOnly {
		flags = os.O_RDONLY
	}
	_, gone := root.Stat(name)
	file, err := root.OpenFile(name, flags, 0o600)
	if err != nil {
		return nil, errno.Faultf(errno.Of(err), "%s: %s", name, plain(err))
	}
	dev, err := disk.New(file)
	if err != nil {
		return nil, err
	}
	fs, err := store.Open(dev, store.Options{ReadOnly: readOnly, Old: gone == nil})
	if err != nil {
		dev.Close()
		if errors.Is(err, store.ErrDamaged) && !readOnly {
			return nil, errno.Faultf(errno.EIO, "%s: %s; mount -t store -o ro %s DIRECTORY shows what is good of it", name, err, name)
		}
		return nil, errno.Faultf(errno.Of(err), "%s: %s", name, err)
	}
	return fs, nil
}
