package edit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// MaxLine bounds a line, in bytes; what is typed beyond is not taken.
const MaxLine = 1 << 16

func (e *Editor) insert(s string) {
	if len(e.line)+len(s) > MaxLine {
		e.screen.out.WriteByte('\a')
		return
	}
	e.line = e.line[:e.cursor] + s + e.line[e.cursor:]
	e.cursor += len(s)
}

func (e *Editor) delete(from, to int) {
	e.line = e.line[:from] + e.line[to:]
	e.cursor = from
}

// cut deletes and keeps what it has deleted. Cuts in a row come together, in
// the order in which they stood.
func (e *Editor) cut(from, to int, again, backward bool) {
	s := e.line[from:to]
	switch {
	case !again:
		e.killed = s
	case backward:
		e.killed = s + e.killed
	default:
		e.killed += s
	}
	e.kills = true
	e.delete(from, to)
}

// left is where the grapheme cluster before offset i begins.
func (e *Editor) left(i int) int {
	// Clusters can only be found from a place that surely begins one.
	start := strings.LastIndexByte(e.line[:i], ' ')
	if start < 0 {
		start = 0
	}
	for rest := e.line[start:]; rest != ""; {
		cluster, after, _, _ := uniseg.FirstGraphemeClusterInString(rest, -1)
		if start+len(cluster) >= i {
			return start
		}
		start += len(cluster)
		rest = after
	}
	return start
}

// right is where the grapheme cluster at offset i ends.
func (e *Editor) right(i int) int {
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(e.line[i:], -1)
	return i + len(cluster)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func (e *Editor) wordLeft(i int) int {
	inWord := false
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(e.line[:i])
		if !wordRune(r) && inWord {
			break
		}
		inWord = inWord || wordRune(r)
		i -= n
	}
	return i
}

func (e *Editor) wordRight(i int) int {
	inWord := false
	for i < len(e.line) {
		r, n := utf8.DecodeRuneInString(e.line[i:])
		if !wordRune(r) && inWord {
			break
		}
		inWord = inWord || wordRune(r)
		i += n
	}
	return i
}

// transpose swaps the two characters around the cursor.
func (e *Editor) transpose() {
	at := e.cursor
	if at == len(e.line) {
		at = e.left(at)
	}
	before := e.left(at)
	if at == 0 || before == at {
		return
	}
	after := e.right(at)
	e.line = e.line[:before] + e.line[at:after] + e.line[before:at] + e.line[after:]
	e.cursor = after
}

func (e *Editor) changeCase(how byte) {
	end := e.wordRight(e.cursor)
	var b strings.Builder
	first := true
	for _, r := range e.line[e.cursor:end] {
		switch {
		case how == 'u', how == 'c' && first && wordRune(r):
			b.WriteRune(unicode.ToUpper(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		first = first && !wordRune(r)
	}
	e.line = e.line[:e.cursor] + b.String() + e.line[end:]
	e.cursor += b.Len()
}

// lastWord inserts the last word of the line before.
func (e *Editor) lastWord() {
	lines := e.History.Lines()
	if len(lines) == 0 {
		return
	}
	words := strings.Fields(lines[len(lines)-1])
	if len(words) > 0 {
		e.insert(words[len(words)-1])
	}
}

// recall shows line at of the history.
func (e *Editor) recall(at int) {
	lines := e.History.Lines()
	if at < 0 || at > len(lines) || at == e.at {
		return
	}
	if e.at == len(lines) {
		e.fresh = e.line
	}
	e.at = at
	if at == len(lines) {
		e.line = e.fresh
	} else {
		e.line = lines[at]
	}
	e.cursor = len(e.line)
}

// up goes to the line above within a command of several, and else back in the
// history.
func (e *Editor) up() {
	start := strings.LastIndexByte(e.line[:e.cursor], '\n')
	if start < 0 {
		e.recall(e.at - 1)
		return
	}
	above := strings.LastIndexByte(e.line[:start], '\n') + 1
	e.toColumn(e.line[start+1:e.cursor], above, start)
}

func (e *Editor) down() {
	end := strings.IndexByte(e.line[e.cursor:], '\n')
	if end < 0 {
		e.recall(e.at + 1)
		return
	}
	start := strings.LastIndexByte(e.line[:e.cursor], '\n') + 1
	below := e.cursor + end + 1
	stop := len(e.line)
	if i := strings.IndexByte(e.line[below:], '\n'); i >= 0 {
		stop = below + i
	}
	e.toColumn(e.line[start:e.cursor], below, stop)
}

// toColumn puts the cursor into the line from start to end, as far to the right
// as before is long.
func (e *Editor) toColumn(before string, start, end int) {
	if e.goal < 0 {
		e.goal = uniseg.StringWidth(before)
	}
	width := 0
	for start < end && width < e.goal {
		cluster, _, w, _ := uniseg.FirstGraphemeClusterInString(e.line[start:end], -1)
		width += w
		start += len(cluster)
	}
	e.cursor = start
}
