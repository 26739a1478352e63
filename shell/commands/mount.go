package commands

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var mountSpec = spec{name: "mount", synopsis: "[-r] [-t TYPE] [-o OPTION[,OPTION...]] [SOURCE DIRECTORY]", run: runMount, help: `
Show a file system in DIRECTORY, which has to be there; without operands, list what
is mounted.

  -t TYPE    what SOURCE is; if it is not said, SOURCE's name tells an archive and a URL
  -o OPTION  ro (nothing can be changed), rw, and those of the type
  -r         as -o ro

Types that every system has:
  tar      SOURCE is a tar archive, also a compressed one; read-only
  zip      SOURCE is a zip archive; read-only
  http     SOURCE is the URL of a folder with an index; read-only
  overlay  what is written goes to the directory upper=DIR, and what is not there is
           read from lower=DIR[:DIR...]; SOURCE is any word
  bus      what the package SOURCE of the bus serves by the interface fs/1; name=NAME is
           what it is asked for, timeout=10s how long it may take to answer
  fuse     the same for a package made with the crate wasmer-bus-fuse
  tmp      in memory, empty; size=N[k|m|g] bounds it; SOURCE is any word
In a page there is also
  local    a folder of your own disk, which the browser asks you for; SOURCE is any word
  opfs     the page's store SOURCE, of files that last; of a damaged one -o ro shows what
           is good and says what is lost, and nothing is written to it`}

// typeOf is the type that a source's name tells, empty if it tells none.
func typeOf(source string) string {
	name := strings.ToLower(source)
	switch {
	case strings.HasPrefix(name, "http://"), strings.HasPrefix(name, "https://"):
		return "http"
	case strings.HasSuffix(name, ".tar"), strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return "tar"
	case strings.HasSuffix(name, ".zip"):
		return "zip"
	}
	return ""
}

func runMount(c *cmd) int {
	var attr sys.MountAttr
	var lists []string
	var readOnly bool
	f := c.flags()
	f.ignore("l|show-labels|n|no-mtab")
	f.bool(&readOnly, "r|read-only")
	f.str(&attr.Type, "t|types")
	f.list(&lists, "o|options")
	args := f.parse()
	if len(args) == 0 {
		return listMounts(c, attr.Type)
	}
	c.operands(args, 2, 2)
	attr.Source = args[0]
	if attr.Type == "" {
		if attr.Type = typeOf(attr.Source); attr.Type == "" {
			c.fail(1, "%s: what it is has to be said: -t TYPE", attr.Source)
		}
	}
	for _, list := range lists {
		attr.Options = append(attr.Options, strings.Split(list, ",")...)
	}
	if readOnly {
		attr.Options = append(attr.Options, "ro")
	}
	if err := c.fs.Mount(args[1], &attr); err != nil {
		c.fail(1, "%s: %s", args[1], reason(err))
	}
	if attr.Told != "" {
		c.errorf("%s: %s", args[1], attr.Told)
	}
	return 0
}

// listMounts prints the mount table, or its lines of one type.
func listMounts(c *cmd, only string) int {
	text, err := c.fs.Mounts()
	if err != nil {
		c.fail(1, "%s", reason(err))
	}
	for line := range strings.Lines(text) {
		p := mountFields(line)
		if len(p) < 4 || only != "" && p[2] != only {
			continue
		}
		fmt.Fprintf(c.out, "%s on %s type %s (%s)\n", errno.Plain(p[0]), errno.Plain(p[1]), p[2], p[3])
	}
	return 0
}

// mountFields are the fields of a line of the mount table.
func mountFields(line string) []string {
	p := strings.Fields(line)
	for i := range p {
		p[i] = mountUnescape.Replace(p[i])
	}
	return p
}

var mountUnescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

var umountSpec = spec{name: "umount", synopsis: "DIRECTORY...", run: runUmount, help: `
Take away what is mounted on a directory. What is in use there stays: a working
directory, an open file, a mount that needs it.`}

func runUmount(c *cmd) int {
	f := c.flags()
	f.ignore("n|no-mtab")
	args := f.parse()
	c.operands(args, 1, -1)
	for _, name := range args {
		if err := c.fs.Unmount(name); err != nil {
			c.fileError(name, err)
		}
	}
	return 0
}
