package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	// importOf finds what a declaration imports: import … from "x", export … from "x", import("x").
	importOf = regexp.MustCompile(`(from |import\()"([^"]+)"`)
	// disposable is what older sets of types of the language do not have.
	disposable = regexp.MustCompile(`\bSymbol\.(asyncD|d)ispose\b`)
)

// declarations copies the entries and all that they import from one folder to the other, so that
// they can be read without the sources: they import files as JavaScript has them, and nothing of
// packages that the reader does not have.
func declarations(from, to string, entries ...string) error {
	seen := map[string]bool{}
	for len(entries) > 0 {
		name := entries[0]
		entries = entries[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		data, err := os.ReadFile(filepath.Join(from, name+".d.ts"))
		if err != nil {
			return err
		}
		text := string(data)
		for _, m := range importOf.FindAllStringSubmatch(text, -1) {
			switch target := m[2]; {
			case strings.HasPrefix(target, "."):
				entries = append(entries, filepath.Join(filepath.Dir(name), strings.TrimSuffix(target, ".ts")))
			case target != "@playwright/test":
				return fmt.Errorf("the types of %s need the package %s, which is not there", name, target)
			}
		}
		text = importOf.ReplaceAllStringFunc(text, func(s string) string {
			return strings.Replace(s, `.ts"`, `.js"`, 1)
		})
		if disposable.MatchString(text) {
			text = "/// <reference lib=\"esnext.disposable\" />\n" + text
		}
		target := filepath.Join(to, name+".d.ts")
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
