// Package vfstest is a conformance suite for file systems: what POSIX says of
// paths, links, names and contents, as several hundred small named cases.
//
// The suite sees a file system as a process does, through [FS], so that it runs on
// the operating system's files too and is itself checked by them. [Namespaced]
// makes an FS of a tree of package vfs.
//
// A backend's test calls [Run]. [Compare] does the same random operations in
// two file systems and reports the first difference. Speed is measured beside the
// backends, not here.
package vfstest
