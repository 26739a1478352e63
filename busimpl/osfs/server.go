package osfs

import (
	"context"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// server is a session with a module, by one of the interfaces. Paths begin with a slash and
// have no links in them. Errors are those of calls.
type server interface {
	// root is the call that all others go along.
	root() *bus.Session
	// stat describes what path names; a link is not followed.
	stat(ctx context.Context, path string) (sys.Stat, error)
	// list lists a directory.
	list(ctx context.Context, path string) ([]named, error)
	create(ctx context.Context, path string, mode uint32) error
	mkdir(ctx context.Context, path string, mode uint32) error
	symlink(ctx context.Context, target, path string) error
	readlink(ctx context.Context, path string) (string, error)
	unlink(ctx context.Context, path string) error
	rmdir(ctx context.Context, path string) error
	// rename moves from to to, in the stead of what is there, which is of the same
	// type and no directory with something in it.
	rename(ctx context.Context, from, to string) error
	setAttr(ctx context.Context, path string, a sys.SetAttr) error
	open(ctx context.Context, path string) (handle, error)
}

// named is an entry of a directory.
type named struct {
	name string
	typ  sys.FileType
}

// handle is a file that the module has open.
type handle interface {
	stat(ctx context.Context) (sys.Stat, error)
	// readAt reads up to n bytes; fewer come at the end, or as the module likes.
	readAt(ctx context.Context, n int, off int64) ([]byte, error)
	// writeAt writes data, at the end if off is below 0, and returns where that ends.
	writeAt(ctx context.Context, data []byte, off int64) (end int64, err error)
	truncate(ctx context.Context, size uint64) error
	setAttr(ctx context.Context, a sys.SetAttr) error
	sync(ctx context.Context) error
	// alive reports whether the module has it open yet. close does not wait.
	alive() bool
	close()
}
