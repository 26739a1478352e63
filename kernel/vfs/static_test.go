package vfs

import (
	"fmt"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// sample is a tree like /dev and /proc; pids are its moving part.
func sample(pids *[]int) *Static {
	count := 0
	return NewStatic("proc", StaticEntry{
		Entries: []StaticEntry{
			{Name: "null", Device: "null"},
			{Name: "count", Text: func() ([]byte, error) { count++; return fmt.Appendf(nil, "count %d", count), nil }},
			{Name: "broken", Text: func() ([]byte, error) { return nil, errno.EIO }},
			{Name: "self", Link: func(caller any) (string, error) {
				if caller == nil {
					return "", errno.ENOENT
				}
				return fmt.Sprint(caller), nil
			}},
			{Name: "empty"},
			{Name: "shut", Mode: 0o700, Entries: []StaticEntry{{Name: "in"}}},
		},
		List: func() (out []StaticEntry) {
			for _, pid := range *pids {
				out = append(out, StaticEntry{Name: fmt.Sprint(pid), Entries: []StaticEntry{
					{Name: "cmdline", Text: func() ([]byte, error) { return fmt.Appendf(nil, "program %d", pid), nil }},
				}})
			}
			return out
		},
	}, func() int64 { return 42 })
}

func sampled(t *testing.T, pids *[]int) *Namespace {
	ns := NewNamespace(NewMem(MemOptions{}))
	plant(t, ns, "/proc/ /f")
	must(t, ns.Mount("/proc", sample(pids), MountOptions{}))
	return ns
}

func TestStatic_stat(t *testing.T) {
	ns := sampled(t, &[]int{7})
	for _, c := range []struct {
		path string
		typ  sys.FileType
		mode uint32
	}{
		{"/proc", sys.TypeDirectory, 0o555},
		{"/proc/null", sys.TypeCharDevice, 0o666},
		{"/proc/count", sys.TypeRegular, 0o444},
		{"/proc/self", sys.TypeSymlink, 0o777},
		{"/proc/empty", sys.TypeDirectory, 0o555},
		{"/proc/shut", sys.TypeDirectory, 0o700},
		{"/proc/7", sys.TypeDirectory, 0o555},
		{"/proc/7/cmdline", sys.TypeRegular, 0o444},
	} {
		st, err := ns.Stat(At{Flags: sys.AtNoFollow}, c.path)
		if err != nil || st.Type != c.typ || st.Mode != c.mode || st.Mtime != 42 || st.Ino == 0 {
			t.Errorf("%s: %+v, %v", c.path, st, err)
		}
		if st2, _ := ns.Stat(At{Flags: sys.AtNoFollow}, c.path); st2.Ino != st.Ino {
			t.Errorf("%s: another number the second time", c.path)
		}
	}
}

func TestStatic_walk(t *testing.T) {
	pids := []int{7, 8}
	ns := sampled(t, &pids)
	for _, c := range []struct {
		name, path string
		caller     any
		want       string
	}{
		{"text", "/proc/7/cmdline", nil, "program 7"},
		{"dot dot", "/proc/7/../8/cmdline", nil, "program 8"},
		{"out", "/proc/7/../../f", nil, "/f"},
		{"caller's link", "/proc/self/cmdline", 8, "program 8"},
		{"caller's link and up", "/proc/self/../7/cmdline", 8, "program 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := text(ns, At{Caller: c.caller}, c.path)
			if got != c.want || err != nil {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
	if got, err := ns.Readlink(At{Caller: 7}, "/proc/self"); got != "7" || err != nil {
		t.Errorf("readlink: %q, %v", got, err)
	}
	dir := place(t, ns, "/proc/8")
	if got, err := ns.Path(dir); got != "/proc/8" {
		t.Errorf("path: %q, %v", got, err)
	}
	if !dir.Same(place(t, ns, "/proc/8")) {
		t.Error("one directory is two nodes")
	}
	pids = pids[:1]
	_, err := ns.Stat(At{Dir: dir}, ".")
	wantErrno(t, "stat of what is gone", err, "ENOENT")
	_, err = ns.Walk(At{Dir: dir}, "cmdline")
	wantErrno(t, "walk in what is gone", err, "ENOENT")
	_, err = ns.Path(dir)
	wantErrno(t, "path of what is gone", err, "ENOENT")
	_, err = text(ns, At{}, "/proc/self/cmdline")
	wantErrno(t, "link that needs a caller", err, "ENOENT")
	_, err = text(ns, At{}, "/proc/broken")
	wantErrno(t, "text that fails", err, "EIO")
}

func TestStatic_snapshot(t *testing.T) {
	ns := sampled(t, new([]int))
	p, _, err := ns.OpenNode(At{}, "/proc/count", sys.ORead, 0)
	must(t, err)
	f := p.Node().(File)
	if got, err := text(ns, At{}, "/proc/count"); got != "count 2" {
		t.Errorf("the second opening reads %q, %v", got, err)
	}
	var got []byte
	for buf := make([]byte, 3); ; {
		n, err := f.ReadAt(buf, int64(len(got)))
		must(t, err)
		if n == 0 {
			break
		}
		got = append(got, buf[:n]...)
	}
	if string(got) != "count 1" {
		t.Errorf("in pieces it reads %q", got)
	}
	if st, err := f.Stat(); st.Size != 7 || err != nil {
		t.Errorf("size %d, %v", st.Size, err)
	}
	if path, err := ns.Path(p); path != "/proc/count" {
		t.Errorf("path %q, %v", path, err)
	}
}

func TestStatic_readOnly(t *testing.T) {
	ns := sampled(t, new([]int))
	open := func(path string, flags sys.OpenFlag) error {
		_, _, err := ns.OpenNode(At{}, path, flags, 0o644)
		return err
	}
	wantErrno(t, "open a device to write", open("/proc/null", sys.OWrite|sys.OTrunc|sys.OCreate), "")
	wantErrno(t, "open a device as a directory", open("/proc/null", sys.ODirectory), "ENOTDIR")
	wantErrno(t, "open a text to write", open("/proc/count", sys.OWrite), "EROFS")
	wantErrno(t, "create", open("/proc/x", sys.OWrite|sys.OCreate), "EROFS")
	wantErrno(t, "mkdir", ns.Mkdir(At{}, "/proc/x", 0), "EROFS")
	wantErrno(t, "unlink", ns.Unlink(At{}, "/proc/count"), "EROFS")
	wantErrno(t, "chmod", ns.SetAttr(At{}, "/proc/count", sys.SetAttr{Set: sys.AttrMode}), "EROFS")
	if m := ns.Mounts()[1]; !m.ReadOnly || m.Type != "proc" || m.Source != "proc" {
		t.Errorf("%+v", m)
	}
}

func TestStatic_list(t *testing.T) {
	pids := []int{30, 10, 20}
	ns := sampled(t, &pids)
	d, err := place(t, ns, "/proc").Dir()
	must(t, err)
	seen := map[string]int{}
	for cookie, step := uint64(0), 0; ; step++ {
		more := false
		must(t, d.ReadDir(cookie, func(e sys.DirEntry) bool {
			seen[e.Name]++
			cookie, more = e.Cookie, true
			if st, err := ns.Stat(At{Flags: sys.AtNoFollow}, "/proc/"+e.Name); err == nil && (st.Ino != e.Ino || st.Type != e.Type) {
				t.Errorf("%s: the entry says %+v, stat %+v", e.Name, e, st)
			}
			return false
		}))
		if !more {
			break
		}
		pids = []int{20, 100 + step, 10, 200 + step} // 30 goes, others come and go
	}
	for _, name := range []string{"null", "count", "broken", "self", "empty", "shut", "10", "20"} {
		if seen[name] != 1 {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}
