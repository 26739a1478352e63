// Guests builds the guest programs into build/guests, with a manifest that says
// which there are and which could not be built.
//
//	go run ./cmd/guests [-o DIR] [-all] [-offline] [NAME…]
//
// Without names it builds all but the extras. A guest whose toolchain is missing
// is skipped with a sentence that says how to get it; that is no failure,
// unless the guest was asked for by name.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bushel-wasm/bushel/internal/guests"
)

func main() {
	code, err := build()
	if err != nil {
		fmt.Fprintln(os.Stderr, "guests:", err)
	}
	os.Exit(code)
}

func build() (code int, err error) {
	out := flag.String("o", "", "directory for the modules (default build/guests)")
	all := flag.Bool("all", false, "build the extras too")
	offline := flag.Bool("offline", false, "fetch nothing")
	list := flag.Bool("list", false, "print the names and build nothing")
	flag.Parse()

	w, err := guests.NewWorkshop()
	if err != nil {
		return 1, err
	}
	w.Offline, w.Log = *offline, os.Stderr
	if *out != "" {
		if w.Out, err = filepath.Abs(*out); err != nil {
			return 2, err
		}
	}
	if *list {
		for _, g := range guests.List() {
			fmt.Printf("%-12s %-14s %s\n", g.Name, g.Language, g.Source)
		}
		return 0, nil
	}
	wanted := map[string]bool{}
	for _, name := range flag.Args() {
		if guests.Find(name) == nil {
			return 2, fmt.Errorf("there is no guest %q; -list prints those there are", name)
		}
		wanted[name] = true
	}
	return buildAll(w, wanted, *all)
}

func buildAll(w *guests.Workshop, wanted map[string]bool, all bool) (code int, err error) {
	manifest := guests.Manifest{Guests: []guests.Entry{}, Skipped: []guests.Skipped{}}
	built := 0
	for _, g := range guests.List() {
		if wanted[g.Name] || len(wanted) == 0 && (all || !g.Extra) {
			did, err := w.Build(g)
			if missing, ok := errors.AsType[*guests.MissingError](err); ok {
				fmt.Fprintf(os.Stderr, "skipped %s: %v\n", g.Name, missing)
				manifest.Skipped = append(manifest.Skipped, guests.Skipped{Name: g.Name, Reason: missing.Error()})
				if wanted[g.Name] {
					code = 1
				}
				continue
			}
			if err != nil {
				return 1, err
			}
			if did {
				built++
			}
		}
		if _, err := os.Stat(w.Path(g)); err == nil {
			manifest.Guests = append(manifest.Guests, guests.Entry{Name: g.Name, File: g.File(), Language: g.Language, Source: g.Source})
		}
	}
	fmt.Fprintf(os.Stderr, "guests: %d built, %d there, %d skipped\n", built, len(manifest.Guests), len(manifest.Skipped))
	return code, manifest.Write(w.Out)
}
