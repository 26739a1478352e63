package commands

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/cformat"
)

var xargsSpec = spec{name: "xargs", synopsis: "[OPTION]... [COMMAND [ARG]...]", run: runXargs, help: `
Run a command (echo) with arguments that are read from standard input.
  -0, --null          they end in NUL; nothing is quoted
  -d, --delimiter=C   they end in C; nothing is quoted
  -n, --max-args=N    at most N for each run
  -L, --max-lines=N   the arguments of N lines
  -I TEXT             one line for each run, in place of TEXT
  -P, --max-procs=N   N at once; 0: as many as there are
  -r, --no-run-if-empty   -t, --verbose   -a, --arg-file=FILE   -x
Codes: 123 a run failed, 124 one ended in 255, 126 and 127 it could not be run.`}

// xargs is the state of a run of xargs.
type xargs struct {
	c        *cmd
	argv     []string
	maxArgs  int
	procs    int
	replace  string
	verbose  bool
	pids     map[int]bool
	stop     bool
	fds      [][2]uint32
	started  bool
	batch    []string
	size     int // the bytes of the batch
	lines    int
	maxLines int
}

// maxArgBytes is how long a command line may become.
const maxArgBytes = 128 << 10

func runXargs(c *cmd) int {
	x := xargs{c: c, procs: 1, pids: map[int]bool{}}
	f := c.flags()
	f.posix = true
	delim, file := "", ""
	noEmpty := false
	f.fn("0|null", noArg, func(string) error { delim = "\x00"; return nil })
	f.fn("d|delimiter", needArg, func(s string) error {
		if delim, _ = cformat.Unescape(s, cformat.Format, c.work); len(delim) != 1 {
			return badArg("invalid input delimiter specification " + s)
		}
		return nil
	})
	f.int(&x.maxArgs, "n|max-args")
	f.int(&x.maxLines, "L|max-lines")
	f.str(&x.replace, "I")
	f.fn("i|replace", maybeArg, func(s string) error {
		if x.replace = s; s == "" {
			x.replace = "{}"
		}
		return nil
	})
	f.int(&x.procs, "P|max-procs")
	f.bool(&noEmpty, "r|no-run-if-empty")
	f.bool(&x.verbose, "t|verbose")
	f.str(&file, "a|arg-file")
	f.ignore("x|exit")
	var unused string
	f.str(&unused, "s|max-chars")
	f.str(&unused, "E")
	if x.argv = f.parse(); len(x.argv) == 0 {
		x.argv = []string{"echo"}
	}
	name := "-"
	if file != "" {
		name = file
	}
	in, err := c.open(name)
	if err != nil {
		c.fail(1, "%s: %s", name, reason(err))
	}
	if file == "" {
		// The input is ours: what is run reads nothing.
		null, err := c.fs.Open("/dev/null", sys.ORead, 0)
		if err == nil {
			x.fds = [][2]uint32{{uint32(null), 0}, {1, 1}, {2, 2}}
		} else {
			x.fds = [][2]uint32{{1, 1}, {2, 2}}
		}
	}
	items := argReader{r: bufio.NewReaderSize(in, chunk), delim: delim, byLine: x.replace != ""}
	for !x.stop {
		item, endOfLine, err := items.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			c.fail(1, "%s", reason(err))
		}
		c.tick()
		x.add(item, endOfLine)
	}
	if !x.stop && (len(x.batch) > 0 || !x.started && !noEmpty && x.replace == "") {
		x.flush()
	}
	for len(x.pids) > 0 {
		x.reap()
	}
	return c.code
}

// add takes an argument, and runs the command when it has what it is to have.
func (x *xargs) add(item string, endOfLine bool) {
	if x.replace != "" {
		argv := slices.Clone(x.argv)
		for i := range argv[1:] {
			argv[i+1] = strings.ReplaceAll(argv[i+1], x.replace, item)
		}
		x.launch(argv)
		return
	}
	if len(x.batch) > 0 && x.size+len(item)+1 > maxArgBytes {
		x.flush()
	}
	x.batch = append(x.batch, item)
	x.size += len(item) + 1
	if endOfLine {
		x.lines++
	}
	if x.maxArgs > 0 && len(x.batch) == x.maxArgs || x.maxLines > 0 && x.lines == x.maxLines {
		x.flush()
	}
}

// flush runs the command with the arguments that there are.
func (x *xargs) flush() {
	argv := append(append([]string(nil), x.argv...), x.batch...)
	x.batch, x.size, x.lines = nil, 0, 0
	x.launch(argv)
}

// launch starts a run, after waiting for one to end if there are too many.
func (x *xargs) launch(argv []string) {
	x.started = true
	for x.procs > 0 && len(x.pids) >= x.procs {
		x.reap()
	}
	if x.stop {
		return
	}
	if x.verbose {
		x.c.fs.Write(2, []byte(strings.Join(argv, " ")+"\n"))
	}
	pid, err := x.c.start(argv, nil, x.fds)
	if err != nil {
		x.c.errorf("%s: %s", argv[0], reason(err))
		x.c.code, x.stop = launchCode(err), true
		return
	}
	x.pids[pid] = true
	if x.procs == 1 {
		x.reap()
	}
}

// reap waits for a run to end, and notes how it ended.
func (x *xargs) reap() {
	pid, status, err := x.c.fs.Wait(-1, 0)
	if err != nil {
		x.pids = nil
		return
	}
	if !x.pids[pid] {
		return
	}
	delete(x.pids, pid)
	switch code := status.Code(); {
	case status.Signal() != 0:
		x.c.errorf("%s: terminated by signal %d", x.argv[0], int(status.Signal()))
		x.c.code, x.stop = 125, true
	case code == 255:
		x.c.errorf("%s: exited with status 255; aborting", x.argv[0])
		x.c.code, x.stop = 124, true
	case (code == 126 || code == 127) && x.c.code == 0:
		x.c.code = code
	case code != 0:
		x.c.code = 123
	}
}

// argReader reads arguments.
type argReader struct {
	r      *bufio.Reader
	delim  string
	byLine bool
}

// next reads an argument, and tells whether it is the last of its line. Blanks and
// newlines stand between arguments, quotes and backslashes keep them together.
func (a *argReader) next() (item string, endOfLine bool, err error) {
	if a.delim != "" {
		s, err := a.r.ReadString(a.delim[0])
		if err == io.EOF && s != "" {
			return s, true, nil
		}
		return strings.TrimSuffix(s, a.delim), true, err
	}
	var b strings.Builder
	quote, any := byte(0), false
	for {
		ch, err := a.r.ReadByte()
		if err == io.EOF {
			if quote != 0 {
				return "", false, badArg("unmatched " + map[byte]string{'\'': "single", '"': "double"}[quote] + " quote")
			}
			if any {
				return b.String(), true, nil
			}
			return "", false, io.EOF
		}
		if err != nil {
			return "", false, err
		}
		switch {
		case quote != 0:
			if ch == quote {
				quote = 0
			} else {
				b.WriteByte(ch)
			}
			continue
		case ch == '\'' || ch == '"':
			quote, any = ch, true
			continue
		case ch == '\\':
			if ch, err = a.r.ReadByte(); err != nil {
				continue
			}
		case ch == '\n' || (ch == ' ' || ch == '\t') && !a.byLine:
			if !any {
				continue
			}
			if ch != '\n' {
				// Blanks at the end of a line do not begin another argument.
				for {
					next, err := a.r.ReadByte()
					if err != nil {
						return b.String(), true, nil
					}
					if next == '\n' {
						return b.String(), true, nil
					}
					if next != ' ' && next != '\t' {
						a.r.UnreadByte()
						return b.String(), false, nil
					}
				}
			}
			return b.String(), true, nil
		case (ch == ' ' || ch == '\t') && !any:
			continue
		}
		any = true
		b.WriteByte(ch)
	}
}
