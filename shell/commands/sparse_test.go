package commands_test

import (
	"fmt"
	"strings"
	"testing"
)

// gnuSparse is an archive of one file as GNU tar's -S writes it: of size bytes, with data at off.
func gnuSparse(name, data string, off, size int64) string {
	h := make([]byte, 512)
	octal := func(at int, v int64) { copy(h[at:], fmt.Sprintf("%011o\x00", v)) }
	copy(h, name)
	copy(h[100:], "0000644\x000001750\x000001750\x00")
	octal(124, int64(len(data)))
	octal(136, 981173045)
	copy(h[148:], "        ")
	h[156] = 'S'
	copy(h[257:], "ustar  \x00")
	octal(386, off)
	octal(398, int64(len(data)))
	octal(410, size)
	octal(422, 0)
	octal(483, size)
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(h) + data + strings.Repeat("\x00", (512-len(data)%512)%512+1024)
}

func TestTar_sparse(t *testing.T) {
	const far = 1 << 20
	w := newWorld(t)
	w.write("s.tar", gnuSparse("holes", "the middle", far, 2*far))
	for _, row := range []struct{ line, out string }{
		{"tar tvf s.tar", "-rw-r--r-- /           2097152 2001-02-03 04:04 holes\n"},
		{"tar xf s.tar", ""},
		{"stat -c %s holes", "2097152\n"},
		{"du -k holes", "64\tholes\n"},
		{"grep -c middle holes", "1\n"},
		{"tail -c +1048577 holes", "the middle" + strings.Repeat("\x00", far-10)},
		{"tar xOf s.tar", strings.Repeat("\x00", far) + "the middle" + strings.Repeat("\x00", far-10)},
	} {
		got := w.run(words(row.line), "")
		if got.out != row.out || got.err != "" || got.code != 0 {
			t.Errorf("%s: %d, %.200q, %s", row.line, got.code, got.out, got.err)
		}
	}
}
