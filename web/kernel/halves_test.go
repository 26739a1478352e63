package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestHalvesFit holds what the kernel imports and exports, here and in what it shares with
// the other workers, against what its worker gives and calls: an import that is missing is
// found only when the page starts.
func TestHalvesFit(t *testing.T) {
	imports, exports := map[string]bool{}, map[string]bool{}
	for _, dir := range []string{".", "../worker", "../storage"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_js.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range files {
			text := read(t, name)
			for _, m := range regexp.MustCompile(`(?m)^//go:wasmimport bushel (\w+)`).FindAllStringSubmatch(text, -1) {
				imports[m[1]] = true
			}
			for _, m := range regexp.MustCompile(`(?m)^//go:wasmexport (\w+)`).FindAllStringSubmatch(text, -1) {
				exports[m[1]] = true
			}
		}
	}
	if len(imports) < 10 || len(exports) < 10 {
		t.Fatalf("%d imports and %d exports were found", len(imports), len(exports))
	}
	var given strings.Builder
	scripts, err := filepath.Glob("../ts/workers/*.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range scripts {
		given.WriteString(read(t, name))
	}
	for _, name := range sorted(imports) {
		if !regexp.MustCompile(`\b` + name + `\b\s*[:(,]`).MatchString(given.String()) {
			t.Errorf("the kernel imports %s, which no script of the workers gives", name)
		}
	}
	for _, m := range regexp.MustCompile(`exports\.(\w+)\(`).FindAllStringSubmatch(read(t, "../ts/workers/kernel-worker.ts"), -1) {
		if !exports[m[1]] {
			t.Errorf("the kernel's worker calls %s, which the kernel does not export", m[1])
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func sorted(set map[string]bool) []string {
	var list []string
	for name := range set {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
