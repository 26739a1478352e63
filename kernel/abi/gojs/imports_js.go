package gojs

import "unsafe"

// The JavaScript half, web/ts/workers/gojs-wazero.ts. Where a guest's memory is
// passed, it is where that lies in our own, and its length.

// jsBegin puts arguments and environment into the guest's memory: argc<<32 | argv, or 0
// if they do not fit, and the guest has ended.
//
//go:wasmimport bushel gojs_begin
//go:noescape
func jsBegin(memory unsafe.Pointer, length uint32) uint64

// jsCall serves the import of that number: 1, or 0 if the guest is to be unwound.
// It enters our exports again.
//
//go:wasmimport bushel gojs_call
func jsCall(index, sp uint32, memory unsafe.Pointer, length uint32) uint32

// jsMemory tells that the guest's memory may have moved.
//
//go:wasmimport bushel gojs_memory
//go:noescape
func jsMemory(memory unsafe.Pointer, length uint32)

// jsNext ends the turn before, and is 1 if there is an event for which resume is
// to be called.
//
//go:wasmimport bushel gojs_next
//go:noescape
func jsNext() uint32

// jsFailed tells that the guest has ended by a trap.
//
//go:wasmimport bushel gojs_failed
//go:noescape
func jsFailed()
