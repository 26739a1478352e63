package remote_test

import (
	"testing"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/busimpl/remote"
)

func TestTarget(t *testing.T) {
	for _, test := range []struct{ url, plain, want string }{
		{"http://Example.COM", "http", "example.com:80"}, {"https://example.com/a?b", "http", "example.com:443"},
		{"http://[::1]:8080/", "http", "[::1]:8080"}, {"http://localhost:1/x", "http", "localhost:1"},
		{"ws://Example.com/a", "ws", "example.com:80"}, {"wss://[2001:db8::1]", "ws", "[2001:db8::1]:443"},
	} {
		if got, err := remote.Target(test.url, test.plain, test.plain+"s"); got != test.want || err != nil {
			t.Errorf("%s: %q, %v, want %q", test.url, got, err, test.want)
		}
	}
	for _, bad := range []string{"", "example.com", "ws://example.com", "http://", "http://me@example.com", "http://a b", "file:///etc/passwd"} {
		if got, err := remote.Target(bad, "http", "https"); bus.CodeOf(err) != bus.CodeInvalidArgument {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}
