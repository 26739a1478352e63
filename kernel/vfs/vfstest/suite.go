package vfstest

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// needs says for which file systems a case is.
type needs uint8

const (
	utf8Names needs = 1 << iota // names have to be UTF-8
	ownChoice                   // POSIX leaves it open, or Linux's versions differ
	bound                       // permission bits have to bind the caller
	freedom                     // names may have any letter, and holes take no room
)

// scriptCase is a case: its name and the lines of a [script].
type scriptCase struct {
	name  string
	lines string
	needs needs
}

// groups are the tables of cases.
var groups = []struct {
	name  string
	cases []scriptCase
}{
	{"path", pathCases},
	{"slash", slashCases},
	{"symlink", symlinkCases},
	{"open", openCases},
	{"create", createCases},
	{"mkdir", mkdirCases},
	{"rmdir", rmdirCases},
	{"unlink", unlinkCases},
	{"rename", renameCases},
	{"link", linkCases},
	{"contents", contentsCases},
	{"attributes", attrCases},
	{"permission", permissionCases},
	{"beneath", beneathCases},
}

// Run runs the suite. make is called for each case and makes an empty file
// system, whose top directory has mode 0755 or so and is at no root.
func Run(t *testing.T, make func(t *testing.T) FS, o Options) {
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.cases {
				t.Run(c.name, func(t *testing.T) {
					if c.needs&utf8Names != 0 && o.AnyBytes || c.needs&ownChoice != 0 && o.Host || c.needs&bound != 0 && o.Root || c.needs&freedom != 0 && o.Browser || o.OneName && links(c.lines) {
						t.Skip("not a rule for this file system")
					}
					lines := c.lines
					if o.Plain {
						ok := false
						if lines, ok = c.plain(); !ok {
							t.Skip("it has files and folders only")
						}
					}
					if err := (&script{fs: make(t), plain: o.Plain}).run(lines); err != nil && !errors.Is(err, errFolderStays) {
						t.Error(err)
					}
				})
			}
		})
	}
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			if o.OneName && p.links || o.Plain && slices.Contains(unplainPrograms, p.name) {
				t.Skip("not a rule for this file system")
			}
			p.run(t, make(t))
		})
	}
}

// links reports whether a script makes hard links.
func links(lines string) bool {
	for _, line := range strings.FieldsFunc(lines, func(r rune) bool { return r == ';' || r == '\n' }) {
		if f := strings.Fields(line); len(f) > 0 && strings.HasPrefix(f[0], "link") {
			return true
		}
	}
	return false
}

// Cases counts the suite's cases.
func Cases() int {
	n := len(programs)
	for _, g := range groups {
		n += len(g.cases)
	}
	return n
}

// Duplicate is a case's name that comes twice, or empty.
func Duplicate() string {
	var names []string
	for _, g := range groups {
		for _, c := range g.cases {
			names = append(names, g.name+"/"+c.name)
		}
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return names[i]
		}
	}
	return ""
}
