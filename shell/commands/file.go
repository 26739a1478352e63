package commands

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

var fileSpec = spec{name: "file", synopsis: "[OPTION]... FILE...", run: runFile, help: `
Say what files hold, by their first bytes; of a module, what it imports.
  -b, --brief  no names        -L, --dereference  what links point to
  -i, --mime   MIME types      --mime-type`}

// magics are the beginnings of files. The offset is 0 but for tar.
var magics = []struct {
	at         int
	bytes      string
	text, mime string
}{
	{0, "\x89PNG\r\n\x1a\n", "PNG image data", "image/png"},
	{0, "\xff\xd8\xff", "JPEG image data", "image/jpeg"},
	{0, "GIF8", "GIF image data", "image/gif"},
	{8, "WEBP", "WebP image", "image/webp"},
	{8, "WAVE", "WAVE audio", "audio/x-wav"},
	{0, "\x1f\x8b", "gzip compressed data", "application/gzip"},
	{0, "BZh", "bzip2 compressed data", "application/x-bzip2"},
	{0, "\xfd7zXZ\x00", "XZ compressed data", "application/x-xz"},
	{0, "\x28\xb5\x2f\xfd", "Zstandard compressed data", "application/zstd"},
	{0, "PK\x03\x04", "Zip archive data", "application/zip"},
	{0, "PK\x05\x06", "Zip archive data (empty)", "application/zip"},
	{257, "ustar", "POSIX tar archive", "application/x-tar"},
	{0, "%PDF-", "PDF document", "application/pdf"},
	{0, "\x7fELF", "ELF executable", "application/x-executable"},
	{0, "SQLite format 3\x00", "SQLite 3.x database", "application/vnd.sqlite3"},
	{0, "OggS", "Ogg data", "audio/ogg"},
	{0, "ID3", "Audio file with ID3", "audio/mpeg"},
	{0, "fLaC", "FLAC audio", "audio/flac"},
	{4, "ftyp", "ISO Media", "video/mp4"},
	{0, "\xca\xfe\xba\xbe", "Java class data", "application/x-java-applet"},
	{0, "!<arch>\n", "current ar archive", "application/x-archive"},
	{0, "wOF2", "Web Open Font Format (Version 2)", "font/woff2"},
}

func runFile(c *cmd) int {
	f := c.flags()
	var brief, follow, mime bool
	f.bool(&brief, "b|brief")
	f.bool(&follow, "L|dereference")
	f.bool(&mime, "i|mime|mime-type")
	args := f.parse()
	c.operands(args, 1, -1)
	width := 0
	for _, name := range args {
		width = max(width, textWidth(name))
	}
	for _, name := range args {
		text, mimeText := c.describe(name, follow)
		if mime {
			text = mimeText
		}
		if !brief {
			text = errno.Sentence("%s: ", name) + strings.Repeat(" ", width-textWidth(name)) + text
		}
		c.out.WriteString(text + "\n")
	}
	return 0
}

// describe is what a file's type, its head and its text tell of it.
func (c *cmd) describe(name string, follow bool) (text, mime string) {
	if name != "-" {
		stat := c.fs.Lstat
		if follow {
			stat = c.fs.Stat
		}
		st, err := stat(name)
		if err != nil {
			c.code = 1
			return "cannot open (" + reason(err) + ")", "cannot open"
		}
		if st.Type == sys.TypeSymlink {
			target, _ := c.fs.Readlink(name)
			return "symbolic link to " + target, "inode/symlink"
		}
		if st.Type != sys.TypeRegular {
			return typeName(&st), "inode/" + strings.ReplaceAll(strings.TrimSuffix(typeName(&st), " special file"), " ", "")
		}
		if st.Size == 0 {
			return "empty", "inode/x-empty"
		}
	}
	in, err := c.open(name)
	if err != nil {
		c.code = 1
		return "cannot open (" + reason(err) + ")", "cannot open"
	}
	defer in.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(in, head)
	head = head[:n]
	if n == 0 {
		return "empty", "inode/x-empty"
	}
	if bytes.HasPrefix(head, []byte("\x00asm")) {
		return c.describeWasm(head, in), "application/wasm"
	}
	for _, m := range magics {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes {
			text := m.text
			if m.mime == "image/png" && len(head) >= 24 {
				text += fmt.Sprintf(", %d x %d", binary.BigEndian.Uint32(head[16:]), binary.BigEndian.Uint32(head[20:]))
			}
			return text, m.mime
		}
	}
	return describeText(head, err == nil)
}

// describeText tells text from data. cut says that head is not all.
func describeText(head []byte, cut bool) (text, mime string) {
	if cut {
		for i := 0; i < 3 && len(head) > 0 && !utf8.Valid(head[max(0, len(head)-4):]); i++ {
			head = head[:len(head)-1]
		}
	}
	ascii := true
	for _, b := range head {
		if b >= 0x80 {
			ascii = false
		}
		if b < 32 && strings.IndexByte("\a\b\t\n\v\f\r\x1b", b) < 0 || b == 127 {
			return "data", "application/octet-stream"
		}
	}
	kind := "ASCII text"
	switch {
	case ascii:
	case utf8.Valid(head):
		if kind = "Unicode text, UTF-8 text"; bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
			kind = "Unicode text, UTF-8 (with BOM) text"
		}
	default:
		kind = "ISO-8859 text"
	}
	mime = "text/plain"
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	first, _, _ := bytes.Cut(trimmed, []byte{'\n'})
	lower := strings.ToLower(string(first))
	switch {
	case bytes.HasPrefix(head, []byte("#!")):
		interp := strings.Fields(string(first[2:]))
		what := "a"
		if len(interp) > 0 {
			what = interp[0]
			if baseName(what) == "env" && len(interp) > 1 {
				what = interp[1]
			}
		}
		if len(interp) > 1 && interp[0] == "builtin" {
			return "command of the kernel, " + interp[1], "text/x-shellscript"
		}
		kind, mime = what+" script, "+kind+" executable", "text/x-shellscript"
	case strings.HasPrefix(lower, "<!doctype html") || strings.HasPrefix(lower, "<html"):
		kind, mime = "HTML document, "+kind, "text/html"
	case strings.HasPrefix(lower, "<?xml"):
		kind, mime = "XML document, "+kind, "text/xml"
	case strings.HasPrefix(lower, "<svg"):
		kind, mime = "SVG Scalable Vector Graphics image", "image/svg+xml"
	case len(trimmed) > 1 && (trimmed[0] == '{' || trimmed[0] == '[') && strings.ContainsAny(string(trimmed[1:min(len(trimmed), 16)]), "\"{[]}0123456789"):
		kind, mime = "JSON text data", "application/json"
	}
	if bytes.Contains(head, []byte("\r\n")) {
		kind += ", with CRLF line terminators"
	}
	return kind, mime
}
