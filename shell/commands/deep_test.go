package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// deepen makes a tree in /work that is deeper than any path is long, with a file in
// each directory.
func (w *world) deepen(top string) {
	w.t.Helper()
	name := top
	for i := range 60 {
		w.must(w.fs.Mkdir(name, 0o777))
		w.must(w.fs.Chdir(name))
		w.must(w.fs.WriteFile("file", []byte("x"), 0o666))
		name = fmt.Sprint(strings.Repeat("d", 200), i)
	}
}

func TestRemove_deep(t *testing.T) {
	w := newWorld(t)
	for _, line := range []string{"rm -r deep", "rm -rf /work/deep/"} {
		w.must(w.fs.Chdir(workDir))
		w.deepen("deep")
		w.must(w.fs.Chdir(workDir))
		if got := w.run(words(line), ""); got != (result{}) {
			t.Errorf("%s: %+.300v", line, got)
		}
	}
	w.deepen("deep")
	w.must(w.fs.Chdir(workDir))
	got := w.run(words("rm -rv deep"), "")
	if n := strings.Count(got.out, "removed"); n != 120 || !strings.HasSuffix(got.out, "removed directory 'deep'\n") {
		t.Errorf("%d lines, %s", n, got.err)
	}
	w.deepen("deep")
	w.must(w.fs.Chdir(workDir))
	w.must(w.fs.RemoveAll("deep"))
	if list, err := w.fs.ReadDir("."); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestFind_deep(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		line  string
		lines int // that it prints
		left  bool
	}{
		{"find deep", 120, true},
		{"find deep/ -type f -size 1c", 60, true},
		{"find deep -name file -newer deep -o -type d -empty", 59, true},
		{"find . -mindepth 1 -name file -print -delete", 60, true},
		{"find deep -delete", 0, false},
	} {
		w.must(w.fs.Chdir(workDir))
		w.must(w.fs.RemoveAll("deep"))
		w.deepen("deep")
		w.must(w.fs.Chdir(workDir))
		if c.lines == 59 {
			w.must(w.fs.Chtimes("deep/file", time.Unix(1, 0), time.Unix(1, 0)))
			w.must(w.fs.Chtimes("deep", time.Unix(2, 0), time.Unix(2, 0)))
		}
		got := w.run(words(c.line), "")
		if n := strings.Count(got.out, "\n"); got.err != "" || got.code != 0 || n != c.lines {
			t.Errorf("%s: %d lines, %.300s", c.line, n, got.err)
		}
		if list, err := w.fs.ReadDir("."); err != nil || (len(list) > 0) != c.left {
			t.Errorf("%s: %v, %v", c.line, list, err)
		}
	}
}
