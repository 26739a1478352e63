package commands

import "strings"

var helpSpec = spec{name: "help", synopsis: "[COMMAND]...", run: runHelp, help: `
List the commands, or print the manual of some.`}

var manSpec = spec{name: "man", synopsis: "COMMAND...", run: runHelp, help: `
Print the short manual of commands.
  -k WORD  list commands whose manual has WORD`}

func runHelp(c *cmd) int {
	f := c.flags()
	var word string
	f.str(&word, "k|apropos")
	names := f.parse()
	list := c.all()
	if word != "" || len(names) == 0 {
		if c.name == "man" && word == "" {
			c.fail(1, "what manual page do you want?")
		}
		found := false
		for _, cmd := range list {
			first, _, _ := strings.Cut(strings.TrimSpace(cmd.Help), "\n")
			if word == "" || strings.Contains(strings.ToLower(cmd.Name+" "+cmd.Help), strings.ToLower(word)) {
				found = true
				c.out.WriteString(cmd.Name + strings.Repeat(" ", max(1, 12-len(cmd.Name))) + first + "\n")
			}
		}
		if word == "" {
			c.out.WriteString("\n\"help COMMAND\" and \"COMMAND --help\" say more.\n")
		} else if !found {
			c.fail(1, "%s: nothing appropriate", word)
		}
		return 0
	}
	for i, name := range names {
		found := false
		for _, cmd := range list {
			if cmd.Name == name {
				if i > 0 {
					c.out.WriteByte('\n')
				}
				c.out.WriteString(cmd.Usage())
				found = true
			}
		}
		if !found {
			c.errorf("%s: no manual entry", name)
			c.code = 1
		}
	}
	return 0
}

var aboutSpec = spec{name: "about", run: runAbout, help: `
Say what this is.`}

func runAbout(c *cmd) int {
	c.out.WriteString(`Bushel is a shell for WebAssembly modules that lives in a web page, and the bus
on which those modules call each other.

Drop a .wasm file on the page and type its name: WASI preview 1 programs and Go
programs built for wasip1 or js run as processes with files, pipes and signals.

  help          lists the commands
  NAME --help   prints the manual of one
  ps, kill      see and end processes
  BUSHEL_ENGINE=wazero or browser picks the engine for what follows

https://github.com/bushel-wasm/bushel
`)
	return 0
}
