//go:build js

// Command missing imports what nobody provides.
package main

//go:wasmimport env missing
func missing()

func main() { missing() }
