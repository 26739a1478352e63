package kernel

import "github.com/bushel-wasm/bushel/kernel/errno"

// ttyWatch is somebody who is told of a terminal's size.
type ttyWatch struct{ fn func(cols, rows int) }

// WatchTTY has fn called after each change of the size of the terminal that fd is open on,
// with no lock held and in no certain order; fn must not block. stop ends that; a call that
// has begun may go on beyond it. It is for services in the kernel: programs have SIGWINCH.
//
// # Errors
//
// EBADF, and ENOTTY for what is no terminal.
func (p *Process) WatchTTY(fd int, fn func(cols, rows int)) (stop func(), err error) {
	k := p.k
	k.lock()
	defer k.unlock()
	f, ok := p.fd(uint64(fd))
	if !ok {
		return nil, errno.EBADF
	}
	t, ok := f.stream.(*tty)
	if !ok {
		return nil, errno.ENOTTY
	}
	w := &ttyWatch{fn}
	if t.watches == nil {
		t.watches = map[*ttyWatch]bool{}
	}
	t.watches[w] = true
	return func() {
		k.lock()
		defer k.unlock()
		delete(t.watches, w)
	}, nil
}

// resized tells who watches of the terminal's size. The lock is held.
func (t *tty) resized() {
	cols, rows := int(t.cols), int(t.rows)
	for w := range t.watches {
		t.k.after(func() { w.fn(cols, rows) })
	}
}
