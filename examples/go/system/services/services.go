// Package services has services of the package os as Go interfaces, for which busgen writes
// the clients. The READMEs of their folders in busimpl say what they do.
package services

import (
	"context"
	"io"
	"iter"
)

//go:generate go tool busgen

// Size is that of a terminal.
type Size struct {
	Cols int `json:"cols"`
	Rows int `json:"rows"`
}

// TTY is the caller's controlling terminal.
//
//bus:service os.tty/1
type TTY interface {
	// Info tells of the terminal, if there is one, and of the caller's output.
	Info(ctx context.Context) (terminal, stdout, stderr, raw bool, colours, cols, rows int, err error)
	// Sizes tells the size now and after each change.
	Sizes(ctx context.Context) (sizes iter.Seq2[Size, error], err error)
	// Raw has keys come as they are typed until the mode is closed.
	Raw(ctx context.Context) (mode Mode, err error)
	// SetTitle sets the terminal's title.
	SetTitle(ctx context.Context, title string) error
}

// Mode is a mode of the terminal that is in force.
//
//bus:object
type Mode interface {
	Close() error
}

// Log is the system's log.
//
//bus:service os.log/1
type Log interface {
	// Level is the lowest level that is kept: -4 is debug, 0 info, 4 warn, 8 error.
	Level(ctx context.Context) (level int, name string, err error)
	// Log writes an entry.
	Log(ctx context.Context, level int, message string, attrs map[string]string) error
}

// Process starts programs.
//
//bus:service os.process/1
type Process interface {
	// Spawn starts the program path.
	Spawn(ctx context.Context, path string, args, env []string, cwd, stdin, stdout, stderr, left string,
		input io.Reader) (id int, child Child, output, errors io.ReadCloser, err error)
}

// Child is a program that was started.
//
//bus:object
type Child interface {
	// Wait waits for the child's end.
	Wait(ctx context.Context) (code int, signal string, err error)
	// Kill sends a signal.
	Kill(ctx context.Context, signal string) error
	Close() error
}
