package vfs

import "github.com/bushel-wasm/bushel/kernel/errno"

// Permission bits of the one user, who owns every file.
const (
	mayRead   = 0o400
	mayWrite  = 0o200
	maySearch = 0o100
)

// Guarded is a node whose permission bits bind its user: a [Namespace] asks for
// them before it does what they may forbid. A node that is not one allows all, as
// far as the namespace goes: a device, or a file of the host, which judges itself.
type Guarded interface {
	Node
	// Permissions are the permission bits, of which the owner's count.
	Permissions() uint32
}

// Permissions are n's permission bits, all of them if it is not [Guarded].
func Permissions(n Node) uint32 {
	if g, ok := n.(Guarded); ok {
		return g.Permissions()
	}
	return 0o777
}

// may is EACCES unless n allows its owner all of bits.
func may(n Node, bits uint32) error {
	if Permissions(n)&bits != bits {
		return errno.EACCES
	}
	return nil
}

// MaySearch is EACCES for a directory in which no name may be looked up, and which
// can be nobody's working directory.
func (p Place) MaySearch() error { return may(p.node, maySearch) }

// mayChange is EACCES for a directory whose entries may not be changed.
func (p Place) mayChange() error { return may(p.node, mayWrite|maySearch) }
