package vfs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// mounted is a tree with a second file system at /mnt and a read-only one at /ro.
func mounted(t *testing.T) *Namespace {
	t.Helper()
	ns := NewNamespace(NewMem(MemOptions{}))
	plant(t, ns, "/mnt/ /mnt/hidden /ro/ /d/ /f /d/up->../mnt/x")
	must(t, ns.Mount("/mnt", NewMem(MemOptions{Type: "other"}), MountOptions{Source: "two"}))
	sealed := NewMem(MemOptions{})
	plant(t, NewNamespace(sealed), "/f /d/ /l->f /dev->/d")
	must(t, ns.Mount("/ro", sealed, MountOptions{ReadOnly: true}))
	plant(t, ns, "/mnt/x /mnt/e/ /mnt/e/y /mnt/out->../f /mnt/abs->/f")
	return ns
}

func TestNamespace_crossing(t *testing.T) {
	ns := mounted(t)
	for _, c := range []struct{ name, path, want string }{
		{"into a mount", "/mnt/x", "/mnt/x"},
		{"dot dot out of a mount", "/mnt/../f", "/f"},
		{"dot dot from below", "/mnt/e/../../f", "/f"},
		{"dot dot and back", "/mnt/e/../../mnt/x", "/mnt/x"},
		{"link into a mount", "/d/up", "/mnt/x"},
		{"link out of a mount", "/mnt/out", "/f"},
		{"absolute link in a mount", "/mnt/abs", "/f"},
		{"absolute link in another", "/ro/dev/../f", "/f"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := text(ns, At{}, c.path)
			if got != c.want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	if _, err := ns.Walk(At{}, "/mnt/hidden"); err == nil {
		t.Error("what a mount covers can be seen")
	}
	if ns.Root().Same(place(t, ns, "/mnt")) || !place(t, ns, "/mnt").Same(place(t, ns, "/mnt/e/..")) {
		t.Error("places are not told apart")
	}
}

func TestNamespace_path(t *testing.T) {
	ns := mounted(t)
	for path, want := range map[string]string{
		"/": "/", "/mnt": "/mnt", "/mnt/e": "/mnt/e", "/mnt/e/..": "/mnt", "/mnt/..": "/",
		"/mnt/e/y": "/mnt/e/y", "/d/up": "/mnt/x", "/ro/l": "/ro/f", "/mnt/./e/../out": "/f",
	} {
		if got, err := ns.Path(place(t, ns, path)); got != want || err != nil {
			t.Errorf("%s: got %s, %v; want %s", path, got, err, want)
		}
	}
	if _, err := ns.Path(Place{}); err == nil {
		t.Error("the zero place has a path")
	}
}

func TestNamespace_verdicts(t *testing.T) {
	open := func(path string, flags sys.OpenFlag) func(*Namespace) error {
		return func(ns *Namespace) error {
			_, _, err := ns.OpenNode(At{}, path, flags, 0o644)
			return err
		}
	}
	attr := func(path string, set sys.AttrSet) func(*Namespace) error {
		return func(ns *Namespace) error { return ns.SetAttr(At{}, path, sys.SetAttr{Set: set, Mode: 0o600}) }
	}
	rename := func(a, b string) func(*Namespace) error {
		return func(ns *Namespace) error { return ns.Rename(At{}, a, At{}, b) }
	}
	link := func(a, b string) func(*Namespace) error {
		return func(ns *Namespace) error { return ns.Link(At{}, a, At{}, b) }
	}
	for _, c := range []struct {
		name string
		do   func(*Namespace) error
		want string
	}{
		{"rename across mounts", rename("/f", "/mnt/f"), "EXDEV"},
		{"rename back across mounts", rename("/mnt/x", "/x"), "EXDEV"},
		{"rename within a mount", rename("/mnt/x", "/mnt/e/x"), ""},
		{"rename a mount point", rename("/mnt", "/m"), "EBUSY"},
		{"rename onto a mount point", rename("/d", "/mnt"), "EBUSY"},
		{"rename a mount's file onto the mount point", rename("/mnt/x", "/mnt"), "EBUSY"},
		{"rename dot of a mount", rename("/mnt/.", "/m"), "EBUSY"},
		{"rename what holds a mount point", func(ns *Namespace) error {
			plant(t, ns, "/h/ /h/m/")
			must(t, ns.Mount("/h/m", NewMem(MemOptions{}), MountOptions{}))
			plant(t, ns, "/h/m/x")
			if err := ns.Rename(At{}, "/h", At{}, "/i"); err != nil {
				return err
			}
			_, err := text(ns, At{}, "/i/m/x")
			return err
		}, ""},
		{"rmdir of a mount point", func(ns *Namespace) error { return ns.Rmdir(At{}, "/ro") }, "EBUSY"},
		{"rmdir of a mount point with a slash", func(ns *Namespace) error { return ns.Rmdir(At{}, "/mnt/") }, "EBUSY"},
		{"unlink of a mount point", func(ns *Namespace) error { return ns.Unlink(At{}, "/mnt") }, "EISDIR"},
		{"mkdir of a mount point", func(ns *Namespace) error { return ns.Mkdir(At{}, "/mnt", 0) }, "EEXIST"},
		{"link across mounts", link("/f", "/mnt/f"), "EXDEV"},
		{"link across mounts over a file", link("/f", "/mnt/x"), "EEXIST"},
		{"read-only: open to read", open("/ro/f", sys.ORead), ""},
		{"read-only: open to write", open("/ro/f", sys.OWrite), "EROFS"},
		{"read-only: open to cut", open("/ro/f", sys.ORead|sys.OTrunc), "EROFS"},
		{"read-only: create what is there", open("/ro/f", sys.ORead|sys.OCreate), ""},
		{"read-only: create", open("/ro/x", sys.ORead|sys.OCreate), "EROFS"},
		{"read-only: create exclusively what is there", open("/ro/f", sys.OWrite|sys.OCreate|sys.OExcl), "EEXIST"},
		{"read-only: write a directory", open("/ro/d", sys.OWrite), "EISDIR"},
		{"read-only: mkdir", func(ns *Namespace) error { return ns.Mkdir(At{}, "/ro/x", 0) }, "EROFS"},
		{"read-only: mkdir what is there", func(ns *Namespace) error { return ns.Mkdir(At{}, "/ro/d", 0) }, "EEXIST"},
		{"read-only: mkdir below what is missing", func(ns *Namespace) error { return ns.Mkdir(At{}, "/ro/x/y", 0) }, "ENOENT"},
		{"read-only: symlink", func(ns *Namespace) error { return ns.Symlink(At{}, "/ro/x", "f") }, "EROFS"},
		{"read-only: unlink", func(ns *Namespace) error { return ns.Unlink(At{}, "/ro/f") }, "EROFS"},
		{"read-only: rmdir", func(ns *Namespace) error { return ns.Rmdir(At{}, "/ro/d") }, "EROFS"},
		{"read-only: rename", rename("/ro/f", "/ro/g"), "EROFS"},
		{"read-only: link", link("/ro/f", "/ro/g"), "EROFS"},
		{"read-only: chmod", attr("/ro/f", sys.AttrMode), "EROFS"},
		{"read-only: chmod of the top", attr("/ro", sys.AttrMode), "EROFS"},
		{"read-only: times", attr("/ro/f", sys.AttrMtimeNow), "EROFS"},
		{"read-only: truncate", attr("/ro/f", sys.AttrSize), "EROFS"},
		{"read-only: truncate a directory", attr("/ro/d", sys.AttrSize), "EISDIR"},
		{"mount on a file", func(ns *Namespace) error { return ns.Mount("/f", NewMem(MemOptions{}), MountOptions{}) }, "ENOTDIR"},
		{"mount on nothing", func(ns *Namespace) error { return ns.Mount("/x", NewMem(MemOptions{}), MountOptions{}) }, "ENOENT"},
		{"unmount the root", func(ns *Namespace) error { return ns.Unmount("/") }, "EBUSY"},
		{"unmount a directory", func(ns *Namespace) error { return ns.Unmount("/d") }, "EINVAL"},
		{"unmount below a mount", func(ns *Namespace) error { return ns.Unmount("/mnt/e") }, "EINVAL"},
		{"unmount nothing", func(ns *Namespace) error { return ns.Unmount("/x") }, "ENOENT"},
		{"unmount twice", func(ns *Namespace) error { must(t, ns.Unmount("/mnt")); return ns.Unmount("/mnt") }, "EINVAL"},
		{"unmount what others stand on", func(ns *Namespace) error {
			must(t, ns.Mount("/mnt/e", NewMem(MemOptions{}), MountOptions{}))
			return ns.Unmount("/mnt")
		}, "EBUSY"},
	} {
		t.Run(c.name, func(t *testing.T) { wantErrno(t, c.name, c.do(mounted(t)), c.want) })
	}
}

func TestNamespace_mounts(t *testing.T) {
	ns := mounted(t)
	table := func() string {
		var b strings.Builder
		for _, m := range ns.Mounts() {
			fmt.Fprintf(&b, "%s %s %s %v\n", m.Source, m.Path, m.Type, m.ReadOnly)
		}
		return b.String()
	}
	if got, want := table(), "mem / mem false\ntwo /mnt other false\nmem /ro mem true\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	// A mount over a mount hides it, and both come off in turn.
	must(t, ns.Mount("/mnt", NewMem(MemOptions{Type: "top"}), MountOptions{}))
	if got := list(t, ns, "/mnt"); got != "" {
		t.Errorf("the lower mount is seen: %s", got)
	}
	if got, err := text(ns, At{}, "/mnt/../f"); got != "/f" {
		t.Errorf("dot dot through two mounts: %q, %v", got, err)
	}
	inside := place(t, ns, "/mnt")
	must(t, ns.Unmount("/mnt"))
	if got := list(t, ns, "/mnt"); got != "x e out abs" {
		t.Errorf("after unmount: %s", got)
	}
	if _, err := ns.Walk(At{Dir: inside}, "../f"); err != nil {
		t.Errorf("who is still inside cannot leave: %v", err)
	}
	must(t, ns.Unmount("/mnt"))
	if got, err := text(ns, At{}, "/mnt/hidden"); got != "/mnt/hidden" {
		t.Errorf("what was covered: %q, %v", got, err)
	}
	// A mount over the root.
	must(t, ns.Mount("/", NewMem(MemOptions{Type: "over"}), MountOptions{}))
	if got := list(t, ns, "/"); got != "" {
		t.Errorf("the root's mount does not cover: %s", got)
	}
	if _, err := ns.Walk(At{}, "/../.."); err != nil {
		t.Error(err)
	}
	must(t, ns.Unmount("/"))
	if got, err := text(ns, At{}, "/f"); got != "/f" {
		t.Errorf("after unmount of the root's: %q, %v", got, err)
	}
}

func TestNamespace_start(t *testing.T) {
	ns := mounted(t)
	for _, c := range []struct{ name, dir, path, want string }{
		{"relative", "/mnt/e", "y", "/mnt/e/y"},
		{"up over the mount", "/mnt/e", "../../f", "/f"},
		{"absolute from anywhere", "/mnt/e", "/f", "/f"},
		{"absolute from a file", "/f", "/mnt/x", "/mnt/x"},
		{"relative to a file", "/f", "x", "ENOTDIR"},
		{"a file's dot", "/f", ".", "ENOTDIR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := text(ns, At{Dir: place(t, ns, c.dir)}, c.path)
			if err != nil {
				wantErrno(t, c.path, err, c.want)
			} else if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNamespace_beneathOverMounts(t *testing.T) {
	ns := mounted(t)
	for _, c := range []struct{ name, dir, path, want string }{
		{"into a mount", "/", "mnt/x", ""},
		{"into a mount and out within", "/", "mnt/../f", ""},
		{"above the root", "/", "..", "ENOTCAPABLE"},
		{"leading slash from the root", "/", "/f", "ENOTCAPABLE"},
		{"out of a mount", "/mnt", "../f", "ENOTCAPABLE"},
		{"link out of a mount", "/mnt", "out", "ENOTCAPABLE"},
		{"link out of a mount but beneath", "/", "mnt/out", ""},
		{"absolute link", "/mnt", "abs", "ENOTCAPABLE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ns.Walk(At{Dir: place(t, ns, c.dir), Flags: sys.AtBeneath}, c.path)
			wantErrno(t, c.path, err, c.want)
		})
	}
}
