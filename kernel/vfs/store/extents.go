package store

import (
	"slices"
	"sort"
)

// search is the index of the first extent that ends behind the block.
func (f *file) search(block uint64) int {
	if n := len(f.extents); n == 0 || f.extents[n-1].end() <= block {
		return n // at the end, as when a file is written from front to back
	}
	return sort.Search(len(f.extents), func(i int) bool { return f.extents[i].end() > block })
}

// lookup is where the block lies and how many follow it there, or in a hole where
// nothing lies and how long the hole is, at most n.
func (f *file) lookup(block uint64, n uint32) (r run, hole bool) {
	i := f.search(block)
	if i == len(f.extents) {
		return run{0, n}, true
	}
	x := f.extents[i]
	if x.log > block {
		return run{0, uint32(min(uint64(n), x.log-block))}, true
	}
	skip := uint32(block - x.log)
	return run{x.phys.start + skip, min(n, x.phys.n-skip)}, false
}

// insert puts x where there is a hole, joined to its neighbours if it can be.
func (f *file) insert(x extent) {
	i := f.search(x.log)
	if i > 0 {
		if before := &f.extents[i-1]; before.end() == x.log && before.phys.end() == x.phys.start {
			before.phys.n += x.phys.n
			if i < len(f.extents) && f.extents[i].log == before.end() && f.extents[i].phys.start == before.phys.end() {
				before.phys.n += f.extents[i].phys.n
				f.extents = slices.Delete(f.extents, i, i+1)
				f.fs.weight.extents--
			}
			return
		}
	}
	if i < len(f.extents) {
		if after := &f.extents[i]; after.log == x.end() && after.phys.start == x.phys.end() {
			after.log, after.phys.start, after.phys.n = x.log, x.phys.start, after.phys.n+x.phys.n
			return
		}
	}
	f.extents = slices.Insert(f.extents, i, x)
	f.fs.weight.extents++
}

// cut gives up all blocks from the one numbered from on.
func (f *file) cut(from uint64) {
	i := f.search(from)
	keep := i
	for ; i < len(f.extents); i++ {
		x := &f.extents[i]
		if x.log < from {
			n := uint32(from - x.log)
			f.fs.drop(run{x.phys.start + n, x.phys.n - n})
			x.phys.n = n
			keep = i + 1
			continue
		}
		f.fs.drop(x.phys)
	}
	f.fs.weight.extents -= int64(len(f.extents) - keep)
	if f.extents = f.extents[:keep]; keep == 0 {
		f.extents = nil
	}
}

// resize cuts the file or lengthens it by a hole.
func (f *file) resize(size int64) {
	if size < f.size {
		f.cut(uint64(size+blockSize-1) >> blockBits)
	}
	f.size = size
}

// near is where the contents from block on would best lie.
func (f *file) near(block uint64) uint32 {
	if i := f.search(block); i > 0 && f.extents[i-1].end() == block {
		return f.extents[i-1].phys.end()
	}
	return 0
}
