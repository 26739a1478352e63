package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/bus"
)

// Keys that the player answers to.
const (
	keyPause = ' '
	keyQuit  = 'q'
	keyBack  = 'D'
	keyOn    = 'C'
	keyUp    = 'A'
	keyDown  = 'B'
)

// terminal is the program's terminal, if it has one: keys one by one, and a line at the bottom.
type terminal struct {
	keys chan byte
	raw  *bus.Session
	cols int
	bar  bool // standard error is on it
}

// openTerminal takes the terminal until close. Without one, nothing ever comes and nothing is shown.
func openTerminal(ctx context.Context, conn *bus.Conn) *terminal {
	t := &terminal{keys: make(chan byte), cols: 80}
	var info struct {
		Terminal bool `json:"terminal"`
		Stderr   bool `json:"stderr"`
		Cols     int  `json:"cols"`
	}
	if _, err := invoke(ctx, conn.Package("os"), "os.tty/1.Info", map[string]any{}, &info); err != nil || !info.Terminal {
		return t
	}
	t.bar = info.Stderr
	if info.Cols > 0 {
		t.cols = info.Cols
	}
	f, err := openTTY()
	if err != nil {
		return t
	}
	// In the background it may not be changed, and gives no keys.
	if t.raw, err = invoke(ctx, conn.Package("os"), "os.tty/1.Raw", map[string]any{}, nil); err == nil {
		go t.read(f)
	}
	return t
}

// read hands on keys, arrows as the last letter of their sequences.
func (t *terminal) read(f *os.File) {
	b := make([]byte, 64)
	for {
		n, err := f.Read(b)
		if err != nil {
			return
		}
		text := strings.NewReplacer("\x1b[", "", "\x1bO", "").Replace(string(b[:n]))
		for i := range len(text) {
			key := text[i]
			if key == 3 || key == 4 || key == 'Q' { // ^C and ^D
				key = keyQuit
			}
			t.keys <- key
		}
	}
}

func (t *terminal) close() {
	if t.raw != nil {
		t.raw.Close()
	}
	if t.bar {
		fmt.Fprint(os.Stderr, "\r\n")
	}
}

// show draws the line: what is played, how far it is, and how loud.
func (t *terminal) show(title string, st state, at, total time.Duration, volume int) {
	if !t.bar {
		return
	}
	mark := "▶"
	switch {
	case st.Waiting:
		mark = "…"
	case st.Paused:
		mark = "⏸"
	}
	times := clock(at)
	if total > 0 {
		times += " / " + clock(total)
	}
	if volume != 100 {
		times += fmt.Sprintf("  %d%%", volume)
	}
	room := t.cols - 8 - len(times)
	name := []rune(title)
	if width := room - 22; total > 0 && len(name) > max(width, 0) {
		name = append(name[:max(width-1, 0)], '…')
	}
	line := fmt.Sprintf("%s %s  ", mark, string(name))
	if width := min(room-len(name)-4, 40); total > 0 && width >= 5 {
		full := int(float64(width) * min(1, float64(at)/float64(total)))
		line += "[" + strings.Repeat("=", full) + strings.Repeat(" ", width-full) + "] "
	}
	fmt.Fprintf(os.Stderr, "\r%s%s\x1b[K", line, times)
}

// clock is a time as a clock shows it.
func clock(d time.Duration) string {
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}
