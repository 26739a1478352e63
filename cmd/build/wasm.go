package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// modules are the Go programs of the page, in the order in which it needs them.
var modules = []string{"kernel", "process", "interp"}

const ldflags = "-s -w"

// wasm builds the page's Go programs.
func (b *builder) wasm() error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("the go command is not in PATH: install Go 1.26 from https://go.dev/dl and try again")
	}
	for _, name := range modules {
		if err := b.module(name); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) module(name string) error {
	pkg := "./web/" + name
	sources, err := b.goSources(pkg)
	if err != nil {
		return err
	}
	file := name + ".wasm"
	return b.stamps.step(file, sources, func() ([]string, error) {
		begun := time.Now()
		_, err := b.goTool("build", "-trimpath", "-ldflags="+ldflags, "-o", filepath.Join(b.out, file), pkg)
		fmt.Printf("%s: %.1f s\n", file, time.Since(begun).Seconds())
		return []string{file}, err
	})
}

// goSources hashes all that a Go program is made of: its own files and those of
// every package of the checkout that it imports, the versions of all others,
// and the toolchain.
func (b *builder) goSources(pkg string) (string, error) {
	const format = `{{if and .Module .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .SFiles}}{{$d}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}
{{end}}{{end}}`
	list, err := b.goTool("list", "-deps", "-f", format, pkg)
	if err != nil {
		return "", err
	}
	files := strings.Fields(list)
	files = append(files, filepath.Join(b.root, "go.mod"), filepath.Join(b.root, "go.sum"))
	slices.Sort(files)
	return hashAll([]string{runtime.Version(), ldflags}, files)
}

// goTool runs the go command for the page's platform and returns what it printed.
func (b *builder) goTool(args ...string) (string, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.String(), nil
}
