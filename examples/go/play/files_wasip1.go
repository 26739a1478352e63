package main

import (
	"os"
	"syscall"
)

// A program of wasip1 has one thread, which a read that waits in the system would stop: these
// files are read so that Go's poller waits for them.

func openTTY() (*os.File, error) {
	fd, err := syscall.Open("/dev/tty", syscall.O_RDONLY, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/tty", Err: err}
	}
	return unblocked(fd, "/dev/tty")
}

func standardInput() (*os.File, error) { return unblocked(0, "standard input") }

func unblocked(fd int, name string) (*os.File, error) {
	if err := syscall.SetNonblock(fd, true); err != nil {
		return nil, &os.PathError{Op: "set nonblocking", Path: name, Err: err}
	}
	return os.NewFile(uintptr(fd), name), nil
}
