package errno_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

func TestSentence(t *testing.T) {
	for _, test := range []struct {
		name   string
		format string
		args   []any
		want   string
	}{
		{"a name", "%s: %s", []any{"a", "not there"}, "a: not there"},
		{"an empty name", "%s: %s", []any{"", "not there"}, "'': not there"},
		{"two of them", "cannot move %s to %s", []any{"", ""}, "cannot move '' to ''"},
		{"quoted by the format", "'%s' is no size", []any{""}, "'' is no size"},
		{"quoted by a verb", "%q is no URL", []any{""}, `"" is no URL`},
		{"an apostrophe", "can't read %s", []any{""}, "can't read ''"},
		{"what is no text", "%d of %v", []any{0, []string{""}}, "0 of []"},
		{"nothing", "nothing", nil, "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := errno.Sentence(test.format, test.args...); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
			if got := errno.Faultf(errno.ENOENT, test.format, test.args...).Error(); got != test.want {
				t.Errorf("as a fault %q, want %q", got, test.want)
			}
		})
	}
	// What a caller still has is left as it is.
	args := []any{""}
	errno.Sentence("%s", args...)
	if args[0] != "" {
		t.Errorf("the argument became %q", args[0])
	}
}
