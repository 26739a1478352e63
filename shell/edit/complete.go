package edit

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxNames is how many possibilities are listed.
const maxNames = 200

// complete inserts what all possibilities have in common, and lists them when
// there is nothing more to insert and tab is pressed again.
func (e *Editor) complete() {
	if e.Complete == nil {
		return
	}
	c := e.Complete(e.line, e.cursor)
	if len(c.Words) == 0 || c.From < 0 || c.From > e.cursor {
		e.screen.out.WriteByte('\a')
		return
	}
	word := common(c.Words)
	if len(c.Words) == 1 || len(word) > e.cursor-c.From {
		e.delete(c.From, e.cursor)
		e.insert(word)
		e.tabs = 0
		return
	}
	if e.tabs < 2 {
		e.screen.out.WriteByte('\a')
		return
	}
	names := c.Names
	if names == nil {
		names = c.Words
	}
	e.list(names)
}

// common is the longest prefix of all words.
func common(words []string) string {
	prefix := words[0]
	for _, w := range words[1:] {
		n := 0
		for n < len(prefix) && n < len(w) && prefix[n] == w[n] {
			n++
		}
		prefix = prefix[:n]
	}
	for prefix != "" && !utf8.ValidString(prefix) {
		prefix = prefix[:len(prefix)-1]
	}
	return prefix
}

// list shows names in columns below the line, and the line again below them.
func (e *Editor) list(names []string) {
	e.screen.move(e.screen.old.row, e.screen.old.col)
	e.screen.out.WriteString("\r\n")
	more := len(names) - maxNames
	if more > 0 {
		names = names[:maxNames]
	}
	width := 0
	for _, n := range names {
		width = max(width, uniseg.StringWidth(n)+2)
	}
	columns := max(e.screen.cols/width, 1)
	rows := (len(names) + columns - 1) / columns
	for r := range rows {
		for c := range columns {
			i := c*rows + r
			if i >= len(names) {
				break
			}
			n := names[i]
			e.screen.out.WriteString(n)
			if i+rows < len(names) && c+1 < columns {
				e.screen.out.WriteString(strings.Repeat(" ", width-uniseg.StringWidth(n)))
			}
		}
		e.screen.out.WriteString("\r\n")
	}
	if more > 0 {
		e.screen.out.WriteString(fmt.Sprintf("and %d more\r\n", more))
	}
	e.screen.reset()
}
