package tarfs_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs/tarfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// piece is a part of a sparse file that is no hole.
type piece struct {
	off  int64
	data string
}

// lie changes a sparse member before it is packed.
type lie struct {
	size  int64      // of the file, instead of the right one
	parts [][2]int64 // of the map, instead of the right ones
	data  string     // instead of the pieces
}

// number is a number of a header: in octal, or if it does not fit base-256.
func number(n int64, width int) []byte {
	if s := fmt.Sprintf("%0*o\x00", width-1, n); len(s) == width {
		return []byte(s)
	}
	b := make([]byte, width)
	for i := range 8 {
		b[width-1-i] = byte(n >> (8 * i))
	}
	b[0] |= 0x80
	return b
}

// sealed is a header with its checksum.
func sealed(h []byte) []byte {
	copy(h[148:156], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&511)...) }

// sparse is a member in one of the forms "gnu", "0.0", "0.1" and "1.0".
func sparse(name, form string, size int64, pieces []piece, l lie) []byte {
	var parts [][2]int64
	data := ""
	for _, p := range pieces {
		parts = append(parts, [2]int64{p.off, int64(len(p.data))})
		data += p.data
	}
	parts = append(parts, [2]int64{size, 0}) // as tar ends its maps
	if l.parts != nil {
		parts = l.parts
	}
	if l.data != "" {
		data = l.data
	}
	if l.size != 0 {
		size = l.size
	}
	head := make([]byte, 512)
	copy(head, name)
	copy(head[100:], "0000644\x000000000\x000000000\x00")
	copy(head[136:], number(1, 12))
	copy(head[257:], "ustar\x0000")
	if form == "gnu" {
		copy(head[257:], "ustar  \x00")
		head[156] = 'S'
		copy(head[124:], number(int64(len(data)), 12))
		copy(head[483:], number(size, 12))
		block, at, n, last := head, 386, 4, 482
		var blocks []byte
		for i, p := range parts {
			if n == 0 {
				block[last] = 1
				if i > 4 {
					blocks = append(blocks, block...)
				}
				block, at, n, last = make([]byte, 512), 0, 21, 504
			}
			copy(block[at:], number(p[0], 12))
			copy(block[at+12:], number(p[1], 12))
			at, n = at+24, n-1
		}
		if len(parts) > 4 {
			blocks = append(blocks, block...)
		}
		return padded(append(append(sealed(head), blocks...), data...))
	}
	var records, body strings.Builder
	record := func(key, value string) {
		for n := 1; ; n++ {
			if s := fmt.Sprintf("%d %s=%s\n", n, key, value); len(s) == n {
				records.WriteString(s)
				return
			}
		}
	}
	switch form {
	case "0.0":
		record("GNU.sparse.size", fmt.Sprint(size))
		record("GNU.sparse.numblocks", fmt.Sprint(len(parts)))
		for _, p := range parts {
			record("GNU.sparse.offset", fmt.Sprint(p[0]))
			record("GNU.sparse.numbytes", fmt.Sprint(p[1]))
		}
	case "0.1":
		record("GNU.sparse.size", fmt.Sprint(size))
		record("GNU.sparse.numblocks", fmt.Sprint(len(parts)))
		list := ""
		for _, p := range parts {
			list += fmt.Sprintf(",%d,%d", p[0], p[1])
		}
		record("GNU.sparse.map", list[1:])
	case "1.0":
		record("GNU.sparse.major", "1")
		record("GNU.sparse.minor", "0")
		record("GNU.sparse.name", name)
		record("GNU.sparse.realsize", fmt.Sprint(size))
		fmt.Fprintf(&body, "%d\n", len(parts))
		for _, p := range parts {
			fmt.Fprintf(&body, "%d\n%d\n", p[0], p[1])
		}
		body.WriteString(strings.Repeat("\x00", -body.Len()&511))
	}
	ext := make([]byte, 512)
	copy(ext, "PaxHeaders/x")
	copy(ext[100:], "0000644\x000000000\x000000000\x00")
	copy(ext[124:], number(int64(records.Len()), 12))
	copy(ext[136:], number(1, 12))
	ext[156] = 'x'
	copy(ext[257:], "ustar\x0000")
	head[156] = '0'
	copy(head[124:], number(int64(body.Len()+len(data)), 12))
	all := padded(append(sealed(ext), records.String()...))
	return padded(append(append(append(all, sealed(head)...), body.String()...), data...))
}

var sparseForms = []string{"gnu", "0.0", "0.1", "1.0"}

// manyPieces are more than fit into a header.
func manyPieces(n int) (list []piece) {
	for i := range n {
		list = append(list, piece{int64(i) * 100_000, fmt.Sprintf("piece %d", i)})
	}
	return list
}

func openTar(t testing.TB, data []byte) (vfstest.FS, error) {
	f, err := tarfs.New(t.Context(), vfstest.MemFile(t, data), tarfs.Options{})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { f.Close() })
	return vfstest.Mounted(t, f), nil
}

func readAt(t *testing.T, fs vfstest.FS, name string, n int, off int64) (string, error) {
	t.Helper()
	f, err := fs.Open(name, sys.ORead, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, n)
	got, err := f.ReadAt(p, off)
	return string(p[:got]), err
}

func TestSparse(t *testing.T) {
	const huge = 5 << 30
	for _, form := range sparseForms {
		for _, c := range []struct {
			name   string
			size   int64
			pieces []piece
		}{
			{"a hole", 1000, nil},
			{"empty", 0, nil},
			{"no hole", 5, []piece{{0, "whole"}}},
			{"a hole before", 1005, []piece{{1000, "tail."}}},
			{"a hole behind", 1000, []piece{{0, "head."}}},
			{"beyond 4 GiB", huge + 9, []piece{{7, "seven"}, {huge, "the end.."}}},
			{"five", 500_000, manyPieces(5)},
			{"many", 10_000_000, manyPieces(90)},
		} {
			t.Run(form+"/"+c.name, func(t *testing.T) {
				data := append(sparse("f", form, c.size, c.pieces, lie{}), pack(t, tar.FormatPAX, member(vfstest.Member{Name: "next", Mode: 0o644, Type: sys.TypeRegular, Data: "next"}))...)
				fs, err := openTar(t, data)
				if err != nil {
					t.Fatal(err)
				}
				st, err := fs.Stat("f", 0)
				if err != nil || int64(st.Size) != c.size {
					t.Fatalf("%+v, %v", st, err)
				}
				for _, p := range c.pieces {
					off := max(0, p.off-3)
					want := strings.Repeat("\x00", int(p.off-off)) + p.data + "\x00\x00"
					if got, err := readAt(t, fs, "f", len(want), off); err != nil || got != want[:min(int64(len(want)), c.size-off)] {
						t.Errorf("at %d: %q, %v", off, got, err)
					}
				}
				if got, err := readAt(t, fs, "f", 50, c.size/3+20); err != nil || strings.Trim(got, "\x00") != "" && c.name != "no hole" {
					t.Errorf("in the hole: %q, %v", got, err)
				}
				if got, err := readAt(t, fs, "next", 10, 0); err != nil || got != "next" {
					t.Errorf("the next one: %q, %v", got, err)
				}
			})
		}
	}
}

// A map that does not fit its member is told, when the archive is mounted or the file is read,
// and shows nothing of another member.
func TestSparse_lies(t *testing.T) {
	good := []piece{{0, "head"}, {1000, "tail"}}
	for _, form := range sparseForms {
		for _, c := range []struct {
			name string
			lie  lie
		}{
			{"more data than there is", lie{parts: [][2]int64{{0, 4}, {1000, 2000}, {3000, 0}}, size: 3000}},
			{"less data than there is", lie{parts: [][2]int64{{0, 4}, {2000, 0}}, size: 2000}},
			{"parts in another order", lie{parts: [][2]int64{{1000, 4}, {0, 4}}}},
			{"parts that overlap", lie{parts: [][2]int64{{0, 4}, {2, 4}}}},
			{"a part behind the end", lie{size: 900}},
			{"a part that is longer than all numbers", lie{parts: [][2]int64{{0, 4}, {1<<62 + 4, 1<<62 + 8}}, size: 1<<63 - 1}},
		} {
			t.Run(form+"/"+c.name, func(t *testing.T) {
				data := append(sparse("f", form, 2000, good, c.lie), pack(t, tar.FormatPAX, member(vfstest.Member{Name: "next", Mode: 0o644, Type: sys.TypeRegular, Data: "next"}))...)
				fs, err := openTar(t, data)
				if err != nil {
					if errno.Why(err) == "" {
						t.Errorf("an error without a sentence: %v", err)
					}
					return
				}
				if got, err := readAt(t, fs, "f", 10, 0); errno.Of(err) != errno.EIO || errno.Why(err) == "" {
					t.Errorf("read: %q, %v", got, err)
				}
				if got, err := readAt(t, fs, "next", 10, 0); err != nil || got != "next" {
					t.Errorf("the next one: %q, %v", got, err)
				}
			})
		}
	}
}

// TestSparse_realTar reads what the machine's own tar writes of files with holes.
func TestSparse_realTar(t *testing.T) {
	program, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("no tar here")
	}
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "sparse"))
	for i := range 40 {
		_, werr := file.WriteAt([]byte(fmt.Sprint("piece ", i)), int64(i)<<20)
		err = errors.Join(err, werr)
	}
	if err := errors.Join(err, file.Truncate(50<<20), file.Close()); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "sparse"))
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"--format=gnu", "--format=pax", "--sparse-version=0.0", "--sparse-version=0.1", "--format=gnu -z"} {
		t.Run(args, func(t *testing.T) {
			cmd := exec.Command(program, append(strings.Fields(args), "-S", "-cf", "-", "sparse")...)
			cmd.Dir = dir
			data, err := cmd.Output()
			if err != nil {
				t.Skip("this tar does not know the format: ", err)
			}
			fs, err := openTar(t, data)
			if err != nil {
				t.Fatal(err)
			}
			got, err := readAt(t, fs, "sparse", len(want)+1, 0)
			if err != nil || got != string(want) {
				t.Errorf("it has %d bytes, which are not those of the file, %v", len(got), err)
			}
		})
	}
}

// sameAsTar compares what the members of a mounted archive begin with with what package tar reads,
// of each name that is there once.
func sameAsTar(t *testing.T, fs vfstest.FS, data []byte) {
	const most = 1 << 16
	r := tar.NewReader(bytes.NewReader(data))
	begin, seen := map[string]string{}, map[string]int{}
	for {
		h, err := r.Next()
		if err != nil {
			break
		}
		if seen[h.Name]++; h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse || strings.HasSuffix(h.Name, "/") {
			continue
		}
		if p, err := io.ReadAll(io.LimitReader(r, most)); err == nil && h.Size <= most {
			begin[h.Name] = string(p)
		}
	}
	for name, want := range begin {
		if seen[name] > 1 || strings.ContainsAny(name, "./") {
			continue
		}
		f, err := fs.Open(name, sys.ORead, 0, 0)
		if err != nil {
			continue
		}
		p := make([]byte, most)
		if n, err := f.ReadAt(p, 0); err == nil && string(p[:n]) != want {
			t.Errorf("%q has %.100q, not %.100q", name, p[:n], want)
		}
	}
}
