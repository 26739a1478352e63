package vfstest

import (
	"fmt"
	"strings"
)

// chain makes links n1 to n<n>, each to the one before, and the first to a file.
func chain(n int) string {
	var b strings.Builder
	b.WriteString("write n0 end\n")
	for i := range n {
		fmt.Fprintf(&b, "symlink n%d n%d\n", i, i+1)
	}
	return b.String()
}

var openCases = []scriptCase{
	{name: "a file to read", lines: tree + `open - f r`},
	{name: "a file to write", lines: tree + `open - f w`},
	{name: "what is missing", lines: `open - x r = ENOENT`},
	{name: "what is missing to write", lines: `open - x w = ENOENT`},
	{name: "below a file", lines: tree + `open - f/x r = ENOTDIR`},
	{name: "below what is missing", lines: `open - x/y r = ENOENT`},
	{name: "a directory to read", lines: tree + `open - d r`},
	{name: "a directory to write", lines: tree + `open - d w = EISDIR`},
	{name: "a directory to read and write", lines: tree + `open - d rw = EISDIR`},
	{name: "a directory to cut", lines: tree + `open - d r,trunc = EISDIR`},
	{name: "a directory for attributes", lines: tree + `open @d d attr; fstat @d type = dir`},
	{name: "a directory as one", lines: tree + `open - d r,dir`},
	{name: "a directory as one to write", lines: tree + `open - d rw,dir = EISDIR`},
	{name: "a file as a directory", lines: tree + `open - f r,dir = ENOTDIR`},
	{name: "a file as a directory for attributes", lines: tree + `open - f dir = ENOTDIR`},
	{name: "a link to a directory as one", lines: tree + `open - ld r,dir`},
	{name: "a link to a file as a directory", lines: tree + `open - l r,dir = ENOTDIR`},
	{name: "what is missing as a directory", lines: `open - x r,dir = ENOENT`},
	{name: "a file as a directory to cut", lines: tree + `open - f w,dir,trunc = ENOTDIR; cat f = text`},
	{name: "cut", lines: tree + `open - f w,trunc; stat f size = 0`},
	{name: "cut through a link", lines: tree + `open - l w,trunc; stat f size = 0`},
	{name: "cut what is missing", lines: `open - x w,trunc = ENOENT`},
	{name: "read of a directory", lines: tree + `open @d d r; pread @d 0 1 = EISDIR`},
	{name: "dot", lines: `open - . r,dir`},
	{name: "dot to write", lines: `open - . w = EISDIR`},
	{name: "root", lines: `open - / r,dir`},
	{name: "two of one file share the contents", lines: tree + `open @a f rw; open @b f rw; pwrite @a 0 TEXT; pread @b 0 9 = TEXT`},
	{name: "a long name", lines: `open - {n:256} r = ENAMETOOLONG`},
	{name: "create as a directory", lines: `open - x r,creat,dir = EINVAL; stat x = ENOENT`, needs: ownChoice},
}

var createCases = []scriptCase{
	{name: "new", lines: `open @f x w,creat 640; fstat @f type size mode nlink = file 0 640 1`},
	{name: "new to read only", lines: `open - x r,creat; stat x type = file`},
	{name: "existing", lines: tree + `open - f w,creat; cat f = text`},
	{name: "existing keeps its mode", lines: `open - x w,creat 600; open - x w,creat 644; stat x mode = 600`},
	{name: "existing cut", lines: tree + `open - f w,creat,trunc; stat f size = 0`},
	{name: "exclusively", lines: `open - x w,creat,excl; stat x type = file`},
	{name: "exclusively an existing file", lines: tree + `open - f w,creat,excl = EEXIST`},
	{name: "exclusively does not cut", lines: tree + `open - f w,creat,excl,trunc = EEXIST; cat f = text`},
	{name: "exclusively an existing directory", lines: tree + `open - d w,creat,excl = EEXIST`},
	{name: "exclusively a link", lines: tree + `open - l w,creat,excl = EEXIST`},
	{name: "exclusively a link to nothing", lines: tree + `open - lx w,creat,excl = EEXIST; stat missing = ENOENT`},
	{name: "exclusively dot", lines: `open - . r,creat,excl = EEXIST`},
	{name: "exclusively dot dot", lines: tree + `open - d/.. r,creat,excl = EEXIST`},
	{name: "exclusively the root", lines: `open - / r,creat,excl = EEXIST`},
	{name: "a directory", lines: tree + `open - d w,creat = EISDIR`},
	{name: "a directory to read", lines: tree + `open - d r,creat = EISDIR`},
	{name: "dot", lines: `open - . r,creat = EISDIR`},
	{name: "dot dot", lines: `open - .. r,creat = EISDIR`},
	{name: "root", lines: `open - / r,creat = EISDIR`},
	{name: "below what is missing", lines: `open - x/y w,creat = ENOENT`},
	{name: "below a file", lines: tree + `open - f/y w,creat = ENOTDIR`},
	{name: "below a link to a file", lines: tree + `open - l/y w,creat = ENOTDIR`},
	{name: "below a link to nothing", lines: tree + `open - lx/y w,creat = ENOENT`},
	{name: "below a link to a directory", lines: tree + `open - ld/y w,creat; stat d/y type = file`},
	{name: "through a link to nothing", lines: tree + `write lx new; cat missing = new; lstat lx type = link`},
	{name: "through a link to nothing elsewhere", lines: tree + `symlink d/new a; write a new; cat d/new = new`},
	{name: "through a link to nothing upwards", lines: tree + `symlink ../new d/a; write d/a new; cat new = new`},
	{name: "through two links", lines: `symlink b a; symlink c b; write a new; cat c = new`},
	{name: "through an absolute link", lines: tree + `symlink {abs}/d/new a; write a new; cat d/new = new`},
	{name: "through a link below what is missing", lines: `symlink x/y a; open - a w,creat = ENOENT`},
	{name: "through a link with a slash", lines: `symlink x/ a; open - a w,creat = EISDIR`},
	{name: "through a link to a directory", lines: tree + `open - ld w,creat = EISDIR`},
	{name: "through a link to dot", lines: `symlink . a; open - a w,creat = EISDIR`},
	{name: "in a removed directory", lines: `mkdir d; open @d d dir; rmdir d; write d/x y = ENOENT`},
	{name: "mode has no type", lines: `open - x w,creat 644; chmod x 7755; stat x mode = 7755`},
	{name: "special bits", lines: `open - x w,creat 1755; stat x mode = 1755`},
}

var mkdirCases = []scriptCase{
	{name: "new", lines: `mkdir x 750; stat x type mode nlink = dir 750 2`},
	{name: "existing directory", lines: tree + `mkdir d = EEXIST`},
	{name: "existing file", lines: tree + `mkdir f = EEXIST`},
	{name: "existing link", lines: tree + `mkdir ld = EEXIST`},
	{name: "dot", lines: `mkdir . = EEXIST`},
	{name: "dot dot", lines: `mkdir .. = EEXIST`},
	{name: "ends in dot", lines: tree + `mkdir d/. = EEXIST`},
	{name: "ends in dot below what is missing", lines: `mkdir x/. = ENOENT`},
	{name: "root", lines: `mkdir / = EEXIST`},
	{name: "below what is missing", lines: `mkdir x/y = ENOENT`},
	{name: "below a file", lines: tree + `mkdir f/y = ENOTDIR`},
	{name: "below a link", lines: tree + `mkdir ld/n; stat d/n type = dir`},
	{name: "is empty", lines: `mkdir x; ls x = `},
	{name: "counts in its parent", lines: `mkdir d; stat d nlink = 2; mkdir d/a; mkdir d/b; stat d nlink = 4; rmdir d/a; stat d nlink = 3`},
	{name: "files do not count in the parent", lines: `mkdir d; write d/f x; symlink x d/l; stat d nlink = 2`},
	{name: "listed", lines: `mkdir d; mkdir d/b; write d/a x; symlink q d/c; ls d = a b c`},
	{name: "special bits", lines: `mkdir x 1777; stat x mode = 1777`},
}

var rmdirCases = []scriptCase{
	{name: "empty", lines: `mkdir d; rmdir d; stat d = ENOENT`},
	{name: "with a file", lines: tree + `rmdir d/e = ENOTEMPTY; cat d/e/f = deep`},
	{name: "with a directory", lines: tree + `rmdir d = ENOTEMPTY`},
	{name: "with a link to nothing", lines: `mkdir d; symlink x d/l; rmdir d = ENOTEMPTY`},
	{name: "emptied", lines: `mkdir d; write d/f x; unlink d/f; rmdir d`},
	{name: "a file", lines: tree + `rmdir f = ENOTDIR`},
	{name: "a link", lines: tree + `rmdir ld = ENOTDIR`},
	{name: "what is missing", lines: `rmdir x = ENOENT`},
	{name: "below what is missing", lines: `rmdir x/y = ENOENT`},
	{name: "below a file", lines: tree + `rmdir f/y = ENOTDIR`},
	{name: "dot", lines: `rmdir . = EINVAL`},
	{name: "ends in dot", lines: `mkdir d; rmdir d/. = EINVAL`},
	{name: "ends in dot and slash", lines: `mkdir d; rmdir d/./ = EINVAL`},
	{name: "dot dot", lines: tree + `rmdir d/e/.. = ENOTEMPTY`},
	{name: "dot dot of an empty directory", lines: `mkdir d; rmdir d/.. = ENOTEMPTY`},
	{name: "root", lines: `rmdir / = EBUSY`},
	{name: "an open directory lives on", lines: `mkdir d; open @d d r; rmdir d; fstat @d type nlink = dir 0; ls @d = |ENOENT`},
	{name: "the name is free", lines: `mkdir d; rmdir d; write d x; cat d = x`},
	{name: "link in the middle", lines: tree + `mkdir d/x; rmdir ld/x; stat d/x = ENOENT`},
}

var unlinkCases = []scriptCase{
	{name: "a file", lines: tree + `unlink f; stat f = ENOENT; stat l = ENOENT`},
	{name: "a link to nothing", lines: tree + `unlink lx; lstat lx = ENOENT`},
	{name: "a directory", lines: tree + `unlink d = EISDIR`},
	{name: "an empty directory", lines: `mkdir d; unlink d = EISDIR`},
	{name: "dot", lines: `unlink . = EISDIR`},
	{name: "dot dot", lines: `unlink .. = EISDIR`},
	{name: "root", lines: `unlink / = EISDIR`},
	{name: "what is missing", lines: `unlink x = ENOENT`},
	{name: "below what is missing", lines: `unlink x/y = ENOENT`},
	{name: "below a file", lines: tree + `unlink f/y = ENOTDIR`},
	{name: "through a link", lines: tree + `unlink ld/e/f; stat d/e/f = ENOENT`},
	{name: "an open file lives on", lines: `write f text; open @f f rw; unlink f; pread @f 0 9 = text; fstat @f nlink size = 0 4`},
	{name: "an open file can be written", lines: `write f text; open @f f rw; unlink f; pwrite @f 4 more; pread @f 0 9 = textmore; stat f = ENOENT`},
	{name: "an open file can be cut", lines: `write f text; open @f f rw; unlink f; ftruncate @f 1; pread @f 0 9 = t`},
	{name: "an open file can be appended to", lines: `write f text; open @f f rw; unlink f; append @f more; pread @f 0 9 = textmore`},
	{name: "a new file of the name is another", lines: `write f old; open @f f rw; unlink f; write f new; pread @f 0 9 = old; cat f = new`},
	{name: "written after it was replaced", lines: `write f old; open @f f rw; unlink f; write f new; pwrite @f 0 OLD; cat f = new`},
	{name: "one of two names", lines: `write a text; link a b; unlink a; cat b = text; stat b nlink = 1`},
	{name: "twice", lines: tree + `unlink f; unlink f = ENOENT`},
}
