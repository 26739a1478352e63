package shell

import (
	"slices"
	"sort"

	"github.com/bushel-wasm/bushel/shell/paced"
)

// kind is what a variable holds.
type kind uint8

const (
	scalar kind = iota
	indexed
	assoc
)

// variable is a variable of the shell with its attributes. A variable may be
// declared (have attributes) without being set.
type variable struct {
	kind     kind
	set      bool
	exported bool
	readonly bool
	integer  bool
	lower    bool
	upper    bool
	nameref  bool // str names another variable

	str string
	arr array
	m   map[string]string
}

// value is what an expansion without a subscript gives, and whether there is one.
func (v *variable) value() (string, bool) {
	switch v.kind {
	case indexed:
		return v.arr.get(0)
	case assoc:
		s, ok := v.m["0"]
		return s, ok
	}
	return v.str, v.set
}

func (v *variable) clone(work paced.Work) *variable {
	c := *v
	work(16)
	c.arr = v.arr.clone(work)
	if v.m != nil {
		c.m = make(map[string]string, len(v.m))
		for key, s := range v.m {
			work(16)
			c.m[key] = s
		}
	}
	return &c
}

// flags are the attributes as "declare -p" and ${x@a} print them.
func (v *variable) flags() string {
	var b []byte
	for _, f := range [...]struct {
		on bool
		c  byte
	}{
		{v.kind == indexed, 'a'}, {v.kind == assoc, 'A'}, {v.integer, 'i'}, {v.lower, 'l'},
		{v.nameref, 'n'}, {v.readonly, 'r'}, {v.upper, 'u'}, {v.exported, 'x'},
	} {
		if f.on {
			b = append(b, f.c)
		}
	}
	return string(b)
}

// elems are the values of an array, or the one value of a scalar that is set.
func (v *variable) elems(work paced.Work) []string {
	switch v.kind {
	case indexed:
		return v.arr.val
	case assoc:
		keys := v.keys(work)
		for i, k := range keys {
			keys[i] = v.m[k]
		}
		return keys
	}
	if !v.set {
		return nil
	}
	return []string{v.str}
}

// keys are the subscripts of an array, in the order of elems.
func (v *variable) keys(work paced.Work) []string {
	switch v.kind {
	case indexed:
		return v.arr.keys(work)
	case assoc:
		return assocOrder(v.m, work)
	}
	if !v.set {
		return nil
	}
	return []string{"0"}
}

// assocOrder gives m's keys in the order in which bash lists them: that of the
// buckets of its hash table, so that what a script prints is the same here.
func assocOrder(m map[string]string, work paced.Work) []string {
	type entry struct {
		bucket uint32
		key    string
	}
	list := make([]entry, 0, len(m))
	for k := range m {
		work(8 + 2*len(k))
		h := uint32(2166136261)
		for i := range len(k) {
			h *= 16777619
			h ^= uint32(k[i])
		}
		list = append(list, entry{h & 1023, k})
	}
	sort.Slice(list, func(i, j int) bool {
		work(32)
		a, b := &list[i], &list[j]
		return a.bucket < b.bucket || a.bucket == b.bucket && a.key < b.key
	})
	keys := make([]string, len(list))
	for i, e := range list {
		keys[i] = e.key
	}
	return keys
}

// array is an indexed array. idx is nil while element i has index i.
type array struct {
	idx []int
	val []string
}

func (a *array) clone(work paced.Work) array {
	return array{paced.Clone(a.idx, work), paced.Clone(a.val, work)}
}

// find is the place of index i, and whether it is there.
func (a *array) find(i int) (int, bool) {
	if a.idx != nil {
		return slices.BinarySearch(a.idx, i)
	}
	if i < len(a.val) {
		return i, i >= 0
	}
	return len(a.val), false
}

func (a *array) get(i int) (string, bool) {
	if n, ok := a.find(i); ok {
		return a.val[n], true
	}
	return "", false
}

// end is one past the greatest index.
func (a *array) end() int {
	if n := len(a.idx); n > 0 {
		return a.idx[n-1] + 1
	}
	return len(a.val)
}

func (a *array) put(i int, s string, work paced.Work) {
	n, ok := a.find(i)
	if ok {
		a.val[n] = s
		return
	}
	if a.idx == nil && i == len(a.val) {
		a.val = paced.Append(a.val, s, work)
		return
	}
	a.sparse()
	n, _ = slices.BinarySearch(a.idx, i)
	a.idx = slices.Insert(a.idx, n, i)
	a.val = slices.Insert(a.val, n, s)
}

func (a *array) remove(i int) {
	n, ok := a.find(i)
	if !ok {
		return
	}
	if a.idx == nil && n == len(a.val)-1 {
		a.val = a.val[:n]
		return
	}
	a.sparse()
	a.idx = slices.Delete(a.idx, n, n+1)
	a.val = slices.Delete(a.val, n, n+1)
}

// sparse gives the array explicit indices.
func (a *array) sparse() {
	if a.idx != nil {
		return
	}
	a.idx = make([]int, len(a.val))
	for i := range a.idx {
		a.idx[i] = i
	}
}

func (a *array) index(n int) int {
	if a.idx != nil {
		return a.idx[n]
	}
	return n
}

func (a *array) keys(work paced.Work) []string {
	keys := make([]string, len(a.val))
	for i := range keys {
		work(8)
		keys[i] = itoa(a.index(i))
	}
	return keys
}
