package edit

import (
	"slices"
	"strings"
)

// MaxHistory is how many lines a History keeps.
const MaxHistory = 2000

// History is the lines that were entered, the oldest first. The zero value is
// empty and ready for use.
type History struct {
	lines []string
}

// Lines are the lines. They must not be changed.
func (h *History) Lines() []string { return h.lines }

// Add appends a line, and takes it out of where it was before. Blank lines and
// lines that begin with a space are left out: it reports whether it was added.
func (h *History) Add(line string) bool {
	line = strings.TrimRight(line, "\n")
	if strings.TrimSpace(line) == "" || line[0] == ' ' {
		return false
	}
	for i, old := range h.lines {
		if old == line {
			h.lines = append(h.lines[:i:i], h.lines[i+1:]...)
			break
		}
	}
	h.lines = append(h.lines, line)
	if n := len(h.lines) - MaxHistory; n > 0 {
		h.lines = h.lines[n:]
	}
	return true
}

// Clear forgets all lines.
func (h *History) Clear() { h.lines = nil }

// The file has one line for each, in which a newline is written \n and a
// backslash \\.
var (
	escape   = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n")
)

// Encode is a line as it is written to a file.
func Encode(line string) string { return escape.Replace(line) + "\n" }

// Load adds the lines of a file's text behind those that are there, as Add would one by
// one. Only as many as are kept are looked at, from the end.
func (h *History) Load(text string) {
	all := append(h.lines[:len(h.lines):len(h.lines)], strings.Split(text, "\n")...)
	seen := map[string]bool{}
	var kept []string
	for i := len(all) - 1; i >= 0 && len(kept) < MaxHistory; i-- {
		line := all[i]
		if i >= len(h.lines) {
			line = strings.TrimRight(unescape.Replace(line), "\n")
		}
		if strings.TrimSpace(line) != "" && line[0] != ' ' && !seen[line] {
			seen[line] = true
			kept = append(kept, line)
		}
	}
	slices.Reverse(kept)
	h.lines = kept
}
