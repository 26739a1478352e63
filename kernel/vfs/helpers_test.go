package vfs

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// wantErrno fails if err is not the number name; "" is success.
func wantErrno(t *testing.T, what string, err error, name string) {
	t.Helper()
	got := ""
	if err != nil {
		got = errno.Of(err).Name()
	}
	if got != name {
		t.Errorf("%s: got %q, want %q", what, got, name)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// plant makes what the words say: "a/" a directory, "a->b" a link, "a" a file
// whose contents are its path.
func plant(t testing.TB, ns *Namespace, words string) {
	t.Helper()
	for _, w := range strings.Fields(words) {
		if link, target, ok := strings.Cut(w, "->"); ok {
			must(t, ns.Symlink(At{}, link, target))
		} else if strings.HasSuffix(w, "/") {
			must(t, ns.Mkdir(At{}, w, 0o755))
		} else {
			p, _, err := ns.OpenNode(At{}, w, sys.OWrite|sys.OCreate|sys.OExcl, 0o644)
			must(t, err)
			_, err = p.Node().(File).WriteAt([]byte(w), 0)
			must(t, err)
		}
	}
}

// text is the contents of path from at.
func text(ns *Namespace, at At, path string) (string, error) {
	p, _, err := ns.OpenNode(at, path, sys.ORead, 0)
	if err != nil {
		return "", err
	}
	f, ok := p.Node().(File)
	if !ok {
		return "", errno.EISDIR
	}
	buf := make([]byte, 4096)
	n, err := f.ReadAt(buf, 0)
	return string(buf[:n]), err
}

func place(t testing.TB, ns *Namespace, path string) Place {
	t.Helper()
	p, err := ns.Walk(At{}, path)
	must(t, err)
	return p
}

// list is the names of the directory path, in its own order.
func list(t testing.TB, ns *Namespace, path string) string {
	t.Helper()
	d, err := place(t, ns, path).Dir()
	must(t, err)
	var names []string
	must(t, d.ReadDir(0, func(e sys.DirEntry) bool {
		names = append(names, e.Name)
		return true
	}))
	return strings.Join(names, " ")
}
