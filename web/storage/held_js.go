package storage

import (
	"sync"

	"github.com/bushel-wasm/bushel/kernel/vfs/store"
)

//go:wasmimport bushel disk_later
//go:noescape
func jsLater()

// held are the stores that hold records back. any is whether there are some, which
// is asked often.
var held struct {
	sync.Mutex
	any    bool
	stores []*store.FS
}

// hold is the stores' [store.Options.Defer].
func hold(fs *store.FS) {
	held.Lock()
	defer held.Unlock()
	held.stores = append(held.stores, fs)
	if !held.any {
		held.any = true
		jsLater()
	}
}

// Flush has the stores write what they hold back. The kernel's program calls it
// before any message leaves the worker, so that nobody knows of a write that would
// be lost if the page were closed in that moment.
func Flush() {
	if !held.any {
		return
	}
	held.Lock()
	list := held.stores
	held.stores, held.any = nil, false
	held.Unlock()
	for _, fs := range list {
		fs.Flush()
	}
}

// diskLater is called soon after jsLater.
//
//go:wasmexport disk_later
func diskLater() { Flush() }
