package filemode_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/shell/filemode"
)

func TestParse(t *testing.T) {
	tests := []struct {
		mode      string
		mask, old uint32
		dir       bool
		want      uint32
	}{
		{"644", 0o022, 0o777, false, 0o644},
		{"4755", 0, 0, false, 0o4755},
		{"u=rwx,go-w", 0, 0o666, false, 0o744},
		{"+x", 0o027, 0o640, false, 0o750},
		{"a+x", 0o027, 0o640, false, 0o751},
		{"=", 0, 0o7777, true, 0o7000},
		{"o=u-w", 0, 0o750, false, 0o755},
		{"g=u", 0, 0o740, false, 0o770},
		{"a+X", 0, 0o644, false, 0o644},
		{"a+X", 0, 0o644, true, 0o755},
		{"u+s,g+s,+t", 0, 0o755, false, 0o7755},
	}
	for _, test := range tests {
		t.Run(test.mode, func(t *testing.T) {
			change, err := filemode.Parse(test.mode, test.mask)
			if err != nil {
				t.Fatal(err)
			}
			if got := change(test.old, test.dir); got != test.want {
				t.Errorf("%04o becomes %04o, want %04o", test.old, got, test.want)
			}
		})
	}
}

func TestParse_wrong(t *testing.T) {
	for _, mode := range []string{"", "u", "10000", "-1", "888", "u+rq", "z+x", "u+x,", ",", "u=x o=x"} {
		if _, err := filemode.Parse(mode, 0); err == nil || err.Error() != "invalid mode: '"+mode+"'" {
			t.Errorf("%q: %v", mode, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, mode := range []string{"755", "u=rwx,go-w", "+X", "g=u-w+s"} {
		f.Add(mode, uint32(0o022), uint32(0o644), false)
	}
	f.Fuzz(func(t *testing.T, mode string, mask, old uint32, dir bool) {
		change, err := filemode.Parse(mode, mask)
		if err != nil {
			return
		}
		if got := change(old&0o7777, dir); got > 0o7777 {
			t.Errorf("%q makes %o of %o", mode, got, old&0o7777)
		}
	})
}
