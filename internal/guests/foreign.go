package guests

import (
	"os"
	"path/filepath"
	"strings"
)

// foreign is the real programs by others.
func foreign() []*Guest {
	list := []*Guest{
		goModule("gojq-go", "wasip1", "github.com/itchyny/gojq/cmd/gojq", "v0.12.16"),
		goModule("gojq-js", "js", "github.com/itchyny/gojq/cmd/gojq", "v0.12.16"),
		luaGuest(),
		esbuildGuest(),
	}
	extras := []*Guest{
		goModule("goawk-go", "wasip1", "github.com/benhoyt/goawk", "v1.29.1"),
		goModule("shfmt-go", "wasip1", "mvdan.cc/sh/v3/cmd/shfmt", "v3.12.0"),
		goModule("shfmt-js", "js", "mvdan.cc/sh/v3/cmd/shfmt", "v3.12.0"),
	}
	for _, g := range extras {
		g.Extra = true
	}
	return append(list, extras...)
}

// luaFlags build Lua's own sources as they are. Its errors are longjmps, which
// become WebAssembly exceptions: see examples/compat.
var luaFlags = []string{
	"--target=wasm32-wasi", "-O2", "-w",
	"-fwasm-exceptions", "-mllvm", "-wasm-enable-sjlj", "-mllvm", "-wasm-use-legacy-eh=false",
	"-D_WASI_EMULATED_SIGNAL", "-D_WASI_EMULATED_PROCESS_CLOCKS",
	"-DLUA_COMPAT_5_3", "-Dl_signalT=volatile int", "-DL_tmpnam=16",
	"-Dlua_stdin_is_tty()=isatty(0)", "-include", "unistd.h",
	"-Wl,--strip-all", "-Wl,-z,stack-size=1048576", "--no-wasm-opt",
}

func luaGuest() *Guest {
	return &Guest{
		Name: "lua", Language: "c", Source: "Debian's source package lua5.4",
		recipe: strings.Join(luaFlags, " "),
		also:   []string{"examples/compat"},
		tools:  []func(*Workshop) (tool, error){(*Workshop).clang22},
		build: func(w *Workshop, _ *Guest, out string) error {
			dir, err := w.debSource("lua5.4")
			if err != nil {
				return err
			}
			sources, err := filepath.Glob(filepath.Join(dir, "src", "*.c"))
			if err != nil {
				return err
			}
			compat := filepath.Join(w.Root, "examples", "compat")
			args := append([]string{"-I" + compat, filepath.Join(compat, "sjlj.c"), filepath.Join(compat, "absent.c")}, luaFlags...)
			for _, source := range sources {
				if filepath.Base(source) != "luac.c" { // the compiler, with a main of its own
					args = append(args, source)
				}
			}
			args = append(args, "-lwasi-emulated-signal", "-lwasi-emulated-process-clocks")
			return w.compileC((*Workshop).clang22, out, args...)
		},
	}
}

// esbuildGuest is a program that its makers have built with GOOS=js.
func esbuildGuest() *Guest {
	const version = "0.28.2"
	return &Guest{
		Name: "esbuild", Language: "go-js", Source: "npm esbuild-wasm@" + version,
		build: func(w *Workshop, _ *Guest, out string) error {
			dir, err := w.npm("esbuild-"+version, "esbuild "+version, "esbuild-wasm@"+version)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, "node_modules", "esbuild-wasm", "esbuild.wasm"))
			if err != nil {
				return err
			}
			return os.WriteFile(out, data, 0o666)
		},
	}
}
