package shell

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/shell/manual"
)

// builtin is a command of the shell itself.
type builtin struct {
	run   func(*call) int
	usage string // the arguments, as its page has them
}

// call is one run of a builtin. What it prints is written when it ends, or
// before it waits, in one piece.
type call struct {
	sh   *shell
	name string
	args []string
	out  strings.Builder
}

func (c *call) print(s string) { c.out.WriteString(s) }

func (c *call) printf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

// flush writes what has been printed.
func (c *call) flush() error {
	s := c.out.String()
	c.out.Reset()
	return c.sh.print(s)
}

func (c *call) errorf(format string, args ...any) {
	_ = c.flush()
	c.sh.errorf("%s: %s", c.name, errno.Sentence(format, args...))
}

// fail prints a message and is the status 1.
func (c *call) fail(format string, args ...any) int {
	c.errorf(format, args...)
	return 1
}

// usage prints what is wrong and how it should be, and is the status 2.
func (c *call) usage(problem, usage string) int {
	c.errorf("%s", problem)
	_ = c.sh.write(2, c.name+": usage: "+c.name+" "+usage+"\n")
	return 2
}

// letters are the options that a builtin was given: their arguments, or how often
// they were given by as many letters x.
type letters map[byte]string

func (l letters) has(letter byte) bool { _, ok := l[letter]; return ok }

// options reads leading option letters. A letter followed by ":" in spec takes
// an argument. ok is false if an option is wrong, and then status is to be
// returned.
func (c *call) options(spec string) (opts letters, rest []string, ok bool) {
	opts = letters{}
	args := c.args
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			break
		}
		for i := 1; i < len(arg); i++ {
			at := strings.IndexByte(spec, arg[i])
			if at < 0 || arg[i] == ':' {
				c.usage("-"+arg[i:i+1]+": invalid option", builtins[c.name].usage)
				return nil, nil, false
			}
			if at+1 < len(spec) && spec[at+1] == ':' {
				val := arg[i+1:]
				if val == "" {
					if len(args) == 0 {
						c.usage("-"+arg[i:i+1]+": option requires an argument", builtins[c.name].usage)
						return nil, nil, false
					}
					val, args = args[0], args[1:]
				}
				opts[arg[i]] = val
				break
			}
			opts[arg[i]] += "x"
		}
	}
	return opts, args, true
}

// builtins are filled in by init because some of them look themselves up here.
var builtins map[string]*builtin

func init() {
	table := map[string]func(*call) int{
		":":         colon,
		".":         source,
		"source":    source,
		"[":         bracket,
		"alias":     aliasCmd,
		"bg":        bg,
		"break":     breakCmd,
		"builtin":   builtinCmd,
		"caller":    caller,
		"cd":        cd,
		"command":   commandCmd,
		"continue":  continueCmd,
		"declare":   declareCmd,
		"dirs":      dirsCmd,
		"disown":    disown,
		"echo":      echo,
		"enable":    enable,
		"eval":      evalCmd,
		"exec":      execCmd,
		"exit":      exitCmd,
		"export":    declareCmd,
		"false":     falseCmd,
		"fg":        fg,
		"getopts":   getopts,
		"hash":      hash,
		"help":      help,
		"history":   historyCmd,
		"jobs":      jobsCmd,
		"kill":      kill,
		"let":       let,
		"local":     declareCmd,
		"logout":    exitCmd,
		"mapfile":   mapfile,
		"popd":      popd,
		"printf":    printf,
		"pushd":     pushd,
		"pwd":       pwd,
		"read":      read,
		"readarray": mapfile,
		"readonly":  declareCmd,
		"return":    returnCmd,
		"run":       runCmd,
		"set":       setCmd,
		"shift":     shift,
		"shopt":     shoptCmd,
		"suspend":   suspend,
		"test":      testCmd,
		"times":     times,
		"trap":      trap,
		"true":      colon,
		"type":      typeCmd,
		"typeset":   declareCmd,
		"ulimit":    ulimit,
		"umask":     umask,
		"unalias":   unalias,
		"unset":     unset,
		"wait":      wait,
	}
	builtins = make(map[string]*builtin, len(table))
	for name, run := range table {
		builtins[name] = &builtin{run: run}
		if page := manual.Builtin(name); page != nil {
			builtins[name].usage = page.Synopsis
		}
	}
}

func enable(c *call) int {
	opts, rest, ok := c.options("anps")
	if !ok {
		return 2
	}
	off := opts.has('n')
	if len(rest) == 0 {
		for _, name := range sortedKeys(builtins) {
			if c.sh.disabled[name] == off {
				c.print("enable " + map[bool]string{true: "-n "}[off] + name + "\n")
			}
		}
		return 0
	}
	for _, name := range rest {
		if builtins[name] == nil {
			return c.fail("%s: not a shell builtin", name)
		}
		if c.sh.disabled == nil {
			c.sh.disabled = map[string]bool{}
		}
		c.sh.disabled[name] = off
	}
	return 0
}

var keywords = []string{"!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function",
	"if", "in", "select", "then", "time", "until", "while", "{", "}"}
