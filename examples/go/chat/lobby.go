package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/examples/go/chat/room"
)

// lobby is the room. What is said waits in a queue for each member, so that one who is slow
// to listen holds up nobody.
type lobby struct {
	room.UnimplementedRoom

	mu      sync.Mutex
	members []*member // in the order in which they came
}

func newLobby() *lobby { return new(lobby) }

// heard is how a member is told of a message.
type heard func(ctx context.Context, message room.Message) error

type member struct {
	room.UnimplementedMember
	lobby *lobby
	nick  string

	// The lobby's lock guards these.
	queue []room.Message
	left  bool
	more  *sync.Cond
}

func (l *lobby) Join(_ context.Context, nick string, fn func(context.Context, room.Message) error) (room.Member, error) {
	m, err := l.join(nick, fn)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (l *lobby) join(nick string, fn heard) (*member, error) {
	if nick == "" {
		return nil, bus.NewError(bus.CodeInvalidArgument, "a member needs a name")
	}
	m := &member{lobby: l, nick: nick, more: sync.NewCond(&l.mu)}
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.members, func(o *member) bool { return o.nick == nick }) {
		return nil, bus.NewError(bus.CodeAlreadyExists, nick+" is in the room already")
	}
	l.tell(nil, room.Message{Text: nick + " joined"})
	l.members = append(l.members, m)
	go m.deliver(fn)
	return m, nil
}

// tell puts a message into the queues of all but one. The lock is held.
func (l *lobby) tell(but *member, message room.Message) (told int) {
	message.At = time.Now().UTC()
	for _, m := range l.members {
		if m != but {
			m.queue = append(m.queue, message)
			m.more.Signal()
			told++
		}
	}
	return told
}

// deliver calls back with each message, until the member has left or hears no more.
func (m *member) deliver(fn heard) {
	for {
		m.lobby.mu.Lock()
		for len(m.queue) == 0 && !m.left {
			m.more.Wait()
		}
		if m.left {
			m.lobby.mu.Unlock()
			return
		}
		message := m.queue[0]
		m.queue = m.queue[1:]
		m.lobby.mu.Unlock()
		_ = fn(context.Background(), message) // who fails to hear it has missed it
	}
}

func (l *lobby) Who(context.Context) ([]string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	nicks := []string{}
	for _, m := range l.members {
		nicks = append(nicks, m.nick)
	}
	return nicks, nil
}

func (m *member) Say(_ context.Context, text string) (int, error) {
	m.lobby.mu.Lock()
	defer m.lobby.mu.Unlock()
	return m.lobby.tell(m, room.Message{From: m.nick, Text: text}), nil
}

func (m *member) Who(ctx context.Context) ([]string, error) { return m.lobby.Who(ctx) }

// Close leaves the room. It is called when the member's holder closes it, or is gone.
func (m *member) Close() error {
	l := m.lobby
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.left {
		return nil
	}
	m.left = true
	m.more.Signal()
	l.members = slices.DeleteFunc(l.members, func(o *member) bool { return o == m })
	l.tell(nil, room.Message{Text: m.nick + " left"})
	return nil
}
