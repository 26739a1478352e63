package commands

import (
	"sort"
	"strings"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/shell/manual"
)

// Command is a command with its short manual.
type Command struct {
	Name string
	// Synopsis is what follows the name in a usage line.
	Synopsis string
	// Help says in a few lines what the command does and lists its options.
	Help string
	// Main runs the command. Its exit code is 0 for success, 1 for a failure and
	// often 2 for wrong usage, as POSIX has it for the command.
	Main kernel.Main
}

// Page is its page in the manual.
func (c *Command) Page() manual.Page { return page(c.Name, c.Synopsis, c.Help) }

func page(name, synopsis, help string) manual.Page {
	return manual.Page{Name: name, Synopsis: synopsis, Text: strings.Trim(help, "\n")}
}

// All lists the commands in the order of their names.
func All() []Command {
	list := make([]Command, 0, len(table))
	for i := range table {
		s := &table[i]
		list = append(list, Command{Name: s.name, Synopsis: s.synopsis, Help: s.help, Main: s.program})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// Register makes every command a program of k, in /bin.
func Register(k *kernel.Kernel) {
	for i := range table {
		s := &table[i]
		k.Register(s.name, s.program)
	}
}

// spec is a command as its file declares it.
type spec struct {
	name, synopsis, help string
	run                  func(c *cmd) int
	// literal says that --help is an argument like any other.
	literal bool
}

// program is the command as a [kernel.Main].
func (s *spec) program(p *kernel.Process) int { return s.main(p, All) }
