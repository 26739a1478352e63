package vfs

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

func TestGuest(t *testing.T) {
	for _, c := range []struct {
		name, cwd, path string
		flags           sys.AtFlag
		want            string // where the path leads, or an error's name
	}{
		{"relative", "/home", "a", 0, "/home/a"},
		{"absolute that lost its slash", "/home", "etc/b", 0, "/etc/b"},
		{"single name from the root", "/home", "f", 0, "/f"},
		{"both: the working directory's", "/home", "both", 0, "/home/both"},
		{"dot", "/home", ".", 0, "/home"},
		{"dot dot", "/home", "..", 0, "/"},
		{"dot dot beneath the root", "/home", "../f", sys.AtBeneath, "/f"},
		{"dot dot above the root", "/home", "../../f", sys.AtBeneath, "/f"},
		{"with a slash", "/home", "/both", 0, "/both"},
		{"with a slash beneath", "/home", "/both", sys.AtBeneath, "ENOTCAPABLE"},
		{"new single name", "/home", "new", 0, "/home/new"},
		{"new single name with slashes", "/home", "new//", 0, "/home/new"},
		{"new name in a directory of the working directory's", "/home", "sub/new", 0, "/home/sub/new"},
		{"new name in a directory of the root's", "/home", "etc/new", 0, "/etc/new"},
		{"new name in a directory of both", "/home", "tmp/new", 0, "/home/tmp/new"},
		{"new name nowhere", "/home", "x/y/new", 0, "ENOENT"},
		{"below a file there, a directory at the root", "/home", "mix/b", 0, "/mix/b"},
		{"below a file of the root's", "/home", "f/new", 0, "ENOTDIR"},
		{"below a file there, nothing at the root", "/home", "a/new", 0, "ENOTDIR"},
		{"too long a name at the root", "/home", "etc/" + strings.Repeat("n", 256) + "/new", 0, "ENAMETOOLONG"},
		{"link to nothing counts", "/home", "lost", 0, "/home/lost"},
		{"loop of links counts", "/home", "loop/x", 0, "ELOOP"},
		{"file with a slash is no directory", "/home", "dir/", 0, "/dir"},
		{"absolute link beneath the root", "/home", "abs/b", sys.AtBeneath, "/etc/b"},
		{"working directory is the root", "/", "etc/b", 0, "/etc/b"},
		{"working directory is the root, beneath", "/", "../etc/b", sys.AtBeneath, "/etc/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ns := NewNamespace(NewMem(MemOptions{}))
			plant(t, ns, `/home/ /home/a /home/both /home/sub/ /home/tmp/ /home/mix /home/lost->gone /home/loop->loop
				/home/dir /home/abs->/etc /etc/ /etc/b /f /both /tmp/ /mix/ /mix/b /dir/`)
			at := At{Cwd: place(t, ns, c.cwd), Flags: sys.AtGuest | c.flags}
			e, err := ns.WalkParent(at, c.path)
			if err != nil {
				wantErrno(t, c.path, err, c.want)
				return
			}
			got, err := ns.Path(e.Dir)
			if err != nil {
				t.Fatal(err)
			}
			if !e.special() {
				got = joinPath(got, e.Name)
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func joinPath(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}

func TestGuest_notFromTheRoot(t *testing.T) {
	ns := NewNamespace(NewMem(MemOptions{}))
	plant(t, ns, "/home/ /home/a /pre/ /pre/b /f")
	at := At{Dir: place(t, ns, "/pre"), Cwd: place(t, ns, "/home"), Flags: sys.AtGuest | sys.AtBeneath}
	for path, want := range map[string]string{"b": "", "a": "ENOENT", "f": "ENOENT", "../f": "ENOTCAPABLE"} {
		_, err := ns.Walk(at, path)
		wantErrno(t, path, err, want)
	}
}
