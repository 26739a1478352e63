package vfs

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// fuzzTree is the tree of the fuzz test in the words of plant; /m is a mount.
const fuzzTree = `/a/ /a/b/ /a/b/c/ /a/f /f /m/ /a/up->.. /a/b/up2->../.. /a/abs->/a/b /a/self->self /a/x->y /a/y->x
	/a/gone->nowhere /a/dot->. /a/b/f->../f /a/b/slash->../f/ /a/b/dir->c/ /a/out->../f /a/m->../m /a/b/long->up2/a/b/up2/a
	/m/d/ /m/d/f /m/out->../f /m/in->d/f /m/up->..`

// model resolves paths on strings alone: an oracle that knows nothing of
// nodes, mounts or stacks.
type model struct {
	dirs, files map[string]bool
	links       map[string]string
}

func newModel(words string) *model {
	m := &model{dirs: map[string]bool{"/": true}, files: map[string]bool{}, links: map[string]string{}}
	for _, w := range strings.Fields(words) {
		if link, target, ok := strings.Cut(w, "->"); ok {
			m.links[link] = target
		} else if strings.HasSuffix(w, "/") {
			m.dirs[strings.TrimSuffix(w, "/")] = true
		} else {
			m.files[w] = true
		}
	}
	return m
}

// resolve goes from the directory at to where path leads: an absolute path.
// escaped says that the way led out of base on its way, which is what AtBeneath
// forbids.
func (m *model) resolve(base, at, path string, follow bool, escaped *bool) (string, errno.Errno) {
	todo := strings.Split(path, "/")
	if path[0] == '/' {
		at, *escaped = "/", true
	}
	wantsDir := false
	for links := 0; len(todo) > 0; {
		name := todo[0]
		todo = todo[1:]
		last := strings.Trim(strings.Join(todo, "/"), "/") == ""
		if last && len(todo) > 0 {
			wantsDir = true
		}
		if !m.dirs[at] {
			return "", errno.ENOTDIR
		}
		switch name {
		case "", ".":
			continue
		case "..":
			if at == base {
				*escaped = true
			}
			at = at[:max(1, strings.LastIndexByte(at, '/'))]
			continue
		}
		if len(name) > MaxName {
			return "", errno.ENAMETOOLONG
		}
		next := strings.TrimSuffix(at, "/") + "/" + name
		if target, ok := m.links[next]; ok && (!last || follow || wantsDir) {
			if links++; links > MaxLinks {
				return "", errno.ELOOP
			}
			if target[0] == '/' {
				at, *escaped = "/", true
			}
			todo = append(strings.Split(target, "/"), todo...)
			continue
		} else if ok {
			at = next
			continue
		}
		if !m.dirs[next] && !m.files[next] {
			return "", errno.ENOENT
		}
		at = next
	}
	if wantsDir && !m.dirs[at] {
		return "", errno.ENOTDIR
	}
	return at, 0
}

func FuzzWalk(f *testing.F) {
	for _, path := range []string{
		"", "/", "//", ".", "..", "a/b/../f", "up/a", "../a/../m/d", "up/../..", "abs/c", "self", "x/y", "gone/", "b/slash",
		"dot/dot/dot/f", "b/up2/a/b/up2/m/out", "b/long/b/long/f", "m/up/a/m/in", "f/", "f/..", "f/.", "b/dir/..", "\x00", "\xff",
		strings.Repeat("dot/", 45), strings.Repeat("n", 256), strings.Repeat("./", 2100), "b/../../a/f", "out", "m/out",
	} {
		for flags := range uint8(4) {
			f.Add(path, flags)
		}
	}
	ns := NewNamespace(NewMem(MemOptions{}))
	plant(f, ns, "/m/ /m/hidden")
	must(f, ns.Mount("/m", NewMem(MemOptions{}), MountOptions{}))
	plant(f, ns, strings.Replace(fuzzTree, "/m/ ", "", 1))
	m := newModel(fuzzTree)
	const base = "/a"
	start := place(f, ns, base)

	f.Fuzz(func(t *testing.T, path string, bits uint8) {
		at := At{Dir: start, Flags: sys.AtFlag(bits) & (sys.AtNoFollow | sys.AtBeneath)}
		got, err := ns.Walk(at, path)
		if _, err := ns.WalkParent(at, path); err == nil && path == "" {
			t.Error("the empty path has an entry")
		}
		var want string
		var number errno.Errno
		var escaped bool
		switch {
		case path == "":
			number = errno.ENOENT
		case len(path) > MaxPath:
			number = errno.ENAMETOOLONG
		case strings.IndexByte(path, 0) >= 0:
			number = errno.EINVAL
		case !utf8.ValidString(path):
			number = errno.EILSEQ
		default:
			want, number = m.resolve(base, base, path, at.Flags&sys.AtNoFollow == 0, &escaped)
		}
		if escaped && at.Flags&sys.AtBeneath != 0 {
			number = errno.ENOTCAPABLE
		}
		if errno.Of(err) != number {
			t.Fatalf("%q, flags %d: got %v, want %v (%s)", path, at.Flags, err, number, want)
		}
		if err != nil {
			return
		}
		if where, err := ns.Path(got); where != want || err != nil {
			t.Fatalf("%q, flags %d: got %s, %v; want %s", path, at.Flags, where, err, want)
		}
		if at.Flags&sys.AtBeneath != 0 && want != base && !strings.HasPrefix(want, base+"/") {
			t.Fatalf("%q leads out to %s", path, want)
		}
	})
}
