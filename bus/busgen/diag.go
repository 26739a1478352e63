package main

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// diagnostics are the reasons why a package's contract cannot be used.
type diagnostics struct {
	fset *token.FileSet
	list []diagnostic
}

type diagnostic struct {
	pos  token.Position
	text string
}

// add tells of what is wrong at pos, in one sentence.
func (d *diagnostics) add(pos token.Pos, format string, args ...any) {
	d.list = append(d.list, diagnostic{d.fset.Position(pos), fmt.Sprintf(format, args...)})
}

// err is all of them as one error, in the order of the files, relative to dir; nil if there
// are none.
func (d *diagnostics) err(dir string) error {
	slices.SortStableFunc(d.list, func(x, y diagnostic) int {
		return cmp.Or(cmp.Compare(x.pos.Filename, y.pos.Filename), cmp.Compare(x.pos.Line, y.pos.Line),
			cmp.Compare(x.pos.Column, y.pos.Column), cmp.Compare(x.text, y.text))
	})
	var lines []string
	for _, one := range slices.Compact(d.list) {
		if rel, err := filepath.Rel(dir, one.pos.Filename); err == nil && one.pos.IsValid() && !strings.HasPrefix(rel, "..") {
			one.pos.Filename = rel
		}
		lines = append(lines, fmt.Sprintf("%s: %s", one.pos, one.text))
	}
	if len(lines) == 0 {
		return nil
	}
	return errors.New(strings.Join(lines, "\n"))
}
