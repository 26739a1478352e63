// Package room is what a chat room and those who join it agree on. The rest of it is
// generated.
package room

import (
	"context"
	"time"
)

//go:generate go tool busgen
//go:generate go tool busgen -ts -o room.ts

// Message is something that was said, or that the room itself tells: then From is empty.
type Message struct {
	From string    `json:"from,omitempty"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Room is where people talk.
//
//bus:service chat/1
type Room interface {
	// Join enters the room under a name, which must be free. heard is called with what is
	// said, message by message, for as long as the member lives.
	Join(ctx context.Context, nick string, heard func(ctx context.Context, message Message) error) (Member, error)
	// Who lists those who are in the room.
	Who(ctx context.Context) (nicks []string, err error)
}

// Member is somebody's place in a room. To close it is to leave.
//
//bus:object
type Member interface {
	// Say tells all others, and counts them.
	Say(ctx context.Context, text string) (told int, err error)
	// Who lists those who are in the room.
	Who(ctx context.Context) (nicks []string, err error)
	Close() error
}
