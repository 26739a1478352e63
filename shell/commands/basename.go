package commands

import "strings"

var basenameSpec = spec{name: "basename", synopsis: "[OPTION]... NAME... [SUFFIX]", run: runBasename, help: `
Print NAME without its directories, and without SUFFIX at its end.
  -a, --multiple       several names
  -s, --suffix=SUFFIX  the suffix; implies -a
  -z, --zero           end each with NUL`}

func runBasename(c *cmd) int {
	f := c.flags()
	multiple, suffix, zero := false, "", false
	f.bool(&multiple, "a|multiple")
	f.fn("s|suffix", needArg, func(s string) error { multiple, suffix = true, s; return nil })
	f.bool(&zero, "z|zero")
	args := f.parse()
	if !multiple {
		c.operands(args, 1, 2)
		if len(args) == 2 {
			args, suffix = args[:1], args[1]
		}
	} else {
		c.operands(args, 1, -1)
	}
	for _, a := range args {
		b := baseName(a)
		if b != suffix {
			b = strings.TrimSuffix(b, suffix)
		}
		c.record(b, zero)
	}
	return 0
}

func baseName(s string) string {
	t := strings.TrimRight(s, "/")
	if t == "" && s != "" {
		return "/"
	}
	return t[strings.LastIndexByte(t, '/')+1:]
}

func dirName(s string) string {
	t := strings.TrimRight(s, "/")
	if t == "" {
		if s != "" {
			return "/"
		}
		return "."
	}
	i := strings.LastIndexByte(t, '/')
	if i < 0 {
		return "."
	}
	if t = strings.TrimRight(t[:i], "/"); t == "" {
		return "/"
	}
	return t
}

// joinPath puts name below dir.
func joinPath(dir, name string) string {
	if strings.HasSuffix(dir, "/") {
		return dir + name
	}
	return dir + "/" + name
}

var dirnameSpec = spec{name: "dirname", synopsis: "[-z] NAME...", run: runDirname, help: `
Print each NAME without its last part; "." if it has only one.
  -z, --zero  end each with NUL`}

func runDirname(c *cmd) int {
	f := c.flags()
	zero := false
	f.bool(&zero, "z|zero")
	args := f.parse()
	c.operands(args, 1, -1)
	for _, a := range args {
		c.record(dirName(a), zero)
	}
	return 0
}
