package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// shellCommand is bushel with a shell to run: a line, a script, or what is typed.
func shellCommand(args []string, s streams) (int, error) {
	o, rest, err := parseFlags(args, true)
	if err != nil {
		return 2, err
	}
	var script []byte
	argv := []string{"sh"}
	switch {
	case o.hasLine:
		argv = append(append(argv, "-c", o.line), rest...)
	case len(rest) > 0:
		if script, err = os.ReadFile(rest[0]); err != nil {
			if os.IsNotExist(err) {
				return 127, fmt.Errorf("%s: %w", rest[0], plain(err))
			}
			return 126, fmt.Errorf("%s: %w", rest[0], plain(err))
		}
		if isModule(script) {
			return runModule(o, rest, s)
		}
	}
	if len(o.dirs) == 0 {
		here, err := parseDir(".")
		if err != nil {
			return 1, err
		}
		if here.guest != "/" { // the kernel's own tree is at the top
			o.dirs = append(o.dirs, here)
		}
	}
	sy, err := newSystem(o)
	if err != nil {
		return 1, err
	}
	defer sy.close()
	if script != nil {
		name, err := sy.script(rest[0], script)
		if err != nil {
			return 1, err
		}
		argv = append(append(argv, name), rest[1:]...)
	}
	return sy.run(&sys.SpawnAttr{
		Path: "/bin/sh", Argv: argv, Env: environment(o), Cwd: sy.cwd(home),
	}, s, len(argv) == 1)
}

// script is where the host's file name, a script, is in the kernel's tree: in a
// shared folder, or else in a copy.
func (s *system) script(name string, data []byte) (string, error) {
	abs, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	for _, d := range s.opts.dirs {
		if rest, ok := below(guestPath(abs), guestPath(d.host)); ok {
			return path.Join(d.mountPoint(), rest), nil
		}
	}
	copied := path.Join("/lib/bushel", filepath.Base(abs))
	return copied, s.put(copied, data, 0o755)
}

// environment is what a shell begins with: what a page's shell has, the terminal's
// kind as it is here, and what the command line says.
func environment(o options) []string {
	env := []string{
		"HOME=" + home, "USER=user", "SHELL=/bin/sh", "LANG=C.UTF-8",
		"PATH=/bin:/usr/bin:" + home + "/bin:.",
	}
	for _, name := range []string{"TERM", "COLORTERM", "NO_COLOR", "TZ"} {
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return append(env, o.env...)
}
