package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/cformat"
)

var statSpec = spec{name: "stat", synopsis: "[OPTION]... FILE...", run: runStat, help: `
Describe files.
  -c, --format=F    print F with a newline; --printf=F: with escapes, without
  -L, --dereference what links point to
  -t, --terse
%n name  %N name with target  %F type  %s size  %b blocks  %B their size
%a mode, octal  %A mode  %f mode, hex  %h links  %i inode  %d device
%u %g %U %G owner  %x %X access  %y %Y modified  %z %Z changed  %w %W born  %o 4096`}

func typeName(st *sys.Stat) string {
	switch st.Type {
	case sys.TypeRegular:
		if st.Size == 0 {
			return "regular empty file"
		}
		return "regular file"
	case sys.TypeDirectory:
		return "directory"
	case sys.TypeSymlink:
		return "symbolic link"
	case sys.TypeCharDevice:
		return "character special file"
	case sys.TypeBlockDevice:
		return "block special file"
	case sys.TypeFIFO:
		return "fifo"
	case sys.TypeSocket, sys.TypeSocketDgram:
		return "socket"
	}
	return "weird file"
}

// modeBits is the mode with the type's bits, as stat(2) has it.
func modeBits(st *sys.Stat) uint32 {
	return st.Mode | map[sys.FileType]uint32{
		sys.TypeRegular: 0o100000, sys.TypeDirectory: 0o040000, sys.TypeSymlink: 0o120000,
		sys.TypeCharDevice: 0o020000, sys.TypeBlockDevice: 0o060000, sys.TypeFIFO: 0o010000,
		sys.TypeSocket: 0o140000, sys.TypeSocketDgram: 0o140000,
	}[st.Type]
}

func runStat(c *cmd) int {
	f := c.flags()
	format := ""
	follow := false
	f.fn("c|format", needArg, func(s string) error { format = s + "\n"; return nil })
	f.fn("printf", needArg, func(s string) error { format, _ = cformat.Unescape(s, cformat.Format, c.work); return nil })
	f.bool(&follow, "L|dereference")
	f.fn("t|terse", noArg, func(string) error {
		format = "%n %s %b %f %u %g %d %i %h 0 0 %X %Y %Z %W %o\n"
		return nil
	})
	args := f.parse()
	c.operands(args, 1, -1)
	if format == "" {
		format = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n" +
			"Device: %d\tInode: %-10i  Links: %h\nAccess: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n" +
			"Access: %x\nModify: %y\nChange: %z\n Birth: %w\n"
	}
	for _, name := range args {
		stat := c.fs.Lstat
		if follow {
			stat = c.fs.Stat
		}
		var st sys.Stat
		var err error
		if name == "-" {
			st, err = c.fs.Fstat(0)
		} else {
			st, err = stat(name)
		}
		if err != nil {
			c.fileError(name, err)
			continue
		}
		c.out.WriteString(c.statFormat(format, name, &st))
	}
	return 0
}

func (c *cmd) statFormat(format, name string, st *sys.Stat) string {
	var b strings.Builder
	for format != "" {
		at := strings.IndexByte(format, '%')
		if at < 0 || at+1 == len(format) {
			b.WriteString(format)
			break
		}
		b.WriteString(format[:at])
		d, n := cformat.ParseField(format[at:])
		if n == 0 {
			b.WriteString(format[at:])
			break
		}
		format = format[at+n:]
		if d.Verb == '%' {
			b.WriteByte('%')
			continue
		}
		s := c.statField(d.Verb, name, st)
		if strings.Contains(d.Flags, "0") && d.Width > len(s) {
			s = strings.Repeat("0", d.Width-len(s)) + s
		}
		b.WriteString(d.Pad(s, len(s)))
	}
	return b.String()
}

// statField is what a letter of stat's formats stands for.
func (c *cmd) statField(verb byte, name string, st *sys.Stat) string {
	num := func(n uint64) string { return strconv.FormatUint(n, 10) }
	full := func(ns int64) string {
		return time.Unix(0, ns).In(c.zone()).Format("2006-01-02 15:04:05.000000000 -0700")
	}
	seconds := func(ns int64) string { return strconv.FormatInt(time.Unix(0, ns).Unix(), 10) }
	switch verb {
	case 'n':
		return name
	case 'N':
		if st.Type == sys.TypeSymlink {
			target, _ := c.fs.Readlink(name)
			return "'" + name + "' -> '" + target + "'"
		}
		return "'" + name + "'"
	case 'F':
		return typeName(st)
	case 's':
		return num(st.Size)
	case 'b':
		return num(blocksOf(st) * 2)
	case 'B':
		return "512"
	case 'o':
		return "4096"
	case 'a':
		return strconv.FormatUint(uint64(st.Mode), 8)
	case 'A':
		return modeText(st.Type, st.Mode)
	case 'f':
		return fmt.Sprintf("%x", modeBits(st))
	case 'h':
		return num(st.Nlink)
	case 'i':
		return num(st.Ino)
	case 'd':
		return num(st.Dev)
	case 'D':
		return strconv.FormatUint(st.Dev, 16)
	case 'u', 'g':
		return strconv.Itoa(sys.UserID)
	case 'U', 'G':
		return "user"
	case 'x':
		return full(st.Atime)
	case 'X':
		return seconds(st.Atime)
	case 'y':
		return full(st.Mtime)
	case 'Y':
		return seconds(st.Mtime)
	case 'z':
		return full(st.Ctime)
	case 'Z':
		return seconds(st.Ctime)
	case 'w':
		return "-"
	case 'W', 't', 'T':
		return "0"
	}
	return "?"
}
