// Package edit is the line editor of the shell's prompt: one line (or a command
// of several) is read from a terminal in raw mode and drawn as it is edited,
// with history, search and completion.
//
// It knows keys and the screen. What a line means, where completions come from
// and how the terminal is reached is the caller's business.
package edit
