//go:build !wasip1

package bus

import "os"

// openDevice opens the bus. On js, file calls wait without stopping other goroutines.
func openDevice(name string) (*os.File, error) { return os.OpenFile(name, os.O_RDWR, 0) }
