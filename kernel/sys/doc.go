// Package sys is the system-call interface: what a process may ask of the
// kernel, as numbers, six arguments and two buffers, the way a machine does
// it. It is the one road: a guest's ABI, a built-in command, the page and a
// worker at the far end of a link all reach the kernel by a [Request], and
// tracing, limits and permission stand on that road once.
//
// [Caller] is the interface, implemented by a kernel process and by a link.
// [Files] is the small C library on it that commands are written with. The
// wire form of requests and replies, in bus frames, is here too.
//
// What the calls do belongs to package kernel; what a guest's own ABI calls
// them belongs to the ABI.
package sys
