package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed theme
var theme embed.FS

var layout = template.Must(template.ParseFS(theme, "theme/*.html"))

// assets are the files of the theme that are served as they are.
var assets = []string{"docs.css", "docs.js"}

// builder makes the documentation.
type builder struct {
	docs, out, site string
	contents        []section
	pages           []*page
}

// page is one page on its way from text to file.
type page struct {
	Name  string // its file's name without an ending
	Title string
	Body  template.HTML
	// anchors are the places within it that links may name, links where its own lead.
	anchors map[string]bool
	links   []string
}

func (b *builder) build() error {
	more, err := b.strays()
	if err != nil {
		return err
	}
	b.contents = contents
	if len(more) > 0 {
		b.contents = append(slices.Clone(contents), section{"More", more})
	}
	for _, section := range b.contents {
		for _, name := range section.pages {
			p, err := b.page(name)
			if errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("the table of contents has %s, and docs has no such page", name)
			} else if err != nil {
				return err
			}
			b.pages = append(b.pages, p)
		}
	}
	if err := b.checkLinks(); err != nil {
		return err
	}
	return b.write()
}

func (b *builder) page(name string) (*page, error) {
	if name == manualPage {
		return renderManual()
	}
	text, err := os.ReadFile(filepath.Join(b.docs, name+".md"))
	if err != nil {
		return nil, err
	}
	return render(name, text)
}

// strays are the pages that the table does not name.
func (b *builder) strays() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(b.docs, "*.md"))
	if err != nil {
		return nil, err
	}
	named := func(name string) bool {
		return slices.ContainsFunc(contents, func(s section) bool { return slices.Contains(s.pages, name) })
	}
	var names []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".md"); !named(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// checkLinks finds links to pages and places that are not there.
func (b *builder) checkLinks() error {
	byName := map[string]*page{}
	for _, p := range b.pages {
		byName[p.Name+".html"] = p
	}
	var errs []error
	for _, p := range b.pages {
		for _, link := range p.links {
			file, anchor, _ := strings.Cut(link, "#")
			target := p
			if file != "" {
				target = byName[file]
			}
			if target == nil || anchor != "" && !target.anchors[anchor] {
				errs = append(errs, fmt.Errorf("%s has a link to %s, which is nowhere", p.Name, link))
			}
		}
	}
	return errors.Join(errs...)
}

// write leaves the pages in the folder, and nothing of an earlier build.
func (b *builder) write() error {
	files := map[string][]byte{}
	for i, p := range b.pages {
		var buf bytes.Buffer
		if err := layout.ExecuteTemplate(&buf, "page.html", b.view(i)); err != nil {
			return err
		}
		files[p.Name+".html"] = buf.Bytes()
	}
	for _, name := range assets {
		data, err := theme.ReadFile("theme/" + name)
		if err != nil {
			return err
		}
		files[name] = data
	}
	pictures, err := filepath.Glob(filepath.Join(b.docs, "*.png"))
	if err != nil {
		return err
	}
	for _, picture := range pictures {
		if files[filepath.Base(picture)], err = os.ReadFile(picture); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(b.out, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(b.out)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if _, ok := files[entry.Name()]; !ok {
			if err := os.RemoveAll(filepath.Join(b.out, entry.Name())); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(b.out, name)
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, files[name]) {
			continue // somebody may be reading it
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// link is a page in the table of contents.
type link struct {
	Name, Title string
	Here        bool
}

type viewSection struct {
	Title string
	Links []link
}

// view is what the template shows.
type view struct {
	*page
	Site           string
	Sections       []viewSection
	Previous, Next *page
}

func (b *builder) view(at int) view {
	v := view{page: b.pages[at], Site: b.site}
	if at > 0 {
		v.Previous = b.pages[at-1]
	}
	if at+1 < len(b.pages) {
		v.Next = b.pages[at+1]
	}
	next := 0
	for _, s := range b.contents {
		vs := viewSection{Title: s.title}
		for range s.pages {
			p := b.pages[next]
			vs.Links = append(vs.Links, link{p.Name, p.Title, next == at})
			next++
		}
		v.Sections = append(v.Sections, vs)
	}
	return v
}
