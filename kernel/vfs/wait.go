package vfs

import (
	"context"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Waiter is implemented by file systems whose operations may wait for something
// outside of the kernel, such as a network or a disk that answers later. All
// methods of their nodes may wait but those that the kernel calls where it cannot:
// Location, Parent, Hold, Release, Version and Device. Their directories are
// [Located].
type Waiter interface {
	// MayWait is asked once, when the file system is mounted.
	MayWait() bool
}

// Cancelable is a node of a [Waiter] that can be told when to give up.
type Cancelable interface {
	Node
	// WithContext is the node for one operation, which ends soon after ctx is done
	// with an error that is, or wraps, ctx's own. The result is used for nothing
	// else: it need not be equal to the node, nor a Cancelable.
	WithContext(ctx context.Context) Node
}

// ErrWouldWait is the end of a look-up with [At.NoWait] that has come to a file
// system that may wait. Nothing has been changed by then.
var ErrWouldWait error = &errno.Fault{Errno: errno.EAGAIN, Text: "the file system may wait"}

// mayWait reports whether operations on f may wait.
func mayWait(f FS) bool {
	w, ok := f.(Waiter)
	return ok && w.MayWait()
}

// MayWait reports whether operations on the node may wait.
func (p Place) MayWait() bool { return p.mnt != nil && p.mnt.waits }

// For is the place for operations that end when ctx does, if they can: see
// [Cancelable]. Nil stands for no end.
func (p Place) For(ctx context.Context) Place {
	p.node = WithContext(ctx, p.node)
	return p
}

// WithContext is n for one operation that ends when ctx does, if it can: see
// [Cancelable]. Nil stands for no end.
func WithContext[N Node](ctx context.Context, n N) N {
	if ctx == nil {
		return n
	}
	if c, ok := Node(n).(Cancelable); ok {
		if bound, ok := c.WithContext(ctx).(N); ok {
			return bound
		}
	}
	return n
}

// mayStay is ErrWouldWait if p is where a walk must not go.
func (w *walk) mayStay(p Place) error {
	if w.noWait && p.MayWait() {
		return ErrWouldWait
	}
	return nil
}
