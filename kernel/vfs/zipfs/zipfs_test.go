package zipfs_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
	"github.com/bushel-wasm/bushel/kernel/vfs/zipfs"
)

// pack makes an archive whose files are compressed by method.
func pack(t testing.TB, method uint16, members ...vfstest.Member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		h := &zip.FileHeader{Name: m.Name, Method: method, Modified: time.Unix(0, m.Mtime).UTC()}
		mode, data := fs.FileMode(m.Mode), m.Data
		switch m.Type {
		case sys.TypeDirectory:
			mode, h.Name, h.Method = mode|fs.ModeDir, m.Name+"/", zip.Store
		case sys.TypeSymlink:
			mode, data = mode|fs.ModeSymlink, m.Target
		}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(data))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T, data []byte) vfs.FS {
	t.Helper()
	f, err := zipfs.New(t.Context(), vfstest.MemFile(t, data), zipfs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func file(name, data string) vfstest.Member {
	return vfstest.Member{Name: name, Type: sys.TypeRegular, Mode: 0o644, Data: data}
}

func TestSuite(t *testing.T) {
	for name, method := range map[string]uint16{"stored": zip.Store, "deflated": zip.Deflate} {
		t.Run(name, func(t *testing.T) {
			vfstest.RunReadOnly(t, func(t *testing.T, tree []vfstest.Member) vfstest.FS {
				return vfstest.Mounted(t, open(t, pack(t, method, tree...)))
			}, vfstest.ReadOnlyOptions{NoHardLinks: true})
		})
	}
}

func TestReadersTakeTurns(t *testing.T) {
	var members []vfstest.Member
	for _, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		members = append(members, file(name, strings.Repeat(name, 300_000)))
	}
	f := vfstest.Mounted(t, open(t, pack(t, zip.Deflate, members...)))
	var all sync.WaitGroup
	for i := range 28 {
		m := members[i%len(members)]
		all.Go(func() {
			o, err := f.Open(m.Name, sys.ORead, 0, 0)
			if err != nil {
				t.Error(err)
				return
			}
			p := make([]byte, 50_000)
			for off := int64(0); off < 300_000; off += 50_000 {
				if n, err := o.ReadAt(p, off); n != len(p) || err != nil || string(p) != m.Data[:len(p)] {
					t.Errorf("%s at %d: %d, %v", m.Name, off, n, err)
				}
			}
		})
	}
	all.Wait()
}

// change applies fn to each header of the central directory.
func change(data []byte, fn func(h []byte)) []byte {
	data = bytes.Clone(data)
	for i := 0; ; {
		j := bytes.Index(data[i:], []byte("PK\x01\x02"))
		if j < 0 {
			return data
		}
		fn(data[i+j:])
		i += j + 4
	}
}

func TestRefused(t *testing.T) {
	one := pack(t, zip.Deflate, file("x", strings.Repeat("data", 100)))
	for _, test := range []struct {
		name string
		data []byte
		says string
	}{
		{"absolute", pack(t, zip.Store, file("/etc/x", "x")), "absolute name"},
		{"dot dot", pack(t, zip.Store, file("../x", "x")), "leads out of it"},
		{"backslashes", pack(t, zip.Store, file(`..\x`, "x")), "leads out of it"},
		{"no archive", []byte("this is no archive"), "no zip archive"},
		{"nothing", nil, "no zip archive"},
		{"cut off", one[:len(one)-10], "no zip archive"},
		{"long link", pack(t, zip.Store, vfstest.Member{Name: "l", Type: sys.TypeSymlink, Target: strings.Repeat("x", 5000)}), "target of 5000"},
		{"empty link", pack(t, zip.Store, vfstest.Member{Name: "l", Type: sys.TypeSymlink}), "no target"},
		{"bomb", change(one, func(h []byte) { binary.LittleEndian.PutUint32(h[24:], 0xfffffff0) }), "too much"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := zipfs.New(t.Context(), vfstest.MemFile(t, test.data), zipfs.Options{})
			if err == nil {
				f.Close()
			}
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
}

func TestMembersThatCannotBeRead(t *testing.T) {
	good := pack(t, zip.Deflate, file("x", strings.Repeat("data", 100)))
	for _, test := range []struct {
		name  string
		data  []byte
		errno errno.Errno
		says  string
	}{
		{"encrypted", change(good, func(h []byte) { h[8] |= 1 }), errno.EACCES, "is encrypted"},
		{"method", change(good, func(h []byte) { h[10] = 12 }), errno.ENOTSUP, "method 12"},
		{"more than there is", change(good, func(h []byte) { h[24]++ }), errno.EIO, "is broken"},
		{"less than there is", change(good, func(h []byte) { h[24]-- }), errno.EIO, "is broken"},
		{"another checksum", change(good, func(h []byte) { h[16]++ }), errno.EIO, "is broken"},
		{"stored, lying", change(pack(t, zip.Store, file("x", "data")), func(h []byte) { h[24] = 200 }), errno.EIO, "is broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := vfstest.Mounted(t, open(t, test.data))
			o, err := f.Open("x", sys.ORead, 0, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = o.ReadAt(make([]byte, 1000), 0)
			if errno.Of(err) != test.errno || !strings.Contains(err.Error(), test.says) {
				t.Error(err)
			}
		})
	}
}

func TestNamesOfThePC(t *testing.T) {
	data := pack(t, zip.Store, vfstest.Member{Name: "x\x81", Type: sys.TypeRegular, Data: "x"})
	f := vfstest.Mounted(t, open(t, data))
	if _, err := f.Stat("xü", 0); err != nil {
		t.Error(err)
	}
}

func TestCanceled(t *testing.T) {
	fsys := open(t, pack(t, zip.Deflate, file("x", strings.Repeat("x", 1<<20))))
	n, err := fsys.Root().Lookup("x")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = vfs.WithContext(ctx, n.(vfs.File)).ReadAt(make([]byte, 10), 1<<19)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n, err := n.(vfs.File).ReadAt(make([]byte, 10), 1<<19); n != 10 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

func FuzzZip(f *testing.F) {
	f.Add(pack(f, zip.Deflate, file("x", "data"), file("d/y", "data")))
	f.Add(pack(f, zip.Store, vfstest.Tree()[:6]...))
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, err := zipfs.New(context.Background(), vfstest.MemFile(t, data), zipfs.Options{})
		if err != nil {
			if errno.Why(err) == "" {
				t.Errorf("an error without a sentence: %v", err)
			}
			return
		}
		vfstest.WalkAll(fs, 4<<20)
		fs.Close()
	})
}
