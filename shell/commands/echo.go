package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/shell/cformat"
)

var echoSpec = spec{name: "echo", synopsis: "[-neE] [STRING]...", run: runEcho, literal: true, help: `
Print the strings with blanks between them, and a newline.
  -n  no newline
  -e  escapes: \a \b \c (stop) \e \f \n \r \t \v \\ \0NNN \xHH \uHHHH
  -E  no escapes (the default)`}

func runEcho(c *cmd) int {
	args := c.args
	newline, escapes := true, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], "neE") == "" {
		for _, b := range args[0][1:] {
			switch b {
			case 'n':
				newline = false
			default:
				escapes = b == 'e'
			}
		}
		args = args[1:]
	}
	text := strings.Join(args, " ")
	if escapes {
		var stop bool
		if text, stop = cformat.Unescape(text, cformat.Echo, c.work); stop {
			newline = false
		}
	}
	c.out.WriteString(text)
	if newline {
		c.out.WriteByte('\n')
	}
	return 0
}
