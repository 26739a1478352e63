// Command build makes the static site in dist, and serves it:
//
//	go run ./cmd/build [-dev] [-sizes] [-o dist]
//	go run ./cmd/build [-dev] [-sizes] [-o dist] serve [-addr localhost:8080]
//	go run ./cmd/build [-dev] [-sizes] [-o dist] npm
//
// It compiles the Go programs of web/kernel, web/process and web/interp to
// WebAssembly, bundles the scripts of web/ts, copies static and the example
// guests, and prints what it all weighs. What is up to date, by the content of
// its sources, is left alone. The site needs no header from its server.
//
// While it serves, it builds the programs of the catalogue that are missing, as far as that
// takes no toolchain that would have to be fetched.
//
// Knowledge of what the page does belongs to web; this command only knows
// which files become which.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// builder holds what every step needs.
type builder struct {
	root   string // the checkout
	out    string // the site
	dev    bool   // readable scripts with source maps
	sizes  bool   // print the sizes also if nothing has changed
	stamps *stamps
}

func main() {
	flag.Usage = usage
	dev := flag.Bool("dev", false, "leave the scripts readable and add source maps")
	sizes := flag.Bool("sizes", false, "print the sizes even if nothing has changed")
	out := flag.String("o", "dist", "the `folder` to build into")
	flag.Parse()
	if err := run(&builder{out: *out, dev: *dev, sizes: *sizes}, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n", err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(flag.CommandLine.Output(), "usage: build [-dev] [-sizes] [-o folder] [serve [-addr host:port] | npm]")
	flag.PrintDefaults()
}

func run(b *builder, args []string) (err error) {
	if b.root, err = checkout(); err != nil {
		return err
	}
	if b.out, err = filepath.Abs(b.out); err != nil {
		return err
	}
	command := ""
	if len(args) > 0 {
		command = args[0]
	}
	if command != "" && command != "serve" && command != "npm" {
		return fmt.Errorf("%q is no command: it is serve, npm or nothing", command)
	}
	if err := b.build(); err != nil {
		return err
	}
	switch command {
	case "serve":
		return b.serveCommand(args[1:])
	case "npm":
		return b.npm(filepath.Join(b.root, "build", "npm"))
	}
	return nil
}

// build brings the whole site up to date and prints its sizes.
func (b *builder) build() error {
	begun := time.Now()
	if err := os.MkdirAll(b.out, 0o755); err != nil {
		return err
	}
	b.stamps = loadStamps(filepath.Join(b.root, "build"), b.out)
	steps := []func() error{b.wasm, b.scripts, b.static, b.examples, func() error { return b.catalog(nil) }, b.stamps.sweep}
	for _, step := range steps {
		if err := step(); err != nil {
			// What was finished need not be made again.
			return errors.Join(err, b.stamps.save())
		}
	}
	if err := b.stamps.save(); err != nil {
		return err
	}
	if b.stamps.changed || b.sizes {
		if err := printSizes(os.Stdout, b.out); err != nil {
			return err
		}
	}
	fmt.Printf("%s is up to date (%.1f s)\n", b.out, time.Since(begun).Seconds())
	return nil
}

// checkout finds the folder with go.mod, here or above.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod here or above: run it in the checkout")
		}
		dir = up
	}
}
