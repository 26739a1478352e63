//go:build !js

// Package disk keeps a store in a file of the host.
//
// A file is one store, and one program has it at a time: who comes second is
// refused. How a store is laid out belongs to package store.
package disk
