// Package osfs mounts file systems that modules serve: of the type "bus" by the interface
// fs/1, see README.md, and of the type "fuse" by that of the crate wasmer-bus-fuse,
// where the system is the client.
//
// A module is slow, may end at any time, and may say anything. All calls of it have a
// deadline; what it does not answer in time, or not at all, is EIO. A module that has ended is
// started anew by the next operation. How trees are put together is package vfs's affair.
package osfs
