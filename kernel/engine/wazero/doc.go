// Package wazero is the engine that runs everywhere: natively it compiles
// modules or, if it is asked to, interprets them; in a page, which has no
// place for machine code, it interprets.
//
// A guest that waits parks its goroutine. A guest is ended by its context,
// also in the midst of a loop.
package wazero
