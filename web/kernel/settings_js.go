package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"unsafe"

	"github.com/bushel-wasm/bushel/kernel/grant"
	"github.com/bushel-wasm/bushel/kernel/klog"
	"github.com/bushel-wasm/bushel/web/worker"
)

// jsSettings writes what the page has set, as JSON, as far as it fits, and returns how long
// that is.
//
//go:wasmimport bushel settings
//go:noescape
func jsSettings(p unsafe.Pointer, n uint32) uint32

// jsSaveGrants has the page keep the grants of its user.
//
//go:wasmimport bushel save_grants
//go:noescape
func jsSaveGrants(p unsafe.Pointer, n uint32)

// jsConsole prints a line to the page's console, as console.debug (0), info, warn or error.
//
//go:wasmimport bushel console
//go:noescape
func jsConsole(kind uint32, p unsafe.Pointer, n uint32)

// settings is what the page has set.
type settings struct {
	Policy grant.Rules     `json:"policy"`
	Grants json.RawMessage `json:"grants"` // what was saved last
	Log    string          `json:"log"`    // what goes to the console from the beginning
}

func readSettings() (s settings, err error) {
	text := make([]byte, jsSettings(nil, 0))
	if len(text) == 0 {
		return s, nil
	}
	jsSettings(worker.Pointer(text), uint32(len(text)))
	return s, json.Unmarshal(text, &s)
}

// Load implements kernel.GrantStore.
func (s *settings) Load() ([]byte, error) { return s.Grants, nil }

// Save implements kernel.GrantStore.
func (s *settings) Save(text []byte) error {
	jsSaveGrants(worker.Pointer(text), uint32(len(text)))
	return nil
}

// console prints an entry of the log to the page's console.
func console(e klog.Entry) {
	kind := uint32(0)
	for _, level := range [...]slog.Level{slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if e.Level >= level {
			kind++
		}
	}
	line := fmt.Appendf(nil, "bushel: %s", e.Text)
	if e.Module != "" || e.PID != 0 {
		line = fmt.Appendf(nil, "bushel: %s[%d]: %s", e.Module, e.PID, e.Text)
	}
	jsConsole(kind, worker.Pointer(line), uint32(len(line)))
}
