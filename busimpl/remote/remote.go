// Package remote is what the services that reach servers have in common: which host a URL
// is about, and the faults for arguments that are none and for servers that cannot be
// reached. What is sent there, and how, is not.
package remote

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/bus"
)

// Unreachable is the error for a server that cannot be reached, or that broke off.
func Unreachable(format string, args ...any) error {
	return &bus.Error{Code: bus.CodeUnavailable, Crate: bus.CrateFetchFailed, Message: fmt.Sprintf(format, args...)}
}

// Invalid is the error for a request that is none.
func Invalid(format string, args ...any) error {
	return &bus.Error{Code: bus.CodeInvalidArgument, Crate: bus.CrateBadRequest, Message: fmt.Sprintf(format, args...)}
}

// ports are those that a URL of a scheme leaves out (RFC 9110, section 4.2; RFC 6455,
// section 3).
var ports = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443"}

// Target is what a grant is asked about: host and port of a URL, whose scheme must be one of
// the two, plain and secure. Its error is one of [Invalid].
func Target(text, plain, secure string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", Invalid("%q is no URL", text)
	case !slices.Contains([]string{plain, secure}, u.Scheme):
		return "", Invalid("the URL %q is of neither %s nor %s", text, plain, secure)
	case u.Hostname() == "":
		return "", Invalid("the URL %q names no host", text)
	case u.User != nil:
		return "", Invalid("a URL with a name or a password in it is refused: http has the header Authorization for them")
	}
	port := u.Port()
	if port == "" {
		port = ports[u.Scheme]
	}
	host := strings.ToLower(u.Hostname())
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		host = "[" + host + "]"
	}
	return host + ":" + port, nil
}
