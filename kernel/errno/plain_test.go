package errno_test

import (
	"io/fs"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

func TestPlain(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a name", "grüße-日本.txt", "grüße-日本.txt"},
		{"no name", "", ""},
		{"escapes", "a\x1b[2Jb\rc\nd\x7f", "a?[2Jb?c?d?"},
		{"escapes of eight bits", "a\u009b2Jb", "a?2Jb"},
		{"what turns the line", "exe.\u202egpj\u2066x", "exe.?gpj?x"},
		{"what ends lines", "a\u2028b\u2029c\u0085", "a?b?c?"},
		{"what is no text", "a\xffb\x1b", "a\ufffdb?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := errno.Plain(tt.text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	const bad = "x\x1b[31m"
	for _, tt := range []struct {
		format string
		arg    any
		want   string
	}{
		{"'%s' is none", bad, "'x?[31m' is none"},
		{"%s", &fs.PathError{Op: "open", Path: bad, Err: errno.ENOENT}, "open x?[31m: " + errno.ENOENT.Error()},
		{"%q", bad, `"x\x1b[31m"`},
	} {
		if got := errno.Sentence(tt.format, tt.arg); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
