// Package browser is the engine that runs guests on the page's own WebAssembly,
// at full speed. Its Go half, here, gives host functions wazero's api types; its
// JavaScript half, web/ts/workers/engine.ts, makes the imports and lets a guest
// wait by JSPI (WebAssembly.Suspending and promising).
//
// A call of a guest goes: import, a JavaScript wrapper that stores the arguments
// in the stack at a known address of Go's memory, the export bushel_host, the
// host function, back. Nothing on this way touches syscall/js.
//
// A worker has one guest at a time, so the state here is the package's.
package browser
