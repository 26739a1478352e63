package storage

import (
	"strings"
	"sync"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/web/worker"
)

//go:wasmimport bushel disk_open
//go:noescape
func jsOpen(token uint32, p unsafe.Pointer, n uint32)

// end is how something that was waited for has ended.
type end struct {
	device *Device
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

// diskOpened is told that a disk is open, or with an id of 0 why it is not: then
// flag says that another tab has it.
//
//go:wasmexport disk_opened
func diskOpened(token, id, flag, n uint32) {
	if id == 0 {
		e := errno.ENODEV
		if flag != 0 {
			e = errno.EBUSY
		}
		waits.end(token, end{err: errno.Faultf(e, "%s", worker.Received(n))})
		return
	}
	waits.end(token, end{device: &Device{id, flag != 0}})
}

//go:wasmexport disk_done
func diskDone(token, e uint32) { waits.end(token, end{err: result(e)}) }

// maxName is the longest name of a store, in bytes.
const maxName = 64

// Open opens the store called name of the page's origin, and makes an empty one if
// there is none. It waits, and must not be called from an export.
//
// # Errors
//
// EBUSY if another tab has it, ENODEV if the browser keeps nothing for this page,
// EINVAL for a name that cannot be one, and those of [store.Open]; all are sentences.
func Open(name string) (*store.FS, error) {
	if name == "" || len(name) > maxName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return nil, errno.Faultf(errno.EINVAL, "%q is no name of a store: it has letters, digits, - and _, at most %d", name, maxName)
	}
	token, done := waits.begin()
	p := []byte(name)
	jsOpen(token, worker.Pointer(p), uint32(len(p)))
	opened := <-done
	if opened.err != nil {
		return nil, opened.err
	}
	var fs *store.FS
	o := store.Options{Type: "opfs", Defer: func() { hold(fs) }}
	if opened.device.slow {
		o = store.Options{Type: "idb"}
	}
	fs, err := store.Open(opened.device, o)
	if err != nil {
		opened.device.Close()
		return nil, errno.Faultf(errno.Of(err), "%s", err)
	}
	return fs, nil
}
