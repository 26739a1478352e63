package storage

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/localfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/store"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
	"github.com/bushel-wasm/bushel/web/worker"
)

// These tests run in a worker of a browser: see e2e/tests/storage.spec.ts.

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var stores int

// fresh opens a store that is empty.
func fresh(t testing.TB) *store.FS {
	t.Helper()
	stores++
	return open(t, fmt.Sprint("test-", stores))
}

func open(t testing.TB, name string) *store.FS {
	t.Helper()
	fs, err := Open(name, false)
	must(t, err)
	t.Cleanup(func() { fs.Close() })
	return fs
}

func TestSuite(t *testing.T) {
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		ns := vfs.NewNamespace(fresh(t))
		must(t, ns.Mkdir(vfs.At{}, "/it", 0o755))
		fs, err := vfstest.Namespaced(ns, "/it")
		must(t, err)
		return yielding{fs}
	}, vfstest.Options{})
}

// It takes the folder that the worker has picked, of the browser's own: see
// e2e/storage/worker.js.
func TestFolderSuite(t *testing.T) {
	fs := localfs.New(Folder(1))
	folders := 0
	vfstest.Run(t, func(t *testing.T) vfstest.FS {
		ns := vfs.NewNamespace(fs)
		folders++
		root := fmt.Sprint("/it-", folders)
		must(t, ns.Mkdir(vfs.At{}, root, 0o755))
		it, err := vfstest.Namespaced(ns, root)
		must(t, err)
		return yielding{it}
	}, vfstest.Options{Plain: true, Browser: true})
}

// yielding is a file system of the suite that others wait for in JavaScript.
type yielding struct{ vfstest.FS }

// Yield has the worker look at its events, of which a transaction's end is one.
func (yielding) Yield() { worker.Park() }

func TestLasts(t *testing.T) {
	fs := open(t, "lasts")
	f, err := fs.Root().(vfs.MutableDir).Create("f", 0o644)
	must(t, err)
	for i := range 100 {
		_, err = f.WriteAt(fmt.Appendf(nil, "text %02d", i), int64(i)*100_000)
		must(t, err)
	}
	must(t, f.(vfs.Syncer).Sync())
	if _, err := Open("lasts", false); errno.Of(err) != errno.EBUSY {
		t.Errorf("opened twice: %v", err)
	}
	must(t, fs.Close())
	n, err := open(t, "lasts").Root().Lookup("f")
	must(t, err)
	p := make([]byte, 7)
	for i := range 100 {
		_, err := n.(vfs.File).ReadAt(p, int64(i)*100_000)
		must(t, err)
		if want := fmt.Sprintf("text %02d", i); string(p) != want {
			t.Errorf("it has %q, not %q", p, want)
		}
	}
}

func TestOpen_names(t *testing.T) {
	for _, name := range []string{"", "a/b", "..", "ü", "a b"} {
		if _, err := Open(name, false); errno.Of(err) != errno.EINVAL {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// jsBare writes or reads a file of its own by its access handle alone, in
// JavaScript, and returns the milliseconds.
//
//go:wasmimport bushel bare
func jsBare(write, piece, pieces uint32) float64

// BenchmarkSequential compares 64 MiB by the store with bare access handles, in turns.
func BenchmarkSequential(b *testing.B) {
	const size = 64 << 20
	fs := fresh(b)
	for _, piece := range []int{64 << 10, 1 << 20} {
		buf := make([]byte, piece)
		for i := range buf {
			buf[i] = byte(i)
		}
		var ratios [2][]float64
		var rates [2][2][]float64
		for round := range 5 {
			name := fmt.Sprint("file ", piece, round)
			f, err := fs.Root().(vfs.MutableDir).Create(name, 0o644)
			must(b, err)
			for mode, once := range []func(off int64) error{
				func(off int64) error { _, err := f.WriteAt(buf, off); return err },
				func(off int64) error { _, err := f.ReadAt(buf, off); return err },
			} {
				bare := jsBare(uint32(1-mode), uint32(piece), uint32(size/piece))
				begun := worker.Now()
				for off := int64(0); off < size; off += int64(piece) {
					must(b, once(off))
				}
				ours := float64(worker.Now()-begun) / float64(time.Millisecond)
				ratios[mode] = append(ratios[mode], bare/ours)
				rates[mode][0] = append(rates[mode][0], size/bare/1048.576)
				rates[mode][1] = append(rates[mode][1], size/ours/1048.576)
			}
			must(b, fs.Root().(vfs.MutableDir).Unlink(name))
		}
		for mode, what := range []string{"write", "read"} {
			fmt.Printf("sequential %s by %d KiB: store %.0f MiB/s, bare %.0f MiB/s, ratio %.2f\n",
				what, piece>>10, median(rates[mode][1]), median(rates[mode][0]), median(ratios[mode]))
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSmallFile creates, writes, reads and removes a file of 4 KiB.
func BenchmarkSmallFile(b *testing.B) {
	fs := fresh(b)
	root := fs.Root().(vfs.MutableDir)
	buf := make([]byte, 4096)
	for b.Loop() {
		f, err := root.Create("f", 0o644)
		must(b, err)
		_, err = f.WriteAt(buf, 0)
		must(b, err)
		_, err = f.ReadAt(buf, 0)
		must(b, err)
		must(b, root.Unlink("f"))
	}
}

func BenchmarkSync(b *testing.B) {
	fs := fresh(b)
	f, err := fs.Root().(vfs.MutableDir).Create("f", 0o644)
	must(b, err)
	for b.Loop() {
		_, err = f.Append([]byte("line\n"))
		must(b, err)
		must(b, f.(vfs.Syncer).Sync())
	}
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
