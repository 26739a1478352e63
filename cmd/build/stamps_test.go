package main

import (
	"os"
	"path/filepath"
	"testing"
)

// folder is a build folder for a test, and what each build of it does.
type folder struct {
	t        *testing.T
	dir, out string
	worked   int
}

// build runs one step that writes a file, with the given sources.
func (s *folder) build(step, sources, file string) {
	s.t.Helper()
	st := loadStamps(s.dir, s.out)
	err := st.step(step, sources, func() ([]string, error) {
		s.worked++
		return []string{file}, os.WriteFile(filepath.Join(s.out, file), []byte(sources), 0o644)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := st.sweep(); err != nil {
		s.t.Fatal(err)
	}
	if err := st.save(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *folder) expect(worked int, files ...string) {
	s.t.Helper()
	if s.worked != worked {
		s.t.Errorf("the step has worked %d times, want %d", s.worked, worked)
	}
	have, err := listFiles(s.out)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(have) != len(files) {
		s.t.Fatalf("the site has %q, want %q", have, files)
	}
	for i := range files {
		if have[i] != files[i] {
			s.t.Errorf("the site has %q, want %q", have, files)
		}
	}
}

func TestStamps_doOnlyWhatIsNew(t *testing.T) {
	s := &folder{t: t, dir: t.TempDir(), out: t.TempDir()}
	s.build("a", "1", "a.js")
	s.expect(1, "a.js")
	s.build("a", "1", "a.js")
	s.expect(1, "a.js")
	s.build("a", "2", "a.js")
	s.expect(2, "a.js")
	if err := os.WriteFile(filepath.Join(s.out, "a.js"), []byte("spoiled"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.build("a", "2", "a.js")
	s.expect(3, "a.js")
}

func TestStamps_sweepOnlyOwnFiles(t *testing.T) {
	s := &folder{t: t, dir: t.TempDir(), out: t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.out, "theirs.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s.build("a", "1", "a-1.js")
	s.expect(1, "a-1.js", "theirs.txt")
	s.build("a", "2", "a-2.js")
	s.expect(2, "a-2.js", "theirs.txt")
	s.build("b", "1", "b.js") // the step a is gone, and so is its file
	s.expect(3, "b.js", "theirs.txt")
}

func TestStamps_damagedFile(t *testing.T) {
	s := &folder{t: t, dir: t.TempDir(), out: t.TempDir()}
	s.build("a", "1", "a.js")
	if err := os.WriteFile(loadStamps(s.dir, s.out).file, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.build("a", "1", "a.js")
	s.expect(2, "a.js")
}
