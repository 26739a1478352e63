package vfstest

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// script runs the lines of a case. A line is a verb, its words, and what is to
// come of it after " = ": names of errors or values, with "|" between them. A
// line without " = " has to succeed. "{name:n}" in a word stands for n letters,
// "{abs}" for the absolute path of the top, `""` for nothing, "{nul}" and
// "{ff}" for a byte. Open files are kept under names beginning with "@".
type script struct {
	fs   FS
	open map[string]File
	// plain: a case ends with errFolderStays where that is so; see Options.Plain.
	plain bool
}

// verb does one operation and returns its value, empty if it has none.
type verb func(s *script, arg []string) (string, error)

// verbs and how many words they take at least.
var verbs = map[string]struct {
	words int
	do    verb
}{
	"open":       {3, (*script).doOpen},
	"beneath":    {3, (*script).doBeneath},
	"close":      {1, (*script).doClose},
	"write":      {2, (*script).doWrite},
	"cat":        {1, (*script).doCat},
	"pread":      {3, (*script).doPRead},
	"pwrite":     {3, (*script).doPWrite},
	"append":     {2, func(s *script, a []string) (string, error) { return "", s.file(a[0]).Append([]byte(a[1])) }},
	"ls":         {1, (*script).doLs},
	"cwd":        {1, (*script).doCwd},
	"stat":       {1, func(s *script, a []string) (string, error) { return s.stat(a, 0) }},
	"lstat":      {1, func(s *script, a []string) (string, error) { return s.stat(a, sys.AtNoFollow) }},
	"fstat":      {1, (*script).doFstat},
	"same":       {2, (*script).doSame},
	"chmod":      {2, (*script).doChmod},
	"fchmod":     {2, (*script).doFchmod},
	"truncate":   {2, (*script).doTruncate},
	"ftruncate":  {2, (*script).doFtruncate},
	"utimes":     {3, (*script).doUtimes},
	"lutimes":    {3, (*script).doLutimes},
	"mkdir":      {1, func(s *script, a []string) (string, error) { return "", s.fs.Mkdir(a[0], mode(a, 1, 0o755)) }},
	"rmdir":      {1, func(s *script, a []string) (string, error) { return "", s.fs.Rmdir(a[0]) }},
	"unlink":     {1, func(s *script, a []string) (string, error) { return "", s.fs.Unlink(a[0]) }},
	"rename":     {2, func(s *script, a []string) (string, error) { return "", s.fs.Rename(a[0], a[1]) }},
	"link":       {2, func(s *script, a []string) (string, error) { return "", s.fs.Link(a[0], a[1], sys.AtNoFollow) }},
	"linkfollow": {2, func(s *script, a []string) (string, error) { return "", s.fs.Link(a[0], a[1], 0) }},
	"symlink":    {2, func(s *script, a []string) (string, error) { return "", s.fs.Symlink(a[0], a[1]) }},
	"readlink":   {1, func(s *script, a []string) (string, error) { return s.fs.Readlink(a[0]) }},
}

// run runs the script and says what went wrong first.
func (s *script) run(text string) error {
	s.open = map[string]File{}
	defer func() {
		for _, f := range s.open {
			f.Close()
		}
	}()
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ';' }) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if err := s.line(line); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return nil
}

func (s *script) line(line string) error {
	do, want, expects := strings.Cut(line, " = ")
	words := strings.Fields(do)
	v, ok := verbs[words[0]]
	if !ok || len(words)-1 < v.words {
		return fmt.Errorf("the case is wrong: verb %q with %d words", words[0], len(words)-1)
	}
	for i := range words {
		words[i] = s.expand(words[i])
	}
	got, err := v.do(s, words[1:])
	want = s.expand(strings.TrimSpace(want))
	if s.plain && err != nil && words[0] == "rename" && errno.Of(err) == errno.EXDEV && s.isFolder(words[1]) {
		return errFolderStays
	}
	if err != nil {
		name := errno.Of(err).Name()
		if expects && slices.Contains(strings.Split(want, "|"), name) {
			return nil
		}
		return fmt.Errorf("got %s (%v), want %q", name, err, want)
	}
	if expects && !slices.Contains(strings.Split(want, "|"), got) {
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return nil
}

// expand replaces what stands in braces.
func (s *script) expand(word string) string {
	if word == `""` {
		return ""
	}
	for {
		head, tail, ok := strings.Cut(word, "{")
		if !ok {
			return word
		}
		what, tail, _ := strings.Cut(tail, "}")
		letters, count, _ := strings.Cut(what, ":")
		switch letters {
		case "abs":
			what = strings.TrimSuffix(s.fs.Abs(""), "/")
		case "nul":
			what = "\x00"
		case "ff":
			what = "\xff"
		default:
			n, err := strconv.Atoi(count)
			if err != nil {
				panic("vfstest: bad case: " + word)
			}
			what = strings.Repeat(letters, n/len(letters))
		}
		word = head + what + tail
	}
}

func (s *script) file(name string) File {
	f, ok := s.open[name]
	if !ok {
		panic("vfstest: bad case: " + name + " is not open")
	}
	return f
}

var openWords = map[string]sys.OpenFlag{
	"attr": 0, "r": sys.ORead, "w": sys.OWrite, "rw": sys.ORead | sys.OWrite, "creat": sys.OCreate,
	"excl": sys.OExcl, "trunc": sys.OTrunc, "dir": sys.ODirectory, "append": sys.OAppend,
}

// openFlags reads words such as "rw,creat,nofollow".
func openFlags(words string) (flags sys.OpenFlag, at sys.AtFlag) {
	for w := range strings.SplitSeq(words, ",") {
		if w == "nofollow" {
			at |= sys.AtNoFollow
			continue
		}
		bit, ok := openWords[w]
		if !ok {
			panic("vfstest: bad case: flag " + w)
		}
		flags |= bit
	}
	return flags, at
}

// mode reads the octal word i, if there is one.
func mode(a []string, i int, otherwise uint32) uint32 {
	if len(a) <= i {
		return otherwise
	}
	n, err := strconv.ParseUint(a[i], 8, 32)
	if err != nil {
		panic("vfstest: bad case: mode " + a[i])
	}
	return uint32(n)
}

func number(word string) int64 {
	n, err := strconv.ParseInt(word, 0, 64)
	if err != nil {
		panic("vfstest: bad case: number " + word)
	}
	return n
}

// keep keeps an open file under a name, or closes it if that is "-".
func (s *script) keep(name string, f File, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if name == "-" {
		return "", f.Close()
	}
	s.open[name] = f
	return "", nil
}

func (s *script) doOpen(a []string) (string, error) {
	flags, at := openFlags(a[2])
	f, err := s.fs.Open(a[1], flags, at, mode(a, 3, 0o644))
	return s.keep(a[0], f, err)
}

// beneath DIR PATH FLAGS opens and closes.
func (s *script) doBeneath(a []string) (string, error) {
	flags, _ := openFlags(a[2])
	f, err := s.fs.OpenBeneath(a[0], a[1], flags, 0o644)
	return s.keep("-", f, err)
}

func (s *script) doClose(a []string) (string, error) {
	f := s.file(a[0])
	delete(s.open, a[0])
	return "", f.Close()
}

func (s *script) doWrite(a []string) (string, error) {
	f, err := s.fs.Open(a[0], sys.OWrite|sys.OCreate|sys.OTrunc, 0, 0o644)
	if err != nil {
		return "", err
	}
	_, err = f.WriteAt([]byte(a[1]), 0)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	return "", err
}

func (s *script) doCat(a []string) (string, error) {
	f, err := s.fs.Open(a[0], sys.ORead, 0, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := readAll(f)
	return string(text), err
}

// readAll reads all of f.
func readAll(f File) ([]byte, error) {
	return io.ReadAll(&cursor{f: f})
}

// cursor reads a File from front to back.
type cursor struct {
	f   File
	off int64
}

func (c *cursor) Read(p []byte) (int, error) {
	n, err := c.f.ReadAt(p, c.off)
	c.off += int64(n)
	if n == 0 && err == nil && len(p) > 0 {
		err = io.EOF
	}
	return n, err
}

// pread @F OFF LEN; zeros are shown as dots.
func (s *script) doPRead(a []string) (string, error) {
	p := make([]byte, number(a[2]))
	n, err := s.file(a[0]).ReadAt(p, number(a[1]))
	return strings.ReplaceAll(string(p[:n]), "\x00", "."), err
}

func (s *script) doPWrite(a []string) (string, error) {
	_, err := s.file(a[0]).WriteAt([]byte(a[2]), number(a[1]))
	return "", err
}

// ls PATH or @F lists the names in order of name.
func (s *script) doLs(a []string) (string, error) {
	var f File
	if strings.HasPrefix(a[0], "@") {
		f = s.file(a[0])
	} else {
		var err error
		if f, err = s.fs.Open(a[0], sys.ORead|sys.ODirectory, 0, 0); err != nil {
			return "", err
		}
		defer f.Close()
	}
	var names []string
	err := f.ReadDir(0, func(e sys.DirEntry) bool {
		names = append(names, e.Name)
		return true
	})
	slices.Sort(names)
	return strings.Join(names, " "), err
}

// cwd PATH is where the directory is once it has been opened.
func (s *script) doCwd(a []string) (string, error) {
	if strings.HasPrefix(a[0], "@") {
		return s.fs.Getcwd(s.file(a[0]))
	}
	f, err := s.fs.Open(a[0], sys.ODirectory, 0, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return s.fs.Getcwd(f)
}
