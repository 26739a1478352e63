package vfstest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Compare does n random operations in both file systems and fails at the first
// that ends differently: another error, another value, another tree. The paths
// are drawn from few names, so that they meet all the time. The same seed
// gives the same operations.
func Compare(t *testing.T, a, b FS, seed uint64, n int) {
	t.Helper()
	g := generator{rand.New(rand.NewPCG(seed, 0))}
	x, y := script{fs: a, open: map[string]File{}}, script{fs: b, open: map[string]File{}}
	var log []string
	for range n {
		line := g.line()
		log = append(log, line)
		if got, want := x.outcome(line), y.outcome(line); got != want {
			t.Fatalf("seed %d: %s: %s in the one, %s in the other, after:\n%s", seed, line, got, want,
				strings.Join(log[max(0, len(log)-30):], "\n"))
		}
	}
	if got, want := picture(a), picture(b); got != want {
		t.Fatalf("seed %d: the trees differ:\n%s\nand\n%s", seed, got, want)
	}
}

// outcome is what comes of a line.
func (s *script) outcome(line string) string {
	words := strings.Fields(line)
	for i := range words {
		words[i] = s.expand(words[i])
	}
	got, err := verbs[words[0]].do(s, words[1:])
	if err != nil {
		switch n := errno.Of(err); n {
		case errno.EEXIST:
			if words[0] == "rename" || words[0] == "rmdir" {
				return errno.ENOTEMPTY.Name() // one as good as the other
			}
			return n.Name()
		default:
			return n.Name()
		}
	}
	return fmt.Sprintf("%q", strings.ReplaceAll(got, strings.TrimSuffix(s.fs.Abs(""), "/"), "{abs}"))
}

// generator makes the lines.
type generator struct{ *rand.Rand }

func (g generator) pick(words ...string) string { return words[g.IntN(len(words))] }

func (g generator) path() string {
	var b strings.Builder
	if g.IntN(20) == 0 {
		b.WriteString("{abs}/")
	}
	for n := g.IntN(3); n >= 0; n-- {
		b.WriteString(g.pick("a", "b", "c", "a", "b", "c", ".", ".."))
		if n > 0 {
			b.WriteString(g.pick("/", "/", "/", "//"))
		}
	}
	if g.IntN(10) == 0 {
		b.WriteByte('/')
	}
	// The top must not be left: what is there is not the test's own.
	depth := 0
	for name := range strings.SplitSeq(strings.TrimPrefix(b.String(), "{abs}/"), "/") {
		switch name {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return g.path()
			}
		default:
			depth++
		}
	}
	return b.String()
}

func (g generator) line() string {
	p, q := g.path(), g.path()
	switch g.IntN(16) {
	case 0, 1:
		return "mkdir " + p
	case 2:
		return "rmdir " + p
	case 3:
		return "unlink " + p
	case 4, 5, 6:
		return "rename " + p + " " + q
	case 7:
		return "link " + p + " " + q
	case 8:
		// Only downwards and not to ".", so that no link leads out of the top.
		return "symlink " + g.pick("a", "b", "a/b", "b/c", "c/", "./a") + " " + p
	case 9:
		return "readlink " + p
	case 10:
		flags := []string{g.pick("r", "w", "rw")}
		for _, f := range []string{"creat", "excl", "trunc", "nofollow"} {
			if g.IntN(3) == 0 {
				flags = append(flags, f)
			}
		}
		how := strings.Join(flags, ",")
		if !strings.Contains(how, "creat") {
			how = strings.ReplaceAll(how, ",excl", "") // means nothing alone
			if g.IntN(4) == 0 {
				how += ",dir"
			}
		}
		return "open - " + p + " " + how
	case 11:
		return "write " + p + " " + g.pick("one", "two", "three")
	case 12:
		return "cat " + p
	case 13:
		return g.pick("stat ", "lstat ") + p + " type nlink mode"
	case 14:
		return g.pick("ls ", "cwd ") + p
	}
	return "beneath " + g.pick("a", "b", "a/b", ".") + " " + p + " " + g.pick("r", "rw,creat")
}

// picture is the whole tree as text.
func picture(fs FS) string {
	var b strings.Builder
	var walk func(dir string)
	s := script{fs: fs}
	walk = func(dir string) {
		list, err := s.doLs([]string{dir})
		if err != nil {
			fmt.Fprintf(&b, "%s: %v\n", dir, err)
			return
		}
		for _, name := range strings.Fields(list) {
			path := dir + "/" + name
			st, err := s.doLstat(path)
			fmt.Fprintf(&b, "%s %s %v", path, st, err)
			switch strings.Fields(st)[0] {
			case "dir":
				b.WriteByte('\n')
				walk(path)
				continue
			case "link":
				fmt.Fprint(&b, " -> ", s.outcome("readlink "+path))
			default:
				fmt.Fprint(&b, " ", s.outcome("cat "+path))
			}
			b.WriteByte('\n')
		}
	}
	walk(".")
	return b.String()
}

func (s *script) doLstat(path string) (string, error) {
	return verbs["lstat"].do(s, []string{path, "type", "nlink", "mode"})
}
