package vfstest

// permissionCases are those of a user who owns every file and is not root.
var permissionCases = func() []scriptCase {
	cases := []scriptCase{
		{name: "a file to read only", lines: `write f text; chmod f 444; cat f = text; open - f w = EACCES; open - f rw = EACCES; chmod f 644; open - f rw`},
		{name: "a file to write only", lines: `write f text; chmod f 222; cat f = EACCES; open - f rw = EACCES; open - f w`},
		{name: "the owner's bits count", lines: `write f text; chmod f 77; cat f = EACCES; open - f w = EACCES; chmod f 600; cat f = text`},
		{name: "a file for attributes", lines: `write f text; chmod f 0; open @f f attr; fstat @f mode = 0; stat f size = 4`},
		{name: "a file to cut", lines: `write f text; chmod f 444; open - f r,trunc = EACCES; truncate f 0 = EACCES; cat f = text`},
		{name: "an existing file to create", lines: `write f text; chmod f 444; open - f w,creat = EACCES; open - f w,creat,trunc = EACCES; open - f r,creat; open - f w,creat,excl = EEXIST`},
		{name: "a new file is open whatever its mode", lines: `open @f f rw,creat 0; pwrite @f 0 text; pread @f 0 9 = text; stat f mode = 0; open - f r = EACCES`},
		{name: "an open file stays open", lines: `write f text; open @f f rw; chmod f 0; pwrite @f 0 TE; pread @f 0 9 = TExt; ftruncate @f 1; fchmod @f 600; cat f = T`},
		{name: "of the owner's own are mode and times", lines: `write f text; chmod f 0; utimes f 1 2; stat f mtime = 2; chmod f 400; stat f mode = 400`},
		{name: "names of a file of mode 0", lines: `write f text; chmod f 0; rename f g; link g h; unlink g; stat h mode = 0`},
		{name: "by a link", lines: `write f text; symlink f l; chmod f 444; open - l w = EACCES; truncate l 0 = EACCES; cat l = text`},

		{name: "a directory not to be searched", lines: `mkdir d; write d/f text; chmod d 600; ls d = f; stat d/f = EACCES; cat d/f = EACCES; stat d/missing = EACCES; stat d type = dir; chmod d 755`},
		{name: "dots in a directory not to be searched", lines: `mkdir d; chmod d 600; stat d/. = EACCES; stat d/.. = EACCES; stat d/ type = dir; chmod d 755`},
		{name: "below a directory not to be searched", lines: tree + `chmod d 600; cat d/e/f = EACCES; stat d/e/missing = EACCES; stat d/{n:256} = EACCES; chmod d 755; cat d/e/f = deep`},
		{name: "a link into a directory not to be searched", lines: tree + `symlink d/e/f deep; chmod d 600; cat deep = EACCES; readlink deep = d/e/f; open - deep w,creat = EACCES; chmod d 755`},
		{name: "a directory not to be read", lines: tree + `chmod d 300; ls d = EACCES; open - d r,dir = EACCES; cat d/e/f = deep; write d/new x; chmod d 755; ls d = e new`},
		{name: "a directory for attributes", lines: `mkdir d; chmod d 0; open @d d dir; fstat @d mode = 0; open - d dir; chmod d 755`},
		{name: "beneath a directory not to be searched", lines: `mkdir d; write d/f x; open - d dir; chmod d 600; beneath d f r = EACCES; beneath d . r = EACCES; chmod d 755`},
	}
	// What changes the entries of a directory, of which the user may not write.
	for _, c := range []struct{ name, line, there string }{
		{"create", `open - d/x w,creat`, ``},
		{"create exclusively", `open - d/x w,creat,excl`, ``},
		{"mkdir", `mkdir d/x`, ``},
		{"symlink", `symlink f d/x`, ``},
		{"link", `link f d/x`, ``},
		{"unlink", `unlink d/x`, `write d/x text`},
		{"rmdir", `rmdir d/x`, `mkdir d/x`},
		{"rename from", `rename d/x f`, `write d/x text`},
		{"rename to", `rename f d/x`, ``},
		{"rename over", `rename f d/x`, `write d/x text`},
		{"rename within", `rename d/x d/y`, `write d/x text`},
	} {
		before := "mkdir d; write f text; " + c.there + "; "
		cases = append(cases,
			scriptCase{name: c.name + " in a directory not to be written", lines: before + "chmod d 500; " + c.line + " = EACCES; chmod d 700; " + c.line},
			scriptCase{name: c.name + " in a directory to be written only", lines: before + "chmod d 200; " + c.line + " = EACCES; chmod d 300; " + c.line + "; chmod d 700"},
		)
	}
	cases = append(cases, []scriptCase{
		{name: "a file in a directory not to be written", lines: `mkdir d; write d/f text; chmod d 500; write d/f new; cat d/f = new; chmod d/f 600; utimes d/f 1 2; link d/f g; chmod d 700`},
		{name: "what is not there in a directory not to be written", lines: `mkdir d; write f x; chmod d 500; unlink d/x = ENOENT; rmdir d/x = ENOENT; rename d/x y = ENOENT; open - d/x r = ENOENT; chmod d 700`},
		{name: "what is there in a directory not to be written", lines: `mkdir d; mkdir d/s; write d/f x; chmod d 500; mkdir d/s = EEXIST; symlink x d/f = EEXIST; unlink d/s = EACCES; rmdir d/f = EACCES; chmod d 700`},
		{name: "a directory not to be written moves elsewhere", lines: `mkdir d; mkdir a; chmod d 500; rename d a/d = EACCES; rename d e; stat e type = dir; chmod e 700; rename e a/d`},
		{name: "an open directory", lines: `mkdir d; write d/f x; open @d d r; chmod d 0; ls @d = f; chmod d 700`},
	}...)
	for i := range cases {
		cases[i].needs |= bound
	}
	return cases
}()
