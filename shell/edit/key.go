package edit

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// key is what was pressed: a character, or the name of a key.
type key struct {
	name string // "" for a character
	r    rune
}

// The names of keys. Control keys are "C-" and the letter, those with Alt "M-".
const (
	keyUp, keyDown, keyLeft, keyRight = "up", "down", "left", "right"
	keyHome, keyEnd, keyDelete        = "home", "end", "delete"
	keyWordLeft, keyWordRight         = "M-b", "M-f"
	keyPaste                          = "paste" // what follows is pasted text
	keyUnknown                        = "?"
)

// ErrResize is what Config.Read returns when the size of the window has changed.
var ErrResize = errors.New("edit: window resized")

// keys turns bytes into keys.
type keys struct {
	read func() (byte, error)
}

// next waits for a key.
func (k *keys) next() (key, error) {
	c, err := k.read()
	if err != nil {
		return key{}, err
	}
	switch {
	case c == 27:
		return k.escape()
	case c == 127 || c == 8:
		return key{name: "backspace"}, nil
	case c == '\r' || c == '\n':
		return key{name: "enter"}, nil
	case c == '\t':
		return key{name: "tab"}, nil
	case c < ' ':
		return key{name: "C-" + strings.ToLower(string(rune(c)+'@'))}, nil
	case c < utf8.RuneSelf:
		return key{r: rune(c)}, nil
	}
	return k.char(c)
}

// more reads a byte within a key, over which a change of the window does not go.
func (k *keys) more() (byte, error) {
	for {
		c, err := k.read()
		if !errors.Is(err, ErrResize) {
			return c, err
		}
	}
}

func (k *keys) char(c byte) (key, error) {
	buf := []byte{c}
	for !utf8.FullRune(buf) {
		c, err := k.more()
		if err != nil {
			return key{}, err
		}
		buf = append(buf, c)
	}
	r, _ := utf8.DecodeRune(buf)
	return key{r: r}, nil
}

// escape reads what follows ESC: a sequence of the terminal, or a key with Alt.
func (k *keys) escape() (key, error) {
	c, err := k.more()
	if err != nil {
		return key{}, err
	}
	switch {
	case c == '[':
		return k.sequence()
	case c == 'O':
		if c, err = k.more(); err != nil {
			return key{}, err
		}
		return final("", c), nil
	case c == 127 || c == 8:
		return key{name: "M-backspace"}, nil
	case c == 27:
		return key{name: keyUnknown}, nil
	case c < ' ' || c >= utf8.RuneSelf:
		return key{name: keyUnknown}, nil
	}
	return key{name: "M-" + strings.ToLower(string(rune(c)))}, nil
}

// maxSequence bounds the parameters of a sequence, in bytes.
const maxSequence = 32

func (k *keys) sequence() (key, error) {
	var params []byte
	for len(params) < maxSequence {
		c, err := k.more()
		if err != nil {
			return key{}, err
		}
		if '@' <= c && c <= '~' {
			return final(string(params), c), nil
		}
		params = append(params, c)
	}
	return key{name: keyUnknown}, nil
}

// final is the key of a sequence with its last byte.
func final(params string, c byte) key {
	code, modifier, _ := strings.Cut(params, ";")
	// The modifier is 1 plus 1 for shift, 2 for Alt, 4 for Ctrl.
	word := modifier != "" && modifier != "1" && modifier != "2"
	switch c {
	case 'A':
		return key{name: keyUp}
	case 'B':
		return key{name: keyDown}
	case 'C':
		if word {
			return key{name: keyWordRight}
		}
		return key{name: keyRight}
	case 'D':
		if word {
			return key{name: keyWordLeft}
		}
		return key{name: keyLeft}
	case 'H':
		return key{name: keyHome}
	case 'F':
		return key{name: keyEnd}
	case '~':
		switch code {
		case "1", "7":
			return key{name: keyHome}
		case "4", "8":
			return key{name: keyEnd}
		case "3":
			if word {
				return key{name: "M-d"}
			}
			return key{name: keyDelete}
		case "200":
			return key{name: keyPaste}
		}
	}
	return key{name: keyUnknown}
}

// pasteEnd ends pasted text.
const pasteEnd = "\x1b[201~"

// maxPaste bounds pasted text, in bytes.
const maxPaste = 1 << 20

// paste reads pasted text.
func (k *keys) paste() (string, error) {
	var b strings.Builder
	tail := ""
	for b.Len() < maxPaste {
		c, err := k.more()
		if err != nil {
			return "", err
		}
		b.WriteByte(c)
		if tail += string([]byte{c}); len(tail) > len(pasteEnd) {
			tail = tail[1:]
		}
		if tail == pasteEnd {
			break
		}
	}
	s := strings.TrimSuffix(b.String(), pasteEnd)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n"), nil
}
