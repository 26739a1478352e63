package vfs

import "testing"

// plainFS is a file system whose directories know nothing of where they are,
// or, with parents, only which directory is above.
type plainFS struct {
	top     Dir
	parents bool
}

func (p plainFS) Root() Dir    { return p.dir(p.top) }
func (p plainFS) Type() string { return "plain" }

func (p plainFS) dir(d Dir) Dir {
	if p.parents {
		return upDir{plainDir{d, p}}
	}
	return plainDir{d, p}
}

type plainDir struct {
	Dir
	fs plainFS
}

func (d plainDir) Lookup(name string) (Node, error) {
	n, err := d.Dir.Lookup(name)
	if sub, ok := n.(Dir); ok {
		return d.fs.dir(sub), err
	}
	return n, err
}

type upDir struct{ plainDir }

func (d upDir) Parent() (Dir, error) {
	up, err := d.Dir.(Parent).Parent()
	if err != nil {
		return nil, err
	}
	return d.fs.dir(up), nil
}

func TestNamespace_plainBackends(t *testing.T) {
	for _, c := range []struct {
		name    string
		parents bool
	}{{"no parents", false}, {"parents without names", true}} {
		t.Run(c.name, func(t *testing.T) {
			m := NewMem(MemOptions{})
			plant(t, NewNamespace(m), "/a/ /a/other/ /a/b/ /a/b/f /up->a/b/..")
			ns := NewNamespace(NewMem(MemOptions{}))
			plant(t, ns, "/mnt/ /f")
			must(t, ns.Mount("/mnt", plainFS{m.Root(), c.parents}, MountOptions{}))
			for path, want := range map[string]string{
				"/mnt": "/mnt", "/mnt/a/b": "/mnt/a/b", "/mnt/a/b/..": "/mnt/a", "/mnt/a/b/../..": "/mnt", "/mnt/a/b/../../..": "/",
				"/mnt/a/b/../../../f": "/f", "/mnt/up/b/f": "/mnt/a/b/f", "/mnt/up": "/mnt/a",
			} {
				if got, err := ns.Path(place(t, ns, path)); got != want || err != nil {
					t.Errorf("%s: got %s, %v; want %s", path, got, err, want)
				}
			}
			b := place(t, ns, "/mnt/a/b")
			if !b.Same(place(t, ns, "/mnt/a/other/../b")) {
				t.Error("one directory is two places")
			}
			wantErrno(t, "mkdir", ns.Mkdir(At{}, "/mnt/x", 0), "EROFS")
			wantErrno(t, "rename", ns.Rename(At{}, "/mnt/a", At{}, "/mnt/x"), "EROFS")
			if c.parents {
				must(t, m.root.Rename("a", m.root, "z"))
				if got, err := ns.Path(b); got != "/mnt/z/b" || err != nil {
					t.Errorf("after a rename: %s, %v", got, err)
				}
			}
		})
	}
}
