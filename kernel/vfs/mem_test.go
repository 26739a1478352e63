package vfs

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// used is how much of m's room is taken.
func used(m *Mem) int64 {
	total, free := m.Space()
	return int64(total - free)
}

func create(t testing.TB, d Dir, name string) File {
	t.Helper()
	f, err := d.(MutableDir).Create(name, 0o644)
	must(t, err)
	return f
}

func TestMem_limit(t *testing.T) {
	const limit = 1 << 20
	m := NewMem(MemOptions{Limit: limit})
	f := create(t, m.Root(), "f")
	p := bytes.Repeat([]byte("x"), limit)
	n, err := f.WriteAt(p, 0)
	wantErrno(t, "write", err, "ENOSPC")
	for size, says := range map[uint64]string{limit: "may take 1 MiB", 100 << 10: "may take 100 KiB"} {
		if _, err := create(t, NewMem(MemOptions{Limit: size}).Root(), "f").WriteAt(p, 0); err == nil || !strings.HasSuffix(err.Error(), says) {
			t.Errorf("%v, which does not say %q", err, says)
		}
	}
	if n < limit-3*chunkSize || n >= limit {
		t.Errorf("%d bytes went into %d", n, limit)
	}
	if st, _ := f.Stat(); st.Size != uint64(n) {
		t.Errorf("size %d after %d bytes", st.Size, n)
	}
	if used(m) > limit {
		t.Errorf("%d bytes are used", used(m))
	}
	// What is there can be overwritten, and a full file system be tidied up.
	_, err = f.WriteAt(p[:n], 0)
	wantErrno(t, "overwrite", err, "")
	wantErrno(t, "rename", m.root.Rename("f", m.root, "g"), "")
	wantErrno(t, "unlink", m.root.Unlink("g"), "")
	if used(m) != 0 {
		t.Errorf("%d bytes are left over", used(m))
	}
	if _, err = create(t, m.Root(), "h").WriteAt(p[:limit/2], 0); err != nil {
		t.Errorf("after unlink: %v", err)
	}
}

func TestMem_limitOfNodes(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(d MutableDir, name string) error
	}{
		{"create", func(d MutableDir, name string) error { _, err := d.Create(name, 0); return err }},
		{"mkdir", func(d MutableDir, name string) error { _, err := d.Mkdir(name, 0); return err }},
		{"symlink", func(d MutableDir, name string) error { _, err := d.Symlink(name, "target"); return err }},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewMem(MemOptions{Limit: 100_000})
			n := 0
			var err error
			for ; err == nil && n < 1000; n++ {
				err = c.make(m.root, fmt.Sprint(n))
			}
			wantErrno(t, "the last", err, "ENOSPC")
			for i := range n - 1 {
				if m.root.Unlink(fmt.Sprint(i)) != nil {
					must(t, m.root.Rmdir(fmt.Sprint(i)))
				}
			}
			if used(m) != 0 || m.Nodes() != 1 {
				t.Errorf("%d bytes and %d nodes are left", used(m), m.Nodes())
			}
		})
	}
}

func TestMem_account(t *testing.T) {
	size := func(n uint64) sys.SetAttr { return sys.SetAttr{Set: sys.AttrSize, Size: n} }
	for _, c := range []struct {
		name     string
		do       func(t *testing.T, m *Mem)
		min, max int64
	}{
		{"a hole", func(t *testing.T, m *Mem) {
			must(t, create(t, m.root, "f").SetAttr(size(1<<40)))
		}, 0, 1000},
		{"a byte behind a hole", func(t *testing.T, m *Mem) {
			_, err := create(t, m.root, "f").WriteAt([]byte("x"), 5<<30)
			must(t, err)
		}, 0, chunkSize + 1000},
		{"a small file", func(t *testing.T, m *Mem) {
			_, err := create(t, m.root, "f").WriteAt([]byte("hello"), 0)
			must(t, err)
		}, 5, 1000},
		{"cut", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			_, err := f.WriteAt(make([]byte, 10*chunkSize), 0)
			must(t, err)
			must(t, f.SetAttr(size(100)))
		}, 0, 2000},
		{"cut of a sparse file", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			for i := range 5 {
				_, err := f.WriteAt([]byte("x"), int64(i)<<32)
				must(t, err)
			}
			must(t, f.SetAttr(size(0)))
		}, 0, 1000},
		{"links", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			must(t, m.root.Link("g", f))
			must(t, m.root.Unlink("f"))
			must(t, m.root.Unlink("g"))
		}, 0, 0},
		{"rename over", func(t *testing.T, m *Mem) {
			_, err := create(t, m.root, "f").WriteAt(make([]byte, 1e6), 0)
			must(t, err)
			create(t, m.root, "g")
			must(t, m.root.Rename("g", m.root, "f"))
			must(t, m.root.Unlink("f"))
		}, 0, 0},
		{"unlinked and held", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			f.(Holder).Hold()
			must(t, m.root.Unlink("f"))
			_, err := f.WriteAt(make([]byte, 1e6), 0)
			must(t, err)
		}, 1e6, 2e6},
		{"unlinked and released", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			f.(Holder).Hold()
			f.(Holder).Hold()
			_, err := f.WriteAt(make([]byte, 1e6), 0)
			must(t, err)
			f.(Holder).Release()
			must(t, m.root.Unlink("f"))
			f.(Holder).Release()
			_, err = f.WriteAt(make([]byte, 1e6), 1e6) // by whoever has it still
			must(t, err)
		}, 0, 0},
		{"held after unlink", func(t *testing.T, m *Mem) {
			f := create(t, m.root, "f")
			must(t, m.root.Unlink("f"))
			f.(Holder).Hold()
			f.(Holder).Release()
		}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := NewMem(MemOptions{})
			c.do(t, m)
			if n := used(m); n < c.min || n > c.max {
				t.Errorf("%d bytes are used, want %d to %d", n, c.min, c.max)
			}
		})
	}
}

// TestMem_memory measures what the account only says.
func TestMem_memory(t *testing.T) {
	heap := func() int64 {
		runtime.GC()
		var s runtime.MemStats
		runtime.ReadMemStats(&s)
		return int64(s.HeapAlloc)
	}
	before := heap()
	m := NewMem(MemOptions{})
	for i := range 1000 {
		_, err := create(t, m.root, fmt.Sprint(i)).WriteAt([]byte("small"), int64(i%2)<<34)
		must(t, err)
	}
	if got := heap() - before; got > 2_000_000 {
		t.Errorf("1,000 files of 5 bytes, half of them far behind a hole, take %d bytes", got)
	}
	runtime.KeepAlive(m)
}

func TestMem_clock(t *testing.T) {
	now := int64(100)
	m := NewMem(MemOptions{Clock: func() int64 { return now }})
	f := create(t, m.root, "f")
	st := func() [3]int64 {
		s, err := f.Stat()
		must(t, err)
		return [3]int64{s.Atime, s.Mtime, s.Ctime}
	}
	for _, c := range []struct {
		name string
		do   func()
		want [3]int64
	}{
		{"write", func() { f.WriteAt([]byte("x"), 0) }, [3]int64{100, 200, 200}},
		{"first read", func() { f.ReadAt(make([]byte, 1), 0) }, [3]int64{300, 200, 200}},
		{"second read", func() { f.ReadAt(make([]byte, 1), 0) }, [3]int64{300, 200, 200}},
		{"chmod", func() { f.SetAttr(sys.SetAttr{Set: sys.AttrMode}) }, [3]int64{300, 200, 500}},
		{"link", func() { m.root.Link("g", f) }, [3]int64{300, 200, 600}},
		{"rename", func() { m.root.Rename("g", m.root, "h") }, [3]int64{300, 200, 700}},
		{"unlink", func() { m.root.Unlink("h") }, [3]int64{300, 200, 800}},
		{"append", func() { f.Append([]byte("x")) }, [3]int64{300, 900, 900}},
		{"now", func() { f.SetAttr(sys.SetAttr{Set: sys.AttrAtimeNow | sys.AttrMtimeNow}) }, [3]int64{1000, 1000, 1000}},
		{"cut", func() { f.SetAttr(sys.SetAttr{Set: sys.AttrSize}) }, [3]int64{1000, 1100, 1100}},
		{"no change", func() { f.SetAttr(sys.SetAttr{}) }, [3]int64{1000, 1100, 1100}},
	} {
		now += 100
		c.do()
		if got := st(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestMem_bounds(t *testing.T) {
	m := NewMem(MemOptions{})
	f := create(t, m.root, "f")
	n, err := f.WriteAt([]byte("abc"), MaxFileSize-1)
	if wantErrno(t, "write over the bound", err, "EFBIG"); n != 1 {
		t.Errorf("%d bytes were written, want 1", n)
	}
	_, err = f.WriteAt([]byte("abc"), MaxFileSize)
	wantErrno(t, "write at the bound", err, "EFBIG")
	_, err = f.Append([]byte("a"))
	wantErrno(t, "append at the bound", err, "EFBIG")
	wantErrno(t, "truncate to the bound", f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: MaxFileSize}), "")
	err = f.SetAttr(sys.SetAttr{Set: sys.AttrSize | sys.AttrMode, Size: MaxFileSize + 1, Mode: 0o111})
	wantErrno(t, "truncate over the bound", err, "EFBIG")
	if st, _ := f.Stat(); st.Mode != 0o644 {
		t.Error("a change that failed was made by half")
	}
}

func TestMem_version(t *testing.T) {
	m := NewMem(MemOptions{})
	f := create(t, m.root, "f")
	v := f.(Versioned)
	for _, c := range []struct {
		name    string
		do      func()
		changed bool
	}{
		{"write", func() { f.WriteAt([]byte("x"), 0) }, true},
		{"append", func() { f.Append([]byte("x")) }, true},
		{"cut", func() { f.SetAttr(sys.SetAttr{Set: sys.AttrSize}) }, true},
		{"read", func() { f.ReadAt(make([]byte, 1), 0) }, false},
		{"chmod", func() { f.SetAttr(sys.SetAttr{Set: sys.AttrMode}) }, false},
	} {
		before := v.Version()
		c.do()
		if got := v.Version() != before; got != c.changed {
			t.Errorf("%s: changed: %v", c.name, got)
		}
	}
}

func TestMem_foreignNodes(t *testing.T) {
	a, b := NewMem(MemOptions{}), NewMem(MemOptions{})
	f := create(t, a.root, "f")
	wantErrno(t, "link", b.root.Link("f", f), "EXDEV")
	wantErrno(t, "rename", a.root.Rename("f", b.root, "f"), "EXDEV")
	wantErrno(t, "link of a directory", a.root.Link("d", a.root), "EPERM")
	must(t, a.root.Unlink("f"))
	wantErrno(t, "link of what has no name", a.root.Link("f", f), "ENOENT")
}

// What is given to a file is kept by it, and what is not is copied.
func TestMem_given(t *testing.T) {
	const chunk = 64 << 10
	for _, tt := range []struct {
		name  string
		given bool
		size  int
		off   int64
		first int // bytes that are there before
		keeps bool
	}{
		{"a chunk", true, chunk, 0, 0, true},
		{"a later chunk", true, chunk, 3 * chunk, 0, true},
		{"a borrowed chunk", false, chunk, 0, 0, false},
		{"the beginning", true, 4 << 10, 0, 0, true},
		{"a borrowed beginning", false, 4 << 10, 0, 0, false},
		{"a short beginning", true, 4<<10 - 1, 0, 0, false},
		{"not the beginning", true, 4 << 10, 1, 0, false},
		{"less than a later chunk", true, chunk - 1, chunk, 0, false},
		{"more than a chunk", true, 2 * chunk, 0, 0, false},
		{"what lies across two", true, chunk, 5, 0, false},
		{"what has been written before", true, chunk, 0, 10, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := NewMem(MemOptions{})
			node, err := m.Root().(MutableDir).Create("f", 0o644)
			must(t, err)
			f := node.(Watched)
			_, err = f.WriteAt(make([]byte, tt.first), 0)
			must(t, err)
			data := bytes.Repeat([]byte("x"), tt.size)
			n, err := f.WriteAtBy(By{Given: tt.given}, data, tt.off)
			must(t, err)
			data[0] = 'y'
			back := make([]byte, 1)
			_, err = f.ReadAt(back, tt.off)
			must(t, err)
			if kept := back[0] == 'y'; kept != tt.keeps || n != tt.size {
				t.Errorf("kept %v, %d bytes", kept, n)
			}
			total, free := m.Space()
			must(t, f.SetAttr(sys.SetAttr{Set: sys.AttrSize}))
			if _, empty := m.Space(); empty-free < uint64(tt.size) || total-empty > 1000 {
				t.Errorf("%d of %d bytes are counted", empty-free, tt.size)
			}
		})
	}
}

// A file takes the room of its chunks, and not that of its length.
func TestMem_holes(t *testing.T) {
	f := create(t, NewMem(MemOptions{}).Root(), "f")
	holes := func(what string, least, most uint64) {
		t.Helper()
		st, err := f.Stat()
		must(t, err)
		if st.Holes < least || st.Holes > most {
			t.Errorf("%s: %d of %d bytes are holes", what, st.Holes, st.Size)
		}
	}
	holes("empty", 0, 0)
	must(t, f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 10 << 20}))
	holes("lengthened", 10<<20, 10<<20)
	_, err := f.WriteAt([]byte("end"), 5<<20)
	must(t, err)
	holes("written in the middle", 10<<20-chunkSize, 10<<20-3)
	_, err = f.WriteAt(make([]byte, 10<<20), 0)
	must(t, err)
	holes("full", 0, 0)
}
