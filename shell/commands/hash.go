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
	var check, binary, tag, zero, quiet, status, missing bool
	f.bool(&check, "c|check")
	f.bool(&binary, "b|binary")
	f.bool(&tag, "tag")
	f.bool(&zero, "z|zero")
	f.bool(&quiet, "quiet")
	f.bool(&status, "status")
	f.bool(&missing, "ignore-missing")
	f.ignore("t|w|text|warn|strict")
	files := orStdin(f.parse())
	sum := func(name string) (string, error) {
		in, err := c.open(name)
		if err != nil {
			return "", err
		}
		defer in.Close()
		h := make()
		err = c.copyTo(&bySteps{c: c, w: h, size: 16 << 10, units: 32 << 10}, in)
		return hex.EncodeToString(h.Sum(nil)), err
	}
	if !check {
		for _, name := range files {
			s, err := sum(name)
			if err != nil {
				c.fileError(name, err)
				continue
			}
			mark := " "
			if binary {
				mark = "*"
			}
			if tag {
				s = fmt.Sprintf("%s (%s) = %s", strings.ToUpper(strings.TrimSuffix(c.name, "sum")), name, s)
			} else {
				s += " " + mark + name
			}
			c.record(s, zero)
		}
		return 0
	}
	for _, list := range files {
		failed, unread, good, lines := 0, 0, 0, 0
		c.eachLine(list, '\n', func(line []byte, _ bool) bool {
			want, name, ok := parseSum(strings.TrimSuffix(string(line), "\r"), size)
			if !ok {
				return true
			}
			lines++
			got, err := sum(name)
			result := "OK"
			switch {
			case err != nil && missing:
				return true
			case err != nil:
				c.fileError(name, err)
				unread++
				result = "FAILED open or read"
			case !strings.EqualFold(got, want):
				failed++
				result = "FAILED"
			default:
				good++
			}
			if !status && !(quiet && result == "OK") {
				c.out.WriteString(name + ": " + result + "\n")
			}
			return true
		})
		plural := func(n int, one, many string) {
			if n > 0 && !status {
				if n > 1 {
					one = many
				}
				c.errorf("WARNING: %d %s", n, one)
			}
		}
		if lines == 0 && c.code == 0 {
			c.errorf("%s: no properly formatted checksum lines found", list)
			c.code = 1
		}
		plural(unread, "listed file could not be read", "listed files could not be read")
		plural(failed, "computed checksum did NOT match", "computed checksums did NOT match")
		if failed+unread > 0 || missing && good == 0 {
			c.code = 1
		}
	}
	return 0
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
