package vfstest

import (
	"fmt"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

var typeNames = map[sys.FileType]string{
	sys.TypeDirectory: "dir", sys.TypeRegular: "file", sys.TypeSymlink: "link", sys.TypeCharDevice: "char",
}

// describe gives what fields, such as "type" and "nlink", are of st.
func describe(st sys.Stat, fields []string) string {
	var out []string
	for _, f := range fields {
		switch f {
		case "type":
			out = append(out, typeNames[st.Type])
		case "size":
			out = append(out, fmt.Sprint(st.Size))
		case "nlink":
			out = append(out, fmt.Sprint(st.Nlink))
		case "mode":
			out = append(out, fmt.Sprintf("%o", st.Mode))
		case "atime":
			out = append(out, fmt.Sprint(st.Atime))
		case "mtime":
			out = append(out, fmt.Sprint(st.Mtime))
		default:
			panic("vfstest: bad case: field " + f)
		}
	}
	return strings.Join(out, " ")
}

func (s *script) stat(a []string, at sys.AtFlag) (string, error) {
	st, err := s.fs.Stat(a[0], at)
	return describe(st, a[1:]), err
}

func (s *script) doFstat(a []string) (string, error) {
	st, err := s.file(a[0]).Stat()
	return describe(st, a[1:]), err
}

// same A B says whether two paths are one file; links are not followed.
func (s *script) doSame(a []string) (string, error) {
	x, err := s.fs.Stat(a[0], sys.AtNoFollow)
	if err != nil {
		return "", err
	}
	y, err := s.fs.Stat(a[1], sys.AtNoFollow)
	if x.Ino == y.Ino && x.Dev == y.Dev {
		return "yes", err
	}
	return "no", err
}

func (s *script) doChmod(a []string) (string, error) {
	return "", s.fs.SetAttr(a[0], 0, sys.SetAttr{Set: sys.AttrMode, Mode: mode(a, 1, 0)})
}

func (s *script) doFchmod(a []string) (string, error) {
	return "", s.file(a[0]).SetAttr(sys.SetAttr{Set: sys.AttrMode, Mode: mode(a, 1, 0)})
}

func (s *script) doTruncate(a []string) (string, error) {
	return "", s.fs.SetAttr(a[0], 0, sys.SetAttr{Set: sys.AttrSize, Size: uint64(number(a[1]))})
}

func (s *script) doFtruncate(a []string) (string, error) {
	return "", s.file(a[0]).SetAttr(sys.SetAttr{Set: sys.AttrSize, Size: uint64(number(a[1]))})
}

func times(a []string) sys.SetAttr {
	var set sys.SetAttr
	if a[1] != "-" {
		set.Set |= sys.AttrAtime
		set.Atime = number(a[1])
	}
	if a[2] != "-" {
		set.Set |= sys.AttrMtime
		set.Mtime = number(a[2])
	}
	return set
}

// utimes PATH ATIME MTIME; "-" leaves one as it is.
func (s *script) doUtimes(a []string) (string, error) {
	return "", s.fs.SetAttr(a[0], 0, times(a))
}

func (s *script) doLutimes(a []string) (string, error) {
	return "", s.fs.SetAttr(a[0], sys.AtNoFollow, times(a))
}
