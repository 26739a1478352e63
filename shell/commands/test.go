package commands

import "github.com/bushel-wasm/bushel/shell/condition"

var testSpec = spec{name: "test", synopsis: "EXPRESSION", run: runTest, literal: true, help: `
Exit with 0 if EXPRESSION is true, 1 if it is false, 2 if it is wrong.
  -e -f -d -L -h -p -S -b -c -s FILE   there, file, directory, link, pipe, socket, not empty
  -r -w -x FILE  readable, writable, executable   -t FD  a terminal
  A -nt B, A -ot B, A -ef B   newer, older, the same file
  -n S, -z S, S = T, S != T, S < T, S > T    N -eq -ne -lt -le -gt -ge M
  ! E   ( E )   E -a E   E -o E`}

var bracketSpec = spec{name: "[", synopsis: "EXPRESSION ]", run: runTest, literal: true, help: `
As test; the last argument is a bracket.`}

func runTest(c *cmd) int {
	args := c.args
	if c.name == "[" {
		n := len(args)
		if n == 0 || args[n-1] != "]" {
			c.fail(2, "missing ']'")
		}
		args = args[:n-1]
	}
	t := condition.Test{Files: c.fs}
	is, err := t.Eval(args)
	switch {
	case err != nil:
		c.fail(2, "%s", err)
	case is:
		return 0
	}
	return 1
}
