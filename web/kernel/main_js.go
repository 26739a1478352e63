// Command kernel is kernel.wasm: the kernel, the shell and its commands in the
// kernel worker. It joins three ends: the page, whose calls are those of pid 1;
// the guests in their process workers; and the kernel between them.
package main

import (
	"fmt"
	"log/slog"
	"os"
	"unsafe"

	"github.com/bushel-wasm/bushel/busimpl"
	"github.com/bushel-wasm/bushel/busimpl/buslink"
	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/klog"
	"github.com/bushel-wasm/bushel/kernel/link"
	"github.com/bushel-wasm/bushel/kernel/mounts"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/shell"
	"github.com/bushel-wasm/bushel/shell/commands"
	"github.com/bushel-wasm/bushel/web/storage"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel page_post
//go:noescape
func jsPagePost(p unsafe.Pointer, n uint32)

// page is the kernel's end of the page's link.
var page *link.Server

// pageMessage takes frames of the page.
//
//go:wasmexport page_message
func pageMessage(n uint32) {
	if err := page.Receive(worker.Received(n)); err != nil {
		slog.Error("a message of the page", "err", err)
	}
	worker.LetRun()
}

func main() {
	paceCollections()
	tree := vfs.NewNamespace(vfs.NewMem(vfs.MemOptions{}))
	said, minor := mountHome(tree)
	set, err := readSettings()
	var k *kernel.Kernel
	if err == nil {
		k, err = boot(tree, &set)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bushel: the kernel cannot start:", err)
		os.Exit(1)
	}
	if said != "" {
		k.Logger().Warn(said, "module", "home")
	}
	page = link.NewServer(k.Init(), func(b []byte) {
		storage.Flush()
		jsPagePost(worker.Pointer(b), uint32(len(b)))
	})
	tellBooted(said, minor)
	select {}
}

// boot makes the kernel and the tree that a session finds.
func boot(tree *vfs.Namespace, set *settings) (*kernel.Kernel, error) {
	shown := klog.Off
	if set.Log != "" {
		if err := shown.UnmarshalText([]byte(set.Log)); err != nil {
			return nil, err
		}
	}
	k := kernel.New(kernel.Config{
		Policy:     set.Policy,
		GrantStore: set,
		Console:    console,
		ShowLog:    shown,
		FS:         tree,
		Environ:    []string{"PATH=/bin:/usr/bin:/home/user/bin"}, // as its shells have it, but for "."
		Machine:    theMachine,
		Yield:      worker.Yield,
		Page:       &thePage,
		Catalog:    catalog,
	})
	shell.Register(k)
	commands.Register(k)
	busimpl.Register(k, busimpl.Options{HTTP: fetcher{}, WS: sockets{}, Audio: sounds{}})
	buslink.Register(k, sockets{})
	mounts.Register(k, mounts.Options{Get: fetcher{}})
	k.AddFSType("local", openLocal)
	k.AddFSType("opfs", openStore)
	if err := commands.MakeTree(k); err != nil {
		return nil, err
	}
	return k, nil
}
