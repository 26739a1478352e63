package edit

import (
	"errors"
	"io"
	"strings"
)

// Config is what an Editor stands on.
type Config struct {
	// Read waits for one byte of input. ErrResize means that the window's size
	// has changed; any other error ends the line.
	Read func() (byte, error)
	// Pending reports whether Read would not wait. The screen is only drawn when
	// it would. nil: never.
	Pending func() bool
	// Write shows text on the terminal.
	Write func(string)
	// Size is the window's size in characters.
	Size func() (cols, rows int)
	// Complete finds what the word that ends at offset cursor of line can become.
	// nil: nothing.
	Complete func(line string, cursor int) Completion
	// History is what the keys up, down and Ctrl-R go through. It must not be nil.
	History *History
}

// Completion is what a word can become.
type Completion struct {
	From  int      // where the word begins in the line
	Words []string // what may stand in its place, as it is to be inserted
	Names []string // what is shown for each in a list; nil: the words
}

// ErrInterrupt is the end of a line by Ctrl-C.
var ErrInterrupt = errors.New("edit: interrupted")

// Editor reads lines. It is used by one goroutine.
type Editor struct {
	Config

	keys   keys
	screen screen

	prompt string
	line   string
	cursor int // offset in line
	at     int // place in the history; len of it: the line that is new
	fresh  string
	killed string // what Ctrl-Y brings back
	kills  bool   // the last key cut, and a further cut is added
	tabs   int    // tabs in a row
	goal   int    // the column that up and down keep to, -1 for none
}

// New makes an editor.
func New(c Config) *Editor {
	e := &Editor{Config: c}
	e.keys.read = c.Read
	return e
}

// ReadLine shows a prompt and reads a line, which comes without the newline at
// its end but may have others within. At the end of the input it returns
// io.EOF, after Ctrl-C ErrInterrupt. The cursor must be at the beginning of a
// line and is there again afterwards.
func (e *Editor) ReadLine(prompt string) (string, error) {
	e.prompt, e.line, e.cursor = prompt, "", 0
	e.at, e.fresh, e.goal, e.tabs = len(e.History.Lines()), "", -1, 0
	e.screen.reset()
	e.screen.cols, _ = e.size()
	e.screen.out.WriteString("\x1b[?2004h")
	for {
		if e.Pending == nil || !e.Pending() {
			e.draw()
		}
		k, err := e.keys.next()
		if errors.Is(err, ErrResize) {
			e.resized()
			continue
		}
		if err != nil {
			e.leave("")
			return "", err
		}
		done, err := e.handle(k)
		if err != nil || done {
			return e.line, err
		}
	}
}

func (e *Editor) size() (cols, rows int) {
	cols, rows = e.Size()
	return max(cols, 2), max(rows, 1)
}

func (e *Editor) draw() {
	e.screen.draw(place(e.prompt, e.line, e.cursor, e.screen.cols))
	if s := e.screen.take(); s != "" {
		e.Write(s)
	}
}

func (e *Editor) resized() {
	cols, _ := e.size()
	if cols == e.screen.cols {
		return
	}
	e.screen.resize(place(e.prompt, e.line, e.cursor, cols), cols)
	e.Write(e.screen.take())
}

// Below goes to the line below what is edited, so that others can print there. It is for
// Read, which then returns ErrResize: the line is drawn again below what they printed.
func (e *Editor) Below() {
	e.resized()
	e.screen.draw(place(e.prompt, e.line, len(e.line), e.screen.cols))
	e.screen.out.WriteString("\r\n")
	e.Write(e.screen.take())
	e.screen.reset()
}

// leave goes below the line, which stays on the screen.
func (e *Editor) leave(tail string) {
	cursor := e.cursor
	e.cursor = len(e.line)
	e.screen.draw(place(e.prompt, e.line, e.cursor, e.screen.cols))
	e.cursor = cursor
	e.screen.out.WriteString(tail + "\r\n\x1b[?2004l")
	e.Write(e.screen.take())
	e.screen.reset()
}

// handle acts on a key. done is the end of the line.
func (e *Editor) handle(k key) (done bool, err error) {
	tabs, kills, goal := e.tabs, e.kills, e.goal
	e.tabs, e.kills, e.goal = 0, false, -1
	switch k.name {
	case "":
		e.insert(string(k.r))
	case "enter":
		e.leave("")
		return true, nil
	case "C-c":
		e.leave("^C")
		return true, ErrInterrupt
	case "C-d":
		if e.line == "" {
			e.leave("")
			return true, io.EOF
		}
		e.delete(e.cursor, e.right(e.cursor))
	case "tab":
		e.tabs = tabs + 1
		e.complete()
	case keyPaste:
		text, err := e.keys.paste()
		if err != nil {
			e.leave("")
			return true, err
		}
		e.insert(text)
	case "C-r":
		return e.search()
	case "C-l":
		e.screen.out.WriteString("\x1b[H\x1b[2J")
		e.screen.reset()
	case keyUp, "C-p":
		e.goal = goal
		e.up()
	case keyDown, "C-n":
		e.goal = goal
		e.down()
	case "M-<":
		e.recall(0)
	case "M->":
		e.recall(len(e.History.Lines()))
	default:
		e.kills = kills
		e.edit(k.name)
	}
	return false, nil
}

// edit acts on the keys that move the cursor or change the line.
func (e *Editor) edit(name string) {
	kills := e.kills
	e.kills = false
	switch name {
	case keyLeft, "C-b":
		e.cursor = e.left(e.cursor)
	case keyRight, "C-f":
		e.cursor = e.right(e.cursor)
	case keyHome, "C-a":
		e.cursor = strings.LastIndexByte(e.line[:e.cursor], '\n') + 1
	case keyEnd, "C-e":
		if i := strings.IndexByte(e.line[e.cursor:], '\n'); i >= 0 {
			e.cursor += i
		} else {
			e.cursor = len(e.line)
		}
	case keyWordLeft:
		e.cursor = e.wordLeft(e.cursor)
	case keyWordRight:
		e.cursor = e.wordRight(e.cursor)
	case "backspace":
		e.delete(e.left(e.cursor), e.cursor)
	case keyDelete:
		e.delete(e.cursor, e.right(e.cursor))
	case "C-k":
		e.cut(e.cursor, len(e.line), kills, false)
	case "C-u":
		e.cut(0, e.cursor, kills, true)
	case "C-w":
		from := e.cursor
		for from > 0 && strings.IndexByte(" \t\n", e.line[from-1]) >= 0 {
			from--
		}
		for from > 0 && strings.IndexByte(" \t\n", e.line[from-1]) < 0 {
			from--
		}
		e.cut(from, e.cursor, kills, true)
	case "M-backspace":
		e.cut(e.wordLeft(e.cursor), e.cursor, kills, true)
	case "M-d":
		e.cut(e.cursor, e.wordRight(e.cursor), kills, false)
	case "C-y":
		e.insert(e.killed)
	case "C-t":
		e.transpose()
	case "M-u", "M-l", "M-c":
		e.changeCase(name[2])
	case "M-.":
		e.lastWord()
	}
}
