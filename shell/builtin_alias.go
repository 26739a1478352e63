package shell

import (
	"strings"
)

func aliasCmd(c *call) int {
	_, rest, ok := c.options("p")
	if !ok {
		return 2
	}
	show := func(name string) { c.print("alias " + name + "=" + c.sh.quote(c.sh.alias[name]) + "\n") }
	if len(rest) == 0 {
		for _, name := range sortedKeys(c.sh.alias) {
			show(name)
		}
	}
	status := 0
	for _, a := range rest {
		name, value, ok := strings.Cut(a, "=")
		switch {
		case ok && (name == "" || strings.ContainsAny(name, "/$`= \t\n\\'\"()<>|&;")):
			c.errorf("`%s': invalid alias name", name)
			status = 1
		case ok:
			if c.sh.alias == nil {
				c.sh.alias = map[string]string{}
			}
			c.sh.alias[name] = value
		case hasKey(c.sh.alias, name):
			show(name)
		default:
			c.errorf("%s: not found", name)
			status = 1
		}
	}
	return status
}

func hasKey[V any](m map[string]V, k string) bool { _, ok := m[k]; return ok }

func unalias(c *call) int {
	opts, rest, ok := c.options("a")
	if !ok {
		return 2
	}
	if opts.has('a') {
		clear(c.sh.alias)
		return 0
	}
	if len(rest) == 0 {
		return c.usage("a name is needed", "[-a] NAME ...")
	}
	status := 0
	for _, name := range rest {
		if !hasKey(c.sh.alias, name) {
			c.errorf("%s: not found", name)
			status = 1
		}
		delete(c.sh.alias, name)
	}
	return status
}

func hash(c *call) int {
	opts, rest, ok := c.options("dlrt")
	if !ok {
		return 2
	}
	if opts.has('r') {
		clear(c.sh.hashed)
	} else if len(rest) == 0 {
		if len(c.sh.hashed) == 0 {
			c.print("hash: hash table empty\n")
		}
		for _, name := range sortedKeys(c.sh.hashed) {
			c.print(c.sh.hashed[name] + "\n")
		}
	}
	status := 0
	drop := opts.has('d')
	show := opts.has('t')
	for _, name := range rest {
		switch {
		case drop:
			delete(c.sh.hashed, name)
		case show && c.sh.hashed[name] != "":
			c.print(c.sh.hashed[name] + "\n")
		case show:
			c.errorf("%s: not found", name)
			status = 1
		case builtins[name] == nil && c.sh.funcs[name] == nil:
			if _, _, err := c.sh.search(name); err != nil {
				c.errorf("%s: not found", name)
				status = 1
			}
		}
	}
	return status
}
