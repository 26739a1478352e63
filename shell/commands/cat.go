package commands

import (
	"errors"
	"fmt"
	"io"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

var catSpec = spec{name: "cat", synopsis: "[OPTION]... [FILE]...", run: runCat, help: `
Print files one after the other; with no FILE or "-", standard input.
  -n, --number            number all lines
  -b, --number-nonblank   number lines that are not empty
  -s, --squeeze-blank     print runs of empty lines as one
  -E, --show-ends         print $ at the end of each line
  -T, --show-tabs         print tabs as ^I
  -v, --show-nonprinting  print control characters as ^X and M-X
  -A, --show-all          as -vET
  -e, -t                  as -vE, -vT`}

func runCat(c *cmd) int {
	f := c.flags()
	cat := catter{c: c, bol: true}
	f.bool(&cat.number, "n|number")
	f.bool(&cat.nonblank, "b|number-nonblank")
	f.bool(&cat.squeeze, "s|squeeze-blank")
	f.bool(&cat.ends, "E|show-ends")
	f.bool(&cat.tabs, "T|show-tabs")
	f.bool(&cat.visible, "v|show-nonprinting")
	f.fn("A|show-all", noArg, func(string) error { cat.visible, cat.ends, cat.tabs = true, true, true; return nil })
	f.fn("e", noArg, func(string) error { cat.visible, cat.ends = true, true; return nil })
	f.fn("t", noArg, func(string) error { cat.visible, cat.tabs = true, true; return nil })
	f.ignore("u")
	files := f.parse()
	plain := !(cat.number || cat.nonblank || cat.squeeze || cat.ends || cat.tabs || cat.visible)
	for _, name := range orStdin(files) {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		if plain {
			// Not by the buffer: what comes in goes out at once.
			err = c.copyTo(&fdWriter{c: c, fd: 1, name: "write error"}, in)
		} else {
			err = c.copyTo(&cat, in)
		}
		in.Close()
		if err != nil && !errors.Is(err, io.EOF) {
			c.fileError(name, err)
			if isErrno(err, errno.EBADF) {
				break
			}
		}
	}
	return 0
}

// catter is the writer that numbers lines and makes bytes visible.
type catter struct {
	c                         *cmd
	number, nonblank, squeeze bool
	ends, tabs, visible       bool
	line                      int
	bol                       bool // at the beginning of a line
	blanks                    int
}

func (t *catter) Write(p []byte) (int, error) {
	out := t.c.out
	for _, b := range p {
		if t.bol {
			if b == '\n' {
				t.blanks++
				if t.squeeze && t.blanks > 1 {
					continue
				}
			} else {
				t.blanks = 0
			}
			if t.nonblank && b != '\n' || t.number && !t.nonblank {
				t.line++
				fmt.Fprintf(out, "%6d\t", t.line)
			}
		}
		t.bol = b == '\n'
		switch {
		case b == '\n':
			if t.ends {
				out.WriteByte('$')
			}
			out.WriteByte(b)
		case b == '\t' && t.tabs:
			out.WriteString("^I")
		case t.visible && b != '\t':
			out.WriteString(visibleByte(b))
		default:
			out.WriteByte(b)
		}
	}
	return len(p), nil
}

func visibleByte(b byte) string {
	s := ""
	if b >= 128 {
		s, b = "M-", b-128
	}
	switch {
	case b < 32:
		return s + "^" + string(rune(b+64))
	case b == 127:
		return s + "^?"
	}
	return s + string(rune(b))
}
