//go:build !linux && !darwin && !js

package hostfs

import "time"

// chtimes sets the times that are to be set. A time that is kept is the zero time.
func (n *node) chtimes(atime time.Time, _ bool, mtime time.Time, _ bool) error {
	path, err := n.where()
	if err != nil {
		return err
	}
	return n.fs.root.Chtimes(path, atime, mtime)
}
