package vfstest

import (
	"errors"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

// plainTree is tree without its links.
const plainTree = `mkdir d
mkdir d/e
write d/e/f deep
write f text
`

// beyondPlain are the verbs and fields that ask for what a plain file system has not.
var beyondPlain = []string{"link", "linkfollow", "symlink", "readlink", "nlink", "atime", "lutimes", "same"}

// plain is a case for a file system with files and folders only, see [Options.Plain]. ok is
// false if there is none: it asks for a link, for what is known of links or for what a
// name was taken from.
func (c *scriptCase) plain() (lines string, ok bool) {
	lines = strings.ReplaceAll(c.lines, tree, plainTree)
	opened := false
	for _, word := range strings.Fields(strings.ReplaceAll(lines, ";", " ")) {
		name, _, _ := strings.Cut(word, "/")
		opened = opened || name == "open"
		switch {
		case slices.Contains(beyondPlain, word), name == "l", name == "ld", name == "lx":
			return "", false
		case opened && (word == "unlink" || word == "rmdir" || word == "rename"):
			return "", false
		}
	}
	return lines, true
}

// errFolderStays is the end of a case that renames a folder where that is EXDEV.
var errFolderStays = errors.New("the folder cannot be renamed: EXDEV")

func (s *script) isFolder(path string) bool {
	st, err := s.fs.Stat(path, sys.AtNoFollow)
	return err == nil && st.Type == sys.TypeDirectory
}

// unplainPrograms ask for links, for the times of folders or for what a name was
// taken from.
var unplainPrograms = []string{
	"times change with contents", "times change with names", "directory entries have numbers and types",
	"a replaced name is never missing",
}
