package entries_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs/entries"
)

// list is the names after cookie, which leave calls left while it goes on.
func list(t *entries.Table[int], cookie uint64, at func(name string)) (names []string) {
	var mu sync.Mutex
	_ = t.ReadDir(&mu, cookie, func(n int) (uint64, sys.FileType) { return uint64(n), sys.TypeRegular }, func(e sys.DirEntry) bool {
		mu.Lock() // it is free
		defer mu.Unlock()
		names = append(names, e.Name)
		at(e.Name)
		return true
	})
	return names
}

// A table beside a plain list, through many random changes.
func TestTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table entries.Table[int]
	var want []string
	for i := range 20_000 {
		name := fmt.Sprint("n", r.IntN(1+i%200))
		e, at := table.Find(name), slices.Index(want, name)
		if (e != nil) != (at >= 0) {
			t.Fatalf("step %d: %s is found: %t", i, name, e != nil)
		}
		if e == nil {
			table.Add(name, i)
			want = append(want, name)
		} else {
			table.Remove(e)
			want = slices.Delete(want, at, at+1)
		}
		if table.Len() != len(want) {
			t.Fatalf("step %d: %d entries, want %d", i, table.Len(), len(want))
		}
		if i%500 == 0 {
			if got := list(&table, 0, func(string) {}); !slices.Equal(got, want) {
				t.Fatalf("step %d: %q, want %q", i, got, want)
			}
		}
	}
}

func TestTable_changesWhileListed(t *testing.T) {
	var table entries.Table[int]
	var want []string
	for i := range 500 {
		table.Add(fmt.Sprint(i), i)
		if i%2 == 0 {
			want = append(want, fmt.Sprint(i))
		}
	}
	seen := map[string]int{}
	for _, name := range list(&table, 0, func(name string) {
		// What is odd goes when what is even is seen, and new ones come.
		var n int
		if _, err := fmt.Sscan(name, &n); err == nil && n%2 == 0 && n < 500 {
			if e := table.Find(fmt.Sprint(n ^ 1)); e != nil {
				table.Remove(e)
			}
		}
	}) {
		seen[name]++
	}
	for _, name := range want {
		if seen[name] != 1 {
			t.Errorf("%s was seen %d times", name, seen[name])
		}
	}
}

func TestTable_anew(t *testing.T) {
	var table entries.Table[int]
	table.SetSeq(9)
	table.Put(3, "a", 1)
	table.Put(7, "b", 2)
	table.Add("c", 3)
	if got := list(&table, 3, func(string) {}); !slices.Equal(got, []string{"b", "c"}) || table.Seq() != 10 {
		t.Errorf("%q, %d", got, table.Seq())
	}
	count := 0
	for range table.All {
		count++
		break
	}
	if count != 1 {
		t.Error("it did not stop")
	}
}
