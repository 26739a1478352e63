// Package bus is the invocation bus: the frames that cross a link, what they mean,
// and the two ends of one. A link is any ordered, reliable pipe between two peers: a
// MessagePort, a WebSocket, the file /dev/bus. A [Conn] is one end of it; calls, objects,
// callbacks and streams go over it in both directions. SPEC.md beside this file is the
// specification. (The system calls of a process worker use the same frames, on a link
// of their own; see package kernel/link.)
//
// It is also what Go programs that run on the kernel use, so it is small. Names,
// formats, errors, sessions and links belong here. Processes, files, ttys and everything
// else that an operating system has do not, nor do codecs of values: package bus imports
// nothing of this project.
package bus
