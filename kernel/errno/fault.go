package errno

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Fault is an error number with a sentence that says why. The sentence crosses
// system calls beside the number, for those who print it.
type Fault struct {
	Errno Errno
	// Text is one sentence, in lower case and without a full stop.
	Text string
}

// Faultf is a Fault with a [Sentence].
func Faultf(e Errno, format string, args ...any) *Fault {
	return &Fault{e, Sentence(format, args...)}
}

// Error is the sentence.
func (f *Fault) Error() string { return f.Text }

// Unwrap is the number.
func (f *Fault) Unwrap() error { return f.Errno }

// Why is the sentence of the Fault that err wraps, empty if there is none.
func Why(err error) string {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.Text
	}
	return ""
}

// With is e with the sentence why, or e itself if why is empty; nil for success.
func (e Errno) With(why string) error {
	if e == 0 || why == "" {
		return e.Err()
	}
	return &Fault{e, why}
}

// Sentence is fmt.Sprintf for what a program tells of an error. An argument that is the empty
// string, a file's name as a rule, is shown by quotes unless the format has quotes of its own;
// of one that is a string, or an error of one line, what is shown is [Plain].
func Sentence(format string, args ...any) string {
	quotes := strings.Contains(format, "'%") || strings.Contains(format, `"%`) || strings.Contains(format, "%q")
	args = slices.Clone(args)
	for i, arg := range args {
		switch arg := arg.(type) {
		case string:
			if arg == "" && !quotes {
				args[i] = "''"
			} else if !strings.Contains(format, "%q") {
				args[i] = Plain(arg)
			}
		case error:
			if text := arg.Error(); !strings.Contains(text, "\n") {
				args[i] = Plain(text)
			}
		}
	}
	return fmt.Sprintf(format, args...)
}
