package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/bushel-wasm/bushel/kernel/klog"
)

// grantFile keeps the grants of the user on the host, where no program of the shell reaches
// unless the folder is shared with it. It implements kernel.GrantStore.
type grantFile struct{}

// name is the file's.
func (grantFile) name() (string, error) {
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "bushel", "grants.json"), err
}

func (g grantFile) Load() ([]byte, error) {
	name, err := g.name()
	if err != nil {
		return nil, nil // the user has no such place, so nothing was saved
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func (g grantFile) Save(text []byte) error {
	name, err := g.name()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	// Whoever reads it meanwhile finds the old or the new one.
	next := name + ".new"
	if err := os.WriteFile(next, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(next, name)
}

// showEntry prints an entry of the log.
func showEntry(e klog.Entry) {
	fmt.Fprintf(os.Stderr, "bushel: %s %s[%d]: %s\n", e.Level, e.Module, e.PID, e.Text)
}
