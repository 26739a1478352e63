package shell_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell"
	"github.com/bushel-wasm/bushel/shell/commands"
)

const long = 512 << 10

// longSteps are what the shell computes on its own over a long text, $x, or in
// loops; per is how many bytes or turns of it there may be for one turn of others.
var longSteps = []struct {
	name, script string
	size, per    int
}{
	{"replacing a character", `y=${x//a/bc}`, long, 8 << 10},
	{"replacing a pattern", `y=${x//[ab]c/z}`, long, 8 << 10},
	{"replacing at the end", `y=${x/%b*a/z}`, long, 8 << 10},
	{"a pattern that does not match", `y=${x//b?*c/z}`, long, 8 << 10},
	{"removing a prefix", `y=${x##*c}`, long, 8 << 10},
	{"removing a suffix", `y=${x%%[cd]*}`, long, 8 << 10},
	{"an excluding pattern", `shopt -s extglob; y=${x:0:600}; y=${y##!(a)c}`, 100_000, 256},
	{"upper case", `y=${x^^}`, long, 16 << 10},
	{"upper case of some", `y=${x^^[a]}`, long, 16 << 10},
	{"length", `y=${#x}`, long, 64 << 10},
	{"a part", `y=${x:500000:10}`, long, 64 << 10},
	{"quoting", `y=${x@Q}`, long, 64 << 10},
	{"splitting", `set -- $x`, long, 16 << 10},
	{"splitting at a", `IFS=a; set -- $x`, long, 16 << 10},
	{"splitting blanks", `set -- ${x//[ab]/ }`, long, 16 << 10},
	{"globbing words", `set -- ${x//a/ }; for i in "$@"; do :; done`, 500_000, 256},
	{"[[ == ]]", `[[ $x == *c*c ]]`, long, 8 << 10},
	{"[[ == ]] with a quoted text", `[[ $x == "$x("* ]]`, long, 16 << 10},
	{"[[ =~ ]]", `[[ $x =~ (a|b)+c ]]`, long, 8 << 10},
	{"case", `case $x in *c) ;; esac`, long, 8 << 10},
	{"a here-document", "cat >/dev/null <<EOF\n$x\nEOF", long, 64 << 10},
	{"braces", `set -- {1..16000}`, 16_000, 64},
	{"printf", `printf -v y %s%.1s "$x" "$x"`, long, long},
	{"printf of many arguments", `printf -v y '%s ' {1..16000}`, 16_000, 64},
	{"printf of a long format", `printf -v y "$x"`, long, 64 << 10},
	{"printf %q", `printf -v y %q "$x"`, long, 16 << 10},
	{"read", `IFS=a read -a y <<<"$x"`, long, 16 << 10},
	{"read -n", `read -n 100000 y <<<"$x"`, 100_000, 512},
	{"mapfile", `mapfile -t y <<<"${x//a/$'\n'}"`, long, 4 << 10},
	{"parsing", `eval "${x//a/: x;}"`, long, 1 << 10},
	{"parsing one command", `eval "true ${x//a/ y}"`, long, 1 << 10},
	{"arithmetic", `eval "((y=0${x//a?/+1}))" 2>/dev/null`, long, 4 << 10},
	{"an associative array", `declare -A y; for i in {1..16000}; do y[$i]=1; done; set -- "${!y[@]}"`, 16_000, 32},
	{"a loop without a call", `i=0; while ((i<20000)); do ((i++)); done`, 20_000, 64},
	{"a loop of arithmetic", `for ((i=0;i<20000;i++)); do :; done`, 20_000, 64},
	{"recursion", `f(){ (($1<2)) || { f $(($1-1)); f $(($1-2)); }; }; f 17`, 5_000, 64},
	{"an array", `y=(${x//a/ })`, long, 700},
	{"an associative array of a list", `declare -A y; y=(${x//a/ })`, long, 700},
	{"a copy of a subshell", `for i in {1..16000}; do y[i*2]=$i; done; (:)`, 16_000, 32},
	{"a function printed", `eval "f(){ ${x//a/:;}; }"; y=$(declare -f f)`, long, 1 << 10},
}

// TestLongSteps_yield runs each script to its end, when others must have had their turns
// in proportion to the work, and with an interrupt in the middle, of which it must end.
func TestLongSteps_yield(t *testing.T) {
	x := strings.Repeat("ab", long/2)
	for _, tt := range longSteps {
		t.Run(tt.name, func(t *testing.T) {
			var count, last atomic.Int64
			at := func() {}
			k := kernel.New(kernel.Config{Yield: func() {
				if count.Add(1) == last.Load() {
					at()
				}
			}})
			defer k.Close()
			commands.Register(k)
			shell.Register(k)
			f := k.Init().Files()
			start := func(script string) int {
				pid, err := f.Spawn(&sys.SpawnAttr{Argv: []string{"sh", "-c", "x=$(</x); " + script + "\n:"}, Env: []string{"PATH=/bin"}})
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
			end := func(pid int) sys.WaitStatus {
				_, status, err := f.Wait(pid, 0)
				if err != nil {
					t.Fatal(err)
				}
				return status
			}
			for _, err := range []error{f.MkdirAll("/dev", 0o755), f.WriteFile("/x", []byte(x), 0o644)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			end(start(""))
			before := count.Load()
			if status := end(start(tt.script)); status != sys.Exited(0) {
				t.Fatalf("status %v", status)
			}
			total := count.Load() - before
			if turns, least := total-before, int64(tt.size/tt.per); turns < least {
				t.Errorf("%d turns, not at least %d", turns, least)
			}

			count.Store(0)
			last.Store(before + (total-before)/2)
			started := make(chan int, 1)
			at = func() { f.Kill(<-started, sys.SIGINT) }
			pid := start(tt.script)
			started <- pid
			if status := end(pid); status != sys.Signaled(sys.SIGINT) {
				t.Errorf("status %v after an interrupt", status)
			}
		})
	}
}

// TestInterrupt_long is Ctrl-C at the prompt in the middle of an expansion, which is the
// shell's own: it must be given up, and the prompt be back.
func TestInterrupt_long(t *testing.T) {
	for _, tt := range []struct{ name, command string }{
		{"replacing", `y=${x//b?*c/z}`},
		{"splitting", `set -- $x $x $x $x`},
		{"matching", `[[ $x =~ (a|b)+c ]]`},
		{"case", `case $x in *c*c) echo wrong;; esac`},
		{"a loop of arithmetic", `for ((;;)); do :; done`},
		{"a function", `f(){ y=${x//[ab]c/z}; echo wrong; }; f`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var count atomic.Int64
			var s *terminal
			armed, sent := make(chan bool, 1), make(chan bool)
			k := kernel.New(kernel.Config{Yield: func() {
				count.Add(1)
				select {
				case <-armed: // in the middle of the command
					s.send("\x03")
					close(sent)
				default:
				}
			}})
			t.Cleanup(func() { _ = k.Close() })
			commands.Register(k)
			shell.Register(k)
			f := k.Init().Files()
			for _, err := range []error{f.MkdirAll("/tmp", 0o777), f.MkdirAll("/home/user", 0o777),
				f.WriteFile("/x", []byte(strings.Repeat("ab", long/2)), 0o644)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			s = openTerminal(t, k)
			s.expect("ready> ")
			s.line("x=$(</x)")
			s.send("printf go; while :; do " + tt.command + "; done; echo not cut\r")
			s.expect("not cut\n")
			s.expect("go")
			armed <- true
			<-sent
			if out := s.expect("ready> "); strings.Contains(out, "cut") || strings.Contains(out, "wrong") {
				t.Errorf("printed %q", out)
			}
			if out := s.line("echo $?"); !strings.Contains(out, "130") {
				t.Errorf("status %q", out)
			}
		})
	}
}
