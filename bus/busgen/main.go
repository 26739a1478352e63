// Busgen writes what goes with a Go interface for the bus: a client, who serves it, a type
// to embed and a description. README.md beside this file is its manual. It is a tool of the
// one who develops, and no part of any program.
//
// Usage: go tool busgen [-o FILE] [-ts] [DIR | DESCRIPTION.json | -]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/bushel-wasm/bushel/bus/desc"
	"github.com/bushel-wasm/bushel/bus/desc/typescript"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, strings.TrimSuffix(err.Error(), "\n"))
		}
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("busgen", flag.ContinueOnError)
	f.SetOutput(stderr)
	out := f.String("o", "", "the `file` to write; "+DefaultFile+" in the package's folder, or standard output with -ts")
	ts := f.Bool("ts", false, "write TypeScript types, of a package or of what `bus describe` prints")
	f.Usage = func() {
		fmt.Fprintln(stderr, "usage: go tool busgen [-o FILE] [-ts] [DIR | DESCRIPTION.json | -]\n\n"+
			"Write the client, the server's side and the description of the interfaces marked\n"+
			"//bus:service NAME/MAJOR in the package in DIR, by default the current folder.")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 1 {
		return fmt.Errorf("busgen: one folder at a time, not %s", strings.Join(f.Args(), " "))
	}
	from := "."
	if f.NArg() == 1 {
		from = f.Arg(0)
	}
	if *ts {
		d, err := description(from, stdin)
		if err != nil {
			return err
		}
		text := []byte(typescript.Types(d))
		if *out == "" {
			_, err := stdout.Write(text)
			return err
		}
		return write(*out, text)
	}
	if *out == "" {
		*out = filepath.Join(from, DefaultFile)
	}
	code, err := generate(newLoader(), from, filepath.Base(*out))
	if err != nil {
		return err
	}
	return write(*out, code)
}

// write writes a file, if it would change: what is built from it stays as it is.
func write(name string, data []byte) error {
	if old, err := os.ReadFile(name); err == nil && string(old) == string(data) {
		return nil
	}
	return os.WriteFile(name, data, 0o666)
}

// description is that of the package in the folder from, or of the JSON in the file from.
func description(from string, stdin io.Reader) (*desc.Description, error) {
	if info, err := os.Stat(from); err == nil && info.IsDir() && from != "-" {
		return describePackage(newLoader(), from)
	}
	var data []byte
	var err error
	if from == "-" {
		data, err = io.ReadAll(stdin)
	} else {
		data, err = os.ReadFile(from)
	}
	if err != nil {
		return nil, err
	}
	return desc.Parse(data, func(int) bool { return true })
}
