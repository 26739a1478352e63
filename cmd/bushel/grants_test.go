package main

import (
	"strings"
	"testing"
)

// TestGrants_last has one command forget what another one was told, and the next one
// not know of it any more.
func TestGrants_last(t *testing.T) {
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for _, step := range []struct {
		line, out, err string
	}{
		{"bus grants deny tcp", "", ""},
		{"bus grants; nc localhost 9", "deny   tcp                              user\n", "the user's rule for tcp denies it"},
		{"bus grants forget tcp", "", ""},
		{"bus grants; nc localhost 9", "", "connection refused"},
	} {
		got := finish(t, command(t, "-c", step.line), "")
		if got.out != step.out || !strings.Contains(got.err, step.err) {
			t.Errorf("%s: %q, %q", step.line, got.out, got.err)
		}
	}
}
