package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// loader reads packages. What they import it takes from the export data of the go command,
// as the compiler does: that is always what the build would use, and takes no time once it
// is in the cache.
type loader struct {
	fset    *token.FileSet
	exports map[string]string // the files of export data, by import path
	imports types.Importer
}

func newLoader() *loader {
	l := &loader{fset: token.NewFileSet(), exports: make(map[string]string)}
	l.imports = importer.ForCompiler(l.fset, "gc", func(path string) (io.ReadCloser, error) {
		name, ok := l.exports[path]
		if !ok {
			return nil, fmt.Errorf("there is no package %s", path)
		}
		return os.Open(name)
	})
	return l
}

// loaded is a package that was read. It need not be free of errors: what is generated for
// it may be missing.
type loaded struct {
	pkg   *types.Package
	info  *types.Info
	files []*ast.File
	errs  []types.Error
}

// load reads the package in dir but for the file that is to be generated.
func (l *loader) load(dir, generated string) (*loaded, error) {
	found, err := build.ImportDir(dir, 0)
	if _, none := errors.AsType[*build.NoGoError](err); err != nil && !none {
		return nil, err
	}
	p := &loaded{info: &types.Info{Defs: make(map[*ast.Ident]types.Object), Types: make(map[ast.Expr]types.TypeAndValue)}}
	var paths []string
	for _, name := range found.GoFiles {
		if name == generated {
			continue
		}
		file, err := parser.ParseFile(l.fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, file)
		for _, spec := range file.Imports {
			if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "unsafe" && path != "C" {
				paths = append(paths, path)
			}
		}
	}
	if len(p.files) == 0 {
		return nil, fmt.Errorf("there are no Go files in %s", dir)
	}
	if err := l.find(dir, paths); err != nil {
		return nil, err
	}
	conf := types.Config{
		Importer: l.imports, IgnoreFuncBodies: true, FakeImportC: true,
		Error: func(err error) {
			if e, ok := errors.AsType[types.Error](err); ok {
				p.errs = append(p.errs, e)
			}
		},
	}
	// What it returns are the errors that were collected.
	p.pkg, _ = conf.Check(p.files[0].Name.Name, l.fset, p.files, p.info)
	return p, nil
}

// find asks the go command for the export data of the packages that dir's package imports.
func (l *loader) find(dir string, paths []string) error {
	slices.Sort(paths)
	paths = slices.DeleteFunc(slices.Compact(paths), func(path string) bool { return l.exports[path] != "" })
	if len(paths) == 0 {
		return nil
	}
	args := []string{"list", "-e", "-export", "-deps", "-f", "{{if .Export}}{{.ImportPath}}\t{{.Export}}{{end}}", "--"}
	cmd := exec.Command("go", append(args, paths...)...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("go list: %w\n%s", err, stderr.Bytes())
	}
	for line := range strings.Lines(string(out)) {
		if path, file, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			l.exports[path] = file
		}
	}
	return nil
}
