package store

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// watcher counts what it is told, and then does what a kernel may: have all written that is
// held back.
type watcher struct {
	fs    *FS
	told  int
	fresh bool // when it was told, what it was told of was on the device
	check func() bool
}

func (w *watcher) Changed() {
	w.told++
	w.fs.Flush()
	if w.check != nil {
		w.fresh = w.check()
	}
}

// Who has a copy is told once of each kind of change, but for its own, before which the
// record of it has been written.
func TestWatch(t *testing.T) {
	dev := &memDevice{}
	fs, err := Open(dev, Options{Defer: func() {}})
	must(t, err)
	file, err := fs.Root().(vfs.MutableDir).Create("f", 0o644)
	must(t, err)
	f := file.(vfs.Watched)
	w := &watcher{fs: fs}
	other := &watcher{fs: fs}
	tests := []struct {
		name   string
		change func() error
		told   int
	}{
		{"a write", func() error { _, err := f.WriteAt([]byte("abc"), 0); return err }, 1},
		{"its own write", func() error { _, err := f.WriteAtBy(vfs.By{Watcher: w}, []byte("x"), 1); return err }, 0},
		{"another's write", func() error { _, err := f.WriteAtBy(vfs.By{Watcher: other}, []byte("x"), 1); return err }, 1},
		{"what is appended", func() error { _, err := f.Append([]byte("def")); return err }, 1},
		{"its own appending", func() error { _, err := f.AppendBy(vfs.By{Watcher: w}, []byte("def")); return err }, 0},
		{"a new size", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 2}) }, 1},
		{"a new mode", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrMode, Mode: 0o600}) }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.told, w.fresh = 0, false
			w.check = func() bool { return fs.log.n == 0 }
			f.Watch(w)
			f.Watch(w)
			must(t, tt.change())
			if w.told != tt.told || w.fresh != (tt.told > 0) || f.Watching(w) != (tt.told == 0) {
				t.Errorf("told %d times, want %d; recorded by then: %v; watching: %v", w.told, tt.told, w.fresh, f.Watching(w))
			}
			must(t, tt.change())
			if w.told != tt.told {
				t.Errorf("told again")
			}
			f.Unwatch(w)
			if f.Watching(w) {
				t.Error("watching, and was taken out")
			}
		})
	}
}

// What is set aside is nobody else's, and good for what it was promised for.
func TestPromise(t *testing.T) {
	const promised = 1 << 20
	dev := &memDevice{limit: 4 << 20}
	fs := open(t, dev)
	root := fs.Root().(vfs.PromisedDir)
	if !fs.Promise(promised) {
		t.Fatal("1 MiB of 4 cannot be promised")
	}
	if fs.Promise(4 << 20) {
		t.Fatal("what is not there was promised")
	}
	big, err := root.Create("big", 0o644)
	must(t, err)
	n, err := big.WriteAt(make([]byte, 8<<20), 0)
	if errno.Of(err) != errno.ENOSPC || n == 0 {
		t.Fatalf("%d bytes, %v", n, err)
	}
	if _, err := root.Create("more", 0o644); errno.Of(err) != errno.ENOSPC {
		t.Fatalf("another file beside what was promised: %v", err)
	}
	for i := range promised / (8<<10 + 100) {
		file, err := root.CreatePromised(name(i), 0o644)
		must(t, err)
		_, err = file.(vfs.Watched).WriteAtBy(vfs.By{Promised: true}, make([]byte, 100), 0)
		must(t, err)
	}
	fs.Promise(-promised)
	if _, err := root.Create("more", 0o644); err != nil {
		t.Errorf("after it was given back: %v", err)
	}
	sameAgain(t, fs, dev)
}

func name(i int) string {
	return string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676))
}
