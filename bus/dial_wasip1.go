package bus

import (
	"os"
	"syscall"
)

// openDevice opens the bus so that Go's poller waits for it: a program of wasip1 has one
// thread, and a read that waits in the system would stop it all.
func openDevice(name string) (*os.File, error) {
	fd, err := syscall.Open(name, syscall.O_RDWR, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	if err := syscall.SetNonblock(fd, true); err != nil {
		syscall.Close(fd)
		return nil, &os.PathError{Op: "set nonblocking", Path: name, Err: err}
	}
	return os.NewFile(uintptr(fd), name), nil
}
