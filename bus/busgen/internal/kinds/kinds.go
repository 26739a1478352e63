// Package kinds declares a service with everything that busgen knows, for its tests: what is
// generated for it is compiled with the rest and called by them.
package kinds

import (
	"context"
	"io"
	"iter"
	"time"
)

//go:generate go tool busgen

// Color is a value of a few.
type Color string

// The colors.
const (
	Red   Color = "red" // like blood
	Green Color = "green"
)

// Level is a number with names.
type Level int8

// The levels.
const (
	Low  Level = -1
	High Level = 1
)

// Base is embedded.
type Base struct {
	ID uint64 `json:"id"`
}

// Thing has fields of all kinds.
type Thing struct {
	Base
	Name   string            `json:"name"` // what it is called
	Color  Color             `json:"color"`
	Level  Level             `json:"level,omitempty"`
	Data   []byte            `json:"data"`
	Sum    [4]byte           `json:"sum"`
	When   time.Time         `json:"when"`
	Wait   time.Duration     `json:"wait"`
	Tags   map[string]string `json:"tags,omitempty"`
	Counts map[int]float64   `json:"counts,omitempty"`
	Parent *Thing            `json:"parent,omitempty"`
	Parts  []Thing           `json:"parts,omitempty"`
	Secret string            `json:"-"`
	note   string            // travels no more than the secret does
}

// Heard is called with each thing.
type Heard func(ctx context.Context, thing Thing, last bool) error

// Kinds has a method of each kind.
//
//bus:service test.kinds/2
type Kinds interface {
	// Echo returns what it gets.
	Echo(ctx context.Context, thing Thing, list []Thing, flag bool) (same Thing, all []Thing, n int, err error)
	// Fail returns an error that wraps the one called by name.
	//
	// Deprecated: it only fails.
	Fail(ctx context.Context, name string) error
	// One has a result without a name.
	One(context.Context) (string, error)
	// Nothing neither takes nor returns anything.
	Nothing(ctx context.Context) error
	// Wait waits until it is given up, and tells what it saw.
	Wait(ctx context.Context) (string, error)
	// Note has no answer.
	//
	//bus:notify
	Note(ctx context.Context, text string) error

	// Each calls back for each of n things, and counts those that were taken.
	Each(ctx context.Context, n int, heard Heard, done func(ctx context.Context) (thanks string, err error)) (taken int, err error)
	// Watch calls back for as long as the watcher lives.
	Watch(ctx context.Context, changed func(ctx context.Context, value int) error) (Watcher, error)
	// Use calls an object of the caller.
	Use(ctx context.Context, cell Cell, add int) (int, error)
	// Nested has a callback with a callback, an object and a stream.
	Nested(ctx context.Context, ask func(ctx context.Context, back func(ctx context.Context, text string) (string, error), lines iter.Seq2[string, error]) (Cell, error)) (string, error)

	// Upload reads all, and counts.
	Upload(ctx context.Context, body io.Reader, limit int) (n int64, err error)
	// Download gives n bytes.
	Download(ctx context.Context, n int) (size int, body io.ReadCloser, err error)
	// Total adds numbers as they come.
	Total(ctx context.Context, numbers iter.Seq2[int, error]) (int, error)
	// Count gives the numbers up to n, and fails at the one called fail.
	Count(ctx context.Context, n, fail int) (iter.Seq2[int, error], error)
	// Convert turns two streams into two others.
	Convert(ctx context.Context, text io.ReadCloser, things iter.Seq2[Thing, error]) (upper io.Reader, names iter.Seq2[string, error], err error)

	// Talk gives a cell, and beside it what it hears, as it comes, and the cell's name.
	Talk(ctx context.Context, say iter.Seq2[string, error]) (name string, cell Cell, heard iter.Seq2[string, error], text io.ReadCloser, err error)

	// URLFor has names that Go or the generated code have a use for.
	URLFor(ctx context.Context, bus string, typed, args, in, err, c, t, s, r, results, func_ string) (nil string, error error)
}

// Cell holds a number.
//
//bus:object
type Cell interface {
	Get(ctx context.Context) (int, error)
	// Add adds to it, and tells each time.
	Add(ctx context.Context, n int, told func(ctx context.Context, before, after int) error) (int, error)
	io.Closer
}

// Watcher is a way into what is watched.
//
//bus:object
type Watcher interface {
	// Set changes the value, of which all watchers are told.
	Set(ctx context.Context, value int) error
	// Cell opens a cell below the watcher, or none.
	Cell(ctx context.Context, none bool) (Cell, error)
	// History gives the values that there were.
	History(ctx context.Context) (iter.Seq2[int, error], error)
	Close() error
}

// Second is another service of the same package, with an object of the first.
//
//bus:service test.second/1
type Second interface {
	Open(ctx context.Context, start int) (Cell, error)
	// Cell is called as what it returns is.
	Cell(ctx context.Context, start int) (Cell, error)
}
