package main

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/bushel-wasm/bushel/shell/commands"
	"github.com/bushel-wasm/bushel/shell/manual"
)

// renderManual makes the page with all pages of the manual.
func renderManual() (*page, error) {
	p := &page{Name: manualPage, Title: "Commands", anchors: map[string]bool{}}
	var index, body strings.Builder
	examples := manual.Examples()
	last := ""
	for _, m := range commands.Manual() {
		if m.Name != last {
			id := anchor(m.Name)
			p.anchors[id] = true
			fmt.Fprintf(&index, "<a href=\"#%s\"><code>%s</code></a>\n", id, template.HTMLEscapeString(m.Name))
			fmt.Fprintf(&body, "<h2 id=\"%s\"><code>%s</code></h2>\n", id, template.HTMLEscapeString(m.Name))
			if text := examples[m.Name]; text != "" {
				// The examples stand first: they say at a glance what the words below them mean.
				body.WriteString(codeBlock(manualPage, []string{"console"}, text+"\n"))
			}
		}
		last = m.Name
		kind := "A program."
		if m.Builtin {
			kind = "A builtin of the shell."
		}
		fmt.Fprintf(&body, "<p>%s</p>\n<pre tabindex=\"0\"><code>%s</code></pre>\n", kind, template.HTMLEscapeString(m.Usage()))
	}
	p.Body = template.HTML(fmt.Sprintf(`<h1>Commands</h1>
<p>What <code>man NAME</code> prints in the shell. Where a name is both a builtin and a program, the shell runs the
builtin; <code>env NAME</code> and <code>xargs NAME</code> run the program.</p>
<nav class="index" aria-label="Commands">%s</nav>
%s`, index.String(), body.String()))
	return p, nil
}

// anchor is the id of a command's place: names that are punctuation get one in letters.
func anchor(name string) string {
	switch name {
	case ".":
		return "dot"
	case ":":
		return "colon"
	case "[":
		return "bracket"
	}
	return name
}
