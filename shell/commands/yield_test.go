package commands_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/commands"
)

// turns counts how often the programs of a kernel let others run, and sends a signal
// to one in the middle if it is asked to.
type turns struct {
	count, last atomic.Int64
	at          func()
}

func (t *turns) yield() {
	if n := t.count.Add(1); n == t.last.Load() {
		t.at()
	}
}

const (
	long  = 512 << 10
	cheap = 64 << 10 // bytes of input for one turn, where each is looked at once
	dear  = 8 << 10  // where it costs many times that, as in an expression
)

// longSteps are commands that compute over much of their input without a system call.
var longSteps = []struct {
	name string
	argv string
	size int // of what is computed over
	per  int // bytes of it for one turn at most
	in   func() string
}{
	{"grep on a long line", "grep [a-c]*z", long, dear, line("ab")},
	{"grep -w on a long line", "grep -cw abz", long, dear, line("ab ")},
	{"grep -i on a long line", "grep -ci ABZ", long, dear, line("ab ")},
	{"grep -o on a long line", "grep -o b[a-z]*b", long, dear, line("ab ")},
	{"grep -F on a long line", "grep -F bb", long, cheap, line("ab")},
	{"grep -f with many patterns", "grep -F -f - small", 100_000, 1 << 10, few(lines("x"))},
	{"sed s///g on a long line", "sed -n s/[ab]c*/xy/gp", long, dear, line("ab")},
	{"sed with an address on a long line", "sed -n /b*a$/p", long, dear, line("ab")},
	{"sed y on a long line", "sed -n y/ab/cd/", long, cheap, line("ab")},
	{"sed collecting lines", "sed -n :a;N;$!ba;s/b.c/x/p", long, dear, lines("ab")},
	{"awk fields of a long line", "awk {n+=NF}", long, cheap, line("ab cd ef gh ")},
	{"awk -F with an expression", "awk -F [ac]+ {n+=NF}", long, dear, line("abbbbbbbbb ")},
	{"awk gsub on a long line", `awk '{gsub(/a+b/,"&&")}'`, long, dear, line("ab")},
	{"awk match on a long line", "awk {match($0,/b+c/)}", long, dear, line("ab")},
	{"awk toupper", "awk {n=toupper($0)}", long, cheap, line("äb")},
	{"awk length", "awk {n=length($0)}", long, cheap, line("äb")},
	{"awk index", "awk '{n=index($0,\"c\")}'", long, cheap, line("äb")},
	{"awk substr", "awk {n=substr($0,200000,2)}", long, cheap, line("äb")},
	{"awk split", `awk '{n=split($0,a,"b")}'`, long, cheap, line("abcdefghijklmnopqrst")},
	{"awk joining the record", "awk {$1=1;s=$0}", long, cheap, line("abcdefghij ")},
	{"awk growing a string", `awk 'BEGIN{for(i=0;i<5000;i++)s=s"0123456789"}'`, 100 * long, long, nothing},
	{"awk looping", "awk BEGIN{while(i++<300000);}", 300_000, 128, nothing},
	{"awk recursion", "awk 'function f(n){return n<2?n:f(n-1)+f(n-2)} BEGIN{f(20)}'", 10_000, 128, nothing},
	{"awk for in", "awk 'BEGIN{for(i=0;i<100000;i++)a[i];for(k in a)n++}'", 200_000, 128, nothing},
	{"awk RS", "awk -v RS=b+c {n++}", long, dear, line("ab")},
	{"sort", "sort -o out", long, 4 << 10, lines("b", "a", "c", "ab", "bc")},
	{"sort -n -k2", "sort -n -k2 -o out", long, 4 << 10, lines("a 3", "b 1", "c 2")},
	{"sort -f of long lines", "sort -f -o out", long, cheap, longLines("a", "b", "a")},
	{"sort -n of long lines", "sort -n -o out", long, cheap, longLines("1", "2", "1")},
	{"uniq -i on long lines", "uniq -i", long, cheap, longLines("a", "a", "a", "a")},
	{"uniq -f on long lines", "uniq -f 150000", long, cheap, longLines("a ", "a ")},
	{"comm on long lines", "comm -12 - other", long, cheap, longLines("a", "b")},
	{"tac without newlines", "tac -s xyz -", long, cheap, line("ab")},
	{"diff", "diff -q - small", 20_000, 16, few(lines("a", "b", "c", "d", "e"))},
	{"diff -iw on long lines", "diff -iwq - other", long, cheap, longLines("a B", "c D")},
	{"sha256sum", "sha256sum", long, cheap, line("ab")},
	{"sha1sum", "sha1sum", long, cheap, line("ab")},
	{"md5sum", "md5sum", long, cheap, line("ab")},
	{"cksum", "cksum", long, cheap, line("ab")},
	{"gzip -9", "gzip -9 -c", long, 4 << 10, line("abcdefgh")},
	{"tar -z", "tar -czf out big", long, 4 << 10, nothing},
	{"zip", "zip -q out.zip big", long, 4 << 10, nothing},
	{"tr", "tr -d a-c", long, cheap, line("ab")},
	{"wc", "wc", long, cheap, line("ab ")},
	{"wc -l", "wc -l", long, cheap, line("ab ")},
	{"cut -b on a long line", "cut --complement -b 1-100000000", long, cheap, line("ab")},
	{"cut -f on a long line", "cut -d b -f 1000000", long, cheap, line("ab")},
	{"base64 -d", "base64 -d", long, cheap, line("abcd")},
	{"fold", "fold -w 100000000", long, cheap, line("ab")},
	{"tail -n of many lines", "tail -n 500000", long, cheap, lines("a")},
	{"seq", "seq 200000", long, cheap, nothing},
}

func line(unit string) func() string {
	return func() string { return strings.Repeat(unit, long/len(unit)) + "\n" }
}

// lines makes lines that differ, in an order that is none.
func lines(units ...string) func() string {
	return func() string {
		var b strings.Builder
		for i, x := 0, uint32(1); b.Len() < long; i++ {
			x = x*1664525 + 1013904223
			fmt.Fprintf(&b, "%s%d\n", units[i%len(units)], x>>8)
		}
		return b.String()
	}
}

func longLines(units ...string) func() string {
	return func() string {
		var b strings.Builder
		for _, u := range units {
			b.WriteString(strings.Repeat(u, long/len(units)/len(u)) + "\n")
		}
		return b.String()
	}
}

// few is a part of a text.
func few(text func() string) func() string {
	return func() string { return text()[:128<<10] + "\n" }
}

func nothing() string { return "" }

// start starts a command with a text as its input and nowhere to print to.
func (w *world) start(argv []string, stdin string) int {
	w.t.Helper()
	w.must(w.fs.WriteFile("/tmp/stdin", []byte(stdin), 0o600))
	in, err := w.fs.Open("/tmp/stdin", sys.ORead, 0)
	w.must(err)
	out, err := w.fs.Open("/dev/null", sys.ORead|sys.OWrite, 0)
	w.must(err)
	pid, err := w.fs.Spawn(&sys.SpawnAttr{Argv: argv, Env: []string{"PATH=/bin"}, Cwd: workDir,
		FDs: [][2]uint32{{uint32(in), 0}, {uint32(out), 1}, {uint32(out), 2}}})
	w.must(err)
	w.must(w.fs.Close(in))
	w.must(w.fs.Close(out))
	return pid
}

// TestLongSteps_yield runs each command twice: to its end, when the number of turns must
// be in proportion to the work, and with an interrupt in the middle, of which it must
// end.
func TestLongSteps_yield(t *testing.T) {
	for _, tt := range longSteps {
		t.Run(tt.name, func(t *testing.T) {
			var turns turns
			k := kernel.New(kernel.Config{Yield: turns.yield})
			defer k.Close()
			commands.Register(k)
			w := &world{t: t, k: k, fs: k.Init().Files()}
			w.must(w.fs.MkdirAll(workDir, 0o777))
			w.must(w.fs.MkdirAll("/tmp", 0o777))
			stdin := tt.in()
			w.write("big", line("abcdefgh")())
			w.write("other", strings.ToUpper(stdin[:len(stdin)/2]))
			w.write("small", strings.ToUpper(few(lines("x", "y"))()))

			pid := w.start(words(tt.argv), stdin)
			_, status, err := w.fs.Wait(pid, 0)
			w.must(err)
			if status.Signal() != 0 || status.Code() > 1 {
				t.Fatalf("status %v", status)
			}
			count := turns.count.Load()
			if least := int64(tt.size / tt.per); count < least {
				t.Errorf("%d turns, not at least %d", count, least)
			}

			turns.count.Store(0)
			turns.last.Store(count / 2)
			started := make(chan int, 1)
			turns.at = func() { w.fs.Kill(<-started, sys.SIGINT) }
			pid = w.start(words(tt.argv), stdin)
			started <- pid
			_, status, err = w.fs.Wait(pid, 0)
			w.must(err)
			if status != sys.Signaled(sys.SIGINT) {
				t.Errorf("status %v after an interrupt", status)
			}
			if n := turns.count.Load(); n > count/2+1 {
				t.Errorf("%d turns after the interrupt", n-count/2)
			}
		})
	}
}
