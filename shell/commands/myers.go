package commands

import "github.com/bushel-wasm/bushel/shell/paced"

// change is a run of lines that is replaced: a[aLo:aHi] becomes b[bLo:bHi].
type change struct{ aLo, aHi, bLo, bHi int }

// differ finds a short list of changes that makes one list of lines another, by
// the algorithm of Myers ("An O(ND) Difference Algorithm", 1986) in its form that
// needs room for the lengths only.
type differ struct {
	a, b     []int // lines as numbers; equal lines have equal numbers
	inA, inB []bool
	fwd, bwd []int
	work     paced.Work
	maxCost  int
}

// diffLines compares two lists of numbers. work is told what is done.
func diffLines(a, b []int, work paced.Work) []change {
	n := len(a) + len(b) + 3
	d := differ{a: a, b: b, inA: make([]bool, len(a)), inB: make([]bool, len(b)),
		fwd: make([]int, 2*n), bwd: make([]int, 2*n), work: work}
	// Where files have little in common, a way that is not the shortest will do.
	d.maxCost = 1
	for m := n; m > 0; m >>= 2 {
		d.maxCost <<= 1
	}
	d.maxCost = max(d.maxCost, 2048)
	d.compare(0, len(a), 0, len(b))
	d.slide(d.a, d.inA, d.inB)
	d.slide(d.b, d.inB, d.inA)
	var list []change
	for i, j := 0, 0; i < len(a) || j < len(b); {
		work(8)
		c := change{aLo: i, bLo: j}
		for i < len(a) && d.inA[i] {
			i++
		}
		for j < len(b) && d.inB[j] {
			j++
		}
		if c.aHi, c.bHi = i, j; i > c.aLo || j > c.bLo {
			list = append(list, c)
		}
		if i < len(a) && j < len(b) {
			i++
			j++
		}
	}
	return list
}

// compare marks what is only in a[aLo:aHi] or only in b[bLo:bHi].
func (d *differ) compare(aLo, aHi, bLo, bHi int) {
	all := aHi - aLo + bHi - bLo
	for aLo < aHi && bLo < bHi && d.a[aLo] == d.b[bLo] {
		aLo++
		bLo++
	}
	for aLo < aHi && bLo < bHi && d.a[aHi-1] == d.b[bHi-1] {
		aHi--
		bHi--
	}
	d.work(all - (aHi - aLo + bHi - bLo))
	switch {
	case aLo == aHi:
		for j := bLo; j < bHi; j++ {
			d.inB[j] = true
		}
	case bLo == bHi:
		for i := aLo; i < aHi; i++ {
			d.inA[i] = true
		}
	default:
		x, y := d.middle(aLo, aHi, bLo, bHi)
		d.compare(aLo, x, bLo, y)
		d.compare(x, aHi, y, bHi)
	}
}

// middle finds a point on a shortest way, from both ends at once.
func (d *differ) middle(aLo, aHi, bLo, bHi int) (x, y int) {
	off := len(d.b) + 1
	dMin, dMax := aLo-bHi, aHi-bLo
	fMid, bMid := aLo-bLo, aHi-bHi
	fMin, fMax, bMin, bMax := fMid, fMid, bMid, bMid
	odd := (fMid-bMid)&1 != 0
	d.fwd[off+fMid], d.bwd[off+bMid] = aLo, aHi
	for cost := 1; ; cost++ {
		if fMin > dMin {
			fMin--
			d.fwd[off+fMin-1] = -1
		} else {
			fMin++
		}
		if fMax < dMax {
			fMax++
			d.fwd[off+fMax+1] = -1
		} else {
			fMax--
		}
		for k := fMax; k >= fMin; k -= 2 {
			lo, hi := d.fwd[off+k-1], d.fwd[off+k+1]
			x := hi
			if lo >= hi {
				x = lo + 1
			}
			y, from := x-k, x
			for x < aHi && y < bHi && d.a[x] == d.b[y] {
				x++
				y++
			}
			d.work(4 + x - from)
			d.fwd[off+k] = x
			if odd && bMin <= k && k <= bMax && d.bwd[off+k] <= x {
				return x, y
			}
		}
		const far = int(^uint(0) >> 1)
		if bMin > dMin {
			bMin--
			d.bwd[off+bMin-1] = far
		} else {
			bMin++
		}
		if bMax < dMax {
			bMax++
			d.bwd[off+bMax+1] = far
		} else {
			bMax--
		}
		for k := bMax; k >= bMin; k -= 2 {
			lo, hi := d.bwd[off+k-1], d.bwd[off+k+1]
			x := lo
			if lo >= hi {
				x = hi - 1
			}
			y, from := x-k, x
			for x > aLo && y > bLo && d.a[x-1] == d.b[y-1] {
				x--
				y--
			}
			d.work(4 + from - x)
			d.bwd[off+k] = x
			if !odd && fMin <= k && k <= fMax && x <= d.fwd[off+k] {
				return x, y
			}
		}
		if cost >= d.maxCost {
			return d.furthest(aLo, aHi, bLo, bHi, off, fMin, fMax)
		}
	}
}

// furthest gives up the search: it takes the point that is furthest from the start.
func (d *differ) furthest(aLo, aHi, bLo, bHi, off, fMin, fMax int) (x, y int) {
	best := -1
	for k := fMax; k >= fMin; k -= 2 {
		px := min(d.fwd[off+k], aHi)
		py := px - k
		if py > bHi {
			px, py = bHi+k, bHi
		}
		if px >= aLo && py >= bLo && px+py > best {
			best, x, y = px+py, px, py
		}
	}
	if best <= aLo+bLo {
		return aLo + 1, bLo
	}
	return x, y
}

// slide moves runs of marked lines down as far as they go, as diff does.
func (d *differ) slide(lines []int, in, other []bool) {
	for i, j := 0, 0; i < len(lines); {
		for j < len(other) && other[j] && !in[i] {
			j++
		}
		if !in[i] {
			d.work(4)
			i++
			j++
			continue
		}
		start := i
		for i < len(lines) && in[i] {
			i++
		}
		d.work(8 + i - start)
		// Nothing is moved across a change of the other side.
		for i < len(lines) && !in[i] && lines[start] == lines[i] && !(j < len(other) && other[j]) {
			in[start], in[i] = false, true
			start++
			i++
			j++
			for i < len(lines) && in[i] {
				i++
			}
		}
		for j < len(other) && other[j] {
			j++
		}
	}
}
