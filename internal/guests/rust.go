package guests

import (
	"path/filepath"
)

func rustGuest(name, source string) *Guest {
	return &Guest{
		Name: name, Language: "rust", Source: source,
		recipe: "-O strip",
		tools:  []func(*Workshop) (tool, error){(*Workshop).rust},
		build: func(w *Workshop, g *Guest, out string) error {
			t, err := w.rust()
			if err != nil {
				return err
			}
			return w.run(w.Root, t.env, t.path, filepath.Join(w.Root, g.Source), "-o", out,
				"--sysroot", filepath.Join(t.dir, "usr"), "--edition", "2021", "--target", "wasm32-wasi", "-O",
				"-C", "strip=symbols", "-C", "linker-flavor=wasm-ld",
				"-C", "linker="+filepath.Join(t.dir, "usr", "bin", "wasm-ld-14"))
		},
	}
}

// rust is a compiler with the standard library for WASI. It is always a fetched one:
// compilers installed by rustup have none, and Debian's rlibs want lld 14.
func (w *Workshop) rust() (tool, error) {
	return w.tool("rust", func() (tool, error) {
		dir, err := w.debs("rust-1.63", "Rust 1.63 with the standard library for WASI",
			"rustc", "libstd-rust-1.63", "libstd-rust-dev", "libstd-rust-dev-wasm32", "lld-14", "libllvm14",
			"libz3-4", "libedit2", "libbsd0", "libmd0", "libxml2", "libicu72", "libtinfo6", "libffi8")
		if err != nil {
			return tool{}, err
		}
		return tool{
			id: "rust-1.63", path: filepath.Join(dir, "usr", "bin", "rustc"), dir: dir,
			env: []string{"LD_LIBRARY_PATH=" + libraries(dir)},
		}, nil
	})
}
