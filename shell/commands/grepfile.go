package commands

import (
	"bytes"
	"io"
	"strconv"
)

// The colours are GNU's.
const (
	colorMatch = "\x1b[01;31m\x1b[K"
	colorName  = "\x1b[35m\x1b[K"
	colorLine  = "\x1b[32m\x1b[K"
	colorSep   = "\x1b[36m\x1b[K"
	colorEnd   = "\x1b[m\x1b[K"
)

// heldLine is a line that is printed if a match follows soon.
type heldLine struct {
	text []byte
	num  int
	off  int64
}

// search is the state of going through one file.
type search struct {
	g       *grepper
	name    string
	held    []heldLine
	after   int // lines still to be printed after a match
	last    int // the number of the line printed last
	matches int
}

// file searches one file.
func (g *grepper) file(name string) {
	in, err := g.c.open(name)
	if err != nil {
		g.complain(name, err)
		return
	}
	defer in.Close()
	s := search{g: g, name: name}
	if name == "-" {
		s.name = "(standard input)"
	}
	if g.max == 0 {
		return
	}
	l := newLines(in, g.delim)
	binary := false
	if !g.text {
		l.r.Peek(1)
		head, _ := l.r.Peek(min(l.r.Buffered(), 32<<10))
		binary = g.delim != 0 && bytes.IndexByte(head, 0) >= 0
		if binary && g.skipBinary {
			return
		}
	}
	brief := g.quiet || g.list || g.listWithout
	num, off := 0, int64(0)
	for {
		line, ended, err := l.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			g.complain(name, err)
			break
		}
		g.c.work(tickUnits + len(s.held)/2)
		num++
		if g.m.match(line) != g.invert {
			s.matches++
			if brief {
				break
			}
			if binary && !g.count {
				break
			}
			if !g.count {
				s.found(line, num, off)
			}
			if s.matches == g.max {
				s.trail(l, num, off+int64(len(line))+1)
				break
			}
		} else if !g.count && !binary {
			s.context(line, num, off)
		}
		off += int64(len(line))
		if ended {
			off++
		}
	}
	s.end(binary)
}

func (s *search) end(binary bool) {
	g := s.g
	if s.matches > 0 {
		g.matched = true
	}
	out := g.c.out
	switch {
	case g.quiet:
		if g.matched {
			g.c.exit(0)
		}
	case g.list || g.listWithout:
		if g.listWithout {
			g.matched = g.listed || s.matches == 0
			g.listed = g.matched
		}
		if (s.matches > 0) == g.list {
			s.printName()
			if g.zeroName {
				out.WriteByte(0)
			} else {
				out.WriteByte('\n')
			}
		}
	case g.count:
		if g.names {
			s.printName()
			s.sep(":", true)
		}
		out.WriteString(strconv.Itoa(s.matches) + "\n")
	case binary && s.matches > 0:
		g.c.errorf("%s: binary file matches", s.name)
	}
}

// found prints a line that matches, with what is held back before it.
func (s *search) found(line []byte, num int, off int64) {
	for _, h := range s.held {
		s.line(h.text, h.num, h.off, false)
	}
	s.held = s.held[:0]
	s.line(line, num, off, true)
	s.after = s.g.after
}

// context is told of a line that does not match.
func (s *search) context(line []byte, num int, off int64) {
	if s.after > 0 {
		s.after--
		s.line(line, num, off, false)
		return
	}
	if s.g.before == 0 {
		return
	}
	if len(s.held) == s.g.before {
		s.held = append(s.held[:0], s.held[1:]...)
	}
	s.held = append(s.held, heldLine{append([]byte(nil), line...), num, off})
}

// trail prints the context after the last match that is wanted.
func (s *search) trail(l *lines, num int, off int64) {
	for s.after > 0 {
		line, _, err := l.next()
		if err != nil || s.g.m.match(line) != s.g.invert {
			return
		}
		num++
		s.after--
		s.line(line, num, off, false)
		off += int64(len(line)) + 1
	}
}

// line prints a line of the input, one that matches or one around it.
func (s *search) line(line []byte, num int, off int64, match bool) {
	g, out := s.g, s.g.c.out
	if (g.before > 0 || g.after > 0) && s.last > 0 && num > s.last+1 || s.last == 0 && g.matched && (g.before > 0 || g.after > 0) {
		s.sep("--", false)
		out.WriteByte('\n')
	}
	s.last = num
	if g.only {
		if !match || g.invert {
			return
		}
		for _, at := range g.m.all(line) {
			if at[0] == at[1] {
				continue
			}
			s.prefix(num, off+int64(at[0]), ":")
			s.colored(colorMatch, line[at[0]:at[1]])
			out.WriteByte(g.delim)
		}
		return
	}
	sep := "-"
	if match {
		sep = ":"
	}
	s.prefix(num, off, sep)
	if g.color && match != g.invert {
		at := 0
		for _, m := range g.m.all(line) {
			if m[0] < m[1] {
				out.Write(line[at:m[0]])
				s.colored(colorMatch, line[m[0]:m[1]])
				at = m[1]
			}
		}
		line = line[at:]
	}
	out.Write(line)
	out.WriteByte(g.delim)
}

func (s *search) prefix(num int, off int64, sep string) {
	g := s.g
	if g.names {
		s.printName()
		s.sep(sep, true)
	}
	number := func(n int64) {
		s.colored(colorLine, strconv.AppendInt(nil, n, 10))
		s.sep(sep, false)
	}
	if g.numbers {
		number(int64(num))
	}
	if g.offsets {
		number(off)
	}
}

func (s *search) printName() { s.colored(colorName, []byte(s.name)) }

// sep prints a separator; the one after a name may be a NUL.
func (s *search) sep(text string, name bool) {
	if name && s.g.zeroName {
		text = "\x00"
	}
	s.colored(colorSep, []byte(text))
}

func (s *search) colored(color string, text []byte) {
	out := s.g.c.out
	if !s.g.color {
		out.Write(text)
		return
	}
	out.WriteString(color)
	out.Write(text)
	out.WriteString(colorEnd)
}
