package shell

import (
	"slices"
	"strings"
)

func declareCmd(c *call) int {
	var opts []string
	args := c.args
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		opts = append(opts, args[0])
		args = args[1:]
	}
	list := make([]declared, len(args))
	for i, a := range args {
		list[i] = parseDeclared(a)
	}
	return c.sh.declare(c, opts, list)
}

func typeCmd(c *call) int {
	opts, rest, ok := c.options("afptP")
	if !ok {
		return 2
	}
	all := opts.has('a')
	word := opts.has('t')
	path := opts.has('p')
	force := opts.has('P')
	noFunc := opts.has('f')
	status := 0
	for _, name := range rest {
		found := false
		for _, k := range c.sh.kinds(name) {
			if found && !all || noFunc && k.word == "function" || force && k.word != "file" {
				continue
			}
			found = true
			switch {
			case word:
				c.print(k.word + "\n")
			case path || force:
				if k.word == "file" {
					c.print(k.path + "\n")
				}
			case k.word == "function":
				c.print(name + " is a function\n")
				c.sh.printFunction(c, name, false, false)
			default:
				c.print(name + " is " + k.text + "\n")
			}
		}
		if !found {
			if !word && !path && !force {
				c.errorf("%s: not found", name)
			}
			status = 1
		}
	}
	return status
}

func (sh *shell) kinds(name string) []nameKind {
	var list []nameKind
	if v, ok := sh.alias[name]; ok && (sh.interactive || sh.shopt["expand_aliases"]) {
		list = append(list, nameKind{"alias", "aliased to `" + v + "'", ""})
	}
	if slices.Contains(keywords, name) {
		list = append(list, nameKind{"keyword", "a shell keyword", ""})
	}
	if sh.funcs[name] != nil {
		list = append(list, nameKind{"function", "a function", ""})
	}
	if builtins[name] != nil && !sh.disabled[name] {
		list = append(list, nameKind{"builtin", "a shell builtin", ""})
	}
	hashedPath, wasHashed := sh.hashed[name]
	if path, _, err := sh.search(name); err == nil {
		text := path
		if wasHashed && hashedPath == path {
			text = "hashed (" + path + ")"
		} else if !strings.Contains(name, "/") {
			delete(sh.hashed, name)
		}
		list = append(list, nameKind{"file", text, path})
	}
	return list
}

// nameKind is one thing that a command name stands for.
type nameKind struct{ word, text, path string }
