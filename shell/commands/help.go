package commands

import (
	"slices"
	"sort"
	"strings"

	"github.com/bushel-wasm/bushel/shell/manual"
)

var helpSpec = spec{name: "help", synopsis: "[COMMAND]...", run: runHelp, help: `
List the commands, or say in short how some are used.`}

var manSpec = spec{name: "man", synopsis: "NAME... | -k WORD...", run: runMan, help: `
Print the manual pages of commands and of the shell's builtins, with examples.
  -k, --apropos WORD  list the pages that have all WORDs`}

func runHelp(c *cmd) int {
	names := c.flags().parse()
	if len(names) == 0 {
		for _, cmd := range c.all() {
			c.out.WriteString(cmd.Page().Line())
		}
		c.out.WriteString("\n\"help NAME\" and \"NAME --help\" say more, \"man NAME\" has examples too.\n")
		return 0
	}
	for i, name := range names {
		pages := c.pages(name)
		if len(pages) == 0 {
			c.missing(name)
			continue
		}
		c.between(i)
		c.out.WriteString(pages[len(pages)-1].Usage()) // the command's, whose program this is
	}
	return 0
}

func runMan(c *cmd) int {
	f := c.flags()
	var apropos bool
	f.bool(&apropos, "k|apropos")
	names := f.parse()
	switch {
	case len(names) == 0:
		c.fail(1, "what manual page do you want?")
	case apropos:
		c.apropos(names)
		return 0
	}
	for i, name := range names {
		pages := c.pages(name)
		if len(pages) == 0 {
			c.missing(name)
		}
		for j, page := range pages {
			c.between(i + j)
			c.out.WriteString(page.Man())
		}
	}
	return 0
}

func (c *cmd) missing(name string) {
	c.errorf("%s: no manual entry", name)
	c.code = 1
}

// between prints the empty line before all pages but the first.
func (c *cmd) between(i int) {
	if i > 0 {
		c.out.WriteByte('\n')
	}
}

// pages are the manual of name: that of the shell's builtin, which is what the shell runs, before that of
// the program.
func (c *cmd) pages(name string) []manual.Page {
	return slices.DeleteFunc(manualOf(c.all()), func(p manual.Page) bool { return p.Name != name })
}

// apropos lists the pages that have all words.
func (c *cmd) apropos(words []string) {
	found := false
	last := ""
	for _, page := range manualOf(c.all()) {
		if page.Name != last && !slices.ContainsFunc(words, func(word string) bool { return !page.Matches(word) }) {
			found = true
			last = page.Name
			c.out.WriteString(page.Line())
		}
	}
	if !found {
		c.fail(1, "%s: nothing appropriate", strings.Join(words, " "))
	}
}

// Manual lists all pages: of builtins, commands and the shell's programs, in the order of their
// names, a builtin's before that of the program of the same name.
func Manual() []manual.Page { return manualOf(All()) }

func manualOf(list []Command) []manual.Page {
	pages := slices.Concat(manual.Builtins, manual.Programs)
	for _, c := range list {
		pages = append(pages, c.Page())
	}
	sort.SliceStable(pages, func(i, j int) bool { return pages[i].Name < pages[j].Name })
	return pages
}

var aboutSpec = spec{name: "about", run: runAbout, help: `
Say what this is.`}

func runAbout(c *cmd) int {
	c.out.WriteString(`Bushel is a shell for WebAssembly modules that lives in a web page, and the bus
on which those modules call each other.

Drop a .wasm file on the page and type its name: WASI preview 1 programs and Go
programs built for wasip1 or js run as processes with files, pipes and signals.

  help          lists the commands
  man NAME      prints the manual of one
  ps, kill      see and end processes
  BUSHEL_ENGINE=wazero or browser picks the engine for what follows

https://github.com/bushel-wasm/bushel
`)
	return 0
}
