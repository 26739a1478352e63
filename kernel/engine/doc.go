// Package engine runs a WebAssembly module as a guest. There are two engines,
// one result: engine/wazero, which runs everywhere, and engine/browser, the
// page's own WebAssembly at full speed.
//
// Both take the same host functions, written against wazero's api types. A
// host function that has to wait ends in a call of [Suspend], and that is all
// that an ABI has to know of the difference.
//
// What the host functions do belongs to the ABIs; processes and files to the
// kernel.
package engine
