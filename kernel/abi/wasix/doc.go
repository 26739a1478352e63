// Package wasix serves the functions of the module wasix_32v1 that the crate wasmer_bus
// 1.1.0 imports: the bus, as a guest sees it that pulls everything by bus_poll.
//
// A guest opens a package by its name and gets a number for it (bid), and a number for each
// call (cid), its own, those that come in and callbacks alike; no number is used twice.
// What happens is told by events of 64 bytes, whose payloads are read from descriptors
// that live here alone. A guest that serves is entered, after its main function has
// returned, by its export _react whenever there is something to poll.
//
// The crate must not be told of anything but callbacks while it runs one, or it aborts: see
// [ABI.mayTell].
//
// The bus itself is package bus; files, clocks and the rest of the guest's imports are
// package wasi's.
package wasix
