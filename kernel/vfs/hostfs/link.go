//go:build !js

package hostfs

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// link is a symbolic link.
type link struct{ *node }

// Readlink is the link's target.
func (l *link) Readlink() (string, error) {
	where, err := l.where()
	if err != nil {
		return "", err
	}
	target, err := l.fs.root.Readlink(where)
	return target, number(err)
}

// stays is EPERM if a link so many directories below the root, with that target,
// leads out of it: programs of the host, which know no root, would follow it there.
func stays(depth int, target string) error {
	if strings.HasPrefix(target, "/") || target == "" {
		return errno.EPERM
	}
	for _, part := range strings.Split(target, "/") {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return errno.EPERM
			}
		default:
			depth++
		}
	}
	return nil
}
