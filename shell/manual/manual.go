// Package manual has the pages of the shell's manual: their form, those of the
// builtins, and the examples of all. "man", "help", "--help" and the site's
// documentation print from here and from what stands beside each command; there
// is no second copy.
//
// The commands' own texts do not belong here: they stand in the commands' files.
package manual

import (
	_ "embed" // the examples
	"slices"
	"strings"
	"sync"
)

// Page is the manual of one command or builtin.
type Page struct {
	Name string
	// Builtin says that the shell does it itself.
	Builtin bool
	// Synopsis is what follows the name in a usage line.
	Synopsis string
	// Text says what it does, a sentence in its first line, and lists its options.
	Text string
}

// Builtin is the page of a builtin; nil if there is none.
func Builtin(name string) *Page {
	i, ok := slices.BinarySearchFunc(Builtins, name, func(p Page, name string) int { return strings.Compare(p.Name, name) })
	if !ok {
		return nil
	}
	return &Builtins[i]
}

// Summary is the first sentence of the text, without its stop, or its first line.
func (p Page) Summary() string {
	line, _, _ := strings.Cut(strings.TrimSpace(p.Text), "\n")
	if sentence, _, ok := strings.Cut(line, ". "); ok {
		line = sentence
	}
	return strings.TrimRight(line, ".:,")
}

// Line is the page in a list of pages.
func (p Page) Line() string {
	return p.Name + strings.Repeat(" ", max(1, 12-len(p.Name))) + p.Summary() + "\n"
}

// Usage is the page as --help and help NAME print it.
func (p Page) Usage() string {
	return strings.TrimRight("Usage: "+p.Name+" "+p.Synopsis, " ") + "\n" + strings.Trim(p.Text, "\n") + "\n"
}

// Man is the whole page, as man prints it.
func (p Page) Man() string {
	var b strings.Builder
	section := func(title, text string) {
		if text == "" {
			return
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(title + "\n")
		for line := range strings.Lines(text) {
			if line = strings.TrimRight(line, "\n"); line != "" {
				line = "    " + line
			}
			b.WriteString(line + "\n")
		}
	}
	kind := ""
	if p.Builtin {
		kind = " (builtin)"
	}
	section("NAME", p.Name+kind+": "+p.Summary())
	section("SYNOPSIS", strings.TrimSpace(p.Name+" "+p.Synopsis))
	section("DESCRIPTION", strings.Trim(p.Text, "\n"))
	section("EXAMPLES", Examples()[p.Name])
	return b.String()
}

// Matches reports whether word, in either case, is in the name or the text.
func (p Page) Matches(word string) bool {
	return strings.Contains(strings.ToLower(p.Name+" "+p.Text), strings.ToLower(word))
}

//go:embed examples.txt
var examples string

// Examples are sessions of the shell by the name of what they show: lines that begin with
// "$ ", and with "> " where they go on, are typed, and what follows them is printed. A
// test runs them all.
var Examples = sync.OnceValue(func() map[string]string {
	byName := map[string]string{}
	for part := range strings.SplitSeq(examples, "\n== ") {
		name, text, _ := strings.Cut(part, "\n")
		byName[strings.TrimPrefix(name, "== ")] = strings.Trim(text, "\n")
	}
	return byName
})
