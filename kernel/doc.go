// Package kernel is the operating system: processes, file descriptors, pipes,
// terminals, signals, and the table of system calls through which all of it is
// reached.
//
// A process is either a program in the kernel ([Main], registered by name and
// found in /bin) or a guest that a [Machine] runs. Both have the same table:
// [Process.Start] begins a call and answers at once what need not wait;
// [Process.Syscall] waits for the end. What waits is a call on the queues of what
// it waits for; a wake-up tries it again. There is no polling and no goroutine
// per waiting call.
//
// One lock guards everything that lives: processes, descriptors, pipes and
// terminals. It is never held while code of others runs: file systems, machines,
// continuations and programs are called without it.
//
// File systems belong to package vfs, the numbers and records of the calls to
// package sys, guests' own ABIs and the running of modules to their packages.
package kernel
