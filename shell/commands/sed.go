package commands

import (
	"errors"
	"io"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/regex"
)

var sedSpec = spec{name: "sed", synopsis: "[OPTION]... {SCRIPT | -e SCRIPT | -f FILE} [FILE]...", run: runSed, help: `
Edit lines as they pass.
  -n, --quiet             print only what the script prints
  -e, --expression=S      a piece of script            -f, --file=F  from a file
  -E, -r                  extended regular expressions
  -i[SUFFIX], --in-place  change the files themselves; keep the old with SUFFIX
  -s, --separate          line numbers and $ count for each file
  -z, --null-data         lines end in NUL
Addresses: N  $  /RE/I  \cREc  FIRST~STEP  A,B  A,+N  A,~N  0,/RE/, each with !
Commands: s/RE/NEW/[gpiIm N w F]  y/ABC/XYZ/  d D p P n N g G h H x q[N] Q[N] =  l
  a TEXT  i TEXT  c TEXT  r F  w F  :LABEL  b  t  T  {...}  #
In NEW: & \1-\9 \n \L \U \l \u \E. Back-references in RE are not supported.`}

// sed is a running script.
type sed struct {
	c        *cmd
	prog     []*sedCmd
	quiet    bool
	separate bool
	inPlace  bool
	suffix   string
	delim    byte
	out      io.Writer // what the script prints goes here
	outs     map[string]io.Writer
	reads    map[string]*lines // for R

	files   []string
	in      *lines
	file    *input
	current string
	dest    *outFile // with -i
	temp    string
	next    []byte // the line after the pattern space, read ahead to know the last
	nextEnd bool
	hasNext bool

	space, hold []byte
	ended       bool // the line had its newline
	missing     bool // the last thing printed has no newline yet
	num         int
	queue       []func() // what is printed at the end of the cycle
	replaced    bool     // for t
	quit        bool
	lastRE      *regex.Regexp
	exit        int
}

func runSed(c *cmd) int {
	s := sed{c: c, delim: '\n', outs: map[string]io.Writer{}, reads: map[string]*lines{}}
	f := c.flags()
	var script []string
	have, syntax, zero := false, basicRE, false
	f.bool(&s.quiet, "n|quiet|silent")
	f.fn("e|expression", needArg, func(e string) error {
		script, have = append(script, e), true
		return nil
	})
	f.fn("f|file", needArg, func(name string) error {
		data, err := c.readAll(name)
		if err != nil {
			return badArg("couldn't open file " + name + ": " + reason(err))
		}
		script, have = append(script, strings.TrimSuffix(string(data), "\n")), true
		return nil
	})
	f.fn("E|r|regexp-extended", noArg, func(string) error { syntax = extendedRE; return nil })
	f.fn("in-place", maybeArg, func(suffix string) error { s.inPlace, s.suffix = true, suffix; return nil })
	f.bool(&s.separate, "s|separate")
	f.bool(&zero, "z|null-data")
	f.ignore("u|unbuffered|posix|debug|sandbox|follow-symlinks")
	// -i's suffix is joined to it; so it is taken out before the rest is parsed.
	for i, a := range c.args {
		if a == "--" {
			break
		}
		if at := strings.IndexByte(a, 'i'); at > 0 && a[0] == '-' && strings.Trim(a[1:at], "nErsuz") == "" {
			s.inPlace, s.suffix = true, a[at+1:]
			c.args = append([]string(nil), c.args...)
			if c.args[i] = a[:at]; at == 1 {
				c.args[i] = "-u"
			}
		}
	}
	s.files = f.parse()
	if !have {
		if len(s.files) == 0 {
			c.usageError(1, "no script given")
		}
		script, s.files = s.files[:1], s.files[1:]
	}
	if zero {
		s.delim = 0
	}
	p := sedParser{s: strings.Join(script, "\n"), syntax: syntax}
	prog, err := p.parse()
	if err != nil {
		c.fail(1, "-e expression #1, char %d: %s", p.i, err)
	}
	s.prog = prog
	s.quiet = s.quiet || strings.HasPrefix(p.s, "#n\n") || p.s == "#n"
	s.separate = s.separate || s.inPlace
	s.files = orStdin(s.files)
	s.out = c.out
	s.openOutputs(prog)
	s.run()
	return s.exit
}

// openOutputs makes the files that w writes to, before anything is read.
func (s *sed) openOutputs(prog []*sedCmd) {
	for _, k := range prog {
		s.openOutputs(k.block)
		if k.file == "" || k.name != 'w' && k.name != 'W' && k.name != 's' || s.outs[k.file] != nil {
			continue
		}
		switch k.file {
		case "/dev/stdout":
			s.outs[k.file] = s.c.out
		case "/dev/stderr":
			s.outs[k.file] = &fdWriter{c: s.c, fd: 2, name: k.file}
		default:
			w, err := s.c.create(k.file, 0o666)
			if err != nil {
				s.c.fail(4, "couldn't open file %s: %s", k.file, reason(err))
			}
			s.outs[k.file] = w
		}
	}
}

// run goes through the input, a line a cycle.
func (s *sed) run() {
	for !s.quit && s.nextLine() {
		s.cycle()
	}
	s.closeFile()
}

func (s *sed) cycle() {
	for {
		s.replaced = false
		how := s.exec(s.prog)
		if how != sedDelete && how != sedRestart && how != sedSilent && !s.quiet {
			s.print(s.space, s.ended)
		}
		s.flushQueue()
		if how == sedQuit || how == sedSilent {
			s.quit = true
		}
		if how != sedRestart {
			return
		}
	}
}

func (s *sed) flushQueue() {
	for _, f := range s.queue {
		f()
	}
	s.queue = s.queue[:0]
}

// print prints a line. The last line of the input gets a newline only if it had one,
// or if more comes after it.
func (s *sed) print(p []byte, newline bool) {
	s.complete()
	s.out.Write(p)
	if newline {
		s.out.Write([]byte{s.delim})
	}
	s.missing = !newline
}

// complete gives the line that was printed last its newline.
func (s *sed) complete() {
	if s.missing {
		s.out.Write([]byte{s.delim})
		s.missing = false
	}
}

// nextLine puts the next line of the input into the pattern space.
func (s *sed) nextLine() bool {
	if !s.peek(true) {
		return false
	}
	s.space = s.space[:0]
	return s.addLine()
}

// addLine adds the next line of the input to the pattern space.
func (s *sed) addLine() bool {
	if !s.peek(true) {
		return false
	}
	s.c.tick()
	s.space = append(s.space, s.next...)
	s.ended, s.hasNext = s.nextEnd, false
	s.num++
	return true
}

// isLast reports whether the pattern space is the last line.
func (s *sed) isLast() bool { return !s.peek(false) }

// peek reads a line ahead. A file of its own (-s, -i) is left only with cross.
func (s *sed) peek(cross bool) bool {
	for !s.hasNext {
		if s.in == nil {
			if len(s.files) == 0 || s.separate && !cross && s.num > 0 {
				return false
			}
			s.openNext()
			continue
		}
		line, ended, err := s.in.next()
		if err == nil {
			s.next, s.nextEnd, s.hasNext = append(s.next[:0], line...), ended, true
			break
		}
		if !errors.Is(err, io.EOF) {
			s.c.fileError("read error on "+s.current, err)
			s.c.code = 2
		}
		if s.separate && !cross {
			return false
		}
		s.closeFile()
	}
	return true
}

func (s *sed) openNext() {
	s.current, s.files = s.files[0], s.files[1:]
	in, err := s.c.open(s.current)
	if err != nil {
		s.c.errorf("can't read %s: %s", s.current, reason(err))
		s.c.code = 2
		return
	}
	s.file, s.in = in, newLines(in, s.delim)
	if s.separate {
		s.num = 0
	}
	if !s.inPlace || s.current == "-" {
		return
	}
	st, err := s.c.fs.Fstat(in.fd)
	if err != nil || st.Type != sys.TypeRegular {
		s.c.fail(4, "couldn't edit %s: not a regular file", s.current)
	}
	s.temp = tempName(s.current)
	dest, err := s.c.create(s.temp, st.Mode)
	if err != nil {
		s.c.fail(4, "couldn't open temporary file %s: %s", s.temp, reason(err))
	}
	s.c.fs.Chmod(s.temp, st.Mode)
	s.dest, s.out, s.missing = dest, &output{newBuffered(dest)}, false
}

// closeFile ends the current file and, with -i, puts the new one in its place.
func (s *sed) closeFile() {
	if s.in == nil {
		return
	}
	if s.dest != nil {
		if s.quit {
			// What q leaves over stays as it was.
			if s.hasNext {
				s.print(s.next, s.nextEnd)
			}
			s.complete()
			s.c.copyTo(s.out, s.in.r)
		}
		s.out.(*output).Flush()
		s.dest.finish()
		var err error
		if s.suffix != "" {
			backup := s.current + s.suffix
			if strings.Contains(s.suffix, "*") {
				backup = joinPath(dirName(s.current), strings.ReplaceAll(s.suffix, "*", baseName(s.current)))
			}
			err = s.c.fs.Rename(s.current, backup)
		}
		if err == nil {
			err = s.c.fs.Rename(s.temp, s.current)
		}
		if err != nil {
			s.c.fail(4, "cannot rename %s: %s", s.temp, reason(err))
		}
		s.dest, s.out, s.missing = nil, s.c.out, false
	}
	s.file.Close()
	s.in = nil
}
