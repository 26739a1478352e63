package main

import (
	"os"
	"path/filepath"
	"strings"
)

// static copies what is served as it is.
func (b *builder) static() error {
	return b.copyTree(filepath.Join(b.root, "static"), "", func(string) bool { return true })
}

// guests is the folder where cmd/guests leaves the modules.
func (b *builder) guests() string { return filepath.Join(b.root, "build", "guests") }

// examples copies the guests that have been built, if there are any.
func (b *builder) examples() error {
	isModule := func(name string) bool { return strings.HasSuffix(name, ".wasm") }
	return b.copyTree(b.guests(), "examples/", isModule)
}

// copyTree copies the files below from that want accepts to the folder to of
// the site.
func (b *builder) copyTree(from, to string, want func(name string) bool) error {
	list, err := listFiles(from)
	if err != nil {
		return err
	}
	for _, name := range list {
		if want(name) {
			if err := b.copyIn(filepath.Join(from, name), to+name); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyIn copies a file to the name of the site.
func (b *builder) copyIn(from, name string) error {
	sources, err := hashAll(nil, []string{from})
	if err != nil {
		return err
	}
	return b.stamps.step("copy "+name, sources, func() ([]string, error) {
		data, err := os.ReadFile(from)
		if err != nil {
			return nil, err
		}
		target := filepath.Join(b.out, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return nil, err
		}
		return []string{name}, replace(target, data)
	})
}

// replace writes a file in one step: who reads it, as a page may that is served, has the old
// one or the new one.
func replace(name string, data []byte) error {
	temp := filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".new")
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	return os.Rename(temp, name)
}
