package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundles are the scripts of the site. The page, the element, the terminal that it
// loads, and the two ends of a frame are modules; the workers are classic scripts, which a page
// may start from another origin without CORS.
var bundles = []struct {
	name   string
	entry  string
	format api.Format
}{
	{"page", "web/ts/page.ts", api.FormatESModule},
	{"bushel", "web/ts/bushel.ts", api.FormatESModule},
	{"terminal", "web/ts/terminal.ts", api.FormatESModule},
	{"pictures", "web/ts/pictures.ts", api.FormatESModule},
	{"embed", "web/ts/embed/frame.ts", api.FormatESModule},
	{"connect", "web/ts/embed/connect.ts", api.FormatESModule},
	{"kernel-worker", "web/ts/workers/kernel-worker.ts", api.FormatIIFE},
	{"process-worker", "web/ts/workers/process-worker.ts", api.FormatIIFE},
	{"player", "web/ts/player.ts", api.FormatIIFE},
}

// scripts bundles the page's scripts.
func (b *builder) scripts() error {
	if err := b.nodeModules(); err != nil {
		return err
	}
	sources, err := b.scriptSources()
	if err != nil {
		return err
	}
	sizes, err := b.moduleSizes()
	if err != nil {
		return err
	}
	for _, bundle := range bundles {
		options := b.options(bundle.format, sizes)
		options.EntryPointsAdvanced = []api.EntryPoint{{InputPath: bundle.entry, OutputPath: bundle.name}}
		step := bundle.name + ".js"
		if err := b.stamps.step(step, sources+sizes, func() ([]string, error) { return b.bundle(options) }); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) options(format api.Format, sizes string) api.BuildOptions {
	o := api.BuildOptions{
		AbsWorkingDir: b.root,
		Outdir:        b.out,
		Bundle:        true,
		Write:         true,
		Format:        format,
		Target:        api.ES2022,
		Charset:       api.CharsetUTF8,
		Loader:        map[string]api.Loader{".css": api.LoaderText, ".svg": api.LoaderText},
		LegalComments: api.LegalCommentsEndOfFile,
		LogLevel:      api.LogLevelSilent,
		Define:        map[string]string{"BUSHEL_SIZES": sizes},
		Plugins:       []api.Plugin{wasmExec(), ownBundle(), b.xterm()},
	}
	if b.dev {
		o.Sourcemap = api.SourceMapLinked
	} else {
		o.MinifyWhitespace, o.MinifyIdentifiers, o.MinifySyntax = true, true, true
	}
	return o
}

func (b *builder) bundle(o api.BuildOptions) ([]string, error) {
	result := api.Build(o)
	if len(result.Errors) > 0 {
		text := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
		return nil, errors.New("the scripts do not build:\n" + strings.TrimSpace(strings.Join(text, "")))
	}
	for _, line := range api.FormatMessages(result.Warnings, api.FormatMessagesOptions{Kind: api.WarningMessage}) {
		fmt.Print(line)
	}
	var files []string
	for _, f := range result.OutputFiles {
		rel, err := filepath.Rel(b.out, f.Path)
		if err != nil {
			return nil, err
		}
		files = append(files, filepath.ToSlash(rel))
	}
	return files, nil
}

// wasmExec resolves the module name "wasm_exec" to the Go toolchain's own
// script of that name, which must be the compiler's.
func wasmExec() api.Plugin {
	return api.Plugin{Name: "wasm_exec", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^wasm_exec$`}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			root, err := goRoot()
			return api.OnResolveResult{Path: filepath.Join(root, "lib", "wasm", "wasm_exec.js")}, err
		})
	}}
}

// ownBundle leaves a dynamic import of a module that is a bundle of its own to
// the browser. Code splitting would do it too, with one more file that a page
// has to wait for and names that it cannot ask for early.
func ownBundle() api.Plugin {
	return api.Plugin{Name: "own-bundle", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: `^\.{1,2}/(terminal|bushel|pictures)\.ts$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
			if args.Kind != api.ResolveJSDynamicImport {
				return api.OnResolveResult{}, nil
			}
			name := strings.TrimSuffix(filepath.Base(args.Path), ".ts")
			return api.OnResolveResult{Path: "./" + name + ".js", External: true}, nil
		})
	}}
}

func goRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// nodeModules installs the packages of package-lock.json if they are missing or
// not those that it names.
func (b *builder) nodeModules() error {
	lock, err := hashFile(filepath.Join(b.root, "package-lock.json"))
	if err != nil {
		return err
	}
	mark := filepath.Join(b.root, "node_modules", ".bushel-lock")
	if have, err := os.ReadFile(mark); err == nil && string(have) == lock {
		return nil
	}
	if _, err := exec.LookPath("npm"); err != nil {
		return errors.New("the npm command is not in PATH: install Node 20 or later from https://nodejs.org and try again")
	}
	if info, err := os.Lstat(filepath.Join(b.root, "node_modules")); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errors.New("node_modules is a symbolic link, and npm ci would empty the folder that it points to: remove the link and try again")
	}
	fmt.Println("npm ci")
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir, cmd.Stdout, cmd.Stderr = b.root, os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("npm ci: %w", err)
	}
	return os.WriteFile(mark, []byte(lock), 0o644)
}

// scriptSources hashes all that the scripts are made of.
func (b *builder) scriptSources() (string, error) {
	dir := filepath.Join(b.root, "web", "ts")
	list, err := listFiles(dir)
	if err != nil {
		return "", err
	}
	var files []string
	for _, f := range list {
		if !strings.HasPrefix(f, "testdata/") && !strings.HasSuffix(f, ".test.ts") {
			files = append(files, filepath.Join(dir, f))
		}
	}
	files = append(files, filepath.Join(b.root, "package-lock.json"), filepath.Join(b.root, "tsconfig.json"))
	slices.Sort(files)
	return hashAll([]string{runtime.Version(), fmt.Sprint(b.dev)}, files)
}

// moduleSizes is a JavaScript object with the length of each module, in bytes,
// so that the page knows how much is to come also where the server compresses.
func (b *builder) moduleSizes() (string, error) {
	var fields []string
	for _, name := range modules {
		info, err := os.Stat(filepath.Join(b.out, name+".wasm"))
		if err != nil {
			return "", err
		}
		fields = append(fields, fmt.Sprintf("%q: %d", name, info.Size()))
	}
	return "{" + strings.Join(fields, ", ") + "}", nil
}
