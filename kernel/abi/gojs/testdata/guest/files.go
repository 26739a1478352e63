//go:build js

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// try prints what a step came to.
func try(what string, results ...any) {
	fmt.Print(what, ":")
	for _, r := range results {
		fmt.Print(" ", r)
	}
	fmt.Println()
}

func files([]string) {
	try("write", os.WriteFile("a.txt", []byte("hello\nworld\n"), 0o640))
	b, err := os.ReadFile("a.txt")
	try("read", string(b) == "hello\nworld\n", err)
	f, err := os.OpenFile("a.txt", os.O_APPEND|os.O_WRONLY, 0)
	try("append", err)
	_, err = f.WriteString("more\n")
	try("wrote", err, f.Close())

	f, err = os.OpenFile("a.txt", os.O_RDWR, 0)
	try("open", err)
	off, err := f.Seek(6, io.SeekStart)
	buf := make([]byte, 5)
	n, rerr := f.Read(buf)
	try("seek", off, err, n, rerr, string(buf))
	_, err = f.WriteAt([]byte("HE"), 0)
	_, rerr = f.ReadAt(buf, 0)
	try("at", err, rerr, string(buf))
	try("truncate", f.Truncate(3), f.Sync())
	st, err := f.Stat()
	try("stat", st.Size(), st.Mode(), st.IsDir(), err)
	try("close", f.Close(), f.Close() != nil)

	_, err = os.OpenFile("a.txt", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	try("excl", errors.Is(err, fs.ErrExist))
	try("chmod", os.Chmod("a.txt", 0o600))
	when := time.Unix(1_000_000_000, 0)
	try("chtimes", os.Chtimes("a.txt", when, when))
	st, err = os.Stat("a.txt")
	try("stat", st.Mode(), st.ModTime().Unix(), err)
	try("symlink", os.Symlink("a.txt", "link"))
	to, err := os.Readlink("link")
	st, lerr := os.Lstat("link")
	try("readlink", to, err, st.Mode()&fs.ModeSymlink != 0, lerr)
	try("link", os.Link("a.txt", "b.txt"))
	try("rename", os.Rename("b.txt", "c.txt"))
	_, err = os.Stat("b.txt")
	try("gone", errors.Is(err, fs.ErrNotExist))
	try("chown", os.Chown("c.txt", 1, 1))
	try("remove", os.Remove("c.txt"), os.Remove("link"), os.Remove("a.txt"))

	// Seek "succeeds" on what has no offset, and reading goes on all the same.
	off, err = os.Stdin.Seek(2, io.SeekStart)
	n, rerr = os.Stdin.Read(buf)
	try("stdin", off, err, n, rerr, string(buf[:n]))
}

func dirs(a []string) {
	many, _ := strconv.Atoi(a[0])
	try("mkdirall", os.MkdirAll("d/e/f", 0o755))
	for _, name := range []string{"d/z", "d/a", "d/e/m"} {
		try(name, os.WriteFile(name, nil, 0o644))
	}
	list, err := os.ReadDir("d")
	for _, e := range list {
		try("entry", e.Name(), e.IsDir())
	}
	try("readdir", len(list), err)
	err = filepath.WalkDir("d", func(p string, e fs.DirEntry, err error) error {
		try("walk", p, err)
		return nil
	})
	try("walked", err)
	for i := range many {
		if err := os.WriteFile(fmt.Sprintf("d/e/f/%060d", i), nil, 0o644); err != nil {
			try("many", err)
		}
	}
	list, err = os.ReadDir("d/e/f")
	try("many", len(list), err)
	try("notempty", os.Remove("d") != nil)
	try("removeall", os.RemoveAll("d"))
	_, err = os.Stat("d")
	try("gone", errors.Is(err, fs.ErrNotExist))
	dir, err := os.MkdirTemp("", "x")
	try("temp", filepath.Dir(dir), err, os.Remove(dir))
}

func chdir([]string) {
	try("mkdir", os.MkdirAll("sub/dir", 0o755))
	try("chdir", os.Chdir("sub/dir"))
	wd, err := os.Getwd()
	try("getwd", wd, err)
	try("write", os.WriteFile("here", []byte("x"), 0o644))
	try("chdir", os.Chdir(".."))
	_, err = os.Stat("dir/here")
	try("stat", err)
	abs, err := filepath.Abs("dir")
	try("abs", abs, err)
}

func failures([]string) {
	_, err := os.Open("missing")
	try("open", err)
	_, err = os.ReadDir("missing")
	try("readdir", err)
	try("mkdir", os.Mkdir("/missing/x", 0o755))
	try("remove", os.Remove("missing"))
	try("truncate", os.Truncate("missing", 3), os.Truncate("missing", -3))
	try("chown", os.Chown("missing", 1, 1))
	_, err = os.NewFile(77, "bad").Write([]byte("x"))
	try("write", err)
	try("capability", os.Mkdir("/outside", 0o755))
	r, w, err := os.Pipe()
	try("pipe", r == nil, w == nil, err)
}
