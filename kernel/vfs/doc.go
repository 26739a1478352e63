// Package vfs is what the kernel asks of a file system, and how trees are put
// together.
//
// A backend is a tree of nodes ([Node], and [Dir], [File], [Link] by type):
// the kernel walks it name by name, so that links, mounts and ".." are
// resolved once, here, and not by each backend. The vocabulary is that of
// hackpadfs, small optional interfaces with fallbacks, carried from paths to
// nodes because POSIX needs what paths cannot say: hard links, files that are
// open without a name, renames over what is open.
//
// [Namespace] is the tree that processes see: a mount table, the walk along
// paths, and the operations on paths, in POSIX's words. [Mem] is a file system
// in memory, [Static] one that is described by functions, for /dev and /proc.
//
// Every error is, or wraps, an [errno.Errno]. Everything here may be used by
// several goroutines at once. Open file descriptions, offsets and permissions
// of processes are not here but in package kernel.
package vfs
