// Package filemode reads modes of files as POSIX writes them for chmod: octal numbers, and symbols
// such as u=rwx,go-w (XCU, chmod, "Extended description"). It is for whoever takes such a mode:
// chmod, mkdir, find and the shell's umask. It touches no file, and to print modes is others' work.
package filemode

import (
	"fmt"
	"strconv"
	"strings"
)

// Change makes a new mode of an old one, of a directory or another file.
type Change func(old uint32, dir bool) uint32

// Parse reads a mode, octal or symbolic. Where a symbolic one names nobody, the bits of mask stay
// as they are.
func Parse(s string, mask uint32) (Change, error) {
	wrong := fmt.Errorf("invalid mode: '%s'", s)
	if n, err := strconv.ParseUint(s, 8, 32); err == nil {
		if n > 0o7777 {
			return nil, wrong
		}
		return func(uint32, bool) uint32 { return uint32(n) }, nil
	}
	type step struct {
		who   uint32
		any   bool // nobody was named
		op    byte
		perms string
	}
	var steps []step
	for clause := range strings.SplitSeq(s, ",") {
		i := 0
		st := step{}
		for ; i < len(clause) && strings.IndexByte("ugoa", clause[i]) >= 0; i++ {
			st.who |= map[byte]uint32{'u': 0o4700, 'g': 0o2070, 'o': 0o1007, 'a': 0o7777}[clause[i]]
		}
		if st.who == 0 {
			st.who, st.any = 0o7777, true
		}
		if i == len(clause) {
			return nil, wrong
		}
		for i < len(clause) {
			if st.op = clause[i]; strings.IndexByte("+-=", st.op) < 0 {
				return nil, wrong
			}
			start := i + 1
			for i++; i < len(clause) && strings.IndexByte("rwxXstugo", clause[i]) >= 0; i++ {
			}
			st.perms = clause[start:i]
			steps = append(steps, st)
		}
	}
	return func(mode uint32, dir bool) uint32 {
		for _, st := range steps {
			bits := uint32(0)
			for _, p := range st.perms {
				switch p {
				case 'r':
					bits |= 0o444
				case 'w':
					bits |= 0o222
				case 'x':
					bits |= 0o111
				case 'X':
					if dir || mode&0o111 != 0 {
						bits |= 0o111
					}
				case 's':
					bits |= 0o6000
				case 't':
					bits |= 0o1000
				case 'u':
					bits |= (mode >> 6 & 7) * 0o111
				case 'g':
					bits |= (mode >> 3 & 7) * 0o111
				case 'o':
					bits |= (mode & 7) * 0o111
				}
			}
			who := st.who
			if st.any {
				who &^= mask
			}
			bits &= who
			switch st.op {
			case '+':
				mode |= bits
			case '-':
				mode &^= bits
			default:
				clear := st.who & 0o777
				if !dir {
					clear = st.who
				}
				mode = mode&^clear | bits
			}
		}
		return mode
	}, nil
}
