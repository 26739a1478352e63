package guests

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Workshop builds guests. It may be used by one goroutine at a time; several
// processes keep out of each other's way by a lock file.
type Workshop struct {
	// Root is the repository's top directory, an absolute path.
	Root string
	// Out is where the modules go.
	Out string
	// Offline forbids to fetch anything from a package registry.
	Offline bool
	// AtHand forbids to fetch toolchains of Debian's, which have hundreds of megabytes. Sources,
	// and what npm and Go bring, are fetched.
	AtHand bool
	// Background, if it is not nil, has commands give way to others of the machine; when it is
	// done, the command that runs is ended with all that it has started, and builds fail.
	Background context.Context
	// Log gets a line for each thing that takes time. It may be nil.
	Log io.Writer

	tools map[string]tool
	fails map[string]error
}

// tool is a toolchain that was found.
type tool struct {
	// id is its version, for the hash.
	id string
	// path is its main program, dir the directory it was installed into, if it is ours.
	path, dir string
	// env is what to add to the environment.
	env []string
}

// MissingError is a toolchain that is not there.
type MissingError struct {
	What string // what is missing
	How  string // how to get it
	Err  error  // why it could not be fetched; nil if nobody has tried
}

func (e *MissingError) Error() string { return e.What + " is missing: " + e.How }

// Unwrap returns why it could not be fetched.
func (e *MissingError) Unwrap() error { return e.Err }

// NewWorkshop makes a workshop for the repository around the working directory.
func NewWorkshop() (*Workshop, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("there is no go.mod here or above: run this inside the repository")
		}
		dir = parent
	}
	return &Workshop{Root: dir, Out: filepath.Join(dir, "build", "guests")}, nil
}

// Path is where g's module is, or will be.
func (w *Workshop) Path(g *Guest) string { return filepath.Join(w.Out, g.File()) }

// Build makes g's module if it is not there or out of date, and reports whether
// it did. The error is a [*MissingError] if a toolchain is missing.
func (w *Workshop) Build(g *Guest) (built bool, err error) {
	unlock, err := w.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	sum, err := w.sum(g)
	if err != nil {
		return false, err
	}
	out, stamp := w.Path(g), filepath.Join(w.Out, ".stamps", g.Name)
	if old, err := os.ReadFile(stamp); err == nil && string(old) == sum {
		if _, err := os.Stat(out); err == nil {
			return false, nil
		}
	}
	if err := os.MkdirAll(filepath.Dir(stamp), 0o777); err != nil {
		return false, err
	}
	w.logf("building %s", g.Name)
	temp := filepath.Join(w.Out, ".stamps", g.File())
	defer os.Remove(temp)
	if err := g.build(w, g, temp); err != nil {
		return false, fmt.Errorf("%s: %w", g.Name, err)
	}
	if err := os.Rename(temp, out); err != nil {
		return false, err
	}
	return true, os.WriteFile(stamp, []byte(sum), 0o666)
}

// sum is the hash of all that g is made of.
func (w *Workshop) sum(g *Guest) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%s\n", g.Name, g.Language, g.Source, g.recipe)
	for _, find := range g.tools {
		t, err := find(w)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "tool %s\n", t.id)
	}
	sources := g.also
	if strings.HasPrefix(g.Source, "examples/") {
		sources = append(sources, g.Source)
	}
	for _, source := range sources {
		if err := addFiles(h, filepath.Join(w.Root, source)); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// addFiles adds a file, or all files of a directory, to a hash.
func addFiles(h io.Writer, source string) error {
	return filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(h, "%s %d\n%s", d.Name(), len(data), data)
		return err
	})
}

// tool finds a toolchain once.
func (w *Workshop) tool(name string, find func() (tool, error)) (tool, error) {
	if t, ok := w.tools[name]; ok {
		return t, w.fails[name]
	}
	t, err := find()
	if w.tools == nil {
		w.tools, w.fails = map[string]tool{}, map[string]error{}
	}
	w.tools[name], w.fails[name] = t, err
	return t, err
}

// toolchains is the directory of what is fetched.
func (w *Workshop) toolchains(name string) string {
	return filepath.Join(w.Root, "build", "toolchains", name)
}

func (w *Workshop) logf(format string, args ...any) {
	if w.Log != nil {
		fmt.Fprintf(w.Log, format+"\n", args...)
	}
}
