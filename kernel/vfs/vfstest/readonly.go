package vfstest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Member is a file of the tree that [RunReadOnly] looks at.
type Member struct {
	Name string // the path below the top
	Type sys.FileType
	Mode uint32
	// Mtime is in nanoseconds since 1970, whole seconds.
	Mtime  int64
	Data   string // of a regular file
	Target string // of a symbolic link
	Link   string // the name of a member before it that is the same file
}

// mtime is 2024-05-06 07:08:10 UTC: even, for formats that count in two seconds.
const mtime = 1714979290 * 1e9

// long is a name as long as one may be.
var long = strings.Repeat("n", 255)

// Tree is what a read-only file system under test has to hold, in the order of an
// archive.
func Tree() []Member {
	file := func(name, data string, mode uint32) Member {
		return Member{Name: name, Type: sys.TypeRegular, Mode: mode, Mtime: mtime, Data: data}
	}
	dir := func(name string) Member {
		return Member{Name: name, Type: sys.TypeDirectory, Mode: 0o755, Mtime: mtime}
	}
	link := func(name, target string) Member {
		return Member{Name: name, Type: sys.TypeSymlink, Mode: 0o777, Mtime: mtime, Target: target}
	}
	return []Member{
		file("file", "contents\n", 0o644),
		file("empty", "", 0o600),
		file("program", "#!/bin/sh\n", 0o755),
		dir("d"), dir("d/e"), dir("d/none"),
		file("d/e/deep", "deep\n", 0o640),
		file("d/big", strings.Repeat("0123456789abcdef", 20_000), 0o644),
		file("d/"+long, "long\n", 0o644),
		file("d/ünï code", "name\n", 0o644),
		link("to-file", "file"), link("to-dir", "d/e"), link("nowhere", "none"), link("up", "../../x"),
		link("absolute", "/file"), link("loop", "loop2"), link("loop2", "loop"),
		{Name: "hard", Type: sys.TypeRegular, Mode: 0o644, Mtime: mtime, Data: "contents\n", Link: "file"},
	}
}

// ReadOnlyOptions say what a format cannot hold.
type ReadOnlyOptions struct {
	NoHardLinks bool
	NoModes     bool
}

// RunReadOnly runs the suite's part for file systems that nothing can change. make is
// given the tree to show and makes the file system.
func RunReadOnly(t *testing.T, make func(t *testing.T, tree []Member) FS, o ReadOnlyOptions) {
	tree := Tree()
	if o.NoHardLinks {
		tree = slices.DeleteFunc(tree, func(m Member) bool { return m.Link != "" })
	}
	f := make(t, tree)
	t.Run("stat", func(t *testing.T) { readOnlyStat(t, f, tree, o) })
	t.Run("contents", func(t *testing.T) { readOnlyContents(t, f, tree) })
	t.Run("listing", func(t *testing.T) { readOnlyListing(t, f, tree) })
	t.Run("errors", func(t *testing.T) { readOnlyErrors(t, f) })
	t.Run("changes", func(t *testing.T) { readOnlyChanges(t, f) })
}

func readOnlyStat(t *testing.T, f FS, tree []Member, o ReadOnlyOptions) {
	inos := map[uint64]string{}
	for _, m := range tree {
		st, err := f.Stat(m.Name, sys.AtNoFollow)
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		size := uint64(len(m.Data) + len(m.Target))
		if m.Type == sys.TypeDirectory {
			size = st.Size
		}
		if st.Type != m.Type || st.Size != size || st.Mtime != m.Mtime && m.Type != sys.TypeSymlink {
			t.Errorf("%s: %+v, want %+v", m.Name, st, m)
		}
		if !o.NoModes && st.Mode != m.Mode {
			t.Errorf("%s: mode %o, want %o", m.Name, st.Mode, m.Mode)
		}
		if other, ok := inos[st.Ino]; ok && other != m.Link {
			t.Errorf("%s and %s have one number", m.Name, other)
		}
		inos[st.Ino] = m.Name
		if m.Link != "" && st.Nlink != 2 {
			t.Errorf("%s has %d links", m.Name, st.Nlink)
		}
		if m.Target != "" {
			if got, err := f.Readlink(m.Name); got != m.Target || err != nil {
				t.Errorf("%s leads to %q, %v", m.Name, got, err)
			}
		}
	}
}

func readOnlyContents(t *testing.T, f FS, tree []Member) {
	read := func(name, want string) {
		t.Helper()
		file, err := f.Open(name, sys.ORead, 0, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		defer file.Close()
		got := make([]byte, len(want)+10)
		n, err := file.ReadAt(got, 0)
		if !bytes.Equal(got[:n], []byte(want)) || err != nil {
			t.Errorf("%s: %d bytes, %v, want %d", name, n, err, len(want))
		}
		// From the end to the front, which no stream likes.
		for off := len(want); off >= 0; off -= max(1, len(want)/7) {
			piece := make([]byte, 100)
			n, err := file.ReadAt(piece, int64(off))
			if rest := want[off:min(len(want), off+100)]; string(piece[:n]) != rest || err != nil {
				t.Errorf("%s at %d: %q, %v, want %q", name, off, piece[:n], err, rest)
			}
		}
		if n, err := file.ReadAt(got, 1<<40); n != 0 || err != nil {
			t.Errorf("%s past its end: %d, %v", name, n, err)
		}
	}
	for _, m := range tree {
		if m.Type == sys.TypeRegular {
			read(m.Name, m.Data)
		}
	}
	read("to-file", "contents\n")
	read("to-dir/deep", "deep\n")
	read("d/../d/e/./deep", "deep\n")
}

func readOnlyListing(t *testing.T, f FS, tree []Member) {
	for _, dir := range []string{".", "d", "d/none"} {
		var want, got []string
		for _, m := range tree {
			parent, name := ".", m.Name
			if i := strings.LastIndexByte(m.Name, '/'); i >= 0 {
				parent, name = m.Name[:i], m.Name[i+1:]
			}
			if parent == dir {
				want = append(want, name)
			}
		}
		d, err := f.Open(dir, 0, 0, 0)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		// One at a time, each from the cookie of the one before.
		for cookie := uint64(0); ; {
			n := len(got)
			err := d.ReadDir(cookie, func(e sys.DirEntry) bool {
				st, err := f.Stat(dir+"/"+e.Name, sys.AtNoFollow)
				if err != nil || st.Type != e.Type || st.Ino != e.Ino {
					t.Errorf("%s/%s is listed as %+v and is %+v, %v", dir, e.Name, e, st, err)
				}
				got, cookie = append(got, e.Name), e.Cookie
				return false
			})
			if err != nil {
				t.Error(err)
			}
			if len(got) == n {
				break
			}
		}
		d.Close()
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %q, want %q", dir, got, want)
		}
	}
}

// wants reports an error that is not the one wanted.
func wants(t *testing.T, what string, err error, want errno.Errno) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %s", what, err, want.Name())
	}
}

func readOnlyErrors(t *testing.T, f FS) {
	for name, want := range map[string]errno.Errno{
		"none": errno.ENOENT, "none/x": errno.ENOENT, "file/x": errno.ENOTDIR, "file/": errno.ENOTDIR,
		"nowhere": errno.ENOENT, "loop": errno.ELOOP, "loop/x": errno.ELOOP, "": errno.ENOENT,
		"fi\x00le": errno.EINVAL, "\xff": errno.EILSEQ, long + "n": errno.ENAMETOOLONG, long: errno.ENOENT,
	} {
		_, err := f.Stat(name, 0)
		wants(t, "stat "+name, err, want)
	}
	for name, want := range map[string]errno.Errno{
		"../x": errno.ENOTCAPABLE, "e/../../x": errno.ENOTCAPABLE, "/file": errno.ENOTCAPABLE, "none/x": errno.ENOENT,
	} {
		_, err := f.OpenBeneath("d", name, sys.ORead, 0)
		wants(t, "below d "+name, err, want)
	}
	for _, name := range []string{"up", "absolute"} {
		_, err := f.OpenBeneath(".", name, sys.ORead, 0)
		wants(t, "below . "+name, err, errno.ENOTCAPABLE)
	}
	_, err := f.Readlink("file")
	wants(t, "readlink of a file", err, errno.EINVAL)
	_, err = f.Open("to-file", sys.ORead, sys.AtNoFollow, 0)
	wants(t, "open of a link", err, errno.ELOOP)
}

func readOnlyChanges(t *testing.T, f FS) {
	open := func(name string, flags sys.OpenFlag) error {
		file, err := f.Open(name, flags, 0, 0o644)
		if err == nil {
			file.Close()
		}
		return err
	}
	for what, err := range map[string]error{
		"create":         open("new", sys.OWrite|sys.OCreate),
		"write":          open("file", sys.OWrite),
		"truncate":       open("file", sys.ORead|sys.OTrunc),
		"mkdir":          f.Mkdir("new", 0o755),
		"symlink":        f.Symlink("x", "new"),
		"link":           f.Link("file", "new", 0),
		"unlink":         f.Unlink("file"),
		"rmdir":          f.Rmdir("d/none"),
		"rename":         f.Rename("file", "new"),
		"rename over":    f.Rename("file", "empty"),
		"chmod":          f.SetAttr("file", 0, sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}),
		"chmod of a dir": f.SetAttr("d", 0, sys.SetAttr{Set: sys.AttrMode, Mode: 0o700}),
		"utimes":         f.SetAttr("file", 0, sys.SetAttr{Set: sys.AttrMtime}),
	} {
		wants(t, what, err, errno.EROFS)
	}
	wants(t, "exclusive creation over a file", open("file", sys.OWrite|sys.OCreate|sys.OExcl), errno.EEXIST)
	wants(t, "mkdir over a file", f.Mkdir("file", 0o755), errno.EEXIST)
	if st, err := f.Stat("file", 0); err != nil || st.Mode&0o400 == 0 || st.Size != 9 {
		t.Errorf("afterwards the file is %+v, %v", st, err)
	}
}
