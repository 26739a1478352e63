// Package bus is the invocation bus: the frames that cross a link, and what
// they mean. A link is any ordered, reliable pipe of messages between two
// peers; in the page it is a MessagePort between a process worker and the
// kernel worker, and a system call is a bus call on a reserved service.
//
// Names, formats, sessions, callbacks, streams and the Go SDK belong here.
// Processes, files, ttys and everything else that an operating system has do
// not: package bus imports nothing of this project.
package bus
