// Package entries is the table of a directory's entries that file systems share which
// keep them in memory: found by name, listed in the order in which they were made,
// with cookies that stay good while entries come and go.
//
// It knows names and numbers only. What an entry costs, what locks guard it and
// what may be done with it is the file systems' own.
package entries

import (
	"sort"
	"sync"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// A table with more entries than this has an index by name.
const indexFrom = 12

// Table is the entries of a directory, whose nodes are of type N. The zero value is
// empty. Its user guards it with a lock.
type Table[N any] struct {
	// list is in order of Seq. Removed ones stay until there are too many of them.
	list  []*Entry[N]
	index map[string]*Entry[N]
	live  int
	seq   uint64
}

// Entry is a name in a directory. Only Node may be changed.
type Entry[N any] struct {
	// Seq is the entry's number: the cookie of the place after it.
	Seq  uint64
	Name string
	Node N
	gone bool
}

// Len is how many entries there are.
func (t *Table[N]) Len() int { return t.live }

// Seq is the number of the entry made last.
func (t *Table[N]) Seq() uint64 { return t.seq }

// SetSeq sets the number of the entry made last, of a table that is built anew.
func (t *Table[N]) SetSeq(seq uint64) { t.seq = seq }

// Find is the entry name, or nil.
func (t *Table[N]) Find(name string) *Entry[N] {
	if t.index != nil {
		return t.index[name]
	}
	for _, e := range t.list {
		if e.Name == name && !e.gone {
			return e
		}
	}
	return nil
}

// Add makes the entry name, which is not there.
func (t *Table[N]) Add(name string, n N) {
	t.seq++
	t.Put(t.seq, name, n)
}

// Put is Add of an entry that had the number seq before, higher than those of all that
// are there.
func (t *Table[N]) Put(seq uint64, name string, n N) {
	e := &Entry[N]{Seq: seq, Name: name, Node: n}
	t.list = append(t.list, e)
	if t.live++; t.index != nil {
		t.index[name] = e
	} else if t.live > indexFrom {
		t.index = make(map[string]*Entry[N], 2*indexFrom)
		for e := range t.All {
			t.index[e.Name] = e
		}
	}
}

// Remove takes e out, which is there.
func (t *Table[N]) Remove(e *Entry[N]) {
	var none N
	e.Node, e.gone = none, true
	delete(t.index, e.Name)
	t.live--
	if gone := len(t.list) - t.live; gone <= indexFrom || gone <= t.live {
		return
	}
	kept := make([]*Entry[N], 0, t.live)
	for e := range t.All {
		kept = append(kept, e)
	}
	t.list = kept
	if t.live <= indexFrom/2 {
		t.index = nil
	}
}

// All calls yield for the entries, in the order in which they were made, until it
// returns false.
func (t *Table[N]) All(yield func(*Entry[N]) bool) {
	for _, e := range t.list {
		if !e.gone && !yield(e) {
			return
		}
	}
}

// maxBatch is how many entries ReadDir takes under one lock.
const maxBatch = 64

// ReadDir calls yield for the entries after cookie, as a directory's ReadDir has to. lock
// guards the table; it is not held while yield is called. describe is the node's
// number and type.
func (t *Table[N]) ReadDir(lock sync.Locker, cookie uint64, describe func(N) (ino uint64, kind sys.FileType), yield func(sys.DirEntry) bool) error {
	var batch []sys.DirEntry
	for {
		lock.Lock()
		batch = t.batch(batch[:0], cookie, describe)
		lock.Unlock()
		for _, e := range batch {
			if !yield(e) {
				return nil
			}
		}
		if len(batch) < maxBatch {
			return nil
		}
		cookie = batch[len(batch)-1].Cookie
	}
}

func (t *Table[N]) batch(out []sys.DirEntry, cookie uint64, describe func(N) (uint64, sys.FileType)) []sys.DirEntry {
	if cap(out) == 0 {
		out = make([]sys.DirEntry, 0, min(t.live, maxBatch))
	}
	from := sort.Search(len(t.list), func(i int) bool { return t.list[i].Seq > cookie })
	for _, e := range t.list[from:] {
		if e.gone {
			continue
		}
		if len(out) == maxBatch {
			break
		}
		ino, kind := describe(e.Node)
		out = append(out, sys.DirEntry{Cookie: e.Seq, Ino: ino, Type: kind, Name: e.Name})
	}
	return out
}
