package vfs

import (
	"context"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// At says where a path look-up begins and what it may do.
type At struct {
	// Dir is where a path without leading slash begins; the root if it is zero.
	Dir Place
	// Cwd is the working directory, for sys.AtGuest. It may be zero.
	Cwd Place
	// Flags is how links, ".." and leading slashes are taken.
	Flags sys.AtFlag
	// Caller is handed to each [CallerLink] on the way. It may be nil.
	Caller any
	// NoWait: nothing may wait; see [ErrWouldWait].
	NoWait bool
	// Promised: what is made may take of the room that was set aside; see [Promiser].
	Promised bool
	// Context ends what may wait; see [Cancelable]. Nil stands for no end.
	Context context.Context
}

// Entry is the end of a path: a name in a directory and what is there.
type Entry struct {
	// Dir is the directory. For a path that ends in ".", ".." or is all slashes,
	// it is the directory that the path leads to.
	Dir Place
	// Name is the last name as it was given, which may be "." or "..". It is empty
	// for a path that is all slashes.
	Name string
	// Slash says that slashes follow the name.
	Slash bool
	// Place is what is there, a link itself and not its target; zero if there
	// is nothing.
	Place Place
	// Mounted says that a file system is mounted there.
	Mounted bool
}

// special reports whether the path ended in no name of its own.
func (e *Entry) special() bool { return e.Name == "" || e.Name == "." || e.Name == ".." }

// Walk finds what path names. With sys.AtNoFollow a link in the last place is
// itself the result. A path with slashes at its end must name a directory or a
// link to one.
//
// # Errors
//
// ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG (a name over [MaxName] or a path over
// [MaxPath] bytes), EINVAL (NUL), EILSEQ (not UTF-8), ENOTCAPABLE
// (sys.AtBeneath), EACCES (a directory on the way may not be searched), and those
// of the file systems.
func (ns *Namespace) Walk(at At, path string) (Place, error) {
	w, err := ns.begin(at, path)
	if err != nil {
		return Place{}, err
	}
	p, err := w.resolve(path, at.Flags&sys.AtNoFollow == 0)
	if err == nil {
		err = w.mayStay(p)
	}
	return p, err
}

// WalkDir is Walk for a path that must name a directory: ENOTDIR.
func (ns *Namespace) WalkDir(at At, path string) (Place, error) {
	p, err := ns.Walk(at, path)
	if err == nil && !p.IsDir() {
		return Place{}, errno.ENOTDIR
	}
	return p, err
}

// WalkParent finds the directory in which path's last name is, and what is
// there. A link in the last place is never followed, and nothing being there
// is no error. Errors are those of Walk.
func (ns *Namespace) WalkParent(at At, path string) (Entry, error) {
	w, err := ns.begin(at, path)
	if err != nil {
		return Entry{}, err
	}
	return w.entry(path)
}

// walk is the state of one look-up.
type walk struct {
	ns      *Namespace
	cur     Place // the directory that has been reached
	beneath bool
	// stack has the directories from the start down to cur, without cur. It is
	// kept only if the walk has to stay beneath its start: ".." then goes back
	// the way it came, so that no rename meanwhile leads out.
	stack    []Place
	links    int
	caller   any
	noWait   bool
	ctx      context.Context
	promised bool
}

// newWalk is a walk that begins at cur.
func (ns *Namespace) newWalk(at At, cur Place) *walk {
	return &walk{ns: ns, cur: cur, caller: at.Caller, noWait: at.NoWait, ctx: at.Context, promised: at.Promised}
}

// begin checks path and finds out where its walk starts.
func (ns *Namespace) begin(at At, path string) (*walk, error) {
	if err := checkPath(path); err != nil {
		return nil, err
	}
	w := ns.newWalk(at, at.Dir)
	w.beneath = at.Flags&sys.AtBeneath != 0
	if w.cur.IsZero() {
		w.cur = ns.Root()
	}
	if w.beneath && path[0] == '/' {
		return nil, errno.ENOTCAPABLE
	}
	if at.Flags&sys.AtGuest != 0 && path[0] != '/' && ns.atRoot(w.cur) {
		// Nothing is outside of the root, so nothing can lead out.
		w.beneath = false
		if !at.Cwd.IsZero() && !ns.atRoot(at.Cwd) {
			w.cur = ns.guestStart(at, path)
		}
	}
	return w, nil
}

// resolve finds what path names. If that is a directory, it is cur afterwards;
// otherwise cur is the directory it is in.
func (w *walk) resolve(path string, follow bool) (Place, error) {
	name, slash, err := w.parent(path)
	if err != nil {
		return Place{}, err
	}
	return w.last(name, slash, follow)
}

// entry finds the last name of path and what is there.
func (w *walk) entry(path string) (Entry, error) {
	name, slash, err := w.parent(path)
	if err != nil {
		return Entry{}, err
	}
	return w.entryAt(name, slash)
}

// entryAt is the entry name of cur.
func (w *walk) entryAt(name string, slash bool) (Entry, error) {
	e := Entry{Name: name, Slash: slash}
	if e.special() {
		p, err := w.last(name, slash, true)
		e.Dir, e.Place = p, p
		if err == nil {
			err = w.mayStay(p)
		}
		return e, err
	}
	e.Dir = w.cur
	p, mounted, err := w.lookup(name)
	if err != nil && errno.Of(err) != errno.ENOENT {
		return e, err
	}
	e.Place, e.Mounted = p, mounted
	return e, w.mayStay(p)
}

// parent goes along path up to its last name, which it returns: empty if there
// is none because path is all slashes.
func (w *walk) parent(path string) (name string, slash bool, err error) {
	if path[0] == '/' {
		if w.beneath {
			return "", false, errno.ENOTCAPABLE
		}
		w.cur = w.ns.Root()
	}
	for {
		path = strings.TrimLeft(path, "/")
		if path == "" {
			return "", false, nil
		}
		i := strings.IndexByte(path, '/')
		if i < 0 {
			return path, false, nil
		}
		name, path = path[:i], strings.TrimLeft(path[i:], "/")
		if path == "" {
			return name, true, nil
		}
		if _, err := w.last(name, true, true); err != nil {
			return "", false, err
		}
	}
}

// last goes to the entry name of cur. With slash it has to be a directory. cur
// is afterwards as resolve says.
func (w *walk) last(name string, slash, follow bool) (Place, error) {
	if !w.cur.IsDir() {
		return Place{}, errno.ENOTDIR
	}
	switch name {
	case "":
		return w.cur, nil
	case ".":
		return w.cur, w.maySearch()
	case "..":
		err := w.maySearch()
		if err == nil {
			err = w.up()
		}
		return w.cur, err
	}
	p, _, err := w.lookup(name)
	if err != nil {
		return Place{}, err
	}
	if magic, ok := p.node.(MagicLink); ok && (follow || slash) {
		if p.node = magic.Follow(); slash && !p.IsDir() {
			return Place{}, errno.ENOTDIR
		}
		return p, nil
	}
	if link, ok := p.node.(Link); ok && (follow || slash) {
		target, err := w.readlink(link)
		if err != nil {
			return Place{}, err
		}
		if p, err = w.resolve(target, true); err != nil {
			return Place{}, err
		}
		if slash && !p.IsDir() {
			return Place{}, errno.ENOTDIR
		}
		return p, nil
	}
	if p.IsDir() {
		w.down(p)
	} else if slash {
		return Place{}, errno.ENOTDIR
	}
	return p, nil
}

// lookup finds the entry name of cur, and what is mounted there.
func (w *walk) lookup(name string) (p Place, mounted bool, err error) {
	d, err := w.cur.Dir()
	if err != nil {
		return Place{}, false, err
	}
	if err := w.maySearch(); err != nil {
		return Place{}, false, err
	}
	if len(name) > MaxName {
		return Place{}, false, errno.ENAMETOOLONG
	}
	n, err := WithContext(w.ctx, d).Lookup(name)
	if err != nil {
		return Place{}, false, err
	}
	p = Place{node: n, mnt: w.cur.mnt}
	if _, isDir := n.(Dir); isDir {
		if top := w.ns.cross(p); top.mnt != p.mnt {
			return top, true, nil
		}
		if _, ok := n.(Parent); ok {
			return p, false, nil
		}
	}
	up := w.cur
	p.up, p.name = &up, name
	return p, false, nil
}

// maySearch is the verdict over looking for a name in cur.
func (w *walk) maySearch() error {
	if err := w.mayStay(w.cur); err != nil {
		return err
	}
	return w.cur.MaySearch()
}

// down makes the directory p, an entry of cur, the current one.
func (w *walk) down(p Place) {
	if w.beneath {
		w.stack = append(w.stack, w.cur)
	}
	w.cur = p
}

// up makes the directory above cur the current one.
func (w *walk) up() error {
	if w.beneath {
		n := len(w.stack)
		if n == 0 {
			return errno.ENOTCAPABLE
		}
		w.cur, w.stack = w.stack[n-1], w.stack[:n-1]
		return nil
	}
	p, err := w.ns.dotdot(w.cur)
	if err != nil {
		return err
	}
	w.cur = p
	return nil
}

// readlink is the target of a link that is to be followed.
func (w *walk) readlink(link Link) (string, error) {
	if w.links++; w.links > MaxLinks {
		return "", errno.ELOOP
	}
	target, err := readlink(WithContext(w.ctx, link), w.caller)
	if err != nil {
		return "", err
	}
	return target, checkPath(target)
}

func readlink(link Link, caller any) (string, error) {
	if l, ok := link.(CallerLink); ok {
		return l.ReadlinkFor(caller)
	}
	return link.Readlink()
}
