package shell

import (
	"fmt"
	"slices"
	"strings"
)

// builtin is a command of the shell itself.
type builtin struct {
	run   func(*call) int
	usage string // the arguments
	help  string // one line
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
	c.sh.errorf("%s: %s", c.name, fmt.Sprintf(format, args...))
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

// options reads leading option letters. A letter followed by ":" in spec takes
// an argument. ok is false if an option is wrong, and then status is to be
// returned.
func (c *call) options(spec string) (opts map[byte]string, rest []string, ok bool) {
	opts = map[byte]string{}
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
	builtins = map[string]*builtin{
		":":         {colon, "", "do nothing"},
		".":         {source, "FILE [ARG ...]", "run the commands of a file in this shell"},
		"source":    {source, "FILE [ARG ...]", "run the commands of a file in this shell"},
		"[":         {bracket, "EXPRESSION ]", "evaluate a condition"},
		"alias":     {aliasCmd, "[-p] [NAME[=VALUE] ...]", "define or show aliases"},
		"bg":        {bg, "[JOB ...]", "let stopped jobs go on in the background"},
		"break":     {breakCmd, "[N]", "leave loops"},
		"builtin":   {builtinCmd, "[NAME [ARG ...]]", "run a builtin even if a function has its name"},
		"caller":    {caller, "[N]", "show where the function was called"},
		"cd":        {cd, "[-L|-P] [DIR]", "change the working directory"},
		"command":   {commandCmd, "[-pVv] NAME [ARG ...]", "run a command even if a function has its name"},
		"continue":  {continueCmd, "[N]", "begin the next turn of a loop"},
		"declare":   {declareCmd, "[-aAfFgilnrtux] [-p] [NAME[=VALUE] ...]", "set variables and their attributes"},
		"dirs":      {dirsCmd, "[-clpv]", "show the stack of directories"},
		"disown":    {disown, "[-h] [-ar] [JOB ...]", "forget jobs"},
		"echo":      {echo, "[-neE] [ARG ...]", "print arguments"},
		"enable":    {enable, "[-n] [NAME ...]", "switch builtins on and off"},
		"eval":      {evalCmd, "[ARG ...]", "run arguments as a command line"},
		"exec":      {execCmd, "[-cl] [-a NAME] [COMMAND [ARG ...]]", "replace the shell, or change its files"},
		"exit":      {exitCmd, "[N]", "end the shell"},
		"export":    {declareCmd, "[-fn] [NAME[=VALUE] ...] or -p", "hand variables to commands"},
		"false":     {falseCmd, "", "fail"},
		"fg":        {fg, "[JOB]", "bring a job to the foreground"},
		"getopts":   {getopts, "OPTSTRING NAME [ARG ...]", "read options"},
		"hash":      {hash, "[-lr] [-dt] [NAME ...]", "remember where commands are"},
		"help":      {help, "[NAME ...]", "say what the builtins do"},
		"history":   {historyCmd, "[-c] [N]", "show the lines that were typed"},
		"jobs":      {jobsCmd, "[-lnprs] [JOB ...]", "show the jobs"},
		"kill":      {kill, "[-s SIGNAL | -SIGNAL] PID|JOB ... or -l [N]", "send a signal"},
		"let":       {let, "EXPRESSION ...", "evaluate arithmetic"},
		"local":     {declareCmd, "[OPTION] NAME[=VALUE] ...", "make variables of a function"},
		"logout":    {exitCmd, "[N]", "end the shell"},
		"mapfile":   {mapfile, "[-d DELIM] [-n COUNT] [-O ORIGIN] [-s COUNT] [-t] [-u FD] [ARRAY]", "read lines into an array"},
		"popd":      {popd, "[+N | -N]", "go back to a directory of the stack"},
		"printf":    {printf, "[-v VAR] FORMAT [ARG ...]", "print by a format"},
		"pushd":     {pushd, "[DIR | +N | -N]", "go to a directory and remember this one"},
		"pwd":       {pwd, "[-LP]", "print the working directory"},
		"read":      {read, "[-ers] [-a ARRAY] [-d DELIM] [-i TEXT] [-n NCHARS] [-N NCHARS] [-p PROMPT] [-t TIMEOUT] [-u FD] [NAME ...]", "read a line"},
		"readarray": {mapfile, "[-d DELIM] [-n COUNT] [-O ORIGIN] [-s COUNT] [-t] [-u FD] [ARRAY]", "read lines into an array"},
		"readonly":  {declareCmd, "[-aAf] [NAME[=VALUE] ...] or -p", "make variables constant"},
		"return":    {returnCmd, "[N]", "leave a function"},
		"run":       {runCmd, "[--engine=auto|browser|wazero] [--dir DIR[:NAME][:ro]] [--ro DIR] [--listen PORT] [--] FILE [ARG ...]", "run a program on an engine, with some directories only, and with sockets that listen"},
		"set":       {setCmd, "[-abefhkmnptuvxBCEHPT] [-o OPTION] [--] [ARG ...]", "set options and parameters"},
		"shift":     {shift, "[N]", "drop parameters"},
		"shopt":     {shoptCmd, "[-pqsu] [-o] [OPTION ...]", "set further options"},
		"suspend":   {suspend, "[-f]", "stop the shell"},
		"test":      {testCmd, "[EXPRESSION]", "evaluate a condition"},
		"times":     {times, "", "show the processor time used"},
		"trap":      {trap, "[-lp] [[COMMAND] SIGNAL ...]", "run a command on a signal"},
		"true":      {colon, "", "succeed"},
		"type":      {typeCmd, "[-afptP] NAME ...", "say what a name stands for"},
		"typeset":   {declareCmd, "[-aAfFgilnrtux] [-p] [NAME[=VALUE] ...]", "set variables and their attributes"},
		"ulimit":    {ulimit, "[-SHafinoptuv] [LIMIT]", "show or set limits; 0 and unlimited are none"},
		"umask":     {umask, "[-S] [MODE]", "set the permissions that new files lack"},
		"unalias":   {unalias, "[-a] NAME ...", "remove aliases"},
		"unset":     {unset, "[-fnv] NAME ...", "remove variables and functions"},
		"wait":      {wait, "[-fn] [-p VAR] [PID|JOB ...]", "wait for children"},
	}
}

func enable(c *call) int {
	opts, rest, ok := c.options("anps")
	if !ok {
		return 2
	}
	_, off := opts['n']
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

func declareCmd(c *call) int {
	var opts []string
	args := c.args
	for len(args) > 0 && len(args[0]) > 1 && (args[0][0] == '-' || args[0][0] == '+') {
		opts = append(opts, args[0])
		args = args[1:]
	}
	list := make([]declared, len(args))
	for i, a := range args {
		list[i] = parseDeclared(a)
	}
	return c.sh.declare(c, opts, list)
}

func typeCmd(c *call) int {
	opts, rest, ok := c.options("afptP")
	if !ok {
		return 2
	}
	_, all := opts['a']
	_, word := opts['t']
	_, path := opts['p']
	_, force := opts['P']
	_, noFunc := opts['f']
	status := 0
	for _, name := range rest {
		found := false
		for _, k := range c.sh.kinds(name) {
			if found && !all || noFunc && k.word == "function" || force && k.word != "file" {
				continue
			}
			found = true
			switch {
			case word:
				c.print(k.word + "\n")
			case path || force:
				if k.word == "file" {
					c.print(k.path + "\n")
				}
			case k.word == "function":
				c.print(name + " is a function\n")
				c.sh.printFunction(c, name, false, false)
			default:
				c.print(name + " is " + k.text + "\n")
			}
		}
		if !found {
			if !word && !path && !force {
				c.errorf("%s: not found", name)
			}
			status = 1
		}
	}
	return status
}

// nameKind is one thing that a command name stands for.
type nameKind struct{ word, text, path string }

var keywords = []string{"!", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function",
	"if", "in", "select", "then", "time", "until", "while", "{", "}"}

func (sh *shell) kinds(name string) []nameKind {
	var list []nameKind
	if v, ok := sh.alias[name]; ok && (sh.interactive || sh.shopt["expand_aliases"]) {
		list = append(list, nameKind{"alias", "aliased to `" + v + "'", ""})
	}
	if slices.Contains(keywords, name) {
		list = append(list, nameKind{"keyword", "a shell keyword", ""})
	}
	if sh.funcs[name] != nil {
		list = append(list, nameKind{"function", "a function", ""})
	}
	if builtins[name] != nil && !sh.disabled[name] {
		list = append(list, nameKind{"builtin", "a shell builtin", ""})
	}
	hashedPath, wasHashed := sh.hashed[name]
	if path, _, err := sh.search(name); err == nil {
		text := path
		if wasHashed && hashedPath == path {
			text = "hashed (" + path + ")"
		} else if !strings.Contains(name, "/") {
			delete(sh.hashed, name)
		}
		list = append(list, nameKind{"file", text, path})
	}
	return list
}
