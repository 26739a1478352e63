// Package guest is what the two programs of a process worker share: the process's
// end of the link, the end of a guest, and the system calls of an ABI that is
// written in TypeScript (GOOS=js guests).
//
// Engines and ABIs are chosen by the programs, commands process and interp.
package guest
