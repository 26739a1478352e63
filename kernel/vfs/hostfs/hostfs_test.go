//go:build !js

package hostfs_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/hostfs"
)

// mounted is a namespace with a new host directory at its top.
func mounted(t *testing.T, o hostfs.Options) (ns *vfs.Namespace, dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("contents"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := hostfs.New(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return vfs.NewNamespace(f), dir
}

func read(t *testing.T, n vfs.Node) string {
	t.Helper()
	buf := make([]byte, 100)
	k, err := n.(vfs.File).ReadAt(buf, 0)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:k])
}

func TestFilesAreTheHosts(t *testing.T) {
	ns, dir := mounted(t, hostfs.Options{})
	p, err := ns.Walk(vfs.At{}, "/f")
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, p.Node()); got != "contents" {
		t.Errorf("read %q", got)
	}
	p, created, err := ns.OpenNode(vfs.At{}, "/d/new", sys.OWrite|sys.OCreate, 0o600)
	if err != nil || !created {
		t.Fatalf("create: %v %v", created, err)
	}
	f := p.Node().(vfs.File)
	if _, err := f.WriteAt([]byte("one"), 0); err != nil {
		t.Fatal(err)
	}
	if end, err := f.Append([]byte(" two")); err != nil || end != 7 {
		t.Fatalf("append: %d %v", end, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "d", "new"))
	if err != nil || string(data) != "one two" {
		t.Errorf("the host has %q, %v", data, err)
	}
	st, err := p.Stat()
	if err != nil || st.Mode != 0o600 || st.Size != 7 || st.Type != sys.TypeRegular || st.Nlink != 1 {
		t.Errorf("stat: %+v, %v", st, err)
	}
}

func TestNodesAreEqualForOneFile(t *testing.T) {
	ns, _ := mounted(t, hostfs.Options{})
	if err := ns.Link(vfs.At{}, "/f", vfs.At{}, "/d/g"); err != nil {
		t.Fatal(err)
	}
	a, err := ns.Walk(vfs.At{}, "/f")
	if err != nil {
		t.Fatal(err)
	}
	b, err := ns.Walk(vfs.At{}, "/d/g")
	if err != nil {
		t.Fatal(err)
	}
	if a.Node() != b.Node() {
		t.Error("two names of one file are two nodes")
	}
	st, err := b.Stat()
	if err != nil || st.Nlink != 2 {
		t.Errorf("stat: %+v, %v", st, err)
	}
	c, err := ns.Walk(vfs.At{}, "/d")
	if err != nil {
		t.Fatal(err)
	}
	if a.Node() == c.Node() {
		t.Error("two files are one node")
	}
}

func TestAnOpenFileOutlivesItsName(t *testing.T) {
	ns, _ := mounted(t, hostfs.Options{})
	p, err := ns.Walk(vfs.At{}, "/f")
	if err != nil {
		t.Fatal(err)
	}
	h := p.Node().(vfs.Holder)
	h.Hold()
	if err := ns.Unlink(vfs.At{}, "/f"); err != nil {
		t.Fatal(err)
	}
	if got := read(t, p.Node()); got != "contents" {
		t.Errorf("read %q", got)
	}
	if err := p.SetAttr(sys.SetAttr{Set: sys.AttrSize | sys.AttrMtime, Size: 3, Mtime: 5_000}); err != nil {
		t.Errorf("setattr: %v", err)
	}
	st, err := p.Stat()
	if err != nil || st.Size != 3 || st.Nlink != 0 || st.Mtime != 5_000 {
		t.Errorf("stat: %+v, %v", st, err)
	}
	h.Release()
	if _, err := p.Node().(vfs.File).ReadAt(make([]byte, 1), 0); !errors.Is(err, errno.ENOENT) {
		t.Errorf("after the last holder: %v", err)
	}
}

func TestNothingOutsideIsReached(t *testing.T) {
	ns, dir := mounted(t, hostfs.Options{})
	secret := filepath.Join(filepath.Dir(dir), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(secret) })
	for name, target := range map[string]string{"abs": secret, "rel": "../secret", "deep": "d/../../secret"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if p, err := ns.Walk(vfs.At{}, "/"+name); err == nil {
			t.Errorf("%s leads to %+v", name, p.Node())
		}
	}
	// A directory that others replace by a link while it is held.
	d, err := ns.Walk(vfs.At{}, "/d")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "d"), filepath.Join(dir, "e")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "d")); err != nil {
		t.Fatal(err)
	}
	if _, err := ns.Walk(vfs.At{Dir: d}, "secret"); err == nil {
		t.Error("a directory that became a link out was followed")
	}
	if _, _, err := ns.OpenNode(vfs.At{Dir: d}, "made", sys.OWrite|sys.OCreate, 0o666); err == nil {
		t.Error("a file was made in a directory that became a link out")
	}
}

func TestLinksThatLeadOutAreNotMade(t *testing.T) {
	ns, _ := mounted(t, hostfs.Options{})
	for _, test := range []struct {
		name, path, target string
		want               error
	}{
		{"absolute", "/l1", "/etc/passwd", errno.EPERM},
		{"above the top", "/l2", "../x", errno.EPERM},
		{"out and in again", "/d/l3", "../../d/x", errno.EPERM},
		{"up and down", "/d/l4", "../f", nil},
		{"beside", "/l5", "d/../f", nil},
		{"nowhere", "/l6", "missing", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := ns.Symlink(vfs.At{}, test.path, test.target); !errors.Is(err, test.want) {
				t.Fatalf("symlink: %v, want %v", err, test.want)
			}
			if test.want != nil {
				return
			}
			if got, err := ns.Readlink(vfs.At{}, test.path); err != nil || got != test.target {
				t.Errorf("readlink: %q, %v", got, err)
			}
		})
	}
}

func TestReadOnly(t *testing.T) {
	ns, dir := mounted(t, hostfs.Options{ReadOnly: true})
	for name, change := range map[string]func() error{
		"mkdir":   func() error { return ns.Mkdir(vfs.At{}, "/x", 0o777) },
		"unlink":  func() error { return ns.Unlink(vfs.At{}, "/f") },
		"rmdir":   func() error { return ns.Rmdir(vfs.At{}, "/d") },
		"rename":  func() error { return ns.Rename(vfs.At{}, "/f", vfs.At{}, "/g") },
		"link":    func() error { return ns.Link(vfs.At{}, "/f", vfs.At{}, "/g") },
		"symlink": func() error { return ns.Symlink(vfs.At{}, "/s", "f") },
		"setattr": func() error { return ns.SetAttr(vfs.At{}, "/f", sys.SetAttr{Set: sys.AttrMode, Mode: 0}) },
		"create": func() error {
			_, _, err := ns.OpenNode(vfs.At{}, "/new", sys.OWrite|sys.OCreate, 0o666)
			return err
		},
		"write": func() error {
			p, err := ns.Walk(vfs.At{}, "/f")
			if err != nil {
				return err
			}
			_, err = p.Node().(vfs.File).WriteAt([]byte("x"), 0)
			return err
		},
	} {
		if err := change(); !errors.Is(err, errno.EROFS) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if data, err := os.ReadFile(filepath.Join(dir, "f")); err != nil || string(data) != "contents" {
		t.Errorf("the host has %q, %v", data, err)
	}
}

func TestCookiesStayGoodWhileEntriesComeAndGo(t *testing.T) {
	ns, dir := mounted(t, hostfs.Options{})
	for _, name := range []string{"a", "b", "c", "x", "y"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	top, err := ns.Root().Dir()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	var cookie uint64
	for round := 0; ; round++ {
		n := 0
		err := top.ReadDir(cookie, func(e sys.DirEntry) bool {
			cookie = e.Cookie
			seen[e.Name]++
			n++
			return n < 2
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		if round == 0 {
			os.Remove(filepath.Join(dir, "a"))
			if err := os.WriteFile(filepath.Join(dir, "0"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"b", "c", "d", "f", "x", "y"} {
		if seen[name] != 1 {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}

func TestRenamedDirectoriesKnowWhereTheyAre(t *testing.T) {
	ns, _ := mounted(t, hostfs.Options{})
	if err := ns.Mkdir(vfs.At{}, "/d/sub", 0o755); err != nil {
		t.Fatal(err)
	}
	sub, err := ns.Walk(vfs.At{}, "/d/sub")
	if err != nil {
		t.Fatal(err)
	}
	if err := ns.Rename(vfs.At{}, "/d", vfs.At{}, "/e"); err != nil {
		t.Fatal(err)
	}
	if path, err := ns.Path(sub); err != nil || path != "/e/sub" {
		t.Errorf("path %q, %v", path, err)
	}
	for _, test := range []struct {
		name, from, to string
		want           error
	}{
		{"into itself", "/e", "/e/sub/x", errno.EINVAL},
		{"directory over file", "/e", "/f", errno.ENOTDIR},
		{"file over directory", "/f", "/e", errno.EISDIR},
		{"missing", "/missing", "/x", errno.ENOENT},
	} {
		if err := ns.Rename(vfs.At{}, test.from, vfs.At{}, test.to); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if err := ns.Rmdir(vfs.At{}, "/e"); !errors.Is(err, errno.ENOTEMPTY) {
		t.Errorf("rmdir of a full directory: %v", err)
	}
	if err := ns.Rmdir(vfs.At{}, "/e/sub"); err != nil {
		t.Fatal(err)
	}
	if _, err := ns.Path(sub); !errors.Is(err, errno.ENOENT) {
		t.Errorf("path of a removed directory: %v", err)
	}
}
