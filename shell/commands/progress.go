package commands

import (
	"fmt"
	"time"
)

// progress is a line on the terminal that tells how far something has come.
type progress struct {
	c     *cmd
	on    bool
	shown bool
	last  time.Time
}

// newProgress is a line on standard error, if that is a terminal.
func (c *cmd) newProgress(quiet bool) *progress {
	return &progress{c: c, on: !quiet && c.fs.IsTTY(2)}
}

// show tells that done bytes of total have been moved of what; total below zero is
// not known. It is for every piece: most calls print nothing.
func (p *progress) show(what string, done, total int64) {
	now := time.Now()
	if !p.on || p.shown && now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.shown, p.last = true, now
	cols, _, err := p.c.fs.TTYSize(2)
	if err != nil || cols < 30 {
		cols = 80
	}
	text := fmt.Sprintf(" %.1f MB", float64(done)/1e6)
	if total > 0 {
		text = fmt.Sprintf(" %.1f of %.1f MB, %d%%", float64(done)/1e6, float64(total)/1e6, done*100/total)
	}
	if room := cols - 1 - len(text); len([]rune(what)) > room {
		what = "…" + string([]rune(what)[len([]rune(what))-room+1:])
	}
	p.c.fs.Write(2, []byte("\r\x1b[K"+what+text))
}

// clear takes the line away.
func (p *progress) clear() {
	if p.shown {
		p.c.fs.Write(2, []byte("\r\x1b[K"))
		p.shown = false
	}
}
