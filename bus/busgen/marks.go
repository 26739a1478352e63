package main

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// The marks, which stand in the comment of an interface, or of its method.
const (
	markService = "service" // //bus:service NAME/MAJOR
	markObject  = "object"
	markNotify  = "notify" // of a method
)

type mark struct {
	name, arg string
	pos       token.Pos
}

// marks are the lines of a comment that begin with //bus:.
func marks(doc *ast.CommentGroup) []mark {
	var list []mark
	if doc == nil {
		return nil
	}
	for _, c := range doc.List {
		if text, ok := strings.CutPrefix(c.Text, "//bus:"); ok {
			name, arg, _ := strings.Cut(strings.TrimSpace(text), " ")
			list = append(list, mark{name, strings.TrimSpace(arg), c.Pos()})
		}
	}
	return list
}

func marked(list []mark, name string) (mark, bool) {
	i := slices.IndexFunc(list, func(m mark) bool { return m.name == name })
	if i < 0 {
		return mark{}, false
	}
	return list[i], true
}

// serviceName is NAME/MAJOR, with dots in NAME.
var serviceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*/(0|[1-9][0-9]*)$`)

// spec is the declaration of a type, with the comment that is its own.
type spec struct {
	*ast.TypeSpec
	doc *ast.CommentGroup
}

// specs are the types that a package declares, in the order of its files, by name.
func specs(files []*ast.File) []spec {
	var list []spec
	for _, f := range files {
		for _, d := range f.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, s := range gen.Specs {
				ts, ok := s.(*ast.TypeSpec)
				if !ok {
					continue
				}
				doc := ts.Doc
				if doc == nil && !gen.Lparen.IsValid() {
					doc = gen.Doc
				}
				list = append(list, spec{ts, doc})
			}
		}
	}
	return list
}

// straying finds the marks that stand where they mean nothing.
func straying(d *diagnostics, files []*ast.File) {
	known := make(map[token.Pos]bool)
	for _, s := range specs(files) {
		iface, ok := s.Type.(*ast.InterfaceType)
		for _, m := range marks(s.doc) {
			known[m.pos] = true
			switch {
			case m.name == markNotify:
				d.add(m.pos, "//bus:notify stands before a method of an interface")
			case m.name != markService && m.name != markObject:
				d.add(m.pos, "there is no mark //bus:%s: there are service, object and notify", m.name)
			case !ok:
				d.add(m.pos, "//bus:%s stands before an interface, which %s is not", m.name, s.Name.Name)
			}
		}
		if !ok {
			continue
		}
		for _, f := range iface.Methods.List {
			for _, m := range marks(f.Doc) {
				known[m.pos] = true
				if m.name != markNotify {
					d.add(m.pos, "//bus:%s stands before an interface, not before a method", m.name)
				}
			}
		}
	}
	for _, f := range files {
		for _, group := range f.Comments {
			for _, m := range marks(group) {
				if !known[m.pos] {
					d.add(m.pos, "//bus:%s marks nothing: it stands right before an interface or a method", m.name)
				}
			}
		}
	}
}

// text is the comment for people, and whether it says that its subject is deprecated.
func text(doc *ast.CommentGroup) (words string, deprecated bool) {
	words = strings.TrimSpace(doc.Text())
	for _, par := range strings.Split(words, "\n\n") {
		if strings.HasPrefix(par, "Deprecated:") {
			deprecated = true
		}
	}
	return words, deprecated
}
