package guests

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shop is a workshop in a repository of its own with one source.
func shop(t *testing.T) (w *Workshop, source string) {
	t.Helper()
	root := t.TempDir()
	source = filepath.Join(root, "examples", "x", "x.txt")
	if err := os.MkdirAll(filepath.Dir(source), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte("one"), 0o666); err != nil {
		t.Fatal(err)
	}
	return &Workshop{Root: root, Out: filepath.Join(root, "out"), Offline: true}, source
}

// copied is a guest whose module is its source.
func copied() *Guest {
	return &Guest{
		Name: "x", Language: "text", Source: "examples/x/x.txt",
		build: func(w *Workshop, g *Guest, out string) error {
			data, err := os.ReadFile(filepath.Join(w.Root, g.Source))
			if err != nil {
				return err
			}
			return os.WriteFile(out, data, 0o666)
		},
	}
}

func TestBuildIsDoneWhenSomethingHasChanged(t *testing.T) {
	w, source := shop(t)
	g := copied()
	version := "1"
	g.tools = []func(*Workshop) (tool, error){func(*Workshop) (tool, error) { return tool{id: version}, nil }}
	for _, step := range []struct {
		name   string
		change func() error
		built  bool
	}{
		{"first", func() error { return nil }, true},
		{"nothing", func() error { return nil }, false},
		{"source", func() error { return os.WriteFile(source, []byte("two"), 0o666) }, true},
		{"time of the source", func() error { return os.WriteFile(source, []byte("two"), 0o666) }, false},
		{"recipe", func() error { g.recipe = "otherwise"; return nil }, true},
		{"toolchain", func() error { version = "2"; return nil }, true},
		{"module lost", func() error { return os.Remove(w.Path(g)) }, true},
		{"nothing again", func() error { return nil }, false},
	} {
		if err := step.change(); err != nil {
			t.Fatal(err)
		}
		built, err := w.Build(g)
		if err != nil || built != step.built {
			t.Errorf("%s: built %v, %v; want %v", step.name, built, err, step.built)
		}
		data, err := os.ReadFile(w.Path(g))
		want, err2 := os.ReadFile(source)
		if errors.Join(err, err2) != nil || string(data) != string(want) {
			t.Errorf("%s: the module is %q, %v", step.name, data, errors.Join(err, err2))
		}
	}
}

func TestBuildThatFailsKeepsTheOldModule(t *testing.T) {
	w, _ := shop(t)
	g := copied()
	if _, err := w.Build(g); err != nil {
		t.Fatal(err)
	}
	g.recipe = "fails"
	g.build = func(_ *Workshop, _ *Guest, out string) error {
		return errors.Join(os.WriteFile(out, []byte("half"), 0o666), errors.New("no"))
	}
	if _, err := w.Build(g); err == nil || !strings.Contains(err.Error(), "x: ") {
		t.Errorf("error %v", err)
	}
	if data, err := os.ReadFile(w.Path(g)); err != nil || string(data) != "one" {
		t.Errorf("the module is %q, %v", data, err)
	}
}

func TestOfflineAndMissing(t *testing.T) {
	w, _ := shop(t)
	_, err := w.Build(zigGuest("z", "examples/x/x.txt"))
	missing, ok := errors.AsType[*MissingError](err)
	if !ok || !strings.Contains(missing.Error(), "Zig 0.11.0 is missing: ") {
		t.Errorf("error %v", err)
	}
}

func TestAtHandFetchesSourcesAlone(t *testing.T) {
	w, _ := shop(t)
	w.Offline, w.AtHand = false, true
	_, err := w.debs("compiler", "a compiler", "it")
	if missing, ok := errors.AsType[*MissingError](err); !ok || missing.Err != nil {
		t.Errorf("error %v", err)
	}
	filled := func(temp string) error { return os.WriteFile(filepath.Join(temp, "source"), nil, 0o666) }
	if _, err := w.fetched("source", "a source", "1", filled); err != nil {
		t.Errorf("error %v", err)
	}
	_, err = w.fetched("other", "another", "1", func(string) error { return w.run(w.Root, nil, "sh", "-c", "echo why >&2; exit 1") })
	if failed, ok := errors.AsType[*CommandError](err); !ok || failed.Output != "why" {
		t.Errorf("error %v", err)
	}
}

func TestFetchedIsWholeOrNotThere(t *testing.T) {
	w, _ := shop(t)
	w.Offline = false
	fill := func(fail error) func(string) error {
		return func(temp string) error {
			return errors.Join(os.WriteFile(filepath.Join(temp, "part"), nil, 0o666), fail)
		}
	}
	if _, err := w.fetched("tool", "a tool", "1", fail(fill)); err == nil {
		t.Error("a failure was not reported")
	}
	if _, err := os.Stat(w.toolchains("tool")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half of it is there: %v", err)
	}
	dir, err := w.fetched("tool", "a tool", "1", fill(nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "part")); err != nil {
		t.Error(err)
	}
	w.Offline = true
	if _, err := w.fetched("tool", "a tool", "1", fill(errors.New("called"))); err != nil {
		t.Errorf("what is there is fetched again: %v", err)
	}
	if _, err := w.fetched("tool", "a tool", "2", fill(nil)); err == nil {
		t.Error("another version was fetched without leave")
	}
}

func fail(fill func(error) func(string) error) func(string) error {
	return fill(errors.New("broken off"))
}

func TestList(t *testing.T) {
	w, err := NewWorkshop()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, g := range List() {
		if slices.Contains(names, g.Name) {
			t.Errorf("two guests are called %s", g.Name)
		}
		names = append(names, g.Name)
		if g.Language == "" || g.Source == "" || g.build == nil {
			t.Errorf("%s is not described", g.Name)
		}
		if strings.HasPrefix(g.Source, "examples/") {
			if _, err := os.Stat(filepath.Join(w.Root, g.Source)); err != nil {
				t.Errorf("%s: %v", g.Name, err)
			}
		}
	}
	// Every example is built, and named in the page for people.
	readme, err := os.ReadFile(filepath.Join(w.Root, "examples", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"c/*.c", "go/*", "rust/*.rs", "zig/*.zig", "assemblyscript/*.ts"} {
		found, err := filepath.Glob(filepath.Join(w.Root, "examples", pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range found {
			base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
			if !slices.ContainsFunc(names, func(n string) bool { return n == base || strings.HasPrefix(n, base+"-") }) {
				t.Errorf("%s is not built", path)
			}
			if !strings.Contains(string(readme), "`"+base+"`") {
				t.Errorf("examples/README.md does not name %s", base)
			}
		}
	}
}
