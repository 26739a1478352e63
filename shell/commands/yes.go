package commands

import "strings"

var yesSpec = spec{name: "yes", synopsis: "[STRING]...", run: runYes, help: `
Print the strings ("y" if there are none) again and again.`}

func runYes(c *cmd) int {
	args := c.flags().parse()
	line := "y\n"
	if len(args) > 0 {
		line = strings.Join(args, " ") + "\n"
	}
	block := []byte(strings.Repeat(line, max(1, 8<<10/len(line))))
	w := &fdWriter{c: c, fd: 1, name: "standard output"}
	for {
		w.Write(block)
	}
}
