package guests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// CommandError is a command that failed.
type CommandError struct {
	// Command is its command line, with the program's base name.
	Command string
	// Output is the end of what it printed, where the reason is; it may be of several lines.
	Output string
	// Err is how it ended.
	Err error
}

func (e *CommandError) Error() string { return fmt.Sprintf("%s: %v\n%s", e.Command, e.Err, e.Output) }

// Unwrap returns how the command ended.
func (e *CommandError) Unwrap() error { return e.Err }

// run runs a command in dir, with env added to the environment; its output becomes part of
// the error, a [*CommandError].
func (w *Workshop) run(dir string, env []string, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	if w.Background != nil {
		cmd = exec.CommandContext(w.Background, name, args...)
		apart(cmd)
	}
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out := new(strings.Builder)
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Start()
	if err == nil {
		if w.Background != nil {
			giveWay(cmd)
		}
		err = cmd.Wait()
		if w.Background != nil && w.Background.Err() != nil {
			endRest(cmd)
		}
	}
	if err != nil {
		line := strings.Join(append([]string{filepath.Base(name)}, args...), " ")
		return &CommandError{line, tail(out.String()), err}
	}
	return nil
}

// tail is the end of a command's output, where the reason is.
func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	if len(lines) > 20 {
		lines = lines[len(lines)-20:]
	}
	return strings.Join(lines, "\n")
}
