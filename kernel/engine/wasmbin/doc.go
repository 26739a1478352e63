// Package wasmbin reads the outside of a WebAssembly module: what it imports
// and exports, its memories and its custom sections. It executes nothing and
// does not look into code, so it is fast, and it takes any bytes.
//
// It is for deciding what a module wants before an engine is asked. Whether
// the module is valid is the engine's to say.
package wasmbin
