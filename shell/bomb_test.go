package shell_test

import (
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
)

// TestForkBomb: shells that begin each other without end are held by the limit of
// processes, say so once, end by themselves and leave nothing.
func TestForkBomb(t *testing.T) {
	const told = "limit of 40 processes reached (raise it with ulimit -u)"
	small := func(t *testing.T) *kernel.Kernel {
		k := boot(t)
		limits := k.Init().Limits()
		limits.Processes = 40
		k.Init().SetLimits(limits)
		return k
	}
	for _, bomb := range []struct {
		name, line string
		jobs       int // each is a bomb by itself
		begins     int // how many processes the first shell itself begins
	}{
		{"a function in the background", "f(){ f|f& };f", 1, 1},
		{"a function in the foreground", "f(){ f|f; }; f", 1, 2},
		{"two jobs", "f(){ f & f & wait; }; f", 2, 2},
		{"a subshell", "f(){ (f) & (f) & }; f", 2, 2},
	} {
		t.Run(bomb.name+" at the prompt", func(t *testing.T) {
			k := small(t)
			s := openTerminal(t, k)
			s.expect("ready> ")
			line := func(text string) string { // what is printed before its echo counts too
				s.send(text + "\r")
				return s.expect(text+"\n") + s.expect("ready> ")
			}
			// The prompt is back at once or soon; the shells behind it end when they will.
			seen := line(bomb.line)
			for k.Usage().Processes > 2 {
				seen += line("wait")
			}
			seen += line("true") // with what the last of them has said
			if n := strings.Count(seen, "reached"); n < 1 || n > bomb.jobs || !strings.Contains(seen, told) {
				t.Errorf("the limit is named %d times:\n%s", n, seen)
			}
			// The shell at the prompt is no bomb: it tells of its own job that was refused.
			if strings.Count(seen, "unavailable") >= bomb.begins {
				t.Errorf("refusals are shown:\n%s", seen)
			}
			if got := s.line("echo alive"); !strings.Contains(got, "alive\n") {
				t.Errorf("afterwards: %q", got)
			}
		})
		t.Run(bomb.name+" in a script", func(t *testing.T) {
			k := small(t)
			got := run(t, k, "/tmp", "", "sh", "-c", bomb.line+"; wait")
			refused := strings.Count(got.err, "sh: fork: resource temporarily unavailable\n")
			if n := strings.Count(got.err, "\n") - refused; n != 1 || !strings.Contains(got.err, told) {
				t.Errorf("%d lines besides refusals:\n%s", n, got.err)
			}
			// The first of what the script begins may fill the system before the next is begun:
			// the script tells of that one then, as it would of any of its commands.
			if refused >= bomb.begins {
				t.Errorf("refusals are shown:\n%s", got.err)
			}
			if u := k.Usage(); u.Processes != 1 {
				t.Errorf("%d processes are left", u.Processes)
			}
		})
	}
}

// TestRefusedFork: a shell that is no bomb goes on after a refusal.
func TestRefusedFork(t *testing.T) {
	k := boot(t)
	limits := k.Init().Limits()
	limits.Processes = 5
	k.Init().SetLimits(limits)
	s := openTerminal(t, k)
	s.expect("ready> ")
	if seen := s.line("for i in 1 2 3 4 5 6; do sleep 100 & done"); !strings.Contains(seen, "limit of 5 processes") {
		t.Errorf("seen %q", seen)
	}
	if seen := s.line("ls /"); !strings.Contains(seen, "fork: ") {
		t.Errorf("a refusal at the prompt: %q", seen)
	}
	s.line("kill %1 %2 %3 %4; wait")
	if seen := s.line("ls /"); !strings.Contains(seen, "tmp") {
		t.Errorf("afterwards: %q", seen)
	}
}
