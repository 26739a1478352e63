package guests

import (
	"os"
	"path/filepath"
	"runtime"
)

var goFlags = []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"}

func goGuest(name, goos, source string) *Guest {
	return &Guest{
		Name: name, Language: "go-" + goos, Source: source,
		recipe: goos,
		tools:  []func(*Workshop) (tool, error){goTool},
		also:   []string{"bus", "go.mod"}, // what the examples may import
		build: func(w *Workshop, g *Guest, out string) error {
			return w.run(w.Root, []string{"GOOS=" + goos, "GOARCH=wasm"}, "go", append(goFlags, "-o", out, "./"+g.Source)...)
		},
	}
}

// goModule is the program pkg of a module at an exact version, by others.
func goModule(name, goos, pkg, version string) *Guest {
	return &Guest{
		Name: name, Language: "go-" + goos, Source: pkg + "@" + version,
		recipe: goos,
		tools:  []func(*Workshop) (tool, error){goTool},
		build: func(w *Workshop, g *Guest, out string) error {
			dir, err := w.scratch(pkg, version)
			if err != nil {
				return err
			}
			return w.run(dir, []string{"GOOS=" + goos, "GOARCH=wasm", "GOFLAGS=-mod=mod"}, "go", append(goFlags, "-o", out, pkg)...)
		},
	}
}

// scratch is a module of ours that requires pkg at version and nothing else, so
// that this repository need not require it.
func (w *Workshop) scratch(pkg, version string) (dir string, err error) {
	name := "go-" + filepath.Base(pkg)
	return w.fetched(name, pkg+"@"+version, version, func(temp string) error {
		mod := "module scratch\n\ngo 1.26\n"
		if err := os.WriteFile(filepath.Join(temp, "go.mod"), []byte(mod), 0o666); err != nil {
			return err
		}
		return w.run(temp, nil, "go", "get", pkg+"@"+version)
	})
}

func goTool(*Workshop) (tool, error) { return tool{id: runtime.Version()}, nil }
