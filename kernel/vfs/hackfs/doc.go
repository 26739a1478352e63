// Package hackfs shows a directory of a [vfs.Namespace] as an [io/fs.FS] with
// hackpadfs's extensions, which are methods on the same types: OpenFile, Mkdir,
// Rename and so on. Other people's test suites and helpers run on it.
//
// It translates and adds nothing: no checks of permissions, no buffering. The
// interfaces are matched without importing hackpadfs, which only the tests do.
package hackfs
