package grant

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Any is the pattern of everything, and the target of a pattern that names none.
const Any = "*"

// Net stands for all services that reach hosts.
const Net = "net"

// The services that patterns speak of. There may be others.
const (
	HTTP    = "http"    // targets are hosts
	WS      = "ws"      // hosts
	TCP     = "tcp"     // hosts, of the kernel's own network and of /dev/tcp
	Mount   = "mount"   // hosts from which file systems are mounted
	Process = "process" // names of programs, or their paths
	FS      = "fs"      // paths
	TTY     = "tty"     // no targets
	Log     = "log"     // no targets
	Bus     = "bus"     // names of packages that are called
)

// reaches are the services that Net stands for.
var reaches = []string{HTTP, WS, TCP, Mount}

// Pattern says which uses of services a rule is about.
type Pattern struct {
	// Service is a name, Net or Any.
	Service string
	// Target is a path, with all below it; a host, perhaps with a port, that may begin
	// with "*." for all hosts below it; another name; or Any.
	Target string
}

// ParsePattern reads SERVICE, SERVICE:TARGET or "*".
func ParsePattern(text string) (Pattern, error) {
	service, target, found := strings.Cut(text, ":")
	switch {
	case !found:
		target = Any
	case target == "":
		return Pattern{}, fmt.Errorf("%q names nothing behind the colon", text)
	}
	if !isService(service) {
		return Pattern{}, fmt.Errorf("%q is no service, such as http, nor a pattern, such as http:example.com", text)
	}
	if service == Any && target != Any {
		return Pattern{}, fmt.Errorf("%q names a target of no service", text)
	}
	if strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return Pattern{}, fmt.Errorf("%q has a blank or a control character", text)
	}
	if strings.Contains(strings.TrimPrefix(target, "*"), "*") && target[0] != '/' || strings.HasPrefix(target, "*") && target != Any && !strings.HasPrefix(target, "*.") {
		return Pattern{}, fmt.Errorf("%q has a * that does not stand before a dot, as in *.example.com", text)
	}
	return Pattern{Service: service, Target: clean(target)}, nil
}

// isService reports whether name can be that of a service.
func isService(name string) bool {
	if name == Any {
		return true
	}
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

// clean is a target as it is compared: a path without dots, a host in small letters.
func clean(target string) string {
	if strings.HasPrefix(target, "/") {
		return path.Clean(target)
	}
	host, port := splitPort(strings.ToLower(target))
	host = strings.TrimSuffix(host, ".")
	if port == "" {
		return host
	}
	return host + ":" + port
}

// splitPort takes the port off a host; one that is not given is empty.
func splitPort(target string) (host, port string) {
	i := strings.LastIndexByte(target, ':')
	if i < 0 || strings.Contains(target[:i], ":") && !strings.HasSuffix(target[:i], "]") {
		return target, "" // none, or an address of IPv6 without brackets
	}
	return target[:i], target[i+1:]
}

// String is the pattern as ParsePattern reads it.
func (p Pattern) String() string {
	if p.Target == Any {
		return p.Service
	}
	return p.Service + ":" + p.Target
}

// matches reports whether the pattern is about a use, of which the target is clean, and how
// narrow it is: a larger number is narrower.
func (p Pattern) matches(service, target string) (narrow int, ok bool) {
	switch {
	case p.Service == service:
		narrow = 2
	case p.Service == Net && slices.Contains(reaches, service):
		narrow = 1
	case p.Service != Any:
		return 0, false
	}
	n, ok := p.aims(target)
	return narrow + 4*n, ok
}

// aims is matches for the target alone.
func (p Pattern) aims(target string) (narrow int, ok bool) {
	switch {
	case p.Target == Any:
		return 0, true
	case p.Target == target:
		return exact, true
	case strings.HasPrefix(p.Target, "/"):
		below := strings.TrimSuffix(p.Target, "/") + "/"
		return len(below), strings.HasPrefix(target, below)
	}
	host, port := splitPort(target)
	want, at := splitPort(p.Target)
	switch {
	case at != "" && at != port:
		return 0, false
	case at != "":
		narrow = 1
	}
	if suffix, wild := strings.CutPrefix(want, "*"); wild {
		return narrow + 2*len(suffix), len(host) > len(suffix) && strings.HasSuffix(host, suffix)
	}
	return narrow + exact - 2, want == host
}

// exact is how narrow a pattern is that means one target alone.
const exact = 1 << 20
