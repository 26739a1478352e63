package shell

import (
	"strings"

	"github.com/bushel-wasm/bushel/shell/manual"
)

// help says what builtins do. What is no builtin is left to the program help, which knows
// the commands.
func help(c *call) int {
	if len(c.args) == 0 {
		c.print("Builtins of this shell:\n\n")
		for _, page := range manual.Builtins {
			c.print(page.Line())
		}
		c.print("\nCommands:\n\n")
		return c.helpOfCommands()
	}
	status := 0
	for _, name := range c.args {
		if page := manual.Builtin(name); page != nil {
			c.print(page.Usage())
			continue
		}
		if path, _, err := c.sh.search(name); err == nil && path == "/bin/"+name && c.sh.isCommand(path) {
			status = max(status, c.helpOfCommands(name))
			continue
		}
		c.errorf("no help topics match `%s'", name)
		status = 1
	}
	return status
}

// helpOfCommands has the program help tell of the commands, or of some; where there is none, it is silent.
func (c *call) helpOfCommands(names ...string) int {
	program, _, err := c.sh.search("help")
	if err != nil || c.flush() != nil {
		return 0
	}
	args := append([]string{"help"}, names...)
	c.sh.foreground(args, program, c.sh.commandStmt(args))
	return c.sh.status
}

// isCommand reports whether a file stands for a program of the kernel.
func (sh *shell) isCommand(path string) bool {
	data, err := sh.f.ReadFile(path)
	return err == nil && strings.HasPrefix(string(data[:min(len(data), 64)]), "#!builtin ")
}
