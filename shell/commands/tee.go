package commands

import (
	"io"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var teeSpec = spec{name: "tee", synopsis: "[OPTION]... [FILE]...", run: runTee, help: `
Copy standard input to each file and to standard output.
  -a, --append             add to the files
  -i, --ignore-interrupts  go on when interrupted`}

func runTee(c *cmd) int {
	f := c.flags()
	add, ignore := false, false
	f.bool(&add, "a|append")
	f.bool(&ignore, "i|ignore-interrupts")
	files := f.parse()
	if ignore {
		c.p.Ignore(sys.SIGINT)
	}
	mode := sys.OTrunc
	if add {
		mode = sys.OAppend
	}
	type target struct {
		fd   int
		name string
	}
	targets := []target{{1, "standard output"}}
	for _, name := range files {
		fd, err := c.fs.Open(name, sys.OWrite|sys.OCreate|mode, 0o666)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		targets = append(targets, target{fd, name})
	}
	in, _ := c.open("-")
	buf := make([]byte, chunk)
	for len(targets) > 0 {
		n, err := in.Read(buf)
		left := targets[:0]
		for _, t := range targets {
			if n > 0 {
				if _, err := c.fs.Write(t.fd, buf[:n]); err != nil {
					c.fileError(t.name, err)
					continue
				}
			}
			left = append(left, t)
		}
		targets = left
		if err == io.EOF {
			break
		}
		if err != nil {
			c.fileError("read error", err)
			break
		}
	}
	for _, t := range targets {
		if err := c.fs.Close(t.fd); err != nil {
			c.fileError(t.name, err)
		}
	}
	return 0
}
