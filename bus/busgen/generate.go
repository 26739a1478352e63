package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/token"
	"strings"

	"github.com/bushel-wasm/bushel/bus/desc"
)

// DefaultFile is what the generated file is called.
const DefaultFile = "zz_bus.go"

// describe reads the contract that the package in dir declares, except what stands in file,
// and how it is described. The diagnostics are empty yet.
func describe(l *loader, dir, file string) (*contract, *describer, *diagnostics, error) {
	p, err := l.load(dir, file)
	if err != nil {
		return nil, nil, nil, err
	}
	d := &diagnostics{fset: l.fset}
	c := read(d, p)
	travel := &traveller{r: &reader{diagnostics: d, p: p}}
	return c, &describer{c: c, travel: travel, docs: docs(p.files)}, d, d.err(dir)
}

// docs are the comments of fields and constants, by the positions of their names.
func docs(files []*ast.File) map[token.Pos]string {
	found := make(map[token.Pos]string)
	note := func(names []*ast.Ident, groups ...*ast.CommentGroup) {
		for _, g := range groups {
			if words, _ := text(g); words != "" {
				for _, name := range names {
					found[name.Pos()] = words
				}
				return
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				note(n.Names, n.Doc, n.Comment)
			case *ast.ValueSpec:
				note(n.Names, n.Doc, n.Comment)
			}
			return true
		})
	}
	return found
}

// generate is the file that goes with the package in dir, formatted.
func generate(l *loader, dir, file string) ([]byte, error) {
	c, ds, d, err := describe(l, dir, file)
	if err != nil {
		return nil, err
	}
	w := newWriter(c)
	for _, s := range c.services {
		description, err := json.Marshal(ds.service(s))
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", s.name, err)
		}
		w.service(s, string(description))
	}
	for _, o := range c.objects {
		w.unimplemented(o.name, "", o.methods, true)
	}
	w.taken(d)
	if err := d.err(dir); err != nil {
		return nil, err
	}
	out, err := format.Source(w.file())
	if err != nil {
		return nil, fmt.Errorf("the generated code is no Go: %w", err)
	}
	return out, nil
}

// literal is s as a constant in Go, as it is if that can be.
func literal(s string) string {
	if strings.ContainsAny(s, "`\r") || strings.Contains(s, "\ufeff") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}

// describePackage is the description of the services that the package in dir declares.
func describePackage(l *loader, dir string) (*desc.Description, error) {
	c, ds, _, err := describe(l, dir, DefaultFile)
	if err != nil {
		return nil, err
	}
	out := new(desc.Description)
	for _, s := range c.services {
		out.Services = append(out.Services, *ds.service(s))
	}
	return out, nil
}
