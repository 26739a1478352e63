// Package shell is the shell of Bushel: the program "sh", with the language of
// bash 5.2, job control, and a prompt where its input is a terminal.
//
// A line is parsed by mvdan.cc/sh/v3/syntax. What it means is done here, on
// processes of the kernel: a pipeline's elements, a subshell and a job are
// [kernel.Process]es with fds of their own, an external command is spawned, and
// all else runs in the shell's own process.
//
// The line editor is in package edit below. Commands that are no builtins of a
// shell (ls, cat and the like) do not belong here but in shell/commands.
package shell
