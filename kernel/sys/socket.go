package sys

import (
	"strconv"
	"strings"
)

// ShutFlag is a set of the directions of a connection. The numbers are WASI's.
type ShutFlag uint8

// The directions that OpShutdown ends.
const (
	ShutRead ShutFlag = 1 << iota
	ShutWrite
)

// RecvFlag is a set of flags of OpRecv. The numbers are WASI's.
type RecvFlag uint16

// The flags of OpRecv.
const (
	RecvPeek    RecvFlag = 1 << iota // leave the bytes there
	RecvWaitAll                      // wait for all that was asked for, or the end
)

// Listen makes a socket that listens on a port of the kernel's own network, on any
// that is free if port is 0, and says on which. backlog is how many connections may
// wait to be accepted.
//
// # Errors
//
// EADDRINUSE, EINVAL for a port that is none, EMFILE.
func (f *Files) Listen(port, backlog int) (fd, bound int, err error) {
	rep, err := f.call(&Request{Op: OpListen, Args: [6]uint64{num(port), uint64(max(backlog, 1))}})
	return int(rep.Vals[0]), int(rep.Vals[2]), err
}

// Accept waits for a connection to the listening socket fd, and says which port the other
// end has. flags may be ONonblock and OCloexec, of the connection.
//
// # Errors
//
// EAGAIN (a listening socket that does not block), EBADF, EINVAL (not listening),
// ENOTSOCK, EMFILE.
func (f *Files) Accept(fd int, flags OpenFlag) (conn, port int, err error) {
	rep, err := f.call(&Request{Op: OpAccept, Args: [6]uint64{num(fd), uint64(flags)}})
	return int(rep.Vals[0]), int(rep.Vals[2]), err
}

// Connect connects to a port of the kernel's own network. flags are Accept's.
//
// # Errors
//
// ECONNREFUSED (nobody listens), EAGAIN (with ONonblock: too many wait to be
// accepted), EINVAL, EMFILE.
func (f *Files) Connect(port int, flags OpenFlag) (fd int, err error) {
	rep, err := f.call(&Request{Op: OpConnect, Args: [6]uint64{num(port), uint64(flags)}})
	return int(rep.Vals[0]), err
}

// Shutdown ends one or both directions of the connection fd: the other end reads to the
// end of what was sent, or its writes fail with EPIPE.
//
// # Errors
//
// EBADF, EINVAL, ENOTCONN, ENOTSOCK.
func (f *Files) Shutdown(fd int, how ShutFlag) error {
	_, err := f.call(&Request{Op: OpShutdown, Args: [6]uint64{num(fd), uint64(how)}})
	return err
}

// Recv is Read of a connection, with flags. At the end it returns 0 and no error.
func (f *Files) Recv(fd int, p []byte, flags RecvFlag) (int, error) {
	rep, err := f.call(&Request{Op: OpRecv, Args: [6]uint64{num(fd), uint64(len(p)), uint64(flags)}, Dst: p})
	if err != nil {
		return 0, err
	}
	return copy(p, rep.Data), nil
}

// IsLoopback reports whether host is a name or an address of the machine itself, the only
// one on the kernel's own network.
func IsLoopback(host string) bool {
	switch host {
	case "", "localhost", "::1", "[::1]", "0.0.0.0", "::", "bushel":
		return true
	}
	parts := strings.Split(host, ".")
	for _, p := range parts {
		if n, err := strconv.ParseUint(p, 10, 8); err != nil || len(p) > 3 || n > 255 {
			return false
		}
	}
	return len(parts) == 4 && parts[0] == "127"
}
