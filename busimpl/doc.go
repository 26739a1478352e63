// Package busimpl makes the package "os" of the bus: what the system offers to the programs
// on it. Each service is a folder of its own, which knows nothing of the others; the
// services of the wasmer_bus crates are there under the names that the crates give them.
//
// The bus itself is package bus, and who may call what is the kernel's affair.
package busimpl
