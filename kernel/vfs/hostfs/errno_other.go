//go:build !unix && !js

package hostfs

import "github.com/bushel-wasm/bushel/kernel/errno"

// number is the kernel's error for one of the host's.
func number(err error) error { return errno.Of(err).Err() }
