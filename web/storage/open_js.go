package storage

import (
	"errors"
	"strings"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel disk_open
//go:noescape
func jsOpen(token uint32, p unsafe.Pointer, n, create uint32)

// end is how something that was waited for has ended.
type end struct {
	device *Device
	old    bool // it was there before
	err    error
}

// waiting is who waits for JavaScript, by token.
type waiting struct {
	sync.Mutex
	last uint32
	all  map[uint32]chan end
}

var waits = waiting{all: map[uint32]chan end{}}

func (w *waiting) begin() (uint32, chan end) {
	w.Lock()
	defer w.Unlock()
	w.last++
	c := make(chan end, 1)
	w.all[w.last] = c
	return w.last, c
}

func (w *waiting) end(token uint32, e end) {
	w.Lock()
	c := w.all[token]
	delete(w.all, token)
	w.Unlock()
	if c != nil {
		c <- e
	}
}

// What the flags of diskOpened say.
const (
	diskSlow = 1 << iota
	diskOld  // it was there before
)

// diskOpened is told that a disk is open, or with an id of 0 why it is not: then
// flags say that another tab has it, if they are not 0.
//
//go:wasmexport disk_opened
func diskOpened(token, id, flags, n uint32) {
	if id == 0 {
		e := errno.ENODEV
		if flags != 0 {
			e = errno.EBUSY
		}
		waits.end(token, end{err: errno.Faultf(e, "%s", worker.Received(n))})
		return
	}
	waits.end(token, end{device: &Device{id, flags&diskSlow != 0}, old: flags&diskOld != 0})
}

//go:wasmexport disk_done
func diskDone(token, e uint32) { waits.end(token, end{err: result(e)}) }

// maxName is the longest name of a store, in bytes.
const maxName = 64

// Open opens the store called name of the page's origin, and makes an empty one if
// there is none and it is not only to be read; see [store.Options]. It waits, and must
// not be called from an export.
//
// # Errors
//
// EBUSY if another tab has it, ENODEV if the browser keeps nothing for this page or,
// to be read, has no such store,
// EINVAL for a name that cannot be one, and those of [store.Open]; all are sentences.
func Open(name string, readOnly bool) (*store.FS, error) {
	if name == "" || len(name) > maxName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return nil, errno.Faultf(errno.EINVAL, "%q is no name of a store: it has letters, digits, - and _, at most %d", name, maxName)
	}
	token, done := waits.begin()
	p := []byte(name)
	create := uint32(1)
	if readOnly {
		create = 0
	}
	jsOpen(token, worker.Pointer(p), uint32(len(p)), create)
	opened := <-done
	if opened.err != nil {
		return nil, opened.err
	}
	var fs *store.FS
	o := store.Options{Type: "opfs", ReadOnly: readOnly, Old: opened.old, Yield: worker.Yield, Defer: func() { hold(fs) }}
	if opened.device.slow {
		o.Type, o.Defer = "idb", nil
	}
	fs, err := store.Open(opened.device, o)
	if err != nil {
		opened.device.Close()
		if errors.Is(err, store.ErrDamaged) && !readOnly {
			return nil, errno.Faultf(errno.EIO, "%s; mount -t opfs -o ro %s DIRECTORY shows what is good of it", err, name)
		}
		return nil, errno.Faultf(errno.Of(err), "%s", err)
	}
	return fs, nil
}
