// Bushel is a shell for WebAssembly modules, in a terminal: the kernel, the shell
// and the commands of the page as a native program.
//
//	bushel                        an interactive shell
//	bushel -c LINE [ARG…]         runs a line of shell
//	bushel FILE [ARG…]            runs a shell script, or a module
//	bushel run FILE.wasm [ARG…]   runs a module with the host's standard streams
//	bushel serve [DIR]            serves the page
//	bushel help                   says all of this with its flags
//
// The exit code is the program's: its own, 128+n if signal n ended it, 126 for
// what cannot be run, 127 for what is not there, 134 for a trap, 2 for a command line that makes
// no sense.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	os.Exit(bushel(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// bushel carries out a command line and returns the exit code.
func bushel(args []string, in, out, errOut *os.File) int {
	streams := streams{in, out, errOut}
	code, err := dispatch(args, streams)
	if usage, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintf(errOut, "bushel: %s (bushel help explains)\n", usage.text)
		return 2
	}
	if err != nil {
		fmt.Fprintf(errOut, "bushel: %v\n", err)
		if code == 0 {
			code = 1
		}
	}
	return code
}

// streams are the host's standard streams.
type streams struct{ in, out, err *os.File }

func dispatch(args []string, s streams) (int, error) {
	if len(args) > 0 {
		ours := args[0] == "run" || args[0] == "serve"
		if args[0] == "help" || asksForHelp(args[0]) || ours && len(args) > 1 && asksForHelp(args[1]) {
			return help(s.out)
		}
		switch args[0] {
		case "run":
			return runCommand(args[1:], s)
		case "serve":
			return serveCommand(args[1:], s.out)
		case "version", "--version", "-version":
			_, err := fmt.Fprintln(s.out, "bushel", version())
			return 0, err
		}
	}
	return shellCommand(args, s)
}

func asksForHelp(arg string) bool {
	return arg == "--help" || arg == "-help" || arg == "-h"
}

func help(w io.Writer) (int, error) {
	_, err := io.WriteString(w, helpText)
	return 0, err
}

const helpText = `Bushel is a shell for WebAssembly modules.

  bushel [FLAGS]                          a shell in this terminal
  bushel [FLAGS] -c LINE [NAME [ARG...]]  run a line of shell
  bushel [FLAGS] FILE [ARG...]            run a shell script, or a module
  bushel run [FLAGS] FILE.wasm [ARG...]   run a module with these standard streams
  bushel serve [-addr HOST:PORT] [DIR]    serve the page that "make build" left in DIR (dist)
               [--bus [--module NAME=FILE.wasm]... [--token TOKEN] [--origin HOST]...]
  bushel version

Flags:
  --engine compiler|interpreter   what runs modules (compiler, where there is one)
  --dir HOST[:GUEST][:ro]         let modules see the folder HOST, under the name GUEST
                                  (HOST's own if it is not given); :ro forbids changes
  --env NAME=VALUE                set a variable
  --policy FILE|JSON              what programs may use of services, hosts and paths, such as
                                  '{"http:example.com": "allow", "net": "deny"}'
  --catalog URL                   the catalogue of programs that "install NAME" knows
  --sound FILE.wav                where sound goes
  --log debug|info|warn|error     print what the system logs from that level on

With --bus, pages and other shells link to the server's bus at /bus ("bus link --help"): they
call its modules, and those call packages of theirs. They need the token, which is made and
printed without --token; pages of other hosts need an --origin.

A shell sees the folder that it is started in unless there is a --dir; a module that is
run sees no folder but those of --dir. The exit code is the program's own, 128+n if signal n
ended it, 134 for a trap, 126 for a file that cannot be run, 127 for one that is missing.
`

// version is the module's version, and the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return v + " " + s.Value
		}
	}
	return v
}
