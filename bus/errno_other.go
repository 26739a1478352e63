//go:build !wasip1

package bus

// systemErrno finds nothing: the numbers of this system are not those of the wire.
func systemErrno(error) (uint16, bool) { return 0, false }
