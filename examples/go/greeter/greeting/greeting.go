// Package greeting is what the greeter and its callers agree on. The rest of it is
// generated.
package greeting

import (
	"context"
	"iter"
	"time"
)

//go:generate go tool busgen
//go:generate go tool busgen -ts -o greeting.ts

// Tone says how somebody is greeted.
type Tone string

// The tones.
const (
	Plain Tone = "plain"
	Loud  Tone = "loud"
)

// Person is who is greeted.
type Person struct {
	Name string `json:"name"`
	Tone Tone   `json:"tone,omitempty"` // plain if it is missing
}

// Greeter greets people.
//
//bus:service greeter/1
type Greeter interface {
	// Greet says hello to somebody. A name that is empty is an error.
	Greet(ctx context.Context, who Person) (text string, err error)
	// GreetAll says hello to each, and tells progress of how many were greeted.
	GreetAll(ctx context.Context, people []Person, progress func(ctx context.Context, done int) error) (texts []string, err error)
	// Hellos says hello again and again, every so often, until nobody listens.
	Hellos(ctx context.Context, who Person, every time.Duration) (iter.Seq2[string, error], error)
}
