package commands

import "github.com/bushel-wasm/bushel/kernel/sys"

var clearSpec = spec{name: "clear", run: runClear, help: `
Clear the terminal, with what was scrolled away.`}

func runClear(c *cmd) int {
	c.out.WriteString("\x1b[H\x1b[2J\x1b[3J")
	return 0
}

var resetSpec = spec{name: "reset", run: runReset, help: `
Set the terminal back to how it started, in its own state and in its mode.`}

func runReset(c *cmd) int {
	for fd := range 3 {
		if c.fs.IsTTY(fd) {
			c.fs.SetTTYMode(fd, sys.TTYCooked)
			break
		}
	}
	c.out.WriteString("\x1bc\x1b[?1000l\x1b[?25h")
	return 0
}
