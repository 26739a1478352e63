// Command interp is interp.wasm: the Go half of a process worker whose guest is
// interpreted by wazero. It is fetched only when a guest needs it: where the
// browser cannot let a guest wait, and where a user asks for what only an
// interpreter can do.
package main
