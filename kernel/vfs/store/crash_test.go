package store

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var (
	crashSeed = flag.Uint64("crashseed", 1, "the first seed of the crash tests")
	crashRuns = flag.Uint64("crashruns", 2, "how many seeds the crash tests take")
)

// moment is what a store held after an operation had returned.
type moment struct {
	ops   int               // of the device, until then
	meta  string            // names and attributes
	sums  map[uint64]string // checksums of contents by number
	wrote uint64            // the number of the file that the operation wrote, or 0
	// before and after are that file's contents.
	before, after []byte
	cut           bool // it was made shorter
	flushed       bool // nothing was held back at the end of it
}

// load is a random load of a store, and what its device was told.
type load struct {
	t       *testing.T
	r       *rand.Rand
	dev     *memDevice
	fs      *FS
	ops     []deviceOp
	moments []moment
	held    int // how often records were held back
}

// runLoad does n random operations, on a device that is small, so that room is used
// again and again.
func runLoad(t *testing.T, seed uint64, n int, hold bool) *load {
	l := &load{t: t, r: rand.New(rand.NewPCG(seed, 0)), dev: &memDevice{limit: 1500 << 10}}
	now := int64(1e18)
	o := Options{Clock: func() int64 { now++; return now }}
	if hold {
		o.Defer = func() { l.held++ }
	}
	fs, err := Open(l.dev, o)
	must(t, err)
	l.fs = fs
	l.dev.log = func(op deviceOp) { l.ops = append(l.ops, op) }
	// The cuts begin with an image of what is there now.
	l.ops = append(l.ops, deviceOp{off: int64(len(l.dev.data))}, deviceOp{data: slices.Clone(l.dev.data)}, deviceOp{sync: true})
	l.note(moment{flushed: true})
	for range n {
		l.note(l.operation())
	}
	return l
}

// note adds what the store holds to m, and keeps it.
func (l *load) note(m moment) {
	m.ops = len(l.ops)
	m.meta, m.sums = l.describe(l.fs)
	l.moments = append(l.moments, m)
}

func (l *load) describe(fs *FS) (string, map[uint64]string) {
	sums := map[uint64]string{}
	lines := tree(l.t, fs.Root(), "")
	for i, line := range lines {
		var cookie, ino uint64
		_, err := fmt.Sscanf(line[strings.IndexByte(line, '#'):], "#%d.%d", &cookie, &ino)
		must(l.t, err)
		if _, is := fs.nodes[ino].(*file); is {
			cut := strings.LastIndexByte(line, ' ')
			lines[i], sums[ino] = line[:cut], line[cut:]
		}
	}
	return strings.Join(lines, "\n"), sums
}

// all is every byte of f.
func (l *load) all(f *file) []byte {
	b := make([]byte, f.size)
	_, err := f.ReadAt(b, 0)
	must(l.t, err)
	return b
}

// places lists the directories and the entries of the tree.
func (l *load) places() (dirs []*dir, entries []place) {
	dirs = []*dir{l.fs.root}
	for i := 0; i < len(dirs); i++ {
		for x := range dirs[i].entries.All {
			entries = append(entries, place{dirs[i], x.Name, x.Node})
			if d, ok := x.Node.(*dir); ok {
				dirs = append(dirs, d)
			}
		}
	}
	return dirs, entries
}

type place struct {
	in   *dir
	name string
	node node
}

// operation does one thing to the store.
func (l *load) operation() moment {
	r := l.r
	dirs, entries := l.places()
	d := dirs[r.IntN(len(dirs))]
	name := string(rune('a' + r.IntN(12)))
	// Errors such as EEXIST are no matter: nothing is changed then.
	switch k := r.IntN(20); {
	case k < 3:
		d.Create(name, 0o644)
	case k == 3:
		d.Mkdir(name, 0o755)
	case k == 4:
		d.Symlink(name, strings.Repeat("x", r.IntN(300)))
	case k == 5:
		l.fs.renewAt = 0 // a checkpoint begins
	case k == 6:
		if l.r.IntN(2) == 0 {
			l.fs.Flush()
			return moment{flushed: true}
		}
		must(l.t, l.fs.Sync())
		return moment{flushed: true}
	case k == 7 && len(entries) > 0:
		e := entries[r.IntN(len(entries))]
		must(l.t, e.node.SetAttr(sys.SetAttr{Set: sys.AttrMtime, Mtime: r.Int64()}))
	case k == 8 && len(entries) > 0:
		d.Link(name, entries[r.IntN(len(entries))].node)
	case k == 9 && len(entries) > 0:
		e := entries[r.IntN(len(entries))]
		e.in.Rename(e.name, d, name)
	case k < 12 && len(entries) > 0:
		e := entries[r.IntN(len(entries))]
		if e.in.Unlink(e.name) != nil {
			e.in.Rmdir(e.name)
		}
	default:
		for range 8 {
			if len(entries) == 0 {
				break
			}
			if f, ok := entries[r.IntN(len(entries))].node.(*file); ok {
				return l.write(f)
			}
		}
	}
	return moment{}
}

// write changes the contents of f.
func (l *load) write(f *file) moment {
	r := l.r
	m := moment{wrote: f.ino, before: l.all(f)}
	p := make([]byte, 1+r.IntN(12*blockSize))
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	switch r.IntN(4) {
	case 0:
		must(l.t, f.SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: uint64(r.IntN(20 * blockSize))}))
	case 1:
		f.WriteAt(p, int64(r.IntN(20*blockSize)))
	default:
		if f.size < 40*blockSize {
			f.Append(p)
		}
	}
	m.after = l.all(f)
	m.cut = len(m.after) < len(m.before)
	return m
}

// TestCrash_ended ends the program before and after everything that is done to the
// device: what had returned must be there, what had not is there or not.
func TestCrash_ended(t *testing.T) {
	for seed := *crashSeed; seed < *crashSeed+*crashRuns; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := runLoad(t, seed, 120, false)
			var image []byte
			done := 0
			for i, op := range l.ops {
				image = apply(image, op)
				if i < 2 {
					continue // the image that the load began with
				}
				for done+1 < len(l.moments) && l.moments[done+1].ops <= i+1 {
					done++
				}
				l.checkEnded(image, done, i)
				if t.Failed() {
					return
				}
			}
		})
	}
}

// TestCrash_heldBack ends the program, whose store holds records back, before and
// after everything that is done to the device: what there is must be one of the
// states since the last flush.
func TestCrash_heldBack(t *testing.T) {
	for seed := *crashSeed; seed < *crashSeed+*crashRuns; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := runLoad(t, seed, 120, true)
			if l.held < 10 {
				t.Errorf("only %d times something was held back", l.held)
			}
			var image []byte
			done, since := 0, 0
			for i, op := range l.ops {
				image = apply(image, op)
				if i < 2 {
					continue
				}
				for done+1 < len(l.moments) && l.moments[done+1].ops <= i+1 {
					if done++; l.moments[done].flushed {
						since = done
					}
				}
				l.checkPower(image, since, min(done+1, len(l.moments)-1), fmt.Sprintf("after device operation %d of %d", i, len(l.ops)))
				if t.Failed() {
					return
				}
			}
		})
	}
}

func apply(image []byte, op deviceOp) []byte {
	switch {
	case op.sync:
	case op.data == nil:
		return resized(image, op.off)
	default:
		copy(image[op.off:], op.data)
	}
	return image
}

// checkEnded opens the image, on which the operations up to done had returned.
func (l *load) checkEnded(image []byte, done, at int) {
	t := l.t
	fs, err := Open(&memDevice{data: slices.Clone(image)}, Options{})
	if err != nil {
		t.Errorf("after device operation %d: %v", at, err)
		return
	}
	if repairs(fs) != "" {
		t.Errorf("after device operation %d: %s", at, repairs(fs))
	}
	checkRoom(t, fs)
	meta, sums := l.describe(fs)
	was, next := l.moments[done], moment{}
	if done+1 < len(l.moments) {
		next = l.moments[done+1]
	}
	ref := was
	if meta != was.meta {
		if ref = next; meta != next.meta {
			t.Errorf("after device operation %d there is\n%s\nbetween\n%s\nand\n%s", at, meta, was.meta, next.meta)
			return
		}
	}
	for ino, sum := range ref.sums {
		if sums[ino] == sum {
			continue
		}
		f := fs.nodes[ino].(*file)
		if ino != next.wrote {
			t.Errorf("after device operation %d file %d is damaged", at, ino)
			continue
		}
		for i, c := range l.all(f) {
			if !has(next.before, i, c) && !has(next.after, i, c) {
				t.Errorf("after device operation %d byte %d of file %d was neither before nor after", at, i, ino)
				break
			}
		}
	}
}

func has(b []byte, i int, c byte) bool { return i < len(b) && b[i] == c }

// TestCrash_power cuts the power at random places: of what was done to the device
// since the last sync any sectors may be lost. What there is must be one of the
// states since then, and files that were not written since must be whole.
func TestCrash_power(t *testing.T) {
	const cuts = 100
	for seed := *crashSeed; seed < *crashSeed+*crashRuns; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			l := runLoad(t, seed, 120, false)
			for i := range cuts {
				l.cutPower(rand.New(rand.NewPCG(seed, uint64(i))))
				if t.Failed() {
					t.Logf("cut %d", i)
					return
				}
			}
		})
	}
}

func (l *load) cutPower(r *rand.Rand) {
	at := 3 + r.IntN(len(l.ops)-3)
	last := at - 1
	for !l.ops[last].sync {
		last--
	}
	var image []byte
	for _, op := range l.ops[:last] {
		image = apply(image, op)
	}
	keep := r.IntN(5) // of four
	for _, op := range l.ops[last:at] {
		image = applySome(r, image, op, keep)
	}
	// since is the last moment of which everything is sure to be on the medium.
	since, end := 0, 0
	for i, m := range l.moments {
		if m.ops <= last+1 {
			since = i
		}
		if m.ops <= at {
			end = i
		}
	}
	l.checkPower(image, since, min(end+1, len(l.moments)-1), fmt.Sprintf("cut at device operation %d of %d after %d", at, len(l.ops), last))
}

// applySome does what is left of op, of which each sector is kept by the chance of
// keep in four.
func applySome(r *rand.Rand, image []byte, op deviceOp, keep int) []byte {
	const sector = 512
	if op.data == nil {
		if r.IntN(4) < keep {
			return apply(image, op)
		}
		return image
	}
	for i := 0; i < len(op.data); {
		n := min(sector-(int(op.off)+i)%sector, len(op.data)-i)
		if r.IntN(4) < keep && op.off+int64(i+n) <= int64(len(image)) {
			copy(image[op.off+int64(i):], op.data[i:i+n])
		}
		i += n
	}
	return image
}

func (l *load) checkPower(image []byte, since, end int, what string) {
	t := l.t
	fs, err := Open(&memDevice{data: slices.Clone(image)}, Options{})
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	checkRoom(t, fs)
	meta, sums := l.describe(fs)
	is := slices.IndexFunc(l.moments[since:end+1], func(m moment) bool { return m.meta == meta })
	if is < 0 {
		t.Errorf("%s: there is\n%s\nwhich never was since\n%s", what, meta, l.moments[since].meta)
		return
	}
	written := map[uint64]bool{}
	for i, m := range l.moments[since+1 : end+1] {
		// What came after the state that is there can have left bytes in place.
		if i < is || !m.cut {
			written[m.wrote] = true
		}
	}
	for ino, sum := range l.moments[since].sums {
		if got, there := sums[ino]; there && got != sum && !written[ino] {
			t.Errorf("%s: file %d was synced and is damaged", what, ino)
		}
	}
}

// TestCrash_powerWhenFull fills a store with what a removed file has left, while
// the medium has all contents at once and no records before it must: the file may
// be there still, but then it must be whole.
func TestCrash_powerWhenFull(t *testing.T) {
	dev := &memDevice{limit: 3 << 20}
	fs := open(t, dev)
	f := create(t, fs.root, "f")
	write(t, f, bytes.Repeat([]byte("f"), 1<<20), 0)
	must(t, fs.Sync())
	whole := contents(t, f, f.size)
	image := slices.Clone(dev.data)
	var held []deviceOp
	syncs := 0
	dev.log = func(op deviceOp) {
		switch {
		case op.sync:
			syncs++
			for _, op := range held {
				image = apply(image, op)
			}
			held = nil
		case len(op.data) == blockSize || op.data == nil:
			image = apply(image, op)
		default:
			held = append(held, op)
		}
	}
	must(t, fs.root.Unlink("f"))
	g := create(t, fs.root, "g")
	for err := error(nil); err == nil; {
		if _, err = g.Append(bytes.Repeat([]byte("g"), blockSize)); err != nil {
			wantErrno(t, "append", err, errno.ENOSPC)
		}
		if g.size>>blockBits%8 != 0 {
			continue
		}
		cut := open(t, &memDevice{data: slices.Clone(image)})
		if e := cut.root.entries.Find("f"); e != nil && contents(t, e.Node.(*file), f.size) != whole {
			t.Fatal("a removed file is there again, and is not what it was")
		}
	}
	if g.size < 5<<18 || syncs == 0 {
		t.Errorf("the new file has %d bytes after %d syncs: nothing was used again", g.size, syncs)
	}
}
