package commands

import (
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var truncateSpec = spec{name: "truncate", synopsis: "-s [+-]SIZE FILE...", run: runTruncate, help: `
Set the length of files; those that are missing are made.
  -s, --size=SIZE   with + or -: so much longer or shorter; K, M, G are known
  -c, --no-create   make nothing
  -r, --reference=FILE  the size of FILE`}

func runTruncate(c *cmd) int {
	f := c.flags()
	var size, reference string
	noCreate := false
	f.str(&size, "s|size")
	f.bool(&noCreate, "c|no-create")
	f.str(&reference, "r|reference")
	args := f.parse()
	if size == "" && reference == "" {
		c.usageError(1, "you must specify either '--size' or '--reference'")
	}
	c.operands(args, 1, -1)
	n := int64(0)
	if reference != "" {
		st, err := c.fs.Stat(reference)
		if err != nil {
			c.fail(1, "%s: %s", reference, reason(err))
		}
		n = int64(st.Size)
	}
	relative := false
	if size != "" {
		v, err := parseCount(size)
		if err != nil {
			c.fail(1, "invalid number: '%s'", size)
		}
		relative = size[0] == '+' || size[0] == '-'
		n += v
		if !relative {
			n = v
		}
	}
	for _, name := range args {
		flags := sys.OWrite
		if !noCreate {
			flags |= sys.OCreate
		}
		fd, err := c.fs.Open(name, flags, 0o666)
		if err != nil {
			if !(noCreate && isErrno(err, errno.ENOENT)) {
				c.fileError(name, err)
			}
			continue
		}
		want := n
		if st, err := c.fs.Fstat(fd); err == nil && relative && reference == "" {
			want += int64(st.Size)
		}
		if err := c.fs.Ftruncate(fd, uint64(max(want, 0))); err != nil {
			c.fileError(name, err)
		}
		c.fs.Close(fd)
	}
	return 0
}
