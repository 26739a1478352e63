package manual

// Builtins are the pages of the shell's builtins, in the order of their names.
var Builtins = []Page{
	{Name: ".", Builtin: true, Synopsis: "FILE [ARG ...]", Text: `Run the commands of a file in this shell.`},
	{Name: ":", Builtin: true, Synopsis: "", Text: `Do nothing.`},
	{Name: "[", Builtin: true, Synopsis: "EXPRESSION ]", Text: `Evaluate a condition.
As test; the last argument is a bracket.`},
	{Name: "alias", Builtin: true, Synopsis: "[-p] [NAME[=VALUE] ...]", Text: `Define or show aliases.`},
	{Name: "bg", Builtin: true, Synopsis: "[JOB ...]", Text: `Let stopped jobs go on in the background.
Without an argument, the current job. A job is %N, %+ (the current one), %- (the one
before), %NAME (that begins with NAME) or %?TEXT (that has TEXT).`},
	{Name: "break", Builtin: true, Synopsis: "[N]", Text: `Leave loops.`},
	{Name: "builtin", Builtin: true, Synopsis: "[NAME [ARG ...]]", Text: `Run a builtin even if a function has its name.`},
	{Name: "caller", Builtin: true, Synopsis: "[N]", Text: `Show where the function was called.`},
	{Name: "cd", Builtin: true, Synopsis: "[-L|-P] [DIR]", Text: `Change the working directory.
Without DIR to $HOME, with "-" to the directory before. A DIR that does not begin with a
slash or a dot is also looked for in the directories of CDPATH.
  -L   links of the path stay in its name (the default)      -P   they are resolved`},
	{Name: "command", Builtin: true, Synopsis: "[-pVv] NAME [ARG ...]", Text: `Run a command even if a function has its name.
  -p   look along the usual PATH
  -v   print what NAME stands for: a path, a word of the language, an alias
  -V   the same in a sentence`},
	{Name: "continue", Builtin: true, Synopsis: "[N]", Text: `Begin the next turn of a loop.`},
	{Name: "declare", Builtin: true, Synopsis: "[-aAfFgilnrtux] [-p] [NAME[=VALUE] ...]", Text: `Set variables and their attributes.
Within a function the variables are its own.
  -a, -A   a list, a map                -i   an integer: what is assigned is evaluated
  -l, -u   lower case, upper case       -n   a name for another variable
  -r       constant                     -x   handed to commands
  -g       not the function's own       -t   accepted
  -f, -F   functions, or their names only
  -p       print as commands
A plus sign instead of the minus takes an attribute away.`},
	{Name: "dirs", Builtin: true, Synopsis: "[-clpv]", Text: `Show the stack of directories.`},
	{Name: "disown", Builtin: true, Synopsis: "[-h] [-ar] [JOB ...]", Text: `Forget jobs.`},
	{Name: "echo", Builtin: true, Synopsis: "[-neE] [ARG ...]", Text: `Print arguments.
  -n   no newline     -E   no escapes (the default)
  -e   escapes: \a \b \c (stop) \e \f \n \r \t \v \\ \0NNN \xHH \uHHHH`},
	{Name: "enable", Builtin: true, Synopsis: "[-n] [NAME ...]", Text: `Switch builtins on and off.`},
	{Name: "eval", Builtin: true, Synopsis: "[ARG ...]", Text: `Run arguments as a command line.`},
	{Name: "exec", Builtin: true, Synopsis: "[-cl] [-a NAME] [COMMAND [ARG ...]]", Text: `Replace the shell, or change its files.
COMMAND takes the shell's place. Without one the redirections hold for the shell itself.
  -c   with an empty environment      -l   as a login shell      -a NAME   under this name`},
	{Name: "exit", Builtin: true, Synopsis: "[N]", Text: `End the shell.
N is the exit code; without it, that of the last command. The trap on EXIT is run before.`},
	{Name: "export", Builtin: true, Synopsis: "[-fn] [NAME[=VALUE] ...] or -p", Text: `Hand variables to commands.
  -n   not any more       -f   functions       -p   print as commands`},
	{Name: "false", Builtin: true, Synopsis: "", Text: `Fail.`},
	{Name: "fg", Builtin: true, Synopsis: "[JOB]", Text: `Bring a job to the foreground.
Without an argument, the current job; see "help bg" for how jobs are named. The shell waits
until the job ends, or is stopped by Ctrl-Z.`},
	{Name: "getopts", Builtin: true, Synopsis: "OPTSTRING NAME [ARG ...]", Text: `Read options.
Each call sets NAME to the next option of the arguments (or the parameters), OPTIND to the
place of the next and OPTARG to its argument. In OPTSTRING a colon after a letter says that it has
an argument; a colon at the beginning, that nothing is printed. It fails when there is none left.`},
	{Name: "hash", Builtin: true, Synopsis: "[-lr] [-dt] [NAME ...]", Text: `Remember where commands are.
  -r   forget all     -d NAME   forget one     -t NAME   print its path     -l   as commands`},
	{Name: "help", Builtin: true, Synopsis: "[NAME ...]", Text: `Say what the builtins do.
Without a name, the builtins and the commands with a line each. "man NAME" has the whole page.`},
	{Name: "history", Builtin: true, Synopsis: "[-c] [N]", Text: `Show the lines that were typed.
Print the last N lines, or all. The lines are kept in the file that HISTFILE names
(~/.sh_history if it is not set); a line that begins with a blank is not.
  -c   forget all lines`},
	{Name: "jobs", Builtin: true, Synopsis: "[-lnprs] [JOB ...]", Text: `Show the jobs.
  -l   with the number of each job's first process     -p   these numbers only
  -r   running jobs only        -s   stopped jobs only`},
	{Name: "kill", Builtin: true, Synopsis: "[-s SIGNAL | -SIGNAL] PID|JOB ... or -l [N]", Text: `Send a signal.
The signal is TERM if none is named. PID 0 is the shell's own group, -1 every process, -PID
a group, %N a job.
  -l   list the signals, or translate names and numbers
A guest on the wazero engine is stopped (STOP, TSTP) wherever it is. On the browser's engine
nothing can hold a program that computes: it stops at its next system call, and is
"Stopped" for the shell at once. KILL ends it anywhere on both engines.`},
	{Name: "let", Builtin: true, Synopsis: "EXPRESSION ...", Text: `Evaluate arithmetic.`},
	{Name: "local", Builtin: true, Synopsis: "[OPTION] NAME[=VALUE] ...", Text: `Make variables of a function.
The OPTIONs are those of declare.`},
	{Name: "logout", Builtin: true, Synopsis: "[N]", Text: `End the shell.
As exit.`},
	{Name: "mapfile", Builtin: true, Synopsis: "[-d DELIM] [-n COUNT] [-O ORIGIN] [-s COUNT] [-t] [-u FD] [ARRAY]", Text: `Read lines into an array.
  -t         without the delimiter at the end of each    -d DELIM   instead of a newline
  -n COUNT   no more lines     -s COUNT   leave out the first     -O ORIGIN   begin at this index
  -u FD      read this file    ARRAY is MAPFILE if it is missing`},
	{Name: "popd", Builtin: true, Synopsis: "[+N | -N]", Text: `Go back to a directory of the stack.`},
	{Name: "printf", Builtin: true, Synopsis: "[-v VAR] FORMAT [ARG ...]", Text: `Print by a format.
FORMAT is used again while there are arguments. Conversions: %d %i %u %o %x %X %f %e %g %c %s,
%b (with escapes), %q (quoted for the shell), %(FORMAT)T (a time) and %%; flags "-+ 0#", a width
and a precision, either of which may be *.
  -v VAR   set a variable instead of printing`},
	{Name: "pushd", Builtin: true, Synopsis: "[DIR | +N | -N]", Text: `Go to a directory and remember this one.`},
	{Name: "pwd", Builtin: true, Synopsis: "[-LP]", Text: `Print the working directory.`},
	{Name: "read", Builtin: true, Synopsis: "[-ers] [-a ARRAY] [-d DELIM] [-i TEXT] [-n NCHARS] [-N NCHARS] [-p PROMPT] [-t TIMEOUT] [-u FD] [NAME ...]", Text: `Read a line.
The words of the line go to the variables, the rest to the last one (REPLY if none is named).
  -r          backslashes are characters      -a ARRAY    words into an array
  -d DELIM    ends the line                   -n, -N N    no more than, exactly N characters
  -p PROMPT   printed before                  -s          what is typed is not shown
  -t SECONDS  how long to wait                -u FD       read this file
  -e, -i TEXT   with the line editor, with TEXT to begin with
It fails at the end of the file, and with a code above 128 when the time is over.`},
	{Name: "readarray", Builtin: true, Synopsis: "[-d DELIM] [-n COUNT] [-O ORIGIN] [-s COUNT] [-t] [-u FD] [ARRAY]", Text: `Read lines into an array.
As mapfile: "man mapfile" has the options.`},
	{Name: "readonly", Builtin: true, Synopsis: "[-aAf] [NAME[=VALUE] ...] or -p", Text: `Make variables constant.
  -a, -A, -f   lists, maps, functions        -p   print as commands`},
	{Name: "return", Builtin: true, Synopsis: "[N]", Text: `Leave a function.`},
	{Name: "run", Builtin: true, Synopsis: "[--engine=auto|browser|wazero] [--dir DIR[:NAME][:ro]] [--ro DIR] [--listen PORT] [--grant PATTERN] [--] FILE [ARG ...]", Text: `Run a program on an engine, with some directories only, and with sockets that listen.
  --engine=NAME   auto, browser or wazero
  --dir DIR[:NAME][:ro]   the program sees this directory only, as NAME, and can only
                          read it with :ro; may be repeated
  --ro DIR        the same as --dir DIR:ro
  --listen PORT   a socket that listens there, as an open file (LISTEN_FDS)
  --grant PATTERN   of services, hosts and packages, the program and what it starts may use
                    no more than this, as "bus grants" writes it: http:example.com,
                    bus:greeter, tcp; may be repeated; "none" is nothing at all
/bin/run does the same for "env -i run FILE" and "xargs run FILE".`},
	{Name: "set", Builtin: true, Synopsis: "[-abefhkmnptuvxBCEHPT] [-o OPTION] [--] [ARG ...]", Text: `Set options and parameters.
Without arguments, print the variables. With, the ARGs are the parameters $1, $2 and so on.
  -e  end at the first command that fails      -u  a variable that is not set is an error
  -x  print commands before they are run       -v  print lines as they are read
  -f  no patterns for file names               -n  read commands, run none
  -C  no > over files that are there           -a  export all that is set
  -b  report jobs at once                      -m  jobs are groups of their own
  -o pipefail   a pipeline fails if any part does;  -o  alone lists the options
A plus sign instead of the minus switches off.`},
	{Name: "shift", Builtin: true, Synopsis: "[N]", Text: `Drop parameters.`},
	{Name: "shopt", Builtin: true, Synopsis: "[-pqsu] [-o] [OPTION ...]", Text: `Set further options.
  -s   switch on     -u   switch off     -q   only the code     -p   print as commands
  -o   the options of set
Without an option name, list them: dotglob, extglob, failglob, globstar, lastpipe, nocaseglob,
nocasematch, nullglob and others.`},
	{Name: "source", Builtin: true, Synopsis: "FILE [ARG ...]", Text: `Run the commands of a file in this shell.
As ".".`},
	{Name: "suspend", Builtin: true, Synopsis: "[-f]", Text: `Stop the shell.`},
	{Name: "test", Builtin: true, Synopsis: "[EXPRESSION]", Text: `Evaluate a condition.
  -e -f -d -L -h -p -S -b -c -s FILE   there, file, directory, link, pipe, socket, not empty
  -r -w -x FILE   readable, writable, executable      -t FD   a terminal      -v VAR   set
  A -nt B, A -ot B, A -ef B   newer, older, the same file
  -n S, -z S, S = T, S != T, S < T, S > T    N -eq -ne -lt -le -gt -ge M
  ! E   ( E )   E -a E   E -o E
[[ E ]] knows these too, with patterns right of = and expressions right of =~.`},
	{Name: "times", Builtin: true, Synopsis: "", Text: `Show the processor time used.`},
	{Name: "trap", Builtin: true, Synopsis: "[-lp] [[COMMAND] SIGNAL ...]", Text: `Run a command on a signal.
COMMAND is run when SIGNAL comes, between two commands; an empty COMMAND ignores it, "-"
sets it back. EXIT is the end of the shell, ERR a command that fails, DEBUG each
command, RETURN the end of a function.
  -l   list the signals        -p   print the traps as commands`},
	{Name: "true", Builtin: true, Synopsis: "", Text: `Succeed.`},
	{Name: "type", Builtin: true, Synopsis: "[-afptP] NAME ...", Text: `Say what a name stands for.
  -t   one word: alias, keyword, function, builtin or file      -p   the path of a file
  -a   all that has the name      -f   not functions      -P   a path, whatever else there is`},
	{Name: "typeset", Builtin: true, Synopsis: "[-aAfFgilnrtux] [-p] [NAME[=VALUE] ...]", Text: `Set variables and their attributes.
As declare: "man declare" has the options.`},
	{Name: "ulimit", Builtin: true, Synopsis: "[-SHafinoptuv] [LIMIT]", Text: `Show or set limits; 0 and unlimited are none.
Show or set a limit of this shell and what it starts; "unlimited" or 0 is none.
  -a   all of them
  -n   open files                   -u   processes of the session
  -v   memory of a guest, in KiB    -t   processor time, in seconds
  -f   size of a file, in KiB       -o   output in all, in KiB
  -p   what a pipe holds, in units of 512 bytes
  -i   instructions of a guest; one that has this limit runs on the wazero engine
Who meets a limit is told which, its value and how to raise it.`},
	{Name: "umask", Builtin: true, Synopsis: "[-S] [MODE]", Text: `Set the permissions that new files lack.
MODE is octal, or in letters as chmod has it.
  -S   print letters`},
	{Name: "unalias", Builtin: true, Synopsis: "[-a] NAME ...", Text: `Remove aliases.`},
	{Name: "unset", Builtin: true, Synopsis: "[-fnv] NAME ...", Text: `Remove variables and functions.
  -v   variables     -f   functions     -n   a name for another variable, not that variable`},
	{Name: "wait", Builtin: true, Synopsis: "[-fn] [-p VAR] [PID|JOB ...]", Text: `Wait for children.
Wait for jobs and processes, or for all; the status is that of the last one. A signal that
has a trap ends wait with 128 and its number.
  -n   for the next one that ends      -p VAR   set VAR to its number`},
}
