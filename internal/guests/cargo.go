package guests

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// busPrograms are the programs of the workspace examples/rust/bus, built with the published
// crates of the bus: those of its first interface have names that begin with "old-".
var busPrograms = []string{
	"sleep", "greeter", "greet", "room", "join", "socket", "fetch",
	"old-sleep", "old-greeter", "old-greet", "old-room", "old-join", "old-socket", "old-fetch",
}

const busWorkspace = "examples/rust/bus"

// systemPrograms are those of examples/rust/system, which use the services of the system by
// the crates.
var systemPrograms = []string{"spawn", "term", "tree", "old-spawn", "old-term", "old-tree", "old-look"}

const systemWorkspace = "examples/rust/system"

// cargoGuest is one program of a workspace with dependencies, which are those of its Cargo.lock.
func cargoGuest(workspace, program string) *Guest {
	return &Guest{
		Name: program + "-rust", Language: "rust", Source: workspace,
		recipe: "release " + program,
		tools:  []func(*Workshop) (tool, error){(*Workshop).cargo},
		build: func(w *Workshop, g *Guest, out string) error {
			return w.buildCargo(filepath.Join(w.Root, workspace), program, out)
		},
	}
}

// buildCargo builds the whole workspace, of which little is done anew for a second program,
// and copies one program out of it.
func (w *Workshop) buildCargo(workspace, program, out string) error {
	t, err := w.cargo()
	if err != nil {
		return err
	}
	vendor, err := w.vendor(workspace)
	if err != nil {
		return err
	}
	rust, err := w.rust()
	if err != nil {
		return err
	}
	target := w.toolchains("cargo-target")
	config := filepath.Join(t.dir, "config.toml")
	text := fmt.Sprintf(`
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = %q
[build]
rustc-wrapper = %q
target-dir = %q
[target.wasm32-wasi]
linker = %q
rustflags = ["-C", "linker-flavor=wasm-ld", "-C", "strip=symbols"]
`, vendor, filepath.Join(t.dir, "rustc-with-sysroot"), target, filepath.Join(rust.dir, "usr", "bin", "wasm-ld-14"))
	if err := os.WriteFile(config, []byte(text), 0o666); err != nil {
		return err
	}
	// The wrapper is called with the compiler's path before the arguments.
	wrapper := fmt.Sprintf("#!/bin/sh\nc=$1\nshift\nexec \"$c\" --sysroot %q \"$@\"\n", filepath.Join(rust.dir, "usr"))
	if err := os.WriteFile(filepath.Join(t.dir, "rustc-with-sysroot"), []byte(wrapper), 0o777); err != nil {
		return err
	}
	if err := w.run(workspace, t.env, t.path, "--config", config, "build", "--quiet", "--offline", "--locked",
		"--release", "--target", "wasm32-wasi"); err != nil {
		return err
	}
	data, err := os.ReadFile(filepath.Join(target, "wasm32-wasi", "release", program+".wasm"))
	if err != nil {
		return err
	}
	return os.WriteFile(out, data, 0o666)
}

// vendor is a directory with the sources of the crates that the workspace's lock file
// names, fetched and checked by the cargo of the system: the one of our compiler's age cannot
// read today's registry.
func (w *Workshop) vendor(workspace string) (string, error) {
	lock, err := os.ReadFile(filepath.Join(workspace, "Cargo.lock"))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(lock)
	return w.fetched("crates-"+filepath.Base(workspace), "the crates of "+workspace, hex.EncodeToString(sum[:]), func(temp string) error {
		cargo, err := exec.LookPath("cargo")
		if err != nil {
			return &MissingError{What: "cargo", How: "install Rust by rustup, or apt-get install cargo"}
		}
		return w.run(workspace, nil, cargo, "vendor", "--quiet", "--locked", "--versioned-dirs", filepath.Join(temp))
	})
}

// cargo is the build tool that fits our compiler.
func (w *Workshop) cargo() (tool, error) {
	return w.tool("cargo", func() (tool, error) {
		rust, err := w.rust()
		if err != nil {
			return tool{}, err
		}
		dir, err := w.debs("cargo-0.66", "Cargo 0.66",
			"cargo", "libgit2-1.5", "libmbedcrypto7", "libmbedtls14", "libmbedx509-1", "libssh2-1", "libhttp-parser2.9")
		if err != nil {
			return tool{}, err
		}
		return tool{
			id: "cargo-0.66 " + rust.id, path: filepath.Join(dir, "usr", "bin", "cargo"), dir: dir,
			env: []string{
				"LD_LIBRARY_PATH=" + strings.Join([]string{libraries(rust.dir), libraries(dir)}, ":"),
				"RUSTC=" + rust.path, "CARGO_HOME=" + filepath.Join(dir, "home"),
			},
		}, nil
	})
}
