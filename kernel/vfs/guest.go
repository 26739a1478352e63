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
// name is always the working directory's. Where that is in neither, and something
// is in the way from the root alone, such as a file, it is the root that can say so.
func (ns *Namespace) guestStart(at At, path string) Place {
	root := ns.Root()
	inCwd, cwdLacks := ns.probe(at, at.Cwd, path)
	if inCwd {
		return at.Cwd
	}
	inRoot, rootLacks := ns.probe(at, root, path)
	if inRoot {
		return root
	}
	if !strings.Contains(strings.TrimRight(path, "/"), "/") || cwdLacks == 0 {
		return at.Cwd
	}
	if rootLacks == 0 || cwdLacks == errno.ENOENT && rootLacks != errno.ENOENT {
		return root
	}
	return at.Cwd
}

// probe finds out whether path names something from start, be it a link that
// leads nowhere, and why there is no directory of its last name, 0 if there is.
func (ns *Namespace) probe(at At, start Place, path string) (there bool, lacks errno.Errno) {
	w := ns.newWalk(at, start)
	e, err := w.entry(path)
	if err != nil {
		// Something is in the way that is not just missing, such as a loop of
		// links: the answer is to be found there.
		n := errno.Of(err)
		return n != errno.ENOENT && n != errno.ENOTDIR && n != errno.ENAMETOOLONG, n
	}
	if e.Place.IsZero() {
		return false, 0
	}
	if e.Slash {
		st, err := e.Place.For(at.Context).Stat()
		return err == nil && (st.Type == sys.TypeDirectory || st.Type == sys.TypeSymlink), 0
	}
	return true, 0
}
