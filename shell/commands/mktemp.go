package commands

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var mktempSpec = spec{name: "mktemp", synopsis: "[OPTION]... [TEMPLATE]", run: runMktemp, help: `
Make an empty file with a name that nobody else has, and print the name. The last
X's of TEMPLATE (tmp.XXXXXXXXXX) are replaced.
  -d, --directory   a directory          -u, --dry-run  make nothing
  -p, --tmpdir=DIR  in DIR (TMPDIR, /tmp)   -t  TEMPLATE is in that directory
  -q, --quiet       --suffix=S`}

func runMktemp(c *cmd) int {
	f := c.flags()
	var dir, dry, quiet, inTmp bool
	var parent, suffix string
	f.bool(&dir, "d|directory")
	f.bool(&dry, "u|dry-run")
	f.bool(&quiet, "q|quiet")
	f.bool(&inTmp, "t")
	f.str(&suffix, "suffix")
	f.fn("p", needArg, func(s string) error { parent, inTmp = s, true; return nil })
	f.fn("tmpdir", maybeArg, func(s string) error { parent, inTmp = s, true; return nil })
	args := f.parse()
	c.operands(args, 0, 1)
	template := "tmp.XXXXXXXXXX"
	if len(args) == 1 {
		template = args[0]
	} else {
		inTmp = true
	}
	if inTmp {
		if parent == "" {
			parent = c.getenv("TMPDIR")
		}
		if parent == "" {
			parent = "/tmp"
		}
		template = joinPath(parent, template)
	}
	end := strings.LastIndexByte(template, 'X') + 1
	start := end
	for start > 0 && template[start-1] == 'X' {
		start--
	}
	if end-start < 3 {
		c.fail(1, "too few X's in template '%s'", template)
	}
	for try := 0; ; try++ {
		b := []byte(template)
		for i := start; i < end; i++ {
			b[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[randomNumber()%62]
		}
		name := string(b) + suffix
		var err error
		switch {
		case dry:
		case dir:
			err = c.fs.Mkdir(name, 0o700)
		default:
			var fd int
			if fd, err = c.fs.Open(name, sys.OWrite|sys.OCreate|sys.OExcl, 0o600); err == nil {
				c.fs.Close(fd)
			}
		}
		if isErrno(err, errno.EEXIST) && try < 100 {
			continue
		}
		if err != nil {
			if !quiet {
				c.errorf("failed to create %s: %s", template, reason(err))
			}
			return 1
		}
		c.out.WriteString(name + "\n")
		return 0
	}
}
