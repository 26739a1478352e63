package shell

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// Register makes the shell the kernel's programs "sh" and "bash", and its builtin "run"
// a program of that name, for those that start programs and are no shells: env, xargs.
func Register(k *kernel.Kernel) {
	k.Register("sh", Main)
	k.Register("bash", Main)
	k.Register("run", runMain)
}

// Main is the shell as a program:
//
//	sh [-abefhkmnptuvxBCEHPT] [-o OPTION] [-i] [-l] -c LINE [NAME [ARG ...]]
//	sh [OPTION ...] [-s] [FILE [ARG ...]]
//
// With neither a line nor a file it reads commands from its standard input, and
// with a prompt if that is a terminal. It is a [kernel.Main].
func Main(p *kernel.Process) int {
	sh := newShell(p)
	line, code := sh.commandLine(p.Args())
	if code != 0 {
		return code
	}
	switch {
	case line.command:
		sh.oneLine = true
		sh.runText(line.text, true)
	case line.file != "":
		sh.status = sh.runFile(line.file)
	case line.interactive || !line.stdin && sh.isTerminal(0) && sh.isTerminal(2):
		sh.interact()
	default:
		sh.runInput()
	}
	return sh.end(sh.status)
}

func (sh *shell) isTerminal(n int) bool { return sh.fd(n) >= 0 && sh.f.IsTTY(sh.fd(n)) }

// commandLine is what the shell's arguments ask for.
type commandLine struct {
	command, stdin, interactive bool
	text, file                  string
}

// commandLine reads the arguments of sh; code is not 0 if the shell is to end with it at once.
func (sh *shell) commandLine(args []string) (line commandLine, code int) {
	if len(args) > 0 {
		sh.name = args[0]
		args = args[1:]
	}
	c := &call{sh: sh, name: "sh"}
	for len(args) > 0 {
		a := args[0]
		if a == "--" || a == "-" {
			args = args[1:]
			break
		}
		if len(a) < 2 || a[0] != '-' && a[0] != '+' {
			break
		}
		args = args[1:]
		if strings.HasPrefix(a, "--") {
			if a != "--login" && a != "--norc" && a != "--noprofile" && a != "--posix" {
				sh.errorf("%s: invalid option", a)
				return line, 2
			}
			continue
		}
		rest := a[:1]
		for i := 1; i < len(a); i++ {
			switch l := a[i]; l {
			case 'c':
				line.command = true
			case 's':
				line.stdin = true
			case 'i':
				line.interactive = true
			case 'l':
			case 'O':
				if len(args) == 0 {
					return line, c.usage("-O: option requires an argument", "[-O OPTION]")
				}
				if _, ok := sh.shoptOn(args[0]); !ok {
					sh.errorf("%s: invalid shell option name", args[0])
					return line, 2
				}
				sh.shopt[args[0]] = a[0] == '-'
				args = args[1:]
			case 'o':
				if len(args) == 0 {
					return line, c.usage("-o: option requires an argument", "[-o OPTION]")
				}
				if !sh.setOptionName(args[0], a[0] == '-') {
					sh.errorf("%s: invalid option name", args[0])
					return line, 2
				}
				args = args[1:]
			default:
				rest += string(l)
			}
		}
		if len(rest) > 1 {
			if _, code := sh.setArgs(c, []string{rest}); code != 0 {
				return line, code
			}
		}
	}
	switch {
	case line.command:
		if len(args) == 0 {
			sh.errorf("-c: option requires an argument")
			return line, 2
		}
		line.text = args[0]
		if args = args[1:]; len(args) > 0 {
			sh.name = args[0]
			args = args[1:]
		}
	case line.stdin:
	case len(args) > 0:
		line.file = args[0]
		sh.name = args[0]
		args = args[1:]
	}
	sh.params = args
	return line, 0
}

// maxScript bounds the size of a script, in bytes.
const maxScript = 64 << 20

// runFile runs a script. A name without a slash that is no file here is looked
// up along PATH.
func (sh *shell) runFile(name string) int {
	fd, err := sh.f.Open(name, sys.ORead, 0)
	if err != nil && !strings.Contains(name, "/") {
		if path, _, err2 := sh.search(name); err2 == nil {
			fd, err = sh.f.Open(path, sys.ORead, 0)
		}
	}
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		return 127
	}
	data, err := sh.readAll(fd, maxScript)
	_ = sh.f.Close(fd)
	if err != nil {
		sh.errorf("%s: %s", name, reason(err))
		return 126
	}
	if strings.HasPrefix(string(data), "\x00asm") {
		sh.errorf("%s: cannot execute binary file", name)
		return 126
	}
	sh.script = name
	sh.runText(string(data), true)
	return sh.status
}

// runScript runs a file without "#!" in a forked shell.
func (sh *shell) runScript(path string, args []string) int {
	sh.name, sh.params = args[0], args[1:]
	sh.frames, sh.loops, sh.subshells = nil, 0, 0
	sh.funcs = map[string]*function{}
	sh.alias = nil
	sh.opt = options{hashall: true}
	sh.pid = sh.p.PID()
	for name, v := range sh.env.global().vars {
		if !v.exported {
			delete(sh.env.global().vars, name)
		}
	}
	setDefault(sh.env.global().vars, "IFS", " \t\n", false)
	setDefault(sh.env.global().vars, "PS4", "+ ", false)
	return sh.runFile(path)
}
