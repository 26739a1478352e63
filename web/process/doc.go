// Command process is process.wasm: the Go half of a process worker whose guest
// runs on the browser's own WebAssembly. It has the process's end of the link and
// the ABIs; it starts no goroutine, so that a system call costs no switch.
//
// What an interpreted guest needs is in command interp.
package main
