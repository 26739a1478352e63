package guests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

var cFlags = []string{"--target=wasm32-wasi", "-O2", "-Wall", "-Wl,--strip-all"}

func cGuest(name, source string) *Guest {
	return &Guest{
		Name: name, Language: "c", Source: source,
		recipe: strings.Join(cFlags, " "),
		tools:  []func(*Workshop) (tool, error){(*Workshop).clang},
		build: func(w *Workshop, g *Guest, out string) error {
			return w.compileC((*Workshop).clang, out, append(cFlags, filepath.Join(w.Root, g.Source))...)
		},
	}
}

// conformanceGuest is the tests of WASI preview 1, all files of a directory.
func conformanceGuest() *Guest {
	const dir = "kernel/abi/wasi/conformance"
	g := cGuest("conformance", dir)
	g.also = []string{dir}
	g.build = func(w *Workshop, g *Guest, out string) error {
		sources, err := filepath.Glob(filepath.Join(w.Root, dir, "*.c"))
		if err != nil {
			return err
		}
		return w.compileC((*Workshop).clang, out, append(slices.Clone(cFlags), sources...)...)
	}
	return g
}

// compileC compiles and links with the clang that find finds.
func (w *Workshop) compileC(find func(*Workshop) (tool, error), out string, args ...string) error {
	t, err := find(w)
	if err != nil {
		return err
	}
	sysroot := "/usr"
	if t.dir != "" {
		sysroot = filepath.Join(t.dir, "usr")
	}
	return w.run(w.Root, t.env, t.path, append(args, "--sysroot="+sysroot, "-o", out)...)
}

// clang is a C compiler for WASI: the system's own, if it is one of Debian's
// with the C library for WASI beside it, or else a fetched one.
func (w *Workshop) clang() (tool, error) {
	return w.tool("clang", func() (tool, error) {
		if _, err := os.Stat("/usr/lib/wasm32-wasi/libc.a"); err == nil {
			for _, version := range []string{"19", "18", "17", "16"} {
				path, err := exec.LookPath("clang-" + version)
				if err != nil {
					continue
				}
				if _, err := exec.LookPath("wasm-ld-" + version); err != nil {
					continue
				}
				runtime := fmt.Sprintf("/usr/lib/llvm-%s/lib/clang/%[1]s/lib/wasi/libclang_rt.builtins-wasm32.a", version)
				if _, err := os.Stat(runtime); err == nil {
					return tool{id: "clang-" + version, path: path}, nil
				}
			}
		}
		t, err := w.clang22()
		if missing, ok := err.(*MissingError); ok {
			missing.How += "; or apt-get install --no-install-recommends clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32"
		}
		return t, err
	})
}

// clang22 is a fetched compiler, new enough for WebAssembly's exceptions.
func (w *Workshop) clang22() (tool, error) {
	return w.tool("clang-22", func() (tool, error) {
		dir, err := w.debs("clang-22", "clang 22 with the C library for WASI",
			"clang-22", "lld-22", "libclang-cpp22", "libllvm22", "libclang1-22", "libclang-common-22-dev",
			"libclang-rt-22-dev-wasm32", "wasi-libc",
			// What these need in turn, and what a small system may not have.
			"libz3-4", "libedit2", "libbsd0", "libmd0", "libxml2", "libicu72", "libzstd1", "libtinfo6", "libffi8")
		if err != nil {
			return tool{}, err
		}
		bin := filepath.Join(dir, "usr", "bin")
		return tool{
			id: "clang-22", path: filepath.Join(bin, "clang-22"), dir: dir,
			env: []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "LD_LIBRARY_PATH=" + libraries(dir)},
		}, nil
	})
}

// libraries is the search path of the shared libraries unpacked below dir.
func libraries(dir string) string {
	list := []string{}
	for _, pattern := range []string{"usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/llvm-*/lib"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern)) // the pattern is well formed
		list = append(list, found...)
	}
	return strings.Join(list, ":")
}
