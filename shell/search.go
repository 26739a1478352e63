package shell

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// search finds an external command: its path, or an error and the status that
// stands for it.
func (sh *shell) search(name string) (path string, code int, err error) {
	if strings.Contains(name, "/") {
		st, err := sh.f.Stat(name)
		switch {
		case err != nil:
			code := 126
			if errno.Of(err) == errno.ENOENT {
				code = 127
			}
			return "", code, fmt.Errorf("%s: %s", name, reason(err))
		case st.Type == sys.TypeDirectory:
			return "", 126, fmt.Errorf("%s: is a directory", name)
		}
		return name, 0, nil
	}
	if path, ok := sh.hashed[name]; ok {
		if st, err := sh.f.Stat(path); err == nil && st.Type != sys.TypeDirectory {
			return path, 0, nil
		}
	}
	found := ""
	if name != "" {
		for dir := range strings.SplitSeq(sh.get("PATH"), ":") {
			if dir == "" {
				dir = "."
			}
			for _, suffix := range [...]string{"", ".wasm"} {
				path := strings.TrimSuffix(dir, "/") + "/" + name + suffix
				st, err := sh.f.Stat(path)
				if err != nil || st.Type == sys.TypeDirectory {
					continue
				}
				if suffix == "" && st.Mode&0o111 == 0 && !strings.HasSuffix(name, ".wasm") {
					found = path
					continue
				}
				if sh.hashed == nil {
					sh.hashed = map[string]string{}
				}
				sh.hashed[name] = path
				return path, 0, nil
			}
		}
	}
	if found != "" {
		return "", 126, fmt.Errorf("%s: permission denied", found)
	}
	return "", 127, &notFoundError{name}
}

// notFoundError is a command that nobody has.
type notFoundError struct{ name string }

func (e *notFoundError) Error() string { return errno.Sentence("%s: command not found", e.name) }
