package shell

import (
	"path"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/shell/edit"
)

// complete finds what the word before the cursor can become: a command where a
// command begins, a variable after $, else a file.
func (sh *shell) complete(line string, cursor int) edit.Completion {
	w := wordAt(line[:cursor])
	switch {
	case w.variable:
		return sh.completeVariable(w)
	case w.command && !strings.Contains(w.text, "/"):
		return sh.completeCommand(w)
	}
	return sh.completeFile(w)
}

// partWord is the word that is to be completed.
type partWord struct {
	from     int    // where it begins
	text     string // without its quotes
	quote    byte   // the quote that is open, or 0
	command  bool   // a command is expected here
	variable bool   // text is the name of a variable, from is behind its $
	brace    bool   // it was ${
}

// wordAt finds the last word of a line that may be incomplete.
func wordAt(line string) partWord {
	w := partWord{command: true}
	var text []byte
	inWord := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		if w.quote != 0 {
			switch {
			case c == w.quote:
				w.quote = 0
			case c == '\\' && w.quote == '"' && i+1 < len(line):
				i++
				text = append(text, line[i])
			default:
				text = append(text, line[i])
			}
			continue
		}
		switch {
		case c == ' ' || c == '\t':
			if inWord {
				w.command = w.command && (isKeyword(string(text)) || isAssignment(string(text)))
			}
			inWord, text, w.from = false, text[:0], i+1
			continue
		case strings.IndexByte("|&;(\n`", c) >= 0:
			inWord, text, w.from, w.command = false, text[:0], i+1, true
			continue
		case c == '<' || c == '>' || c == ')':
			inWord, text, w.from, w.command = false, text[:0], i+1, false
			continue
		case c == '\'' || c == '"':
			w.quote = c
			if !inWord {
				w.from = i
			}
			inWord = true
			continue
		case c == '\\' && i+1 < len(line):
			i++
			c = line[i]
		}
		if !inWord {
			w.from = i
			if line[i] == c && i > 0 && line[i-1] == '\\' {
				w.from = i - 1
			}
		}
		inWord = true
		text = append(text, c)
	}
	w.text = string(text)
	if i := strings.LastIndexByte(line, '$'); i >= w.from && w.quote != '\'' {
		name := line[i+1:]
		brace := strings.HasPrefix(name, "{")
		name = strings.TrimPrefix(name, "{")
		if name == "" || validName(name) {
			w.variable, w.brace, w.text, w.from = true, brace, name, len(line)-len(name)
		}
	}
	if i := strings.LastIndexByte(w.text, '='); i >= 0 && !w.variable && w.quote == 0 {
		// The value of an assignment or of --option=value.
		if k := strings.LastIndexByte(line, '='); k >= w.from {
			w.from, w.text, w.command = k+1, w.text[i+1:], false
		}
	}
	return w
}

func isKeyword(s string) bool {
	switch s {
	case "if", "then", "else", "elif", "while", "until", "do", "!", "time", "{", "exec", "command", "builtin", "xargs", "env", "sudo":
		return true
	}
	return false
}

func isAssignment(s string) bool {
	name, _, ok := strings.Cut(s, "=")
	return ok && validName(name)
}

func (sh *shell) completeVariable(w partWord) edit.Completion {
	c := edit.Completion{From: w.from}
	for _, name := range sh.env.names() {
		if strings.HasPrefix(name, w.text) {
			word := name
			if w.brace {
				word += "}"
			}
			c.Words = append(c.Words, word)
			c.Names = append(c.Names, name)
		}
	}
	return c
}

// completeCommand completes the first word of a command.
func (sh *shell) completeCommand(w partWord) edit.Completion {
	var names []string
	add := func(name string) {
		sh.work(32)
		if strings.HasPrefix(name, w.text) {
			names = append(names, name)
		}
	}
	for name := range builtins {
		if len(name) > 1 {
			add(name)
		}
	}
	for name := range sh.funcs {
		add(name)
	}
	for name := range sh.alias {
		add(name)
	}
	for _, name := range keywords {
		if len(name) > 2 || name == "if" || name == "do" {
			add(name)
		}
	}
	for dir := range strings.SplitSeq(sh.get("PATH"), ":") {
		for _, e := range sh.list(dir) {
			add(strings.TrimSuffix(e.Name, ".wasm"))
		}
	}
	// A program of this directory can be named as a command by its path only.
	for _, e := range sh.list("") {
		if strings.HasSuffix(e.Name, ".wasm") && w.text != "" && strings.HasPrefix(e.Name, w.text) {
			names = append(names, "./"+e.Name)
		}
	}
	sh.sortStrings(names)
	names = slices.Compact(names)
	c := edit.Completion{From: w.from, Names: names}
	for _, name := range names {
		c.Words = append(c.Words, name+" ")
	}
	if len(names) == 0 {
		return sh.completeFile(w)
	}
	return c
}

func (sh *shell) completeFile(w partWord) edit.Completion {
	dir, prefix := path.Split(w.text)
	real, shown := dir, dir
	if rest, ok := strings.CutPrefix(dir, "~/"); ok && w.quote == 0 {
		real = sh.get("HOME") + "/" + rest
	}
	c := edit.Completion{From: w.from}
	for _, e := range sh.list(real) {
		sh.work(32)
		if !strings.HasPrefix(e.Name, prefix) || e.Name[0] == '.' && !strings.HasPrefix(prefix, ".") {
			continue
		}
		sh.work(256)
		isDir := sh.isDir(real+e.Name, e)
		if w.command && !isDir {
			st, err := sh.f.Stat(real + e.Name)
			if err != nil || st.Mode&0o111 == 0 && !strings.HasSuffix(e.Name, ".wasm") {
				continue
			}
		}
		name, tail := e.Name, " "
		if isDir {
			name, tail = name+"/", "/"
		}
		c.Names = append(c.Names, sh.printable(name))
		c.Words = append(c.Words, sh.quoteFile(shown+e.Name, w.quote, tail))
	}
	return c
}

// printable shows a name that may have control characters.
func (sh *shell) printable(name string) string {
	if strings.IndexFunc(name, unprintable) < 0 {
		return name
	}
	return sh.ansiQuote(name)
}

// quoteFile writes a file name so that the shell reads it back, in the quotes
// that are open.
func (sh *shell) quoteFile(name string, open byte, tail string) string {
	end := tail
	if tail == " " && open != 0 {
		end = string(rune(open)) + " "
	}
	switch open {
	case '\'':
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + end
	case '"':
		return `"` + doubleEscaper.Replace(name) + end
	}
	if strings.IndexFunc(name, unprintable) >= 0 {
		return sh.ansiQuote(name) + end
	}
	home := ""
	if strings.HasPrefix(name, "~/") {
		home, name = "~/", name[2:]
	}
	if name == "" {
		return home + end
	}
	return home + sh.backslashQuote(name) + end
}
