package store

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// a place of a record in an image.
type recordPlace struct {
	at   int64 // of its head
	size int64
	kind kind
	ino  uint64 // the first number of the body
}

// recordsOf lists what the log of a good image has.
func recordsOf(t *testing.T, dev *memDevice) (list []recordPlace) {
	t.Helper()
	size, _ := dev.Size()
	s, _, _, err := readSuper(dev, size)
	must(t, err)
	r := newLogReader(dev, s, size)
	r.enter(s.first)
	for {
		at := r.seg().offset() + r.off
		body := r.record()
		if body == nil {
			return list
		}
		p := recordPlace{at: at, size: headSize + int64(len(body)), kind: kind(body[0])}
		d := decoder{b: body[1:]}
		if p.ino = d.uint(); p.kind == recMount {
			r.seed = logSeed(r.id, le.Uint64(body[1:]))
		}
		list = append(list, p)
	}
}

// text is what the tests' files have.
func text(name string) []byte { return bytes.Repeat([]byte(name+"\n"), 2000) }

// salvageImage is a store with a snapshot and changes behind it, opened twice.
func salvageImage(t *testing.T) *memDevice {
	dev := &memDevice{}
	fs := open(t, dev)
	d, err := fs.root.Mkdir("d", 0o755)
	must(t, err)
	for _, name := range []string{"one", "two", "three"} {
		write(t, create(t, d.(*dir), name), text(name), 0)
	}
	_, err = fs.root.Symlink("l", "d/one")
	must(t, err)
	fs.renew()
	write(t, create(t, fs.root, "late"), text("late"), 0)
	must(t, fs.Close())
	fs = open(t, dev)
	write(t, create(t, fs.root, "later"), text("later"), 0)
	sub, err := fs.root.Mkdir("e", 0o755)
	must(t, err)
	write(t, create(t, sub.(*dir), "last"), text("last"), 0)
	must(t, fs.Close())
	return dev
}

// shown lists the paths below d; what cannot be read whole has a "!" behind it, and what
// has not the text of its name a "?".
func shown(t *testing.T, d *dir, path string) (list []string) {
	t.Helper()
	for x := range d.entries.All {
		switch n := x.Node.(type) {
		case *dir:
			list = append(list, path+x.Name+"/")
			list = append(list, shown(t, n, path+x.Name+"/")...)
		case *link:
			list = append(list, path+x.Name+" -> "+n.target)
		case *file:
			p := make([]byte, n.size)
			_, err := n.ReadAt(p, 0)
			mark := ""
			if errno.Of(err) == errno.EIO {
				mark = "!"
			} else if must(t, err); !bytes.Equal(p, text(x.Name)) && !strings.HasPrefix(x.Name, "#") {
				mark = "?"
			}
			list = append(list, path+x.Name+mark)
		}
	}
	slices.Sort(list)
	return list
}

func TestSalvage(t *testing.T) {
	good := salvageImage(t)
	list := recordsOf(t, good)
	where := func(k kind, ino uint64) int64 {
		t.Helper()
		for _, p := range list {
			if p.kind == k && p.ino == ino {
				return p.at
			}
		}
		t.Fatalf("there is no record of kind %d for %d", k, ino)
		return 0
	}
	flip := func(at int64) func(*memDevice) { return func(m *memDevice) { m.data[at] ^= 0x41 } }
	tail := list[len(list)-1]
	// 1 is the top, 2 d, 3 to 5 its files, 6 the link, 7 late, 8 later, 9 e, 10 last.
	const all = "d/ d/one d/three d/two e/ e/last l -> d/one late later"
	zeros := func(from, n int64) func(*memDevice) { return func(m *memDevice) { clear(m.data[from : from+n]) } }
	var mounts []int64
	for _, p := range list {
		if p.kind == recMount {
			mounts = append(mounts, p.at)
		}
	}
	for _, c := range []struct {
		name   string
		do     func(*memDevice)
		want   string
		says   []string
		opened bool // to be written too, as nothing but the end is lost
	}{
		{"nothing", func(*memDevice) {}, all, nil, true},
		{"a file's record", flip(where(recNode, 4) + headSize + 3), strings.Replace(all, "d/two ", "", 1),
			[]string{"1 name has lost what it names (\"d/two\")", "1 record of its log is lost"}, false},
		{"a directory's record", flip(where(recNode, 2) + headSize + 3), "e/ e/last l -> d/one late later lost+found/ lost+found/#3 lost+found/#4 lost+found/#5",
			[]string{`("d")`, "lost its name is in lost+found"}, false},
		{"the top's record", flip(where(recNode, 1) + headSize), "e/ e/last late later lost+found/ lost+found/#2/ lost+found/#2/one lost+found/#2/three lost+found/#2/two lost+found/#6 -> d/one",
			[]string{"lost+found"}, false},
		{"a record's length", flip(where(recNode, 4) + 5), strings.Replace(all, "d/two ", "", 1), []string{`("d/two")`}, false},
		{"the snapshot's end", flip(where(recWhole, 6) + headSize), all, []string{"1 record of its log is lost"}, false},
		{"the making of a file", flip(where(recCreate, 1) + headSize), strings.Replace(all, "late ", "", 1) + " lost+found/ lost+found/#7", []string{"1 record"}, true},
		{"the opening", flip(mounts[0] + 2), all, []string{"1 record of its log is lost"}, true},
		{"the newest superblock", flip(40), all, nil, false},
		{"the older superblock", flip(blockSize + 40), all, nil, true},
		{"the older superblock, all of it", zeros(blockSize, blockSize), all, nil, false},
		{"the end of the last record", zeros(tail.at+tail.size-4, 4), strings.Replace(all, "e/last", "e/last?", 1), nil, true},
		{"both superblocks in part", func(m *memDevice) { flip(40)(m); flip(blockSize + 40)(m) }, all, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dev := &memDevice{data: slices.Clone(good.data)}
			c.do(dev)
			before := slices.Clone(dev.data)
			if _, err := Open(&memDevice{data: slices.Clone(dev.data)}, Options{}); (err == nil) != c.opened {
				t.Errorf("opened to be written: %v", err)
			}
			fs, err := Open(dev, Options{ReadOnly: true})
			must(t, err)
			if got := strings.Join(shown(t, fs.root, ""), " "); c.want != "" && got != c.want {
				t.Errorf("there is\n%s, not\n%s", got, c.want)
			}
			for _, s := range c.says {
				if !strings.Contains(repairs(fs), s) {
					t.Errorf("it says %q, not %q", repairs(fs), s)
				}
			}
			if _, err := fs.root.Create("new", 0o644); errno.Of(err) != errno.EROFS {
				t.Errorf("create: %v", err)
			}
			must(t, fs.Close())
			if !bytes.Equal(before, dev.data) {
				t.Error("it was written to")
			}
		})
	}
}

// What is nowhere to be known is refused, for reading too, and nothing is made new over it.
func TestSalvage_nothing(t *testing.T) {
	good := salvageImage(t)
	for _, c := range []struct {
		name string
		do   func(p []byte)
		want error
	}{
		{"no superblock", func(p []byte) { clear(p[:2*blockSize]) }, ErrDamaged},
		{"no newest superblock, and the older one's log is used again", func(p []byte) { clear(p[:blockSize]) }, ErrDamaged},
		{"something else", func(p []byte) { copy(p, "#!/bin/sh\n"); clear(p[blockSize : 2*blockSize]) }, ErrForeign},
		{"nothing", func(p []byte) { clear(p) }, errno.ENOENT},
	} {
		t.Run(c.name, func(t *testing.T) {
			dev := &memDevice{data: slices.Clone(good.data)}
			c.do(dev.data)
			before := slices.Clone(dev.data)
			_, err := Open(dev, Options{ReadOnly: true})
			if !errors.Is(err, c.want) {
				t.Errorf("for reading: %v", err)
			}
			if _, err := Open(dev, Options{}); c.want != errno.ENOENT && !errors.Is(err, c.want) {
				t.Errorf("for writing: %v", err)
			} else if err != nil && !bytes.Equal(before, dev.data) {
				t.Error("it was written to")
			}
		})
	}
}

// A device that is shorter than it was has lost contents; what of the files lies before
// that is read.
func TestSalvage_cutOff(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	write(t, create(t, fs.root, "first"), text("first"), 0)
	big := create(t, fs.root, "big")
	write(t, big, make([]byte, 8<<20), 0)
	write(t, create(t, fs.root, "last"), text("last"), 0)
	fs.renew()
	must(t, fs.Close())
	dev.data = dev.data[:4<<20+100]
	_, err := Open(dev, Options{})
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("opened to be written: %v", err)
	}
	fs, err = Open(dev, Options{ReadOnly: true})
	must(t, err)
	if got := strings.Join(shown(t, fs.root, ""), " "); got != "big! first last" {
		t.Errorf("there is %s", got)
	}
	if want := `1 file has lost a part ("big")`; !strings.Contains(repairs(fs), want) {
		t.Errorf("it says %q", repairs(fs))
	}
}

func TestOpen_tells(t *testing.T) {
	for _, c := range []struct {
		name     string
		do       func(*memDevice)
		old      bool
		says     string
		harmless bool
	}{
		{"whole", func(*memDevice) {}, true, "", false},
		{"new", func(m *memDevice) { m.data = nil }, false, "", false},
		{"cut to nothing", func(m *memDevice) { m.data = nil }, true, "nothing in it", true},
		{"zeros", func(m *memDevice) { clear(m.data) }, true, "", false},
		{"a few bytes too many", func(m *memDevice) { m.data = append(m.data, 1, 2, 3) }, true, "cut off at its end", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dev := salvageImage(t)
			c.do(dev)
			fs, err := Open(dev, Options{Old: c.old})
			must(t, err)
			what, harmless := fs.Repairs()
			if (what == "") != (c.says == "") || !strings.Contains(what, c.says) || harmless != c.harmless {
				t.Errorf("it says %q, harmless: %v", what, harmless)
			}
			must(t, fs.Close())
			if fs, err = Open(dev, Options{Old: true}); err != nil || repairs(fs) != "" {
				t.Errorf("and again: %v, %v", repairs(fs), err)
			}
		})
	}
}

// A log whose end is cut off, with the end of a segment that names the next one, is told of.
func TestOpen_tellsOfSegments(t *testing.T) {
	dev := &memDevice{}
	fs := open(t, dev)
	write(t, create(t, fs.root, "big"), make([]byte, 2<<20), 0)
	for i := 0; fs.log.at == 0; i++ {
		create(t, fs.root, strings.Repeat("n", 200)+string(rune('a'+i%26))+strings.Repeat("m", i/26))
	}
	must(t, fs.Close())
	dev.data = dev.data[:fs.log.segs[1].offset()]
	if fs, err := Open(dev, Options{}); err == nil && repairs(fs) == "" {
		t.Error("it says nothing")
	}
}

// A log that is made of lies, whose checksums are right, costs neither time nor memory.
func TestSalvage_lies(t *testing.T) {
	for _, c := range []struct {
		name  string
		image func() []byte
	}{
		{"a first segment as long as the device", func() []byte {
			b := make([]byte, 4<<20)
			s := super{seq: 1, logID: 1, first: run{firstBlock, uint32(len(b)>>blockBits) - firstBlock}}
			copy(b[blockSize:], s.append(nil))
			return b
		}},
		{"segments of one block, each of which names the next", func() []byte {
			b := make([]byte, 4<<20)
			s := super{seq: 1, logID: 1, first: run{firstBlock, 1}}
			copy(b[blockSize:], s.append(nil))
			for i := uint32(firstBlock); int64(i+1)<<blockBits < int64(len(b)); i++ {
				at := run{i, 1}
				copy(b[at.offset()+at.payload():], trailer(1, at, run{i + 1, 1}))
			}
			le.PutUint32(b[firstBlock<<blockBits+4:], 3<<20) // one record over them all
			return b
		}},
		{"heads of long records everywhere", func() []byte {
			b := make([]byte, 2<<20)
			s := super{seq: 1, logID: 1, first: run{firstBlock, uint32(len(b)>>blockBits) - firstBlock}}
			for i := firstBlock << blockBits; i+headSize < len(b); i += 8 {
				le.PutUint32(b[i:], 1<<20)
				le.PutUint32(b[i+4:], 1<<20)
			}
			copy(b[blockSize:], s.append(nil))
			return b
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, ro := range []bool{false, true} {
				if _, err := Open(&memDevice{data: c.image()}, Options{ReadOnly: ro}); !errors.Is(err, ErrDamaged) {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// What looks like the head of a long record, between others, does not keep resync from the next
// one that checks.
func TestSalvage_falseHeads(t *testing.T) {
	for _, n := range []uint32{1 << 20, maxRecord} {
		dev := &memDevice{data: make([]byte, 3<<20)}
		first := run{firstBlock, 100}
		l := newLog(dev, 7, first)
		var e encoder
		e.node(&dir{common: common{ino: rootIno}})
		l.add(e.b)
		e.node(&link{common{ino: 2}, strings.Repeat(string(le.AppendUint32(le.AppendUint32([]byte("head"), n), 2)), 200)})
		l.add(e.b)
		damaged := len(l.buf) - 1
		e.node(&link{common{ino: 3}, "here"})
		l.add(e.b)
		e.begin(recWhole)
		e.uint(3)
		l.add(e.b)
		must(t, l.write())
		dev.data[first.offset()+int64(damaged)] ^= 1
		s := super{seq: 1, logID: 7, first: first}
		must(t, dev.WriteAt(s.append(nil), s.place()))
		fs, err := Open(dev, Options{ReadOnly: true})
		must(t, err)
		if got := strings.Join(shown(t, fs.root, ""), " "); got != "lost+found/ lost+found/#3 -> here" {
			t.Errorf("heads of %d bytes: there is %s", n, got)
		}
	}
}
