package store

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// use does a little of everything with what an image held.
func use(t *testing.T, fs *FS) {
	t.Helper()
	checkRoom(t, fs)
	tree(t, fs.Root(), "")
	for _, n := range fs.nodes {
		switch n := n.(type) {
		case *file:
			n.WriteAt([]byte("text"), 1000)
			n.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 10})
		case *dir:
			n.Create("a new one", 0o644)
			n.Rename("a", n, "b")
		}
	}
	fs.renew()
	checkRoom(t, fs)
}

// browse reads all that can be read below d. What a store that is damaged has lost fails.
func browse(t *testing.T, d *dir) {
	t.Helper()
	for x := range d.entries.All {
		switch n := x.Node.(type) {
		case *dir:
			browse(t, n)
		case *file:
			if _, err := n.ReadAt(make([]byte, min(n.size, 1<<20)), 0); err != nil && errno.Of(err) != errno.EIO {
				t.Error(err)
			}
		}
	}
}

// tryImage opens an image, which must be refused in words or be a store that can
// be used, and be the same the next time.
func tryImage(t *testing.T, image []byte) {
	t.Helper()
	dev := &memDevice{data: slices.Clone(image), limit: 16 << 20}
	if fs, err := Open(dev, Options{ReadOnly: true}); err == nil {
		browse(t, fs.root)
		must(t, fs.Close())
	} else if errno.Why(err) == "" && !errors.Is(err, ErrDamaged) {
		t.Errorf("refused for reading by %v", err)
	}
	if !bytes.Equal(dev.data, image) {
		t.Error("it was written to while it was read only")
	}
	fs, err := Open(dev, Options{})
	if err != nil {
		if !errors.Is(err, ErrNewer) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrDamaged) {
			t.Errorf("refused by %v", err)
		}
		return
	}
	use(t, fs)
	if _, err := Open(dev, Options{}); err != nil {
		t.Errorf("used, and then: %v", err)
	}
}

// FuzzImage changes the image of a store at some places.
func FuzzImage(f *testing.F) {
	good := &memDevice{}
	fs := open(f, good)
	d, err := fs.root.Mkdir("d", 0o755)
	must(f, err)
	x := create(f, d.(*dir), "f")
	write(f, x, make([]byte, 9000), 100)
	_, err = fs.root.Symlink("l", "d/f")
	must(f, err)
	fs.renew()
	must(f, fs.root.Link("g", vfs.Node(x)))
	must(f, fs.root.Unlink("l"))
	f.Add(uint32(blockSize+16), []byte{1})
	f.Add(uint32(fs.log.segs[0].offset()+20), []byte{0xff, 0xff})
	f.Fuzz(func(t *testing.T, at uint32, with []byte) {
		image := slices.Clone(good.data)
		copy(image[int(at)%len(image):], with)
		tryImage(t, image)
	})
}

// FuzzRecords takes its bytes for the bodies of records, each behind its length,
// whose checksums are right.
func FuzzRecords(f *testing.F) {
	var e encoder
	seed := func(build ...func()) {
		var all []byte
		for _, b := range build {
			e.b = nil
			b()
			all = append(append(all, byte(len(e.b))), e.b...)
		}
		f.Add(all)
	}
	root := func() { e.node(&dir{common: common{ino: 1}}) }
	whole := func() { e.begin(recWhole); e.uint(9) }
	head := func(k kind, nums ...uint64) {
		e.begin(k)
		for _, n := range nums {
			e.uint(n)
		}
	}
	seed(root, whole)
	seed(root, func() {
		e.node(&file{common: common{ino: 2}, size: 5, extents: []extent{{0, run{40, 2}}, {9, run{50, 1}}}})
	}, whole)
	seed(root, whole,
		func() { head(recCreate, 1, 10, 4, 0o644); e.time(1); e.text("a") },
		func() { head(recCreate, 1, 11, 3, 0o755); e.time(1); e.text("d") },
		func() { head(recWrite, 10, 9000); e.time(1); e.time(2); e.extents([]extent{{0, run{40, 3}}}) },
		func() { head(recLink, 11, 10); e.time(3); e.text("b") },
		func() { head(recRename, 1, 11); e.time(4); e.text("a"); e.text("c") },
		func() { head(recAttr, 10, 0o600, 4000); e.time(1); e.time(2); e.time(3) },
		func() { head(recUnlink, 11); e.time(5); e.text("b") },
		func() { head(recUnlink, 11); e.time(5); e.text("c") },
		func() { head(recGone, 10) },
		func() { head(recMount); e.time(77) },
	)
	f.Fuzz(func(t *testing.T, bodies []byte) {
		dev := &memDevice{data: make([]byte, 200*blockSize)}
		first := run{firstBlock, 20}
		l := newLog(dev, 5, first)
		for len(bodies) > 0 {
			n := min(int(bodies[0]), len(bodies)-1)
			if n > 0 && l.room() > int64(len(l.buf)+headSize+n) {
				l.add(bodies[1 : 1+n])
				if kind(bodies[1]) == recMount && n == 9 {
					must(t, l.write())
					l.seed = logSeed(5, le.Uint64(bodies[2:]))
				}
			}
			bodies = bodies[1+n:]
		}
		must(t, l.write())
		s := super{seq: 2, logID: 5, first: first}
		must(t, dev.WriteAt(s.append(nil), s.place()))
		tryImage(t, dev.data)
	})
}
