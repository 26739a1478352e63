package link

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestSegments compares what is known of a file with the file.
func TestSegments(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		var known segments
		file := make([]byte, 0, 4<<20)
		begin := int64(rng.IntN(3)) * 1000
		for i := range begin {
			file = append(file, byte(i))
		}
		known.reset(begin, nil)
		for range 40 {
			off := int64(len(file))
			if rng.IntN(3) == 0 {
				off = begin + rng.Int64N(off-begin+1)
			}
			data := make([]byte, rng.IntN([...]int{10, 5000, 300_000}[rng.IntN(3)]))
			for i := range data {
				data[i] = byte(rng.Uint32())
			}
			if rng.IntN(4) == 0 && off == int64(len(file)) {
				known.extend(off, data)
			} else if _, ok := known.write(data, off); !ok {
				t.Fatalf("a write at %d of %d is not taken", off, len(file))
			}
			file = append(file[:max(int(off), 0)], append(data, file[min(int(off)+len(data), len(file)):]...)...)
			if known.end() != int64(len(file)) {
				t.Fatalf("it ends at %d instead of %d", known.end(), len(file))
			}
			if from := begin + rng.Int64N(int64(len(file))-begin+1); known.covers(from, int64(len(file))) {
				if got := known.read(nil, from, int64(len(file))); !bytes.Equal(got, file[from:]) {
					t.Fatalf("from %d on it is wrong", from)
				}
			}
		}
		if _, ok := known.write([]byte("x"), int64(len(file))+1); ok {
			t.Error("a hole is known")
		}
		if _, ok := known.write([]byte("x"), begin-1); ok {
			t.Error("what is before is known")
		}
	}
}
