package commands

import (
	"encoding/base64"
	"io"
)

var base64Spec = spec{name: "base64", synopsis: "[OPTION]... [FILE]", run: runBase64, help: `
Write bytes as base64, or read it.
  -d, --decode          read it
  -i, --ignore-garbage  skip what is no base64
  -w, --wrap=N          lines of N characters (76); 0: one line`}

func runBase64(c *cmd) int {
	f := c.flags()
	var decode, garbage bool
	wrap := 76
	f.bool(&decode, "d|D|decode")
	f.bool(&garbage, "i|ignore-garbage")
	f.int(&wrap, "w|wrap")
	files := orStdin(f.parse())
	c.operands(files, 1, 1)
	in, err := c.open(files[0])
	if err != nil {
		c.fail(1, "%s: %s", files[0], reason(err))
	}
	if decode {
		clean := &base64Reader{in: in, garbage: garbage}
		if err := c.copyTo(c.out, base64.NewDecoder(base64.StdEncoding, clean)); err != nil {
			c.fail(1, "invalid input")
		}
		return 0
	}
	w := &wrapper{w: c.out, width: wrap}
	e := base64.NewEncoder(base64.StdEncoding, w)
	if err := c.copyTo(e, in); err != nil {
		c.fileError(files[0], err)
	}
	e.Close()
	if w.column > 0 && wrap > 0 {
		c.out.WriteByte('\n')
	}
	return 0
}

// base64Reader leaves out newlines and, if it is to, all that is no base64.
type base64Reader struct {
	in      io.Reader
	garbage bool
}

func (r *base64Reader) Read(p []byte) (int, error) {
	for {
		n, err := r.in.Read(p)
		kept := p[:0]
		for _, b := range p[:n] {
			known := isAlpha(b) || '0' <= b && b <= '9' || b == '+' || b == '/' || b == '='
			if b != '\n' && b != '\r' && (known || !r.garbage) {
				kept = append(kept, b)
			}
		}
		if len(kept) > 0 || err != nil {
			return len(kept), err
		}
	}
}

// wrapper breaks what is written into lines.
type wrapper struct {
	w             io.Writer
	width, column int
}

func (w *wrapper) Write(p []byte) (int, error) {
	if w.width == 0 {
		return w.w.Write(p)
	}
	n := len(p)
	for len(p) > 0 {
		part := p[:min(len(p), w.width-w.column)]
		w.w.Write(part)
		w.column += len(part)
		p = p[len(part):]
		if w.column == w.width {
			w.w.Write([]byte{'\n'})
			w.column = 0
		}
	}
	return n, nil
}
