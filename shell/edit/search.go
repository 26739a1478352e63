package edit

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// search is Ctrl-R: the history is searched backwards for what is typed. A key
// that means nothing here ends the search and acts on the line that was found.
func (e *Editor) search() (done bool, err error) {
	prompt, line, cursor := e.prompt, e.line, e.cursor
	query := ""
	lines := e.History.Lines()
	at := len(lines)
	failed := false
	find := func(from int) {
		for i := min(from, len(lines)-1); i >= 0; i-- {
			if k := strings.LastIndex(lines[i], query); k >= 0 {
				at, failed = i, false
				e.line, e.cursor = lines[i], k
				return
			}
		}
		failed = true
	}
	for {
		e.prompt = "(reverse-i-search)`" + query + "': "
		if failed {
			e.prompt = "(failed reverse-i-search)`" + query + "': "
		}
		e.draw()
		k, err := e.keys.next()
		if errors.Is(err, ErrResize) {
			e.resized()
			continue
		}
		if err != nil {
			e.leave("")
			return true, err
		}
		switch k.name {
		case "":
			query += string(k.r)
			find(at)
		case "C-r":
			if query != "" {
				find(at - 1)
			}
		case "backspace":
			_, n := utf8.DecodeLastRuneInString(query)
			query = query[:len(query)-n]
			at = len(lines)
			if query == "" {
				e.line, e.cursor, failed = line, cursor, false
			} else {
				find(at)
			}
		case "C-g", "C-c":
			e.prompt, e.line, e.cursor = prompt, line, cursor
			return false, nil
		default:
			e.prompt = prompt
			if at < len(lines) {
				e.at = at
			}
			if k.name == keyUnknown {
				return false, nil
			}
			return e.handle(k)
		}
	}
}
