package commands

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"
)

const hashHelp = `
Print checksums of files, or check those in lists of them.
  -c, --check    read "CHECKSUM  NAME" lines from each FILE and check them
  -b, --binary   a * before names      --tag   the BSD form
  -z, --zero     lines end in NUL      --quiet, --status, --ignore-missing  with -c`

func hashSpec(name string, size int, make func() hash.Hash) spec {
	return spec{name: name, synopsis: "[OPTION]... [FILE]...", help: hashHelp,
		run: func(c *cmd) int { return runHash(c, size, make) }}
}

var (
	sha256Spec = hashSpec("sha256sum", sha256.Size, sha256.New)
	sha1Spec   = hashSpec("sha1sum", sha1.Size, sha1.New)
	md5Spec    = hashSpec("md5sum", md5.Size, md5.New)
)

func runHash(c *cmd, size int, make func() hash.Hash) int {
	f := c.flags()
	h := hasher{cmd: c, size: size, make: make}
	var check bool
	f.bool(&check, "c|check")
	f.bool(&h.binary, "b|binary")
	f.bool(&h.tag, "tag")
	f.bool(&h.zero, "z|zero")
	f.bool(&h.quiet, "quiet")
	f.bool(&h.status, "status")
	f.bool(&h.missing, "ignore-missing")
	f.ignore("t|w|text|warn|strict")
	for _, name := range orStdin(f.parse()) {
		if check {
			h.check(name)
		} else {
			h.print(name)
		}
	}
	return 0
}

// A hasher prints or checks sums of files.
type hasher struct {
	*cmd
	size                   int // of a sum, in bytes
	make                   func() hash.Hash
	binary, tag, zero      bool // of what is printed
	quiet, status, missing bool // of what is checked
}

func (h *hasher) sum(name string) (string, error) {
	in, err := h.open(name)
	if err != nil {
		return "", err
	}
	defer in.Close()
	sum := h.make()
	err = h.copyTo(&bySteps{c: h.cmd, w: sum, size: 16 << 10, units: 32 << 10}, in)
	return hex.EncodeToString(sum.Sum(nil)), err
}

func (h *hasher) print(name string) {
	s, err := h.sum(name)
	switch {
	case err != nil:
		h.fileError(name, err)
		return
	case h.tag:
		s = fmt.Sprintf("%s (%s) = %s", strings.ToUpper(strings.TrimSuffix(h.name, "sum")), name, s)
	case h.binary:
		s += " *" + name
	default:
		s += "  " + name
	}
	h.record(s, h.zero)
}

// check checks the files of a list.
func (h *hasher) check(list string) {
	failed, unread, good, lines := 0, 0, 0, 0
	h.eachLine(list, '\n', func(line []byte, _ bool) bool {
		want, name, ok := parseSum(strings.TrimSuffix(string(line), "\r"), h.size)
		if !ok {
			return true
		}
		lines++
		got, err := h.sum(name)
		result := "OK"
		switch {
		case err != nil && h.missing:
			return true
		case err != nil:
			h.fileError(name, err)
			unread++
			result = "FAILED open or read"
		case !strings.EqualFold(got, want):
			failed++
			result = "FAILED"
		default:
			good++
		}
		if !h.status && !(h.quiet && result == "OK") {
			h.out.WriteString(name + ": " + result + "\n")
		}
		return true
	})
	if lines == 0 && h.code == 0 {
		h.errorf("%s: no properly formatted checksum lines found", list)
		h.code = 1
	}
	h.warn(unread, "listed file could not be read", "listed files could not be read")
	h.warn(failed, "computed checksum did NOT match", "computed checksums did NOT match")
	if failed+unread > 0 || h.missing && good == 0 {
		h.code = 1
	}
}

// warn tells how many of a list went wrong.
func (h *hasher) warn(n int, one, many string) {
	switch {
	case n == 0 || h.status:
	case n == 1:
		h.errorf("WARNING: %d %s", n, one)
	default:
		h.errorf("WARNING: %d %s", n, many)
	}
}

// parseSum reads a line of a list, in either form.
func parseSum(line string, size int) (sum, name string, ok bool) {
	if _, rest, found := strings.Cut(line, " ("); found && strings.Contains(rest, ") = ") {
		at := strings.LastIndex(rest, ") = ")
		name, sum = rest[:at], rest[at+4:]
	} else {
		line = strings.TrimPrefix(line, `\`)
		if len(line) < 2*size+3 || line[2*size] != ' ' {
			return "", "", false
		}
		sum, name = line[:2*size], line[2*size+2:]
	}
	_, err := hex.DecodeString(sum)
	return sum, name, err == nil && len(sum) == 2*size && name != ""
}

var cksumSpec = spec{name: "cksum", synopsis: "[FILE]...", run: runCksum, help: `
Print the POSIX CRC and the size of files.`}

func runCksum(c *cmd) int {
	var table [256]uint32
	for i := range table {
		r := uint32(i) << 24
		for range 8 {
			if r&0x80000000 != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		table[i] = r
	}
	f := c.flags()
	files := f.parse()
	for _, name := range orStdin(files) {
		in, err := c.open(name)
		if err != nil {
			c.fileError(name, err)
			continue
		}
		crc, size := uint32(0), uint64(0)
		err = c.copyTo(writerFunc(func(p []byte) {
			for _, b := range p {
				crc = crc<<8 ^ table[byte(crc>>24)^b]
			}
			size += uint64(len(p))
		}), in)
		in.Close()
		if err != nil {
			c.fileError(name, err)
			continue
		}
		for n := size; n > 0; n >>= 8 {
			crc = crc<<8 ^ table[byte(crc>>24)^byte(n)]
		}
		fmt.Fprintf(c.out, "%d %d", ^crc, size)
		if len(files) > 0 {
			c.out.WriteString(" " + name)
		}
		c.out.WriteByte('\n')
	}
	return 0
}

// writerFunc is a writer that never fails.
type writerFunc func(p []byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }
