package main

import (
	"context"
	"errors"
	"fmt"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/web/storage"
	"github.com/bushel-wasm/bushel/web/worker"
)

// jsHomeStore writes the name of the store that is to be /home, and returns its length.
//
//go:wasmimport bushel home_store
//go:noescape
func jsHomeStore(p unsafe.Pointer, n uint32) uint32

//go:wasmimport bushel booted
//go:noescape
func jsBooted(p unsafe.Pointer, n, minor uint32)

// mountHome mounts the store that the page has asked for at /home. It returns what a
// user should know of that, and whether it is of interest to nobody who has not
// asked for files that last.
func mountHome(tree *vfs.Namespace) (notice string, minor bool) {
	name := make([]byte, 256)
	name = name[:jsHomeStore(worker.Pointer(name), uint32(len(name)))]
	if len(name) == 0 {
		return "", false
	}
	fs, err := storage.Open(string(name), false)
	switch {
	case errors.Is(err, errno.EBUSY):
		return "/home is in memory here and will not be kept: another tab has its files open", false
	case errors.Is(err, errno.ENODEV):
		return "/home is in memory and will not be kept: " + err.Error(), true
	case err == nil:
		if err = tree.Mkdir(vfs.At{}, "/home", 0o755); err == nil {
			err = tree.Mount("/home", fs, vfs.MountOptions{Source: string(name)})
		}
	}
	if err != nil {
		return fmt.Sprintf("/home is in memory and will not be kept: %v. Its files are left as they are", err), false
	}
	return fs.Repairs()
}

// tellBooted has the page know that its messages are read.
func tellBooted(notice string, minor bool) {
	said, flag := []byte(notice), uint32(0)
	if minor {
		flag = 1
	}
	jsBooted(worker.Pointer(said), uint32(len(said)), flag)
}

// openStore is the type "opfs" of mount(2): a store of the page's origin by its name.
func openStore(_ context.Context, m *kernel.Mount) (vfs.FS, error) {
	fs, err := storage.Open(m.Source, m.ReadOnly)
	if err != nil {
		return nil, err
	}
	return fs, nil
}
