package main

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// repository is where links lead that leave docs.
const repository = "https://github.com/bushel-wasm/bushel/blob/main/"

// render turns Markdown into a page. The first heading is its title.
func render(name string, source []byte) (*page, error) {
	p := &page{Name: name, anchors: map[string]bool{}}
	md := goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		// Pages are the project's own; an example may be written as HTML.
		goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(&blocks{page: name}, 100))),
	)
	doc := md.Parser().Parse(text.NewReader(source))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if p.Title == "" {
				p.Title = plainText(n, source)
			}
			if id, ok := n.AttributeString("id"); ok {
				p.anchors[string(id.([]byte))] = true
			}
		case *ast.Link:
			n.Destination = []byte(p.link(string(n.Destination)))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return nil, err
	}
	if p.Title == "" {
		return nil, fmt.Errorf("%s has no heading", name)
	}
	var buf bytes.Buffer
	if err := md.Renderer().Render(&buf, source, doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	// A table that is wider than a phone is scrolled, by keys too; a column without a name has no header.
	p.Body = template.HTML(strings.NewReplacer("<th></th>", "<td></td>", "<table>", `<div class="scroll" tabindex="0"><table>`, "</table>", "</table></div>").Replace(buf.String()))
	return p, nil
}

// link is where a link of a file in docs leads on the site. Those that stay on the site are noted.
func (p *page) link(to string) string {
	switch {
	case strings.Contains(to, "://"), strings.HasPrefix(to, "mailto:"):
		return to
	case strings.HasPrefix(to, "../"):
		return repository + strings.TrimPrefix(to, "../")
	}
	file, anchor, has := strings.Cut(to, "#")
	if strings.HasSuffix(file, ".md") {
		file = strings.TrimSuffix(file, ".md") + ".html"
	}
	if has {
		file += "#" + anchor
	}
	p.links = append(p.links, file)
	return file
}

func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		} else {
			b.WriteString(plainText(c, source))
		}
	}
	return b.String()
}

// blocks renders blocks of code. What is not live is as it always is, but can be scrolled by keys.
type blocks struct {
	page string
}

func (r *blocks) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindFencedCodeBlock, r.fenced)
	reg.Register(ast.KindCodeBlock, r.fenced)
}

func (r *blocks) fenced(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code strings.Builder
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		code.Write(segment.Value(source))
	}
	var words []string
	if f, ok := n.(*ast.FencedCodeBlock); ok && f.Info != nil {
		words = strings.Fields(string(f.Info.Segment.Value(source)))
	}
	_, err := w.WriteString(codeBlock(r.page, words, code.String()))
	return ast.WalkSkipChildren, err
}

// codeBlock is a block of code, and below it a cell if it is a session. The words behind the language are
// "still", which makes it no cell, and what becomes attributes of the cell: id=NAME, depends-on=NAME,
// shell=NAME, needs=GUEST (an example program without which it does not run).
func codeBlock(page string, words []string, code string) string {
	language := "text"
	if len(words) > 0 {
		language = words[0]
	}
	escaped := template.HTMLEscapeString(code)
	pre := fmt.Sprintf("<pre tabindex=\"0\"><code class=\"language-%s\">%s</code></pre>\n", template.HTMLEscapeString(language), escaped)
	if language != "console" || !strings.HasPrefix(code, "$ ") {
		return pre
	}
	attributes := map[string]string{"shell": page}
	for _, word := range words[1:] {
		if word == "still" {
			return pre
		}
		name, value, _ := strings.Cut(word, "=")
		if name == "needs" {
			name = "data-needs"
		}
		attributes[name] = value
	}
	var cell strings.Builder
	cell.WriteString("<bushel-cell")
	for _, name := range []string{"id", "shell", "depends-on", "engine", "data-needs"} {
		if value, ok := attributes[name]; ok {
			fmt.Fprintf(&cell, " %s=\"%s\"", name, template.HTMLEscapeString(value))
		}
	}
	// A session in which nothing is printed expects nothing.
	cell.WriteString(" expected></bushel-cell>\n")
	return pre + cell.String()
}
