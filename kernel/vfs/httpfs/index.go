package httpfs

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

// DefaultIndex is the name of a folder's index, and Version is the only form of it.
const (
	DefaultIndex = "index.json"
	Version      = 1
)

// Index is a folder's index as JSON has it.
type Index struct {
	Version int    `json:"version"`
	Files   []File `json:"files"`
}

// File is an entry of an Index.
type File struct {
	// Path is the path below the folder, with a slash at its end for a directory.
	Path string `json:"path"`
	// Size is the file's length in bytes.
	Size int64 `json:"size,omitempty"`
	// Mtime is in seconds since 1970.
	Mtime int64 `json:"mtime,omitempty"`
	// Mode are permission bits in octal: "644" if it is empty, "755" of a directory.
	Mode string `json:"mode,omitempty"`
	// SHA256 is the contents' sum in hexadecimal, or empty.
	SHA256 string `json:"sha256,omitempty"`
	// Target makes the entry a symbolic link.
	Target string `json:"target,omitempty"`
}

// maxMtime is the last second that fits nanoseconds.
const maxMtime = math.MaxInt64 / 1_000_000_000

// parse reads an index into t; content makes the contents of each file.
func parse(data []byte, t *index.Tree, content func(f File, sum []byte) index.Content) error {
	var x Index
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&x); err != nil {
		var other *json.UnmarshalTypeError
		switch {
		case !errors.As(err, &other):
			return errno.Faultf(errno.EINVAL, "its index is no JSON that could be one: %s", err)
		case other.Field == "":
			return errno.Faultf(errno.EINVAL, "its index has a JSON %s where an object should be", other.Value)
		}
		return errno.Faultf(errno.EINVAL, "its index has a JSON %s for %q, which that cannot be", other.Value, other.Field)
	}
	if x.Version != Version {
		return errno.Faultf(errno.EINVAL, "its index is of version %d, and this system knows version %d", x.Version, Version)
	}
	for _, f := range x.Files {
		e, sum, err := f.entry()
		if err != nil {
			return err
		}
		if e.Type == sys.TypeRegular {
			e.Content = content(f, sum)
		}
		if err := t.Add(e); err != nil {
			return err
		}
	}
	return nil
}

// entry is the entry of the tree for f, and its sum.
func (f *File) entry() (e index.Entry, sum []byte, err error) {
	e = index.Entry{Name: f.Path, Type: sys.TypeRegular, Mode: 0o644, Mtime: f.Mtime * 1e9, Size: uint64(f.Size), Target: f.Target}
	bad := func(what string) error {
		return errno.Faultf(errno.EINVAL, "its index has a %s for %q that cannot be", what, f.Path)
	}
	isDir := strings.HasSuffix(f.Path, "/")
	switch {
	case f.Path == "":
		return e, nil, bad("path")
	case f.Size < 0 || f.Size > vfs.MaxFileSize || f.Size > 0 && (isDir || f.Target != ""):
		return e, nil, bad("size")
	case f.Mtime > maxMtime || f.Mtime < -maxMtime:
		return e, nil, bad("time")
	case isDir && f.Target != "":
		return e, nil, bad("target")
	case isDir:
		e.Type, e.Mode = sys.TypeDirectory, 0o755
	case f.Target != "":
		e.Type = sys.TypeSymlink
	}
	if f.Mode != "" {
		mode, err := strconv.ParseUint(f.Mode, 8, 32)
		if err != nil || mode > 0o7777 {
			return e, nil, bad("mode")
		}
		e.Mode = uint32(mode)
	}
	if f.SHA256 != "" {
		if sum, err = hex.DecodeString(f.SHA256); err != nil || len(sum) != 32 {
			return e, nil, bad("SHA-256")
		}
	}
	return e, sum, nil
}
