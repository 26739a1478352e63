// Package storage has what files are on in a page: the devices of its stores, which are
// files of the origin's private file system, or IndexedDB where there are none; and the
// folders of the user's disk that were picked.
//
// It is the Go half of web/ts/workers/disks.ts and local.ts. What is on a device belongs
// to kernel/vfs/store, what a folder can do to kernel/vfs/localfs, and where either is
// mounted to the kernel's program.
package storage
