package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/shell/packages"
)

// catalog writes catalog.json: the packages whose modules are among the examples of the
// site, and the names of those that are still being built for it. It is written even if there
// are none, so that no page asks for it in vain.
func (b *builder) catalog(building []string) error {
	list := packages.Catalog{Packages: []packages.Package{}, Building: building}
	for _, offered := range guests.Packages() {
		g := guests.Find(offered.Guest)
		if g == nil {
			return fmt.Errorf("the package %s is of the guest %s, which there is not", offered.Name, offered.Guest)
		}
		if !b.has(g) {
			continue
		}
		module := "examples/" + g.File()
		info, err := os.Stat(filepath.Join(b.out, module))
		if err != nil {
			return err
		}
		sum, err := hashFile(filepath.Join(b.out, module))
		if err != nil {
			return err
		}
		p := packages.Package{
			Name: offered.Name, Version: offered.Version, URL: module, SHA256: sum, Size: info.Size(),
			About: offered.About, Source: g.Source, License: offered.License, Grants: offered.Grants,
		}
		if strings.HasPrefix(g.Source, "examples/") {
			p.License = "Apache-2.0"
		}
		list.Packages = append(list.Packages, p)
	}
	text, err := json.MarshalIndent(&list, "", "  ")
	if err != nil {
		return err
	}
	if _, err := packages.Parse(text, "http://localhost/catalog.json"); err != nil {
		return fmt.Errorf("the catalogue: %w", err)
	}
	sources, err := hashAll([]string{string(text)}, nil)
	if err != nil {
		return err
	}
	return b.stamps.step("catalog.json", sources, func() ([]string, error) {
		return []string{"catalog.json"}, replace(filepath.Join(b.out, "catalog.json"), append(text, '\n'))
	})
}

// has reports whether a guest has been built, and so is among the examples of the site.
func (b *builder) has(g *guests.Guest) bool {
	_, err := os.Stat(filepath.Join(b.guests(), g.File()))
	return err == nil
}
