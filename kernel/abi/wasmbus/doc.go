// Package wasmbus serves the functions of the module wasm-bus that the crate wasm-bus 1.1.0
// imports: the bus in its first form, in which the host hands everything into the guest by
// its exports.
//
// A call has a handle that the guest draws, and a topic by its name; the format of a body
// does not travel. The guest is entered (engine.Enter) within its import poll with what its
// calls have come to, and, if it serves, after its main function has returned with what
// others call. Nothing is handed in at any other time.
//
// The bus itself is package bus; files, clocks and the rest of the guest's imports are
// package wasi's.
package wasmbus
