package shell

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/paced"
)

// maxNesting bounds how deep a program may be nested: the parser goes down by
// recursion, and in a browser its stack is not ours to grow.
const maxNesting = 300

// nesting estimates how deep a text is nested. It does not know what is quoted,
// so it may be too high, which only matters near the limit.
func (sh *shell) nesting(text string) int {
	if len(text) < maxNesting {
		return 0
	}
	depth, most, unary := 0, 0, 0
	word := 0
	for i := range len(text) + 1 {
		if i%paced.Piece == paced.Piece-1 {
			sh.work(2 * paced.Piece)
		}
		c := byte(' ')
		if i < len(text) {
			c = text[i]
		}
		if 'a' <= c && c <= 'z' {
			continue
		}
		if w := text[word:i]; w != "" {
			switch w {
			case "if", "while", "until", "for", "case", "select", "time", "function":
				depth++
			case "fi", "done", "esac":
				depth = max(depth-1, 0)
			}
		}
		word = i + 1
		switch c {
		case '(', '{', '[':
			depth++
		case ')', '}', ']':
			depth = max(depth-1, 0)
		}
		if strings.IndexByte("!~-+`\"|", c) >= 0 {
			unary++
		} else if c != ' ' {
			unary = 0
		}
		most = max(most, depth+unary)
	}
	return most
}

// syntaxError prints what is wrong with a program, as one line.
func (sh *shell) syntaxError(err error) {
	sh.status = 2
	line, text := sh.line, err.Error()
	if pe, ok := errors.AsType[syntax.ParseError](err); ok {
		line, text = int(pe.Pos.Line()), pe.Text
	} else if le, ok := errors.AsType[syntax.LangError](err); ok {
		line = int(le.Pos.Line())
		le.Filename, le.Pos = "", syntax.Pos{}
		text = strings.TrimPrefix(le.Error(), "?:?: ")
	}
	name := "sh"
	if sh.script != "" {
		name = sh.script
	}
	_ = sh.write(2, fmt.Sprintf("%s: line %d: syntax error: %s\n", name, max(line, 1), text))
}

// eval runs text as if it stood in place of the command at hand.
func (sh *shell) eval(text string) { sh.runText(text, false) }

// runText runs a program, each command as soon as it has been parsed. top says
// that it is the shell's own program: an error that ends a line then ends no
// more than that.
func (sh *shell) runText(text string, top bool) {
	if sh.nesting(text) > maxNesting {
		sh.syntaxError(errors.New("nested too deeply"))
		return
	}
	if sh.opt.verbose {
		_ = sh.write(2, strings.TrimSuffix(text, "\n")+"\n")
	}
	line := sh.line
	// The commands of one line are run together: the bodies of their
	// here-documents are only read at its end.
	var list []*syntax.Stmt
	src := &program{r: sh.reader(text)}
	for st, err := range parser().StmtsSeq(src) {
		switch {
		case src.stopped:
		case err != nil:
			src.stopped = true
			if len(list) == 0 || list[0].Pos().Line() >= errorLine(err) || sh.runLine(list, top) {
				sh.syntaxError(err)
			}
		case len(list) > 0 && st.Pos().Line() > list[len(list)-1].End().Line():
			src.stopped = !sh.runLine(list, top)
			list = append(list[:0], st)
		default:
			list = append(list, st)
		}
	}
	if src.stopped {
		list = nil
	}
	if sh.oneLine && top && len(list) > 0 {
		sh.lastStmt = list[len(list)-1]
	}
	sh.runLine(list, top)
	if !top {
		sh.line = line
	}
	if top {
		sh.exiting = sh.flow == flowExit
		sh.flow = flowNone
	}
}

// program is the text that the parser reads. To stop the parser, its text is
// made to end and what it still finds is dropped: a loop over it must not be
// left, since v3.14.1 goes on with its error then, which Go answers with a panic.
type program struct {
	r       io.Reader
	stopped bool
}

func (p *program) Read(b []byte) (int, error) {
	if p.stopped {
		return 0, io.EOF
	}
	return p.r.Read(b)
}

// runLine runs the commands of a line and reports whether the next line may run.
func (sh *shell) runLine(list []*syntax.Stmt, top bool) bool {
	if sh.flow != flowNone {
		return false
	}
	sh.stmts(list)
	if sh.flow == flowAbort && top && !sh.interactive {
		sh.flow = flowNone
	}
	return sh.flow == flowNone
}

// errorLine is the line of a syntax error, 0 if it is not known.
func errorLine(err error) uint {
	if pe, ok := errors.AsType[syntax.ParseError](err); ok {
		return pe.Pos.Line()
	}
	if le, ok := errors.AsType[syntax.LangError](err); ok {
		return le.Pos.Line()
	}
	return 0
}

func parser() *syntax.Parser { return syntax.NewParser(syntax.Variant(syntax.LangBash)) }

// inputReader hands the parser one line of the shell's input at a time, so that
// what follows a command can be read by the command.
type inputReader struct {
	sh      *shell
	line    []byte
	stopped bool // as in program
}

func (r *inputReader) Read(p []byte) (int, error) {
	if r.stopped {
		return 0, io.EOF
	}
	if len(r.line) == 0 {
		fd := r.sh.fd(0)
		if fd < 0 {
			return 0, io.EOF
		}
		lr := newLineReader(r.sh, fd)
		for {
			c, err := lr.next()
			if err != nil {
				break
			}
			r.line = append(r.line, c)
			if c == '\n' {
				break
			}
		}
		lr.close()
		if len(r.line) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, r.line)
	r.line = r.line[n:]
	return n, nil
}

// runInput runs the commands of the shell's standard input.
func (sh *shell) runInput() {
	r := &inputReader{sh: sh}
	for list, err := range parser().InteractiveSeq(r) {
		if r.stopped {
			continue
		}
		sh.stmts(list)
		switch {
		case sh.flow == flowExit:
			r.stopped = true
			continue
		case err != nil:
			sh.syntaxError(err)
			r.stopped = true
		}
		sh.flow = flowNone
	}
	sh.flow = flowNone
}

// open files of the process for the shell's own use are put out of the way of
// those that a user numbers.
const privateFD = 100

// private gives a file of the process a number that is out of the way.
func (sh *shell) private(fd int) int {
	n, err := sh.f.DupFrom(fd, privateFD)
	if err != nil {
		return fd
	}
	if flags, _, _, err := sh.f.FDFlags(n); err == nil {
		_ = sh.f.SetFDFlags(n, flags|sys.OCloexec)
	}
	return n
}
