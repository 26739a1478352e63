package vfstest

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Hammer does n random operations in each of several goroutines on one file
// system, and then takes down what is left of the tree. What they do to each
// other is not to be foreseen, but nothing may panic or hang, directories must
// have the number of links that their entries say, and all must come down.
func Hammer(t *testing.T, fs FS, goroutines, n int) {
	t.Helper()
	race(goroutines, func(i int) {
		g := generator{rand.New(rand.NewPCG(uint64(i), 1))}
		s := script{fs: fs, open: map[string]File{}}
		for range n {
			s.outcome(g.line())
		}
	})
	takeDown(t, fs, ".")
	if left := names(t, fs, "."); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// takeDown removes what is in dir and checks its count of links before.
func takeDown(t *testing.T, fs FS, dir string) {
	t.Helper()
	links := lstat(t, fs, dir).Nlink
	want := uint64(2)
	for _, name := range names(t, fs, dir) {
		path := strings.TrimPrefix(dir+"/"+name, "./")
		if lstat(t, fs, path).Type == sys.TypeDirectory {
			want++
			takeDown(t, fs, path)
			check(t, fs.Rmdir(path))
		} else {
			check(t, fs.Unlink(path))
		}
	}
	if links != want {
		t.Errorf("%s has %d links, want %d", dir, links, want)
	}
}
