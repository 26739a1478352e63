package store

import (
	"fmt"
	"strings"
)

// losses are what a damaged store has lost.
type losses struct {
	yield   func()
	changes uint64 // records that are lost or fit nothing
	cut     bool   // the snapshot's end is lost
	gone    names  // entries of which nothing is there
	torn    names  // files of which a part is lost
	found   *dir   // has what has lost its name, if there is such
}

// names are some things of which the first few are named.
type names struct {
	n     int
	first []string
}

// maxNamed is how many names are said.
const maxNamed = 3

// add counts the entry name of d.
func (l *names) add(d *dir, name string) {
	if l.n++; l.n > maxNamed {
		return
	}
	// A path that is too long to be said is cut at its beginning.
	for ; d.parent != nil && d.parent != d && len(name) < 200; d = d.parent {
		name = d.name + "/" + name
	}
	l.first = append(l.first, fmt.Sprintf("%q", name))
}

// say is "1 file is what (name)".
func (l *names) say(one, many string) string {
	text := fmt.Sprintf(many, l.n)
	if l.n == 1 {
		text = one
	}
	list := strings.Join(l.first, ", ")
	if l.n > len(l.first) {
		list += " …"
	}
	return text + " (" + list + ")"
}

// String is one sentence.
func (l *losses) String() string {
	var parts []string
	if l.gone.n > 0 {
		parts = append(parts, l.gone.say("1 name has lost what it names", "%d names have lost what they name"))
	}
	if l.torn.n > 0 {
		parts = append(parts, l.torn.say("1 file has lost a part", "%d files have lost a part"))
	}
	switch {
	case l.changes == 1:
		parts = append(parts, "1 record of its log is lost")
	case l.changes > 0:
		parts = append(parts, fmt.Sprintf("%d records of its log are lost", l.changes))
	case l.cut:
		parts = append(parts, "the end of its log is lost")
	}
	if l.found != nil {
		parts = append(parts, fmt.Sprintf("what has lost its name is in %s", l.found.name))
	}
	if len(parts) == 0 {
		parts = []string{"the end of its log is lost"}
	}
	return "the store is damaged and shown as far as it is good: " + strings.Join(parts, ", ")
}
