package paced_test

import (
	"slices"
	"testing"

	"github.com/bushel-wasm/bushel/shell/paced"
)

func TestAppend(t *testing.T) {
	const count = 300_000
	var list []int
	units, most := 0, 0
	for i := range count {
		before := units
		list = paced.Append(list, i, all(&units))
		most = max(most, units-before)
	}
	if len(list) != count {
		t.Fatalf("%d elements, not %d", len(list), count)
	}
	for i, n := range list {
		if n != i {
			t.Fatalf("element %d is %d", i, n)
		}
	}
	if most < 1<<16/4 {
		t.Errorf("moving a long list is %d units of work", most)
	}
	if units > count {
		t.Errorf("%d units of work for %d elements", units, count)
	}
}

func TestClone(t *testing.T) {
	long := make([]int, 100_001)
	for i := range long {
		long[i] = i
	}
	for _, tt := range []struct {
		name  string
		list  []int
		units int
	}{
		{"nil", nil, 0},
		{"empty", []int{}, 0},
		{"short", []int{1, 2, 3, 4}, 1},
		{"long", long, len(long) / 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			units := 0
			got := paced.Clone(tt.list, all(&units))
			if !slices.Equal(got, tt.list) || (got == nil) != (tt.list == nil) {
				t.Errorf("%d other elements, nil: %v", len(got), got == nil)
			}
			if units != tt.units {
				t.Errorf("%d units of work, not %d", units, tt.units)
			}
			if len(got) > 0 {
				got[0]++
				if tt.list[0] == got[0] {
					t.Error("it is the same list")
				}
			}
		})
	}
}
