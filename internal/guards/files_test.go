package guards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, goos := range []string{"native", "js"} {
		t.Run(goos, func(t *testing.T) {
			for _, p := range list(t, goos, "./...") {
				if p.Doc == "" {
					t.Errorf("%s has no package comment", p.ImportPath)
				}
				if p.Name != "main" && p.Doc != "" && !strings.HasPrefix(p.Doc, "Package "+p.Name+" ") {
					t.Errorf("%s: the package comment begins %q", p.ImportPath, p.Doc)
				}
			}
		})
	}
}

func TestNothingIsLeftForLater(t *testing.T) {
	mark := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)
	texts(t, func(name, text string) {
		if found := mark.FindString(text); found != "" && filepath.Base(name) != "package-lock.json" {
			t.Errorf("%s holds a %s: finish it, or file an issue", name, found)
		}
	})
}

func TestNoPathOfADevelopersMachine(t *testing.T) {
	// Written in halves, so that this file does not hold them itself.
	patterns := []string{"/ro" + "ot/", "/wo" + "rk/main", "/wo" + "rk/shared", "/Us" + "ers/", root(t) + "/"}
	texts(t, func(name, text string) {
		for _, p := range patterns {
			if p != "/" && strings.Contains(text, p) {
				t.Errorf("%s holds the path %s", name, p)
			}
		}
	})
}

func TestFilesAreOfOneIdea(t *testing.T) {
	const limit = 48 << 10
	texts(t, func(name, text string) {
		if filepath.Ext(name) == ".go" && len(text) > limit {
			t.Errorf("%s has %d bytes: divide it", name, len(text))
		}
	})
}

func TestVersionsArePinned(t *testing.T) {
	dir := root(t)
	exact := regexp.MustCompile(`^\d+\.\d+\.\d+(-[\w.]+)?$`)
	for _, name := range tracked(t) {
		if filepath.Base(name) != "package.json" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Dependencies, DevDependencies, OptionalDependencies map[string]string
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, deps := range []map[string]string{file.Dependencies, file.DevDependencies, file.OptionalDependencies} {
			for dep, version := range deps {
				if !exact.MatchString(version) {
					t.Errorf("%s wants %s %s: name one version", name, dep, version)
				}
			}
		}
	}
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mod), "\nreplace ") {
		t.Error("go.mod replaces a module: nobody could install or import this one")
	}
	latest := "@la" + "test"
	texts(t, func(name, text string) {
		switch ext := filepath.Ext(name); {
		case ext == ".md", filepath.Base(name) == "package-lock.json":
			return
		}
		if strings.Contains(text, latest) {
			t.Errorf("%s asks for %s: name a version", name, latest)
		}
	})
}
