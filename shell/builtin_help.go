package shell

import "strings"

// details are what "help NAME" says below a builtin's one line.
var details = map[string]string{
	"bg": `
Without an argument, the current job. A job is %N, %+ (the current one), %- (the one
before), %NAME (that begins with NAME) or %?TEXT (that has TEXT).`,
	"fg": `
Without an argument, the current job; see "help bg" for how jobs are named. The shell waits
until the job ends, or is stopped by Ctrl-Z.`,
	"history": `
Print the last N lines, or all. The lines are kept in the file that HISTFILE names
(~/.sh_history if it is not set); a line that begins with a blank is not.
  -c   forget all lines`,
	"jobs": `
  -l   with the number of each job's first process     -p   these numbers only
  -r   running jobs only        -s   stopped jobs only`,
	"kill": `
The signal is TERM if none is named. PID 0 is the shell's own group, -1 every process, -PID
a group, %N a job.
  -l   list the signals, or translate names and numbers
A guest on the wazero engine is stopped (STOP, TSTP) wherever it is. On the browser's engine
nothing can hold a program that computes: it stops at its next system call, and is
"Stopped" for the shell at once. KILL ends it anywhere on both engines.`,
	"run": `
  --engine=NAME   auto, browser or wazero
  --dir DIR[:NAME][:ro]   the program sees this directory only, as NAME, and can only
                          read it with :ro; may be repeated
  --ro DIR        the same as --dir DIR:ro
  --listen PORT   a socket that listens there, as an open file (LISTEN_FDS)
/bin/run does the same for "env -i run FILE" and "xargs run FILE".`,
	"trap": `
COMMAND is run when SIGNAL comes, between two commands; an empty COMMAND ignores it, "-"
sets it back. EXIT is the end of the shell, ERR a command that fails, DEBUG each
command, RETURN the end of a function.
  -l   list the signals        -p   print the traps as commands`,
	"ulimit": `
Show or set a limit of this shell and what it starts; "unlimited" or 0 is none.
  -a   all of them
  -n   open files                   -u   processes of the session
  -v   memory of a guest, in KiB    -t   processor time, in seconds
  -f   size of a file, in KiB       -o   output in all, in KiB
  -p   what a pipe holds, in units of 512 bytes
  -i   instructions of a guest; one that has this limit runs on the wazero engine
Who meets a limit is told which, its value and how to raise it.`,
	"wait": `
Wait for jobs and processes, or for all; the status is that of the last one. A signal that
has a trap ends wait with 128 and its number.
  -n   for the next one that ends      -p VAR   set VAR to its number`,
}

// help says what builtins do. What is no builtin is left to the program help, which knows
// the commands.
func help(c *call) int {
	if len(c.args) == 0 {
		c.print("The builtins of this shell; \"help NAME\" says more, also of the commands.\n\n")
		for _, name := range sortedKeys(builtins) {
			c.printf("  %-10s %s\n", name, builtins[name].help)
		}
		return 0
	}
	status := 0
	for _, name := range c.args {
		b := builtins[name]
		if b != nil {
			c.printf("%s: %s\n    %s\n", name, strings.TrimSpace(name+" "+b.usage), b.help)
			for line := range strings.Lines(strings.TrimPrefix(details[name], "\n")) {
				c.print("    " + strings.TrimRight(line, "\n") + "\n")
			}
			continue
		}
		if path, _, err := c.sh.search(name); err == nil && path == "/bin/"+name && c.sh.isCommand(path) {
			if program, _, err := c.sh.search("help"); err == nil && c.flush() == nil {
				args := []string{"help", name}
				c.sh.foreground(args, program, c.sh.commandStmt(args))
				status = max(status, c.sh.status)
				continue
			}
		}
		c.errorf("no help topics match `%s'", name)
		status = 1
	}
	return status
}

// isCommand reports whether a file stands for a program of the kernel.
func (sh *shell) isCommand(path string) bool {
	data, err := sh.f.ReadFile(path)
	return err == nil && strings.HasPrefix(string(data[:min(len(data), 64)]), "#!builtin ")
}
