// Package klog is the system's log: a ring of what the kernel, its services and guests
// have said, each entry with who said it. All of it goes one road, [log/slog]: [Log.Logger]
// is what kernel and services write to, and the attributes "pid", "module" and "call" become fields of
// the entry. Reading is by number, so that a reader knows what it has missed.
//
// What is said at which occasion belongs to who says it, and how it is shown to the
// commands; nothing here knows of processes or terminals.
package klog

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

const (
	// Entries is how many entries the ring holds at most.
	Entries = 4096
	// maxBytes is how long all texts in the ring may be in sum.
	maxBytes = 1 << 20
	// maxText is how long the text of one entry may be; the rest is cut off.
	maxText = 4096
)

// Off is above the level of every entry.
const Off = slog.Level(1 << 20)

// Entry is something that was said.
type Entry struct {
	// Number is one more than that of the entry before; the first is 1.
	Number uint64     `json:"number"`
	Time   time.Time  `json:"time"`
	Level  slog.Level `json:"level"`
	// PID is the process that it is about or that said it, 0 for none.
	PID int `json:"pid,omitempty"`
	// Module is the part of the system or the program that said it.
	Module string `json:"module,omitempty"`
	// Call is the number of the call on the bus in whose service it was said, 0 for none.
	Call uint64 `json:"call,omitempty"`
	// Text is what was said, with further attributes as name=value behind it.
	Text string `json:"text"`
}

// Log is the ring. Its methods may be used by several goroutines at once; none of them
// waits but Wait.
type Log struct {
	console func(Entry)
	level   slog.LevelVar // what is below it is not kept
	shown   slog.LevelVar // what is at least that goes to the console

	mu    sync.Mutex
	ring  []Entry // the oldest first, from index first
	first int
	last  uint64
	bytes int
	more  chan struct{} // closed by the next entry; nil if nobody waits
}

// New is an empty log that keeps every level. console gets the entries that are to be
// shown where a developer looks, once ShowOn says which; it must not log. It may be nil.
func New(console func(Entry)) *Log {
	l := &Log{console: console}
	l.level.Set(slog.LevelDebug)
	l.shown.Set(Off)
	return l
}

// Level is the lowest level that is kept. A program need not prepare what is below it.
func (l *Log) Level() slog.Level { return l.level.Level() }

// SetLevel sets Level.
func (l *Log) SetLevel(level slog.Level) { l.level.Set(level) }

// Console is the lowest level that goes to the console, Off if none does.
func (l *Log) Console() slog.Level { return l.shown.Level() }

// ShowOn sets Console.
func (l *Log) ShowOn(level slog.Level) { l.shown.Set(level) }

// Add puts an entry into the ring; its number is given to it, and its time if it has none.
func (l *Log) Add(e Entry) {
	if e.Level < l.Level() {
		return
	}
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	e.Text = oneLine(e.Text)
	l.mu.Lock()
	l.last++
	e.Number = l.last
	l.ring = append(l.ring, e)
	l.bytes += len(e.Text)
	for l.bytes > maxBytes || len(l.ring)-l.first > Entries {
		l.bytes -= len(l.ring[l.first].Text)
		l.ring[l.first] = Entry{}
		l.first++
	}
	if l.first >= Entries {
		l.ring = l.ring[:copy(l.ring, l.ring[l.first:])]
		l.first = 0
	}
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	l.mu.Unlock()
	if l.console != nil && e.Level >= l.Console() {
		l.console(e)
	}
}

// oneLine keeps what a program says from looking like what another one does.
func oneLine(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + "..."
	}
	return strings.Map(func(r rune) rune {
		if r != '\t' && errno.Unprintable(r) {
			return ' '
		}
		return r
	}, strings.TrimRight(text, "\r\n"))
}

// Since is the entries after the number after, and how many of those are lost: the ring
// has forgotten them.
func (l *Log) Since(after uint64) (list []Entry, lost uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	kept := l.ring[l.first:]
	oldest := l.last - uint64(len(kept)) // the number before the first that is kept
	if after >= l.last {
		return nil, 0
	}
	if after < oldest {
		lost, after = oldest-after, oldest
	}
	return append(list, kept[after-oldest:]...), lost
}

// Wait waits for an entry after the number after, until ctx is done.
func (l *Log) Wait(ctx context.Context, after uint64) error {
	l.mu.Lock()
	if l.last > after {
		l.mu.Unlock()
		return nil
	}
	if l.more == nil {
		l.more = make(chan struct{})
	}
	more := l.more
	l.mu.Unlock()
	select {
	case <-more:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
