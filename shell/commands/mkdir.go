package commands

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/filemode"
)

var mkdirSpec = spec{name: "mkdir", synopsis: "[OPTION]... DIRECTORY...", run: runMkdir, help: `
Make directories.
  -p, --parents     with those above; one that is there is no error
  -m, --mode=MODE   its permission, as chmod has it
  -v, --verbose     print what is done`}

func runMkdir(c *cmd) int {
	f := c.flags()
	var parents, verbose bool
	var mode string
	f.bool(&parents, "p|parents")
	f.str(&mode, "m|mode")
	f.bool(&verbose, "v|verbose")
	args := f.parse()
	c.operands(args, 1, -1)
	perm := uint32(0o777)
	if mode != "" {
		change, err := filemode.Parse(mode, 0)
		if err != nil {
			c.fail(1, "%s", err)
		}
		perm = change(0o777, true)
	}
	for _, name := range args {
		if !parents {
			if err := c.makeDir(name, perm, verbose); err != nil {
				c.fileError(name, err)
				continue
			}
		} else if err := c.makeAll(name, verbose); err != nil {
			c.fileError(name, err)
			continue
		}
		if mode != "" {
			if err := c.fs.Chmod(name, perm); err != nil {
				c.fileError(name, err)
			}
		}
	}
	return 0
}

func (c *cmd) makeDir(name string, perm uint32, verbose bool) error {
	err := c.fs.Mkdir(name, perm)
	if err == nil && verbose {
		fmt.Fprintf(c.out, "%s: created directory '%s'\n", c.name, name)
	}
	return err
}

func (c *cmd) makeAll(name string, verbose bool) error {
	st, err := c.fs.Stat(name)
	if err == nil {
		if st.Type == sys.TypeDirectory {
			return nil
		}
		return errno.EEXIST
	}
	if up := dirName(name); up != name && up != "." {
		if err := c.makeAll(up, verbose); err != nil {
			if isErrno(err, errno.EEXIST) {
				return errno.ENOTDIR
			}
			return err
		}
	}
	err = c.makeDir(name, 0o777, verbose)
	if isErrno(err, errno.EEXIST) {
		if st, e := c.fs.Stat(name); e == nil && st.Type == sys.TypeDirectory {
			return nil
		}
	}
	return err
}

var rmdirSpec = spec{name: "rmdir", synopsis: "[OPTION]... DIRECTORY...", run: runRmdir, help: `
Remove empty directories.
  -p, --parents     with those above
  -v, --verbose     print what is done
  --ignore-fail-on-non-empty`}

func runRmdir(c *cmd) int {
	f := c.flags()
	var parents, verbose, ignore bool
	f.bool(&parents, "p|parents")
	f.bool(&verbose, "v|verbose")
	f.bool(&ignore, "ignore-fail-on-non-empty")
	args := f.parse()
	c.operands(args, 1, -1)
	for _, name := range args {
		for {
			if verbose {
				fmt.Fprintf(c.out, "rmdir: removing directory, '%s'\n", name)
			}
			if err := c.fs.Rmdir(name); err != nil {
				if !(ignore && isErrno(err, errno.ENOTEMPTY)) {
					c.fileError(name, err)
				}
				break
			}
			name = dirName(strings.TrimRight(name, "/"))
			if !parents || name == "." || name == "/" {
				break
			}
		}
	}
	return 0
}
