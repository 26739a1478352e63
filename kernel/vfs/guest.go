package vfs

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// guestStart chooses where the path of a guest begins that may have lost its
// leading slash: at the working directory or at the root. A C library for WASI
// strips the slash from an absolute path and takes a relative one from the root, so
// that both look the same; what is there decides.
//
// The path is taken from the working directory if it names something there,
// else from the root if it names something there. Where it names nothing, a
// path to be made, the same goes for the directory it would be in; a single
// name is always the working directory's.
func (ns *Namespace) guestStart(at At, path string) Place {
	root := ns.Root()
	inCwd, dirInCwd := ns.probe(at, at.Cwd, path)
	if inCwd {
		return at.Cwd
	}
	inRoot, dirInRoot := ns.probe(at, root, path)
	if inRoot {
		return root
	}
	if strings.Contains(strings.TrimRight(path, "/"), "/") && !dirInCwd && dirInRoot {
		return root
	}
	return at.Cwd
}

// probe finds out whether path names something from start, be it a link that
// leads nowhere, and whether the directory of its last name is there.
func (ns *Namespace) probe(at At, start Place, path string) (there, dirThere bool) {
	w := ns.newWalk(at, start)
	e, err := w.entry(path)
	if err != nil {
		// Something is in the way that is not just missing, such as a loop of
		// links: the answer is to be found there.
		n := errno.Of(err)
		return n != errno.ENOENT && n != errno.ENOTDIR && n != errno.ENAMETOOLONG, false
	}
	if e.Place.IsZero() {
		return false, true
	}
	if e.Slash {
		st, err := e.Place.For(at.Context).Stat()
		return err == nil && (st.Type == sys.TypeDirectory || st.Type == sys.TypeSymlink), true
	}
	return true, true
}
