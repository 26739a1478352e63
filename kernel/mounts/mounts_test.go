package mounts_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/mounts"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// boot is a kernel with the types, and the directories /a and /b.
func boot(t *testing.T) (*kernel.Kernel, *sys.Files) {
	t.Helper()
	k := kernel.New(kernel.Config{})
	t.Cleanup(func() { k.Close() })
	mounts.Register(k, mounts.Options{})
	f := k.Init().Files()
	for _, dir := range []string{"/a", "/b"} {
		must(t, f.MkdirAll(dir, 0o755))
	}
	return k, f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func tarOf(t *testing.T, name, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	must(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(data))}))
	w.Write([]byte(data))
	must(t, w.Close())
	return b.Bytes()
}

func zipOf(t *testing.T, name, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	h.SetMode(0o755)
	f, err := w.CreateHeader(h)
	must(t, err)
	f.Write([]byte(data))
	must(t, w.Close())
	return b.Bytes()
}

func TestArchives(t *testing.T) {
	for _, test := range []struct {
		typ  string
		data []byte
	}{
		{"tar", tarOf(t, "bin/hello", "#!builtin hello\n")},
		{"zip", zipOf(t, "bin/hello", "#!builtin hello\n")},
	} {
		t.Run(test.typ, func(t *testing.T) {
			k, f := boot(t)
			k.Register("hello", func(*kernel.Process) int { return 42 })
			must(t, f.WriteFile("/a/archive", test.data, 0o644))
			must(t, f.Chdir("/a"))
			must(t, f.Mount("/b", &sys.MountAttr{Type: test.typ, Source: "archive"}))
			pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"/b/bin/hello"}})
			must(t, err)
			if _, status, err := f.Wait(pid, 0); status.Code() != 42 || err != nil {
				t.Errorf("code %d, %v", status.Code(), err)
			}
			// The archive's room stays while it is mounted, and no longer.
			must(t, f.Unlink("/a/archive"))
			if data, err := f.ReadFile("/b/bin/hello"); len(data) != 16 || err != nil {
				t.Errorf("%q, %v", data, err)
			}
			if err := f.WriteFile("/b/new", nil, 0o644); errno.Of(err) != errno.EROFS {
				t.Error(err)
			}
			must(t, f.Unmount("/b"))
		})
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		attr sys.MountAttr
		says string
	}{
		{"nothing", sys.MountAttr{Type: "tar", Source: "/none"}, "/none: no such file"},
		{"a directory", sys.MountAttr{Type: "zip", Source: "/a"}, "no regular file"},
		{"no tar", sys.MountAttr{Type: "tar", Source: "/f"}, "no tar archive"},
		{"no zip", sys.MountAttr{Type: "zip", Source: "/f"}, "no zip archive"},
		{"no size", sys.MountAttr{Type: "tar", Source: "/f", Options: []string{"max=x"}}, "no number of bytes"},
		{"option of another", sys.MountAttr{Type: "tar", Source: "/empty", Options: []string{"size=1"}}, `no option "size"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, f := boot(t)
			must(t, f.WriteFile("/f", bytes.Repeat([]byte("x"), 5000), 0o644))
			must(t, f.WriteFile("/empty", nil, 0o644))
			err := f.Mount("/b", &test.attr)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
}
