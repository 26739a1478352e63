package store

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

func create(t testing.TB, d *dir, name string) *file {
	t.Helper()
	f, err := d.Create(name, 0o644)
	must(t, err)
	return f.(*file)
}

func write(t testing.TB, f *file, p []byte, off int64) {
	t.Helper()
	n, err := f.WriteAt(p, off)
	must(t, err)
	if n != len(p) {
		t.Fatalf("%d bytes of %d were written", n, len(p))
	}
}

func wantErrno(t *testing.T, what string, err error, want errno.Errno) {
	t.Helper()
	if errno.Of(err) != want || (err == nil) != (want == 0) {
		t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// again closes fs and opens its device once more.
func again(t testing.TB, fs *FS) *FS {
	t.Helper()
	must(t, fs.Close())
	return open(t, fs.dev)
}

func TestOpen_refuses(t *testing.T) {
	good := &memDevice{}
	fs := open(t, good)
	write(t, create(t, fs.root, "f"), []byte("text"), 0)
	must(t, fs.Close())
	change := func(at int, b ...byte) func(p []byte) { return func(p []byte) { copy(p[at:], b) } }
	const second = blockSize // the newest superblock
	log := int(fs.log.segs[0].offset())
	for _, c := range []struct {
		name string
		do   func(p []byte)
		want error
	}{
		{"a newer version", change(second+8, 2), ErrNewer},
		{"a newer version in the other superblock", func(p []byte) { copy(p, superMagic); p[8] = 9 }, ErrNewer},
		{"another magic", change(second, 'b'), ErrForeign},
		{"a superblock that does not check", change(second+40, 1), ErrForeign},
		{"another block size", change(second+13, 1), ErrForeign},
		{"text", func(p []byte) { copy(p, "#!/bin/sh\n"); clear(p[second : second+superSize]) }, ErrForeign},
		{"a snapshot that does not check", change(log+headSize+3, 0xff), ErrDamaged},
		{"no log", func(p []byte) { clear(p[log : log+blockSize]) }, ErrDamaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			dev := &memDevice{data: slices.Clone(good.data)}
			c.do(dev.data)
			before := slices.Clone(dev.data)
			_, err := Open(dev, Options{})
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if !bytes.Equal(dev.data, before) {
				t.Error("it was changed")
			}
		})
	}
	t.Run("a few bytes of something else", func(t *testing.T) {
		dev := &memDevice{data: []byte("Hello")}
		if _, err := Open(dev, Options{}); !errors.Is(err, ErrForeign) || string(dev.data) != "Hello" {
			t.Errorf("got %v, and there is %.10q", err, dev.data)
		}
	})
	t.Run("cut off", func(t *testing.T) {
		_, err := Open(&memDevice{data: slices.Clone(good.data[:4*blockSize])}, Options{})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("got %v", err)
		}
	})
}

func TestOpen_saysWhatIsLost(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	create(t, fs.root, "first")
	at := fs.log.segs[fs.log.at].offset() + fs.log.off
	create(t, fs.root, "second")
	create(t, fs.root, "third")
	dev.data[at+headSize] ^= 1
	fs = open(t, dev)
	if repairs(fs) == "" {
		t.Error("it says nothing")
	}
	if fs.root.entries.Find("first") == nil || fs.root.entries.Find("second") != nil || fs.root.entries.Find("third") != nil {
		t.Error("it is not what was before the damage")
	}
	// What is left behind the log's end must not come back.
	create(t, fs.root, "other")
	if fs = open(t, dev); repairs(fs) != "" || fs.root.entries.Len() != 2 {
		t.Errorf("%q, and %d entries", repairs(fs), fs.root.entries.Len())
	}
}

// What the end of a segment has lost, with all the segments behind it, is said as well.
func TestOpen_saysWhatIsLost_withSegments(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	for i := 0; fs.log.at == 0; i++ {
		create(t, fs.root, fmt.Sprint(i, strings.Repeat("n", 200)))
	}
	create(t, fs.root, "last")
	must(t, fs.Close())
	first := fs.log.segs[0]
	end := first.offset() + first.payload()
	for name, at := range map[string]int64{
		"the last record": end - 1, "where the next one is": end + 8, "the checksum of that": end + 12,
	} {
		t.Run(name, func(t *testing.T) {
			image := slices.Clone(dev.data)
			image[at] ^= 1
			if fs := open(t, &memDevice{data: image}); repairs(fs) == "" || fs.root.entries.Find("last") != nil {
				t.Errorf("it says %q", repairs(fs))
			}
		})
	}
}

func TestSparse(t *testing.T) {
	fs := open(t, &memDevice{})
	f := create(t, fs.root, "f")
	for _, off := range []int64{0, 5<<30 - 2, 1 << 40, maxFileSize - 5} {
		write(t, f, []byte("12345"), off)
	}
	fs = again(t, fs)
	f = fs.root.entries.Find("f").Node.(*file)
	for _, c := range []struct {
		off  int64
		want string
	}{
		{0, "12345\x00\x00"}, {5<<30 - 4, "\x00\x0012345\x00\x00"}, {1 << 39, "\x00\x00\x00"}, {maxFileSize - 7, "\x00\x0012345"},
	} {
		p := make([]byte, len(c.want))
		n, err := f.ReadAt(p, c.off)
		must(t, err)
		if string(p[:n]) != c.want {
			t.Errorf("at %d: %q", c.off, p[:n])
		}
	}
	if f.blocks() > 6 {
		t.Errorf("it takes %d blocks", f.blocks())
	}
	_, err := f.WriteAt([]byte("x"), maxFileSize)
	wantErrno(t, "write at the bound", err, errno.EFBIG)
	wantErrno(t, "truncate over the bound", f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: maxFileSize + 1}), errno.EFBIG)
}

func TestHoles(t *testing.T) {
	f := create(t, open(t, &memDevice{}).root, "f")
	for _, step := range []struct {
		name  string
		do    func() error
		holes uint64
	}{
		{"empty", func() error { return nil }, 0},
		{"lengthened", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 100 * blockSize}) }, 100 * blockSize},
		{"a block in the middle", func() error { _, err := f.WriteAt(make([]byte, blockSize), 50*blockSize); return err }, 99 * blockSize},
		{"a byte elsewhere", func() error { _, err := f.WriteAt([]byte("x"), 70*blockSize+5); return err }, 98 * blockSize},
		{"cut", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: 60 * blockSize}) }, 59 * blockSize},
	} {
		must(t, step.do())
		st, err := f.Stat()
		must(t, err)
		if st.Holes != step.holes {
			t.Errorf("%s: %d bytes are holes, not %d", step.name, st.Holes, step.holes)
		}
	}
}

func TestTailIsZeros(t *testing.T) {
	fs := open(t, &memDevice{})
	f := create(t, fs.root, "f")
	x := bytes.Repeat([]byte("x"), 3*blockSize)
	write(t, f, x, 0)
	size := func(n uint64) { must(t, f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: n})) }
	size(100)
	size(200)
	size(150)
	write(t, f, []byte("y"), 300)
	write(t, f, []byte("z"), blockSize+7)
	p := make([]byte, 2*blockSize)
	n, err := f.ReadAt(p, 0)
	must(t, err)
	want := append(make([]byte, 0), x[:100]...)
	want = append(want, make([]byte, blockSize+8-100)...)
	want[300], want[blockSize+7] = 'y', 'z'
	if !bytes.Equal(p[:n], want) {
		t.Errorf("%q", bytes.TrimLeft(p[:n], "x"))
	}
}

func TestFull(t *testing.T) {
	const limit = 4 << 20
	dev := &memDevice{limit: limit}
	fs := open(t, dev)
	_, before := fs.Space()
	f := create(t, fs.root, "f")
	n, err := f.WriteAt(bytes.Repeat([]byte("x"), limit), 0)
	wantErrno(t, "write", err, errno.ENOSPC)
	if n < limit/2 || f.size != int64(n) {
		t.Errorf("%d bytes went in, and the size is %d", n, f.size)
	}
	if _, free := fs.Space(); free >= blockSize {
		t.Errorf("%d bytes are free", free)
	}
	_, err = f.Append([]byte("x"))
	if len := f.size & (blockSize - 1); len == 0 {
		wantErrno(t, "append", err, errno.ENOSPC)
	}
	_, err = fs.root.Create("g", 0)
	wantErrno(t, "create", err, errno.ENOSPC)
	// What is there can be overwritten, and a full store be put in order.
	write(t, f, []byte("y"), 0)
	must(t, fs.root.Rename("f", fs.root, "a longer name"))
	fs = again(t, fs)
	must(t, fs.root.Unlink("a longer name"))
	if _, free := fs.Space(); free+64<<10 < before {
		t.Errorf("%d bytes were free and now %d", before, free)
	}
	write(t, create(t, fs.root, "h"), bytes.Repeat([]byte("x"), limit/2), 0)
	sameAgain(t, fs, dev)
}

// TestFull_ofNames fills a store with files, and takes them away, many times over.
func TestFull_ofNames(t *testing.T) {
	dev := &memDevice{limit: 3 << 20}
	fs := open(t, dev)
	for round := range 3 {
		made := 0
		for ; ; made++ {
			f, err := fs.root.Create(fmt.Sprint("a file with a rather long name ", made), 0o644)
			if err != nil {
				wantErrno(t, "create", err, errno.ENOSPC)
				break
			}
			if made%4 == 0 {
				if _, err := f.WriteAt([]byte("some"), 0); err != nil {
					wantErrno(t, "write", err, errno.ENOSPC)
				}
			}
		}
		if made < 500 {
			t.Fatalf("round %d: there was room for %d files", round, made)
		}
		if round == 1 {
			fs = again(t, fs)
		}
		for i := range made + 1 {
			name := fmt.Sprint("a file with a rather long name ", i)
			if fs.root.entries.Find(name) == nil {
				continue
			}
			if err := fs.root.Unlink(name); err != nil {
				t.Fatalf("round %d: %d of %d: %v", round, i, made, err)
			}
		}
		sameAgain(t, fs, dev)
	}
}

// TestFull_manyChanges changes a full store often, so that its log has to be made
// new in what is kept for that.
func TestFull_manyChanges(t *testing.T) {
	dev := &memDevice{limit: 3 << 20}
	fs := open(t, dev)
	f := create(t, fs.root, "f")
	_, err := f.WriteAt(make([]byte, 3<<20), 0)
	wantErrno(t, "write", err, errno.ENOSPC)
	for i := range 100_000 {
		if err := f.SetAttr(sys.SetAttr{Set: sys.AttrMtime, Mtime: int64(i)}); err != nil {
			t.Fatal(i, err)
		}
	}
	if fs.super.seq < 3 {
		t.Errorf("the log was never made new")
	}
	sameAgain(t, fs, dev)
}

func TestDeviceFails(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	f := create(t, fs.root, "f")
	write(t, f, []byte("before"), 0)
	for at := range 6 {
		n := 0
		dev.fail = func(deviceOp) error {
			if n++; n > at {
				return errno.EIO
			}
			return nil
		}
		f.WriteAt(make([]byte, 5000), int64(at)*10_000)
		fs.root.Create(fmt.Sprint("new", at), 0o644)
		dev.fail = nil
		sameAgain(t, fs, dev)
		checkRoom(t, fs)
	}
}

func TestCheckpoint_whileChanging(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	for i := range 3000 {
		create(t, fs.root, fmt.Sprint("file ", i))
	}
	seq := fs.super.seq
	fs.renewAt = 0
	for i := 0; fs.super.seq == seq; i++ {
		if i > 2900 {
			t.Fatal("it does not end")
		}
		must(t, fs.root.Unlink(fmt.Sprint("file ", i)))
		must(t, fs.root.Rename(fmt.Sprint("file ", i+1), fs.root, fmt.Sprint("was ", i+1)))
		must(t, fs.root.Rename(fmt.Sprint("was ", i+1), fs.root, fmt.Sprint("file ", i+1)))
		write(t, create(t, fs.root, fmt.Sprint("new ", i)), []byte("text"), 0)
		if i%10 == 0 {
			sameAgain(t, fs, dev)
		}
	}
	sameAgain(t, fs, dev)
	checkRoom(t, fs)
}

func TestUnlinkedLives(t *testing.T) {
	dev := &memDevice{limit: 64 << 20}
	fs := open(t, dev)
	_, before := fs.Space()
	f := create(t, fs.root, "f")
	f.Hold()
	write(t, f, make([]byte, 1<<20), 0)
	must(t, fs.root.Unlink("f"))
	for i := range 32 {
		name := fmt.Sprint(i)
		write(t, create(t, fs.root, name), []byte("x"), 0)
		must(t, fs.root.Unlink(name))
	}
	write(t, f, []byte("text"), 1<<20)
	if got := (&load{t: t}).all(f); string(got[1<<20:]) != "text" {
		t.Errorf("it has %q", got[1<<20:])
	}
	if _, free := fs.Space(); free > before-1<<20 {
		t.Error("its room is free")
	}
	other := open(t, &memDevice{data: slices.Clone(dev.data), limit: dev.limit})
	if _, free := other.Space(); other.Nodes() != 1 || free < before {
		t.Errorf("after the program's end there are %d nodes and %d bytes of %d", other.Nodes(), free, before)
	}
	f.Release()
	if _, free := fs.Space(); fs.Nodes() != 1 || free < before {
		t.Errorf("after the release there are %d nodes and %d bytes of %d", fs.Nodes(), free, before)
	}
}

func TestShrinks(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	write(t, create(t, fs.root, "f"), make([]byte, 64<<20), 0)
	must(t, fs.root.Unlink("f"))
	fs.bury(len(fs.limbo))
	fs.renew()
	if len(dev.data) > 8<<20 {
		t.Errorf("the device has %d bytes", len(dev.data))
	}
	sameAgain(t, fs, dev)
}

func TestSync(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	f := create(t, fs.root, "f")
	before := dev.syncs
	must(t, f.Sync())
	must(t, fs.root.Sync())
	if dev.syncs != before+2 {
		t.Errorf("the device was synced %d times", dev.syncs-before)
	}
	dev.fail = func(op deviceOp) error {
		if op.sync {
			return errno.EIO
		}
		return nil
	}
	wantErrno(t, "sync", f.Sync(), errno.EIO)
}

// TestSlowDevice has a device that keeps what it is told only when it has been
// waited for: every change must wait, and with the lock given up.
func TestSlowDevice(t *testing.T) {
	dev := &memDevice{settled: func() error { return nil }}
	fs := open(t, dev)
	if !fs.MayWait() {
		t.Error("it does not say that it may wait")
	}
	waited := 0
	dev.settled = func() error {
		fs.Space() // would hang if the lock were held
		waited++
		return nil
	}
	var f *file
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"create", func() error { n, err := fs.root.Create("f", 0o644); f, _ = n.(*file); return err }},
		{"mkdir", func() error { _, err := fs.root.Mkdir("d", 0o644); return err }},
		{"symlink", func() error { _, err := fs.root.Symlink("l", "f"); return err }},
		{"write", func() error { _, err := f.WriteAt([]byte("x"), 0); return err }},
		{"append", func() error { _, err := f.Append([]byte("x")); return err }},
		{"truncate", func() error { return f.SetAttr(sys.SetAttr{Set: sys.AttrSize}) }},
		{"chmod", func() error { return fs.root.SetAttr(sys.SetAttr{Set: sys.AttrMode, Mode: 0o700}) }},
		{"link", func() error { return fs.root.Link("g", f) }},
		{"rename", func() error { return fs.root.Rename("g", fs.root, "h") }},
		{"unlink", func() error { return fs.root.Unlink("h") }},
		{"rmdir", func() error { return fs.root.Rmdir("d") }},
	} {
		before := waited
		must(t, c.do())
		if waited != before+1 {
			t.Errorf("%s waited %d times", c.name, waited-before)
		}
	}
	dev.settled = func() error { return errno.ENOSPC }
	_, err := f.Append([]byte("x"))
	wantErrno(t, "append", err, errno.ENOSPC)
}
