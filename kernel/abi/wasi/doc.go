// Package wasi serves WASI preview 1 (wasi_snapshot_preview1) and preview 0
// (wasi_unstable) to a guest, on the system calls of its process.
//
// What a process knows by itself is answered here: arguments, environment,
// clocks, randomness, and what its file descriptors are, of which a mirror is
// kept. All else is one [sys.Request] with a continuation; no function of this
// package waits. The numbers of file descriptors are the kernel's.
//
// Paths, files and processes themselves belong to package kernel, and how a
// guest is suspended to its engine.
package wasi
