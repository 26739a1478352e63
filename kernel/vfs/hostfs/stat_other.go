//go:build !linux && !darwin && !js

package hostfs

import (
	"hash/maphash"
	"os"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var seed = maphash.MakeSeed()

// identity tells the file apart from all others by its path, where the host's
// numbers are not to be had: hard links are then several files.
func identity(_ os.FileInfo, parent *dir, name string) ident {
	path := name
	if parent != nil {
		if where, err := parent.where(); err == nil {
			path = join(where, name)
		}
	}
	return ident{0, maphash.String(seed, path)}
}

func fill(*sys.Stat, os.FileInfo) {}
