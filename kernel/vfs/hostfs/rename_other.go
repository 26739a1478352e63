//go:build !linux && !darwin && !js

package hostfs

// rename is the host's rename, which may refuse to replace a directory.
func (f *FS) rename(from, to string) error { return f.root.Rename(from, to) }
