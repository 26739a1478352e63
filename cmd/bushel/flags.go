package main

import (
	"fmt"
	"log/slog"
	"os"
	pathpkg "path"
	"path/filepath"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/grant"
)

// usageError is a command line that makes no sense.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...)}
}

// options are the flags of a shell and of run.
type options struct {
	interpreter bool
	dirs        []shared
	env         []string
	policy      grant.Rules
	// catalog is the URL of the catalogue that install knows, empty: none.
	catalog string
	// sound is the file that sound goes to, empty: there is none.
	sound string
	// log is the lowest level of the log that goes to standard error, if logs.
	log  slog.Level
	logs bool
	// line is -c's, if hasLine.
	line    string
	hasLine bool
}

// shared is a folder of the host that guests may see.
type shared struct {
	host     string // an absolute path
	guest    string // an absolute path in the kernel's tree
	readOnly bool
}

// parseFlags reads flags up to the first word that is none, or "--", and returns
// the words after them. A flag's value is the next word, or follows a "=".
func parseFlags(args []string, shell bool) (o options, rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" {
			return o, args[1:], nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			break
		}
		name, value, has := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		switch name {
		case "engine", "dir", "env", "policy", "log", "catalog", "sound":
		case "c":
			if shell && !has {
				break
			}
			fallthrough
		default:
			return o, nil, usagef("there is no flag %s", arg)
		}
		args = args[1:]
		if !has {
			if len(args) == 0 {
				return o, nil, usagef("%s needs a value", arg)
			}
			value, args = args[0], args[1:]
		}
		if name == "c" {
			// As with every shell, -c ends the flags.
			o.line, o.hasLine = value, true
			return o, args, nil
		}
		if err := o.set(name, value); err != nil {
			return o, nil, err
		}
	}
	return o, args, nil
}

// set sets what an option says.
func (o *options) set(name, value string) error {
	switch name {
	case "engine":
		switch value {
		case "compiler", "auto":
			o.interpreter = false
		case "interpreter":
			o.interpreter = true
		default:
			return usagef("there is no engine %q: it is compiler or interpreter", value)
		}
	case "dir":
		d, err := parseDir(value)
		if err != nil {
			return err
		}
		o.dirs = append(o.dirs, d)
	case "policy":
		text := []byte(value)
		if !strings.HasPrefix(value, "{") && !strings.HasPrefix(value, "[") {
			var err error
			if text, err = os.ReadFile(value); err != nil {
				return fmt.Errorf("--policy %s: %w", value, plain(err))
			}
		}
		rules, err := grant.Parse(text)
		if err != nil {
			return usagef("--policy: %v", err)
		}
		o.policy = rules
	case "log":
		o.logs = true
		if err := o.log.UnmarshalText([]byte(value)); err != nil {
			return usagef("--log %s is none of debug, info, warn and error", value)
		}
	case "sound":
		o.sound = value
	case "catalog":
		o.catalog = value
	case "env":
		if key, _, ok := strings.Cut(value, "="); !ok || key == "" {
			return usagef("--env %s is not NAME=VALUE", value)
		}
		o.env = append(o.env, value)
	}
	return nil
}

// parseDir reads HOST[:GUEST][:ro]. On Windows the colon of a drive belongs to HOST.
func parseDir(value string) (shared, error) {
	volume := filepath.VolumeName(value)
	parts := strings.Split(value[len(volume):], ":")
	d := shared{host: volume + parts[0]}
	parts = parts[1:]
	if n := len(parts); n > 0 && (parts[n-1] == "ro" || parts[n-1] == "rw") {
		d.readOnly = parts[n-1] == "ro"
		parts = parts[:n-1]
	}
	if d.host == "" || len(parts) > 1 {
		return d, usagef("--dir %s is not HOST[:GUEST][:ro]", value)
	}
	host, err := filepath.Abs(d.host)
	if err != nil {
		return d, err
	}
	d.guest = guestPath(host)
	if len(parts) == 1 && parts[0] != "" {
		d.guest = guestPath(parts[0])
	}
	d.host = host
	return d, nil
}

// guestPath is a path of the host, or one that a user gave for the guest, as an absolute
// path in the kernel's tree.
func guestPath(path string) string {
	return pathpkg.Clean("/" + filepath.ToSlash(path[len(filepath.VolumeName(path)):]))
}
