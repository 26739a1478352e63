package tarfs_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/tarfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// pack makes an archive.
func pack(t testing.TB, format tar.Format, members ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range members {
		h.Format = format
		data := []byte(h.PAXRecords["TEST.data"])
		h.PAXRecords = nil
		h.Size = int64(len(data))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func member(m vfstest.Member) *tar.Header {
	h := &tar.Header{
		Name: m.Name, Mode: int64(m.Mode), ModTime: time.Unix(0, m.Mtime), Typeflag: tar.TypeReg,
		PAXRecords: map[string]string{"TEST.data": m.Data},
	}
	switch {
	case m.Link != "":
		h.Typeflag, h.Linkname, h.PAXRecords = tar.TypeLink, m.Link, nil
	case m.Type == sys.TypeDirectory:
		h.Typeflag, h.Name = tar.TypeDir, "./"+m.Name+"/"
	case m.Type == sys.TypeSymlink:
		h.Typeflag, h.Linkname = tar.TypeSymlink, m.Target
	}
	return h
}

func compressed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(data)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSuite(t *testing.T) {
	for _, test := range []struct {
		name   string
		format tar.Format
		gzip   bool
	}{{"PAX", tar.FormatPAX, false}, {"GNU", tar.FormatGNU, false}, {"compressed", tar.FormatPAX, true}} {
		t.Run(test.name, func(t *testing.T) {
			vfstest.RunReadOnly(t, func(t *testing.T, tree []vfstest.Member) vfstest.FS {
				var list []*tar.Header
				for _, m := range tree {
					list = append(list, member(m))
				}
				data := pack(t, test.format, list...)
				if test.gzip {
					data = compressed(t, data)
				}
				f, err := tarfs.New(t.Context(), vfstest.MemFile(t, data), tarfs.Options{})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { f.Close() })
				return vfstest.Mounted(t, f)
			}, vfstest.ReadOnlyOptions{})
		})
	}
}

// TestRealTar reads what the machine's own tar writes.
func TestRealTar(t *testing.T) {
	program, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("no tar here")
	}
	dir := t.TempDir()
	deep := filepath.Join(dir, strings.Repeat("d", 120), strings.Repeat("e", 120))
	hole, err := os.Create(filepath.Join(dir, "sparse"))
	if err := errors.Join(err, os.MkdirAll(deep, 0o755),
		os.WriteFile(filepath.Join(deep, "file"), []byte("deep\n"), 0o640),
		os.Link(filepath.Join(deep, "file"), filepath.Join(dir, "hard")),
		os.Symlink("hard", filepath.Join(dir, "soft")), hole.Truncate(1<<20)); err != nil {
		t.Fatal(err)
	}
	hole.Close()
	for _, args := range [][]string{{"--format=gnu"}, {"--format=pax"}, {"--format=gnu", "-S"}, {"--format=pax", "-S"}, {"-z"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			cmd := exec.Command(program, append(args, "-cf", "-", ".")...)
			cmd.Dir = dir
			data, err := cmd.Output()
			if err != nil {
				t.Skip("this tar does not know the format: ", err)
			}
			f, err := tarfs.New(t.Context(), vfstest.MemFile(t, data), tarfs.Options{})
			if err != nil {
				t.Fatal(err)
			}
			fs := vfstest.Mounted(t, f)
			st, err := fs.Stat("soft", 0)
			if err != nil || st.Size != 5 || st.Nlink != 2 || st.Mode != 0o640 {
				t.Errorf("%+v, %v", st, err)
			}
			st, err = fs.Stat("sparse", 0)
			if err != nil || st.Size != 1<<20 {
				t.Errorf("sparse: %+v, %v", st, err)
			}
			if got, err := readAt(t, fs, "sparse", 10, 1<<19); err != nil || got != strings.Repeat("\x00", 10) {
				t.Errorf("read of a sparse file: %q, %v", got, err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	file := func(name string) *tar.Header {
		return member(vfstest.Member{Name: name, Type: sys.TypeRegular, Data: "x"})
	}
	good := pack(t, tar.FormatPAX, file("a"), file("b"))
	for _, test := range []struct {
		name string
		data []byte
		says string
	}{
		{"empty", nil, ""}, // as tar takes it: an archive of nothing
		{"absolute", pack(t, tar.FormatPAX, file("/etc/x")), "absolute name"},
		{"dot dot", pack(t, tar.FormatPAX, file("a/../../x")), "leads out of it"},
		{"just dot dot", pack(t, tar.FormatPAX, &tar.Header{Name: "..", Typeflag: tar.TypeDir}), "leads out of it"},
		{"hard link out", pack(t, tar.FormatPAX, &tar.Header{Name: "x", Linkname: "../../etc/passwd", Typeflag: tar.TypeLink}), "leads out of it"},
		{"hard link to nothing", pack(t, tar.FormatPAX, &tar.Header{Name: "x", Linkname: "y", Typeflag: tar.TypeLink}), "not before it"},
		{"below a file", pack(t, tar.FormatPAX, file("a"), file("a/b")), "no directory"},
		{"below a link", pack(t, tar.FormatPAX, &tar.Header{Name: "l", Linkname: "/", Typeflag: tar.TypeSymlink}, file("l/x")), "no directory"},
		{"long name", pack(t, tar.FormatPAX, file(strings.Repeat("n", 256))), "more than 255"},
		{"not UTF-8", pack(t, tar.FormatGNU, file("\xff\xfe")), "not UTF-8"},
		{"cut off", good[:1030], "cut off"},
		{"no archive", bytes.Repeat([]byte("this is no archive"), 100), "no tar archive"},
		{"broken gzip", append([]byte{0x1f, 0x8b}, make([]byte, 100)...), "broken"},
		{"gzip cut off", compressed(t, good)[:40], "cut off"},
		{"gzip bomb", compressed(t, make([]byte, 3<<20)), "max="},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := tarfs.New(t.Context(), vfstest.MemFile(t, test.data), tarfs.Options{Max: 2 << 20})
			switch {
			case test.says == "" && err != nil:
				t.Error(err)
			case test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)):
				t.Errorf("%v, which does not say %q", err, test.says)
			case err == nil:
				f.Close()
			}
		})
	}
}

func TestMembersComeTwice(t *testing.T) {
	data := pack(t, tar.FormatPAX,
		&tar.Header{Name: "f", PAXRecords: map[string]string{"TEST.data": "old"}, Typeflag: tar.TypeReg},
		&tar.Header{Name: "d/f", Typeflag: tar.TypeReg},
		&tar.Header{Name: "d", Mode: 0o700, Typeflag: tar.TypeDir},
		&tar.Header{Name: "f", PAXRecords: map[string]string{"TEST.data": "newer"}, Typeflag: tar.TypeReg},
		&tar.Header{Name: "fifo", Typeflag: tar.TypeFifo})
	f, err := tarfs.New(t.Context(), vfstest.MemFile(t, data), tarfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fs := vfstest.Mounted(t, f)
	if st, err := fs.Stat("f", 0); st.Size != 5 || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if st, err := fs.Stat("d", 0); st.Mode != 0o700 || err != nil {
		t.Errorf("%+v, %v", st, err)
	}
	if _, err := fs.Stat("d/f", 0); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat("fifo", 0); errno.Of(err) != errno.ENOENT {
		t.Errorf("a FIFO: %v", err)
	}
}

func TestCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := pack(t, tar.FormatPAX, member(vfstest.Member{Name: "x", Type: sys.TypeRegular}))
	for _, data := range [][]byte{data, compressed(t, data)} {
		if _, err := tarfs.New(ctx, vfstest.MemFile(t, data), tarfs.Options{}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
}

// brokenFile cannot be read.
type brokenFile struct{ vfs.File }

func (brokenFile) ReadAt([]byte, int64) (int, error) {
	return 0, errno.Faultf(errno.EIO, "the disk is gone")
}

func TestReadError(t *testing.T) {
	_, err := tarfs.New(t.Context(), brokenFile{vfstest.MemFile(t, make([]byte, 1024))}, tarfs.Options{})
	if err == nil || err.Error() != "the disk is gone" {
		t.Error(err)
	}
}

func FuzzTar(f *testing.F) {
	f.Add(pack(f, tar.FormatPAX, member(vfstest.Member{Name: "x", Type: sys.TypeRegular, Data: "data"})))
	f.Add(pack(f, tar.FormatGNU, &tar.Header{Name: strings.Repeat("x", 200), Linkname: "y", Typeflag: tar.TypeSymlink}))
	f.Add(compressed(f, pack(f, tar.FormatUSTAR, &tar.Header{Name: "d/", Typeflag: tar.TypeDir})))
	for _, form := range sparseForms {
		f.Add(sparse("s", form, 3000, []piece{{5, "five"}, {2000, "two"}}, lie{}))
		f.Add(sparse("s", form, 700_000, manyPieces(6), lie{}))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, err := tarfs.New(context.Background(), vfstest.MemFile(t, data), tarfs.Options{Max: 1 << 20})
		if err != nil {
			if errno.Why(err) == "" {
				t.Errorf("an error without a sentence: %v", err)
			}
			return
		}
		vfstest.WalkAll(fs, 4<<20)
		if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
			sameAsTar(t, vfstest.Mounted(t, fs), data)
		}
		fs.Close()
	})
}
