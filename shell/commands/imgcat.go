package commands

import (
	"encoding/base64"
	"fmt"
	"io"
	"path"
	"regexp"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var imgcatSpec = spec{name: "imgcat", synopsis: "[-w WIDTH] [-H HEIGHT] [FILE]...", run: runImgcat, help: `
Show pictures in the terminal: PNG, JPEG and GIF, of at most 16,777,216 pixels and 12 MiB.
Without FILE, or where it is -, the picture is read from standard input.
  -w, --width WIDTH    how wide it is to be: N columns, Npx pixels, N% of the terminal
  -H, --height HEIGHT  how high: N lines, Npx, N%
Without them it has its own size, and is made smaller where that does not fit.`}

const (
	maxImagePixels = 1 << 24
	maxImageBytes  = 12 << 20
)

func runImgcat(c *cmd) int {
	var width, height string
	f := c.flags()
	f.str(&width, "w|width")
	f.str(&height, "H|height")
	files := orStdin(f.parse())
	size := regexp.MustCompile(`^(auto|[1-9][0-9]{0,4}(px|%)?)?$`)
	for _, given := range []string{width, height} {
		if !size.MatchString(given) {
			c.fail(1, "'%s' is no size: 20, 200px and 50%% are", given)
		}
	}
	for _, name := range files {
		if err := c.showImage(name, width, height); err != nil {
			c.fileError(name, err)
		}
	}
	return c.code
}

// showImage prints a picture by iTerm's sequence, which hands it over as it is.
func (c *cmd) showImage(name, width, height string) error {
	in, err := c.open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if st, err := c.fs.Stat(name); err == nil && st.Type == sys.TypeRegular && st.Size > maxImageBytes {
		return fmt.Errorf("it has %d bytes, which is more than the %d MiB that a terminal takes", st.Size, maxImageBytes>>20)
	}
	data, err := io.ReadAll(io.LimitReader(in, maxImageBytes+1))
	if err != nil {
		return err
	}
	if len(data) > maxImageBytes {
		return fmt.Errorf("it has more than the %d MiB that a terminal takes", maxImageBytes>>20)
	}
	kind, w, h, err := imageSize(data)
	if err == nil && kind == "PNG" {
		err = pngSums(data, c.work)
	}
	if err != nil {
		return err
	}
	if w > maxImagePixels/h {
		return fmt.Errorf("it has %d × %d pixels, which are more than a terminal can show", w, h)
	}
	fit := width
	if fit == "" && height == "" {
		fit = c.imageFit(w)
	}
	fmt.Fprintf(c.out, "\x1b]1337;File=name=%s;inline=1;size=%d", base64.StdEncoding.EncodeToString([]byte(path.Base(name))), len(data))
	for _, field := range [][2]string{{"width", fit}, {"height", height}} {
		if field[1] != "" {
			fmt.Fprintf(c.out, ";%s=%s", field[0], field[1])
		}
	}
	c.out.WriteString(":")
	e := base64.NewEncoder(base64.StdEncoding, c.out)
	for len(data) > 0 {
		n := min(len(data), 48<<10)
		if _, err := e.Write(data[:n]); err != nil {
			return err
		}
		c.work(2 * n)
		data = data[n:]
	}
	if err := e.Close(); err != nil {
		return err
	}
	c.out.WriteString("\a\n")
	return nil
}

// imageCell is taken for the width of a cell, in pixels, which only the terminal knows.
const imageCell = 9

// imageFit is the width of a picture that is wider than the terminal, else empty.
func (c *cmd) imageFit(w int) string {
	if cols, _, err := c.fs.TTYSize(1); err == nil && cols > 0 && w > cols*imageCell {
		return "100%"
	}
	return ""
}
