package manual

// Programs are the pages of programs that are neither builtins nor commands of the
// package commands: the shell itself.
var Programs = []Page{
	{Name: "bash", Synopsis: "[OPTION ...] [FILE [ARG ...]]", Text: `Run the shell under its other name: see sh.
Scripts that ask for bash find one; what the shell knows of bash's language is in the page of sh.`},
	{Name: "sh", Synopsis: "[-abefhkmnptuvxBCEHPT] [-o OPTION] [-i] [-l] [-c LINE [NAME [ARG ...]] | -s | FILE [ARG ...]]", Text: `Run the shell: a line, a file, or what is typed.
  -c LINE   run LINE; NAME is $0, the ARGs are $1, $2 and so on
  -s        read commands from standard input; -i: with a prompt
  -l        read /etc/profile and ~/.profile before
  the others are those of set
The language is POSIX's, with most of what bash adds: [[ ]], (( )), arrays and maps, <( ) and >( ),
<<<, {a,b} and {1..9}, $'...', ${NAME//A/B}, ${!NAME}, select, pipefail. There is no coproc.

Words      'as it is'  "with $NAME, $(COMMAND) and $((1 + 2))"  \c  *.txt  ~
Lists      A; B   A && B   A || B   A | B   A &   ! A   { A; }   ( A )
Files      < IN   > OUT   >> OUT   2> ERRORS   2>&1   &> ALL   <<END ... END
Compound   if A; then B; elif C; then D; else E; fi
           for NAME in WORDS; do A; done   while A; do B; done   until A; do B; done
           case WORD in PATTERN) A ;; esac   NAME() { A; }

On the terminal: Ctrl-C ends what runs, Ctrl-Z stops it (jobs, fg, bg), Ctrl-D ends the shell,
Tab completes, the arrows and Ctrl-R find lines that were typed before.
A file of a module (.wasm) is a program; run and BUSHEL_ENGINE say on which engine.`},
}
