package commands

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// What xxd, hexdump and od share.

// readRow fills row as far as the input goes.
func readRow(r io.Reader, row []byte) ([]byte, error) {
	n, err := io.ReadFull(r, row)
	if err == io.ErrUnexpectedEOF {
		err = nil
	}
	return row[:n], err
}

// concat reads files one after the other.
func (c *cmd) concat(files []string) io.Reader {
	var list []io.Reader
	for _, name := range orStdin(files) {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		list = append(list, newLines(in, '\n').r)
	}
	return io.MultiReader(list...)
}

// limit is r without its first skip bytes, and of the rest length bytes, unless that
// is below zero.
func (c *cmd) limit(r io.Reader, skip, length int64) io.Reader {
	if skip > 0 {
		c.copyTo(io.Discard, io.LimitReader(r, skip))
	}
	if length >= 0 {
		return io.LimitReader(r, length)
	}
	return r
}

// countFlag declares an option with a number that may be 0x and have a suffix.
func countFlag(f *flags, v *int64, names string) {
	f.fn(names, needArg, func(s string) (err error) {
		if strings.HasPrefix(s, "0x") {
			_, err = fmt.Sscanf(s, "0x%x", v)
			return err
		}
		*v, err = parseCount(s)
		return err
	})
}

func printable(row []byte) string {
	return string(bytes.Map(func(r rune) rune {
		if r < 32 || r > 126 {
			return '.'
		}
		return r
	}, latin1(row)))
}

// latin1 makes a character of each byte.
func latin1(p []byte) []byte {
	var b []byte
	for _, ch := range p {
		if ch >= 0x80 {
			ch = 0
		}
		b = append(b, ch)
	}
	return b
}

// dumpRows calls row for each 16 bytes, with a * for those that are as the row before,
// and last with nil and the end.
func (c *cmd) dumpRows(in io.Reader, at int64, verbose bool, row func(at int64, p []byte)) {
	buf, prev, starred := make([]byte, 16), []byte(nil), false
	any := false
	for {
		p, err := readRow(in, buf)
		if err != nil || len(p) == 0 {
			break
		}
		c.tick()
		any = true
		if !verbose && len(p) == 16 && bytes.Equal(p, prev) {
			if !starred {
				c.out.WriteString("*\n")
			}
			starred = true
		} else {
			row(at, p)
			starred = false
			prev = append(prev[:0], p...)
		}
		at += int64(len(p))
	}
	if any || c.name == "od" {
		row(at, nil)
	}
}

// word is a little-endian number of size bytes; what is missing is 0.
func word(p []byte, size int) uint64 {
	var b [8]byte
	copy(b[:size], p)
	return binary.LittleEndian.Uint64(b[:])
}
