package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/internal/guests"
	"github.com/bushel-wasm/bushel/shell/packages"
)

// freshSite is a builder of a checkout in which no guest has been built.
func freshSite(t *testing.T) *builder {
	t.Helper()
	root := t.TempDir()
	b := &builder{root: root, out: filepath.Join(root, "dist")}
	if err := os.MkdirAll(b.out, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.out, "index.html"), []byte("page"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.stamps = loadStamps(filepath.Join(root, "build"), b.out)
	if err := errors.Join(b.catalog(nil), b.stamps.save()); err != nil {
		t.Fatal(err)
	}
	return b
}

// make leaves a module in the guests' folder, as the workshop does.
func (b *builder) make(g *guests.Guest) error {
	if err := os.MkdirAll(b.guests(), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(b.guests(), g.File()), []byte("module "+g.Name), 0o644)
}

// listed reads a catalogue and checks that the modules that it names are whole.
func listed(b *builder, text []byte) (names, building []string, err error) {
	c, err := packages.Parse(text, "http://localhost/catalog.json")
	if err != nil {
		return nil, nil, err
	}
	for _, p := range c.Packages {
		file := strings.TrimPrefix(p.URL, "http://localhost/")
		if sum, err := hashFile(filepath.Join(b.out, file)); err != nil || sum != p.SHA256 {
			return nil, nil, fmt.Errorf("%s: %s is not %s, %v", p.Name, sum, p.SHA256, err)
		}
		names = append(names, p.Name)
	}
	return names, c.Building, nil
}

func (b *builder) listed(t *testing.T) (names, building []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.out, "catalog.json"))
	if err == nil {
		names, building, err = listed(b, text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return names, building
}

// offered are the names of all packages.
func offered() (names []string) {
	for _, p := range guests.Packages() {
		names = append(names, p.Name)
	}
	return names
}

// TestStock_fill builds one program after the other, some of which cannot be built.
func TestStock_fill(t *testing.T) {
	b := freshSite(t)
	failed := &guests.CommandError{Command: "go get x", Output: "go: finding x\ngo: dial tcp: no such host", Err: errors.New("exit status 1")}
	fails := map[string]error{
		"lua":     &guests.MissingError{What: "clang", How: "`go run ./cmd/guests` fetches it"},
		"esbuild": &guests.MissingError{What: "esbuild 1", How: "", Err: &guests.CommandError{Command: "npm install --silent x", Err: errors.New("exit status 2")}},
		"goawk":   &guests.MissingError{What: "goawk@v1", How: "it could not be fetched: " + failed.Error(), Err: failed},
		"play":    fmt.Errorf("play: %w", &guests.CommandError{Command: "go build", Output: "# play\na.go:1: what?", Err: errors.New("exit status 1")}),
	}
	var have []string
	coming := offered()
	var said strings.Builder
	s := &stock{b, &said, func(_ context.Context, g *guests.Guest) (bool, error) {
		names, building := b.listed(t)
		if !slices.Equal(names, have) || !slices.Equal(building, coming) {
			t.Errorf("while %s is built, the catalogue has %q and is to have %q; want %q and %q", g.Name, names, building, have, coming)
		}
		name := coming[0]
		coming = coming[1:]
		if err := fails[name]; err != nil {
			return false, err
		}
		have = append(have, name)
		return true, b.make(g)
	}}
	s.fill(t.Context())
	names, building := b.listed(t)
	if len(coming) > 0 || !slices.Equal(names, have) || len(building) > 0 {
		t.Errorf("in the end the catalogue has %q and is to have %q; want %q", names, building, have)
	}
	lines := strings.Split(strings.TrimSuffix(said.String(), "\n"), "\n")
	for _, want := range []string{
		"packages: building meanwhile, for install: " + strings.Join(offered(), ", "),
		"packages: lua is left out: clang is missing: `go run ./cmd/guests` fetches it",
		"packages: esbuild is left out: esbuild 1 could not be fetched: npm install: exit status 2",
		"packages: goawk is left out: goawk@v1 could not be fetched: go: dial tcp: no such host",
		"packages: play is left out: it cannot be built: a.go:1: what?",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("%q is not said", want)
		}
	}
	if len(lines) != len(offered())+2 {
		t.Errorf("it says %q", lines)
	}
}

// TestStock_fillAgain finds all that is to be had there already, or makes one anew.
func TestStock_fillAgain(t *testing.T) {
	for _, test := range []struct {
		name    string
		changed string // what is built anew
		err     error  // what becomes of it
		said    string // the beginning
	}{
		{name: "nothing has changed"},
		{name: "one has", changed: "get-go", said: "packages: get is ready ("},
		{name: "one has, and fails", changed: "get-go", err: errors.New("no"), said: "packages: get stays as it was: no\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := freshSite(t)
			for _, p := range guests.Packages() {
				if err := b.make(guests.Find(p.Guest)); err != nil {
					t.Fatal(err)
				}
			}
			if err := errors.Join(b.examples(), b.catalog(nil), b.stamps.save()); err != nil {
				t.Fatal(err)
			}
			before, err := os.Stat(filepath.Join(b.out, "catalog.json"))
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			s := &stock{b, &said, func(_ context.Context, g *guests.Guest) (bool, error) {
				if g.Name != test.changed || test.err != nil {
					if g.Name == test.changed {
						return false, test.err
					}
					return false, nil
				}
				return true, os.WriteFile(filepath.Join(b.guests(), g.File()), []byte("changed"), 0o644)
			}}
			s.fill(t.Context())
			if got := said.String(); !strings.HasPrefix(got, test.said) || test.said == "" && got != "" {
				t.Errorf("it says %q", got)
			}
			after, err := os.Stat(filepath.Join(b.out, "catalog.json"))
			if err != nil {
				t.Fatal(err)
			}
			if anew := test.changed != "" && test.err == nil; os.SameFile(before, after) == anew {
				t.Errorf("the catalogue is another: %v, want %v", !anew, anew)
			}
			if names, building := b.listed(t); !slices.Equal(names, offered()) || len(building) > 0 {
				t.Errorf("the catalogue has %q and is to have %q", names, building)
			}
		})
	}
}

// TestServe builds while it serves, and ends in the middle.
func TestServe(t *testing.T) {
	b := freshSite(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	defer r.Close()
	first, second := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- b.serve(ctx, "localhost:0", w, func(ctx context.Context, g *guests.Guest) (bool, error) {
			if b.has(g) {
				t.Errorf("%s is there already", g.Name)
			}
			if g.Name == guests.Packages()[0].Guest {
				<-first
				return true, b.make(g)
			}
			close(second)
			<-ctx.Done()
			return false, ctx.Err()
		})
		w.Close()
	}()
	lines := bufio.NewScanner(r)
	next := func(prefix string) string {
		t.Helper()
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), prefix) {
			t.Fatalf("it says %q, want %q", lines.Text(), prefix)
		}
		return strings.TrimPrefix(lines.Text(), prefix)
	}
	url, _, _ := strings.Cut(next("serving "), " ")
	next("packages: building meanwhile")
	catalog := func() (names, building []string) {
		t.Helper()
		a, err := http.Get(url + "/catalog.json")
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		if err == nil {
			names, building, err = listed(b, text)
		}
		if err != nil {
			t.Fatal(err)
		}
		return names, building
	}
	if names, building := catalog(); len(names) > 0 || !slices.Equal(building, offered()) {
		t.Errorf("at first the catalogue has %q and is to have %q", names, building)
	}
	close(first)
	next("packages: jq is ready")
	<-second
	if names, building := catalog(); !slices.Equal(names, offered()[:1]) || !slices.Equal(building, offered()[1:]) {
		t.Errorf("then the catalogue has %q and is to have %q", names, building)
	}
	cancel()
	if lines.Scan() {
		t.Errorf("it says %q", lines.Text())
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if names, building := b.listed(t); !slices.Equal(names, offered()[:1]) || len(building) > 0 {
		t.Errorf("afterwards the catalogue has %q and is to have %q", names, building)
	}
}

// TestServe_noPage begins to build nothing where there is nothing to serve.
func TestServe_noPage(t *testing.T) {
	b := &builder{root: t.TempDir(), out: t.TempDir()}
	err := b.serve(t.Context(), "localhost:0", io.Discard, func(context.Context, *guests.Guest) (bool, error) {
		t.Error("something is built")
		return false, nil
	})
	if err == nil {
		t.Error("it serves")
	}
}
