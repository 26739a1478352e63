package main

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// unpackaged are the files of the site that the npm package does not have: the page, and the
// examples. Its catalogue has none of them.
func unpackaged(name string) bool {
	return name == "index.html" || name == "page.js" || name == "catalog.json" || strings.HasPrefix(name, "examples/")
}

// npm makes the npm package in the folder to, and its tarball beside that, and prints the
// hashes of its scripts for the attribute integrity.
func (b *builder) npm(to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	for _, name := range slices.DeleteFunc(b.stamps.files(), unpackaged) {
		if err := copyFile(filepath.Join(b.out, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	for from, name := range map[string]string{"LICENSE": "LICENSE", "docs/embedding.md": "README.md"} {
		if err := copyFile(filepath.Join(b.root, from), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	// Whoever asks what can be installed is told that nothing can.
	if err := os.WriteFile(filepath.Join(to, "catalog.json"), []byte("{\"packages\": []}\n"), 0o644); err != nil {
		return err
	}
	if err := b.playwright(to); err != nil {
		return err
	}
	if err := b.types(filepath.Join(to, "types")); err != nil {
		return err
	}
	manifest, err := os.ReadFile(filepath.Join(b.root, "web", "package.json"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(to, "package.json"), manifest, 0o644); err != nil {
		return err
	}
	if err := printIntegrity(to); err != nil {
		return err
	}
	cmd := exec.Command("npm", "pack", "--silent", "--pack-destination", filepath.Dir(to))
	cmd.Dir, cmd.Stderr = to, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("npm pack: %w", err)
	}
	fmt.Printf("%s and %s\n", to, filepath.Join(filepath.Dir(to), strings.TrimSpace(string(out))))
	return nil
}

// playwright bundles the helpers for tests, which run in Node.
func (b *builder) playwright(to string) error {
	options := b.options(api.FormatESModule, "{}")
	options.Outdir, options.Platform = to, api.PlatformNode
	options.MinifyWhitespace, options.MinifyIdentifiers, options.MinifySyntax = false, false, false
	options.External = []string{"@playwright/test"}
	options.EntryPointsAdvanced = []api.EntryPoint{{InputPath: "web/playwright/index.ts", OutputPath: "playwright"}}
	_, err := b.bundle(options)
	return err
}

// types makes the declarations from the sources: those that the package's entries need.
func (b *builder) types(to string) error {
	all, err := os.MkdirTemp("", "bushel-types")
	if err != nil {
		return err
	}
	defer os.RemoveAll(all)
	cmd := exec.Command(filepath.Join(b.root, "node_modules", ".bin", "tsc"), "-p", "web/playwright", "--noEmit", "false", "--emitDeclarationOnly", "--outDir", all)
	cmd.Dir = b.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the types do not build: %w\n%s", err, out)
	}
	return declarations(all, to, "ts/bushel", "ts/embed/connect", "playwright/index")
}

// printIntegrity prints the hash of each script of the folder, and leaves them in integrity.json.
func printIntegrity(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.js"))
	if err != nil {
		return err
	}
	hashes := map[string]string{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		sum := sha512.Sum384(data)
		hash := "sha384-" + base64.StdEncoding.EncodeToString(sum[:])
		hashes[filepath.Base(file)] = hash
		fmt.Printf("%s  %s\n", hash, filepath.Base(file))
	}
	if len(hashes) == 0 {
		return errors.New("the package has no script")
	}
	text, err := json.MarshalIndent(hashes, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "integrity.json"), append(text, '\n'), 0o644)
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}
