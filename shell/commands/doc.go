// Package commands has the everyday commands: ls, cat, grep, tar and their
// like, each as a program that runs in the kernel.
//
// A command is a [kernel.Main] on the process that it was started in: all it
// reads and writes goes by system calls, so that pipes, signals and limits hold
// for it as for any guest. There is no preemption where the kernel runs, so a
// command never computes for long between two system calls; what might, calls
// tick between its pieces of work.
//
// The shell's own words (cd, export, jobs), everything that changes the shell
// itself, and the kernel's side of things do not belong here.
package commands
