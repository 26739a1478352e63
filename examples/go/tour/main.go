// Tour takes the file system through its paces in the directory it is given
// (the working directory by default), and prints what it saw.
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) > 1 {
		if err := os.Chdir(os.Args[1]); err != nil {
			fatal(err)
		}
	}
	if err := tour("tour"); err != nil {
		fatal(err)
	}
	fmt.Println("done")
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "tour:", err)
	os.Exit(1)
}

func tour(dir string) error {
	name := func(base string) string { return filepath.Join(dir, base) }
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("a second mkdir: %v", err)
	}
	if err := os.WriteFile(name("a"), []byte("one\ntwo\n"), 0o666); err != nil {
		return err
	}
	if err := os.Link(name("a"), name("b")); err != nil {
		return err
	}
	if err := os.Rename(name("b"), name("c")); err != nil {
		return err
	}
	if err := os.Symlink("c", name("s")); err != nil {
		return err
	}
	if err := os.Truncate(name("s"), 4); err != nil {
		return err
	}
	data, err := os.ReadFile(name("a"))
	if err != nil {
		return err
	}
	fmt.Printf("a holds %q\n", data)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			fmt.Println(path, d.Type())
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := positioned(name("p")); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// positioned reads and writes in the middle of a file, also when it has lost its name.
func positioned(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("end"), 1<<16); err != nil {
		return err
	}
	if err := os.Remove(name); err != nil {
		return err
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	buf := make([]byte, 5)
	if _, err := f.ReadAt(buf, end-5); err != nil {
		return err
	}
	fmt.Printf("%d bytes that end in %q\n", end, buf)
	return nil
}
