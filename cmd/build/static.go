package main

import (
	"os"
	"path/filepath"
	"strings"
)

// static copies what is served as it is.
func (b *builder) static() error {
	return b.copyTree("static", filepath.Join(b.root, "static"), "", func(string) bool { return true })
}

// examples copies the guests that cmd/guests left in build/guests, if it did.
func (b *builder) examples() error {
	isModule := func(name string) bool { return strings.HasSuffix(name, ".wasm") }
	return b.copyTree("examples", filepath.Join(b.root, "build", "guests"), "examples/", isModule)
}

// copyTree copies the files below from that want accepts to the folder to of
// the site.
func (b *builder) copyTree(step, from, to string, want func(name string) bool) error {
	list, err := listFiles(from)
	if err != nil {
		return err
	}
	var names, paths []string
	for _, name := range list {
		if want(name) {
			names = append(names, name)
			paths = append(paths, filepath.Join(from, name))
		}
	}
	if len(names) == 0 {
		return nil
	}
	sources, err := hashAll([]string{to}, paths)
	if err != nil {
		return err
	}
	return b.stamps.step(step, sources, func() ([]string, error) {
		var made []string
		for i, name := range names {
			data, err := os.ReadFile(paths[i])
			if err != nil {
				return nil, err
			}
			target := filepath.Join(b.out, to+name)
			if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
				return nil, err
			}
			if err := os.WriteFile(target, data, 0o644); err != nil {
				return nil, err
			}
			made = append(made, to+name)
		}
		return made, nil
	})
}
