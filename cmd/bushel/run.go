package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// runCommand is `bushel run`.
func runCommand(args []string, s streams) (int, error) {
	o, rest, err := parseFlags(args, false)
	if err != nil {
		return 2, err
	}
	if len(rest) == 0 {
		return 2, usagef("run needs a FILE.wasm")
	}
	return runModule(o, rest, s)
}

// runModule runs the host's file argv[0].
func runModule(o options, argv []string, s streams) (int, error) {
	code, err := os.ReadFile(argv[0])
	if err != nil {
		if os.IsNotExist(err) {
			return 127, fmt.Errorf("%s: %w", argv[0], plain(err))
		}
		return 126, fmt.Errorf("%s: %w", argv[0], plain(err))
	}
	if !isModule(code) {
		return 126, fmt.Errorf("%s: this is no WebAssembly module", argv[0])
	}
	sy, err := newSystem(o)
	if err != nil {
		return 1, err
	}
	defer sy.close()
	// The program stands where no shared folder hides it.
	name := path.Join("/lib/bushel", filepath.Base(argv[0]))
	if err := sy.put(name, code, 0o755); err != nil {
		return 1, err
	}
	return sy.run(&sys.SpawnAttr{
		Path: name, Argv: argv, Env: o.env, Cwd: sy.cwd("/"), Dirs: sy.preopens(),
	}, s, false)
}

// isModule reports whether a file begins like a module.
func isModule(code []byte) bool { return bytes.HasPrefix(code, []byte("\x00asm")) }
