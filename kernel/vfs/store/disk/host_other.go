//go:build !linux && !darwin && !js

package disk

import (
	"os"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// lock refuses: without a lock two programs could write one store.
func lock(*os.File) error { return errno.ENOTSUP }

func room(*os.File) uint64 { return 0 }

func number(err error) error { return errno.Of(err).Err() }
