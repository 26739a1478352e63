// Package storage has the devices on which a page's stores are: files of the
// origin's private file system, and IndexedDB where there are none.
//
// It is the Go half of web/ts/workers/disks.ts. What is on a device belongs to
// kernel/vfs/store, and where a store is mounted to the kernel's program.
package storage
