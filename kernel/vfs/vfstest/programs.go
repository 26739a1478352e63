package vfstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// program is a case that takes more than a script.
type program struct {
	name  string
	run   func(t *testing.T, fs FS)
	links bool // it makes hard links
}

var programs = []program{
	{name: "times change with contents", run: timesOfContents},
	{name: "times change with names", run: timesOfNames, links: true},
	{name: "big file", run: bigFile},
	{name: "random writes", run: randomWrites},
	{name: "directory entries have numbers and types", run: entryFields},
	{name: "directory goes on from a cookie", run: resumeListing},
	{name: "directory changes while it is listed", run: changingListing},
	{name: "many names", run: manyNames},
	{name: "exclusive creation has one winner", run: exclusiveRace},
	{name: "appends do not mix", run: appendRace},
	{name: "a replaced name is never missing", run: renameRace},
	{name: "mkdir has one winner", run: mkdirRace},
}

// check ends the test if err is not nil.
func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, fs FS, path, text string) {
	t.Helper()
	f, err := fs.Open(path, sys.OWrite|sys.OCreate|sys.OTrunc, 0, 0o644)
	check(t, err)
	_, err = f.WriteAt([]byte(text), 0)
	check(t, err)
	check(t, f.Close())
}

func lstat(t *testing.T, fs FS, path string) sys.Stat {
	t.Helper()
	st, err := fs.Stat(path, sys.AtNoFollow)
	check(t, err)
	return st
}

// names lists path in its own order.
func names(t *testing.T, fs FS, path string) []string {
	t.Helper()
	f, err := fs.Open(path, sys.ORead|sys.ODirectory, 0, 0)
	check(t, err)
	defer f.Close()
	var out []string
	check(t, f.ReadDir(0, func(e sys.DirEntry) bool {
		out = append(out, e.Name)
		return true
	}))
	return out
}

// old sets the times of path to the distant past, so that a change shows whatever
// the clock's steps.
func old(t *testing.T, fs FS, path string) {
	t.Helper()
	check(t, fs.SetAttr(path, sys.AtNoFollow, sys.SetAttr{Set: sys.AttrAtime | sys.AttrMtime, Atime: 1, Mtime: 1}))
}

func timesOfContents(t *testing.T, fs FS) {
	put(t, fs, "f", "text")
	f, err := fs.Open("f", sys.ORead|sys.OWrite, 0, 0)
	check(t, err)
	defer f.Close()
	for _, c := range []struct {
		name         string
		do           func() error
		atime, mtime bool
	}{
		{"read", func() error { _, err := f.ReadAt(make([]byte, 1), 0); return err }, true, false},
		{"read nothing", func() error { _, err := f.ReadAt(nil, 0); return err }, false, false},
		{"write", func() error { _, err := f.WriteAt([]byte("x"), 0); return err }, false, true},
		{"write nothing", func() error { _, err := f.WriteAt(nil, 0); return err }, false, false},
		{"append", func() error { return f.Append([]byte("x")) }, false, true},
		{"cut", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 1}) }, false, true},
		{"chmod", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}) }, false, false},
		{"stat", func() error { _, err := f.Stat(); return err }, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			old(t, fs, "f")
			before := lstat(t, fs, "f")
			check(t, c.do())
			after := lstat(t, fs, "f")
			if got := after.Atime != 1; got != c.atime {
				t.Errorf("atime changed: %v", got)
			}
			if got := after.Mtime != 1; got != c.mtime {
				t.Errorf("mtime changed: %v", got)
			}
			if after.Ctime < before.Ctime {
				t.Error("ctime went back")
			}
		})
	}
}

func timesOfNames(t *testing.T, fs FS) {
	check(t, fs.Mkdir("d", 0o755))
	check(t, fs.Mkdir("to", 0o755))
	for _, c := range []struct {
		name    string
		do      func() error
		changed bool
	}{
		{"create", func() error { put(t, fs, "d/f", "x"); return nil }, true},
		{"write", func() error { put(t, fs, "d/f", "y"); return nil }, false},
		{"link", func() error { return fs.Link("d/f", "d/g", sys.AtNoFollow) }, true},
		{"symlink", func() error { return fs.Symlink("x", "d/l") }, true},
		{"mkdir", func() error { return fs.Mkdir("d/e", 0o755) }, true},
		{"rename", func() error { return fs.Rename("d/f", "d/h") }, true},
		{"rename of one file's names", func() error { return fs.Rename("d/h", "d/g") }, false},
		{"rename out", func() error { return fs.Rename("d/h", "to/h") }, true},
		{"rename in", func() error { return fs.Rename("to/h", "d/h") }, true},
		{"unlink", func() error { return fs.Unlink("d/g") }, true},
		{"rmdir", func() error { return fs.Rmdir("d/e") }, true},
		{"lookup", func() error { _, err := fs.Stat("d/h", 0); return err }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			old(t, fs, "d")
			check(t, c.do())
			if got := lstat(t, fs, "d").Mtime != 1; got != c.changed {
				t.Errorf("the directory's mtime changed: %v", got)
			}
		})
	}
}

func bigFile(t *testing.T, fs FS) {
	f, err := fs.Open("f", sys.ORead|sys.OWrite|sys.OCreate, 0, 0o644)
	check(t, err)
	defer f.Close()
	piece := make([]byte, 10_007)
	for i := range piece {
		piece[i] = byte(i * 7)
	}
	const pieces = 300
	for i := range pieces {
		_, err := f.WriteAt(piece, int64(i*len(piece)))
		check(t, err)
	}
	got, err := readAll(f)
	check(t, err)
	if !bytes.Equal(got, bytes.Repeat(piece, pieces)) {
		t.Error("other bytes were read than written")
	}
}

// randomWrites keeps a plain slice beside the file and compares.
func randomWrites(t *testing.T, fs FS) {
	rnd := rand.New(rand.NewPCG(1, 2))
	f, err := fs.Open("f", sys.ORead|sys.OWrite|sys.OCreate, 0, 0o644)
	check(t, err)
	defer f.Close()
	var want []byte
	lengthen := func(n int) {
		if n > len(want) {
			want = append(want, make([]byte, n-len(want))...)
		}
	}
	for i := range 500 {
		switch rnd.IntN(5) {
		case 0:
			n := rnd.IntN(300_000)
			check(t, f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: uint64(n)}))
			lengthen(n)
			want = want[:n]
			want = slices.Clip(want)
		case 1:
			p := bytes.Repeat([]byte{byte(i) | 1}, rnd.IntN(5000))
			check(t, f.Append(p))
			want = append(want, p...)
		default:
			p := bytes.Repeat([]byte{byte(i) | 1}, 1+rnd.IntN(70_000>>rnd.IntN(16)))
			off := rnd.IntN(250_000)
			_, err := f.WriteAt(p, int64(off))
			check(t, err)
			lengthen(off + len(p))
			copy(want[off:], p)
		}
		got, err := readAll(f)
		check(t, err)
		if !bytes.Equal(got, want) {
			t.Fatalf("step %d: the contents differ: %d bytes, want %d", i, len(got), len(want))
		}
	}
}

func entryFields(t *testing.T, fs FS) {
	put(t, fs, "file", "x")
	check(t, fs.Mkdir("dir", 0o755))
	check(t, fs.Symlink("x", "link"))
	f, err := fs.Open(".", sys.ORead|sys.ODirectory, 0, 0)
	check(t, err)
	defer f.Close()
	seen := 0
	check(t, f.ReadDir(0, func(e sys.DirEntry) bool {
		seen++
		st := lstat(t, fs, e.Name) // also: no lock is held here
		if e.Ino != st.Ino || e.Type != st.Type {
			t.Errorf("%s: entry has number %d and type %d, the file %d and %d", e.Name, e.Ino, e.Type, st.Ino, st.Type)
		}
		if e.Cookie == 0 {
			t.Errorf("%s: a cookie must not be 0", e.Name)
		}
		return true
	}))
	if seen != 3 {
		t.Errorf("%d entries, want 3", seen)
	}
}

func resumeListing(t *testing.T, fs FS) {
	for i := range 150 {
		put(t, fs, fmt.Sprintf("f%03d", i), "")
	}
	whole := names(t, fs, ".")
	f, err := fs.Open(".", sys.ORead|sys.ODirectory, 0, 0)
	check(t, err)
	defer f.Close()
	for _, step := range []int{1, 7, 64, 1000} {
		var got []string
		for cookie, more := uint64(0), true; more; {
			n := 0
			check(t, f.ReadDir(cookie, func(e sys.DirEntry) bool {
				got = append(got, e.Name)
				cookie = e.Cookie
				n++
				return n < step
			}))
			more = n > 0
		}
		if !slices.Equal(got, whole) {
			t.Errorf("in steps of %d: %d names, want %d in the same order", step, len(got), len(whole))
		}
	}
}

func changingListing(t *testing.T, fs FS) {
	const stay = 100
	for i := range stay {
		put(t, fs, fmt.Sprintf("go%03d", i), "")
		put(t, fs, fmt.Sprintf("stay%03d", i), "")
	}
	put(t, fs, "new", "")
	f, err := fs.Open(".", sys.ORead|sys.ODirectory, 0, 0)
	check(t, err)
	defer f.Close()
	seen := map[string]int{}
	i := 0
	for cookie, more := uint64(0), true; more; {
		more = false
		check(t, f.ReadDir(cookie, func(e sys.DirEntry) bool {
			seen[e.Name]++
			cookie, more = e.Cookie, true
			return false
		}))
		if i < stay {
			check(t, fs.Unlink(fmt.Sprintf("go%03d", i)))
			put(t, fs, fmt.Sprintf("come%03d", i), "")
			check(t, fs.Rename(fmt.Sprintf("come%03d", i), fmt.Sprintf("stay%03d", i)))
			i++
		}
	}
	for i := range stay {
		if name := fmt.Sprintf("stay%03d", i); seen[name] != 1 {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}

func manyNames(t *testing.T, fs FS) {
	const n = 2000
	for i := range n {
		put(t, fs, fmt.Sprint("f", i), "")
	}
	for i := 0; i < n; i += 2 {
		check(t, fs.Unlink(fmt.Sprint("f", i)))
	}
	for i := range n {
		_, err := fs.Stat(fmt.Sprint("f", i), 0)
		if there := err == nil; there != (i%2 == 1) {
			t.Fatalf("f%d is there: %v", i, there)
		}
	}
	if got := len(names(t, fs, ".")); got != n/2 {
		t.Errorf("%d names, want %d", got, n/2)
	}
	for i := 1; i < n; i += 2 {
		check(t, fs.Unlink(fmt.Sprint("f", i)))
	}
	if got := names(t, fs, "."); len(got) != 0 {
		t.Errorf("left over: %v", got)
	}
}

// race runs do n times at once.
func race(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

func exclusiveRace(t *testing.T, fs FS) {
	for round := range 20 {
		var won atomic.Int32
		race(4, func(int) {
			f, err := fs.Open(fmt.Sprint("x", round), sys.OWrite|sys.OCreate|sys.OExcl, 0, 0o644)
			switch {
			case err == nil:
				won.Add(1)
				f.Close()
			case errno.Of(err) != errno.EEXIST:
				t.Error(err)
			}
		})
		if won.Load() != 1 {
			t.Fatalf("%d have made it", won.Load())
		}
	}
}

func mkdirRace(t *testing.T, fs FS) {
	for round := range 20 {
		var won atomic.Int32
		race(4, func(int) {
			err := fs.Mkdir(fmt.Sprint("x", round), 0o755)
			switch {
			case err == nil:
				won.Add(1)
			case errno.Of(err) != errno.EEXIST:
				t.Error(err)
			}
		})
		if won.Load() != 1 {
			t.Fatalf("%d have made it", won.Load())
		}
	}
}

func appendRace(t *testing.T, fs FS) {
	if !atomicAppend(fs) {
		t.Skip("this wrapper appends in two steps")
	}
	put(t, fs, "log", "")
	const writers, lines = 4, 100
	race(writers, func(i int) {
		f, err := fs.Open("log", sys.OWrite|sys.OAppend, 0, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		for range lines {
			if err := f.Append([]byte(fmt.Sprintf("writer %d\n", i))); err != nil {
				t.Error(err)
			}
		}
	})
	f, err := fs.Open("log", sys.ORead, 0, 0)
	check(t, err)
	defer f.Close()
	text, err := readAll(f)
	check(t, err)
	count := map[string]int{}
	for line := range bytes.Lines(text) {
		count[string(line)]++
	}
	for i := range writers {
		if n := count[fmt.Sprintf("writer %d\n", i)]; n != lines {
			t.Errorf("%d lines of writer %d, want %d", n, i, lines)
		}
	}
}

// atomicAppend reports whether fs appends in one step. A wrapper that cannot has
// a method that says so.
func atomicAppend(fs FS) bool {
	w, ok := fs.(interface{ AppendsInSteps() bool })
	return !ok || !w.AppendsInSteps()
}

// yield lets others run. Where nothing is taken from a goroutine that computes, and what
// others wait for does not come meanwhile, a wrapper has a method that does it.
func yield(fs FS) {
	if w, ok := fs.(interface{ Yield() }); ok {
		w.Yield()
	} else {
		runtime.Gosched()
	}
}

func renameRace(t *testing.T, fs FS) {
	put(t, fs, "name", "0")
	var done atomic.Bool
	race(3, func(i int) {
		if i == 0 {
			defer done.Store(true)
			for n := range 300 {
				put(t, fs, "tmp", fmt.Sprint(n))
				if err := fs.Rename("tmp", "name"); err != nil {
					t.Error(err)
					return
				}
			}
			return
		}
		for !done.Load() {
			f, err := fs.Open("name", sys.ORead, 0, 0)
			if err != nil {
				t.Error(err)
				return
			}
			if text, err := readAll(f); err != nil || len(text) == 0 {
				t.Errorf("read %q: %v", text, err)
			}
			f.Close()
			yield(fs)
		}
	})
}
