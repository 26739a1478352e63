package browser

import "unsafe"

// The JavaScript half, module "bushel" of the worker's imports.

// jsRun makes the module that the worker holds into an instance, with imports as
// table says, and starts it, with id and arg if id is not 0. The end is told by bushel_ended.
//
//go:wasmimport bushel engine_run
//go:noescape
func jsRun(table unsafe.Pointer, tableLen uint32, start unsafe.Pointer, startLen uint32, stack unsafe.Pointer, id, arg uint32)

// jsResume lets the guest that waits go on, with the result in the stack.
//
//go:wasmimport bushel engine_resume
//go:noescape
func jsResume()

//go:wasmimport bushel mem_size
//go:noescape
func jsMemSize() uint32

//go:wasmimport bushel mem_grow
//go:noescape
func jsMemGrow(pages uint32) int32

// jsMemRead copies n bytes at offset off of the guest's memory to p: 0, or 1 if
// they are not all within it.
//
//go:wasmimport bushel mem_read
//go:noescape
func jsMemRead(off uint32, p unsafe.Pointer, n uint32) uint32

// jsMemWrite is the other way.
//
//go:wasmimport bushel mem_write
//go:noescape
func jsMemWrite(off uint32, p unsafe.Pointer, n uint32) uint32
