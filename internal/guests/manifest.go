package guests

import (
	"encoding/json"
	"os"
	"path/filepath"
)

// Manifest is the file manifest.json beside the guests.
type Manifest struct {
	Guests  []Entry   `json:"guests"`
	Skipped []Skipped `json:"skipped"`
}

// Entry is a guest that is there.
type Entry struct {
	Name     string `json:"name"`
	File     string `json:"file"`
	Language string `json:"language"`
	Source   string `json:"source"`
}

// Skipped is a guest that could not be built.
type Skipped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Write writes the manifest to dir, in one step.
func (m *Manifest) Write(dir string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	temp := filepath.Join(dir, ".manifest.json")
	if err := os.WriteFile(temp, append(data, '\n'), 0o666); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, "manifest.json"))
}
