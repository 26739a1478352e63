package commands_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/shell/commands"
)

// fakePage is a page that says what it has been given to say, and collects what it hears.
type fakePage struct {
	what string
	in   chan []byte
	got  bytes.Buffer
	name string
	// answer is called for each message that it hears.
	answer func(p *fakePage, msg []byte)
}

func (p *fakePage) Open(what string) kernel.PageConn {
	p.what = what
	return p
}

func (p *fakePage) Send(msg []byte) { p.answer(p, bytes.Clone(msg)) }

func (p *fakePage) Recv(ctx context.Context) ([]byte, error) {
	select {
	case msg, ok := <-p.in:
		if !ok {
			return nil, io.EOF
		}
		return msg, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *fakePage) Close() {}

func (p *fakePage) say(t *testing.T, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	p.in <- append([]byte{'j'}, text...)
}

// withPage is a world with a page.
func withPage(t *testing.T, answer func(p *fakePage, msg []byte)) (*world, *fakePage) {
	page := &fakePage{in: make(chan []byte, 1000), answer: answer}
	k := kernel.New(kernel.Config{Page: page})
	commands.Register(k)
	t.Cleanup(func() { k.Close() })
	w := &world{t: t, k: k, fs: k.Init().Files()}
	w.must(w.fs.MkdirAll(workDir, 0o777))
	w.must(w.fs.MkdirAll("/tmp", 0o777))
	return w, page
}

type said struct {
	Name      string
	Size      int64
	Mtime     int64
	Directory bool
	End       bool
	Cancel    bool
	Error     string
}

func TestUpload(t *testing.T) {
	file := func(name, data string) []any { return []any{said{Name: name, Size: int64(len(data))}, data} }
	for _, test := range []struct {
		name     string
		argv     string
		says     []any // said or a piece
		code     int
		out, err string
		files    map[string]string
	}{
		{name: "files", argv: "upload", says: append(file("a", "one"), append(file("d/b", "two"), said{End: true})...),
			out: "2 files, 6 bytes\n", files: map[string]string{"a": "one", "d/b": "two"}},
		{name: "empty file and folder", argv: "upload sub", says: []any{said{Name: "e"}, said{Name: "f", Directory: true}, said{End: true}},
			out: "1 files, 0 bytes\n", files: map[string]string{"sub/e": ""}},
		{name: "cancel", argv: "upload", says: []any{said{Cancel: true}}, code: 1, err: "upload: nothing was chosen\n"},
		{name: "the page goes away", argv: "upload", says: []any{nil}, code: 1, err: "upload: the page has ended it\n"},
		{name: "there already", argv: "upload", says: append(file("old", "new"), said{End: true}), code: 1,
			out: "0 files, 0 bytes\n", err: "upload: old: it is there already: -f replaces it\n", files: map[string]string{"old": "old\n"}},
		{name: "replaced", argv: "upload -f", says: append(file("old", "new"), said{End: true}), out: "1 files, 3 bytes\n", files: map[string]string{"old": "new"}},
		{name: "names that lead out", argv: "upload sub", says: append(append(append(file("../x", "x"), file("/etc/x", "x")...), file("a/../../x", "x")...), said{End: true}), code: 1,
			out: "0 files, 0 bytes\n", err: "upload: ../x: that is no name for a file here\nupload: /etc/x: that is no name for a file here\nupload: a/../../x: that is no name for a file here\n"},
		{name: "a long name", argv: "upload", says: append(file(strings.Repeat("n", 256), "x"), said{End: true}), code: 1,
			out: "0 files, 0 bytes\n", err: "upload: " + strings.Repeat("n", 256) + ": file name too long\n"},
		{name: "cut off", argv: "upload", says: []any{said{Name: "a", Size: 9}, "short", said{End: true}}, code: 1,
			out: "0 files, 0 bytes\n", err: "upload: a: it ended after 5 of 9 bytes\n"},
		{name: "cannot be read", argv: "upload", says: []any{said{Name: "a", Size: 9}, said{Error: "gone"}, said{End: true}}, code: 1,
			out: "0 files, 0 bytes\n", err: "upload: a: gone\n"},
		{name: "no directory", argv: "upload old", code: 1, err: "upload: old: not a directory\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, page := withPage(t, func(*fakePage, []byte) {})
			w.write("old", "old\n")
			w.write("sub/", "")
			for _, m := range test.says {
				switch m := m.(type) {
				case nil:
					close(page.in)
				case string:
					page.in <- append([]byte{'d'}, m...)
				default:
					page.say(t, m)
				}
			}
			got := w.run(words(test.argv), "")
			if got != (result{test.out, test.err, test.code}) {
				t.Errorf("%+v", got)
			}
			for name, want := range test.files {
				if data, err := w.fs.ReadFile(workDir + "/" + name); string(data) != want || err != nil {
					t.Errorf("%s: %q, %v", name, data, err)
				}
			}
			if _, err := w.fs.Stat(workDir + "/a"); len(test.files) == 0 && err == nil {
				t.Error("something is left of a file that did not come whole")
			}
		})
	}
}

func TestUpload_metadata(t *testing.T) {
	w, page := withPage(t, func(*fakePage, []byte) {})
	page.say(t, said{Name: "m.wasm", Size: 8, Mtime: 1714979290123})
	page.in <- []byte("d\x00asm\x01\x00\x00\x00")
	page.say(t, said{End: true})
	w.run([]string{"upload"}, "")
	st, err := w.fs.Stat(workDir + "/m.wasm")
	if err != nil || st.Mode != 0o755 || st.Mtime != 1714979290123e6 {
		t.Errorf("%+v, %v", st, err)
	}
}

// collect takes a download.
func collect(p *fakePage, msg []byte) {
	switch {
	case msg[0] == 'd':
		p.got.Write(msg[1:])
		p.in <- []byte{'a'}
	case bytes.Contains(msg, []byte(`"end"`)):
		p.in <- []byte("j{}")
	default:
		var m said
		json.Unmarshal(msg[1:], &m)
		p.name = m.Name
	}
}

func TestDownload(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 200_000)
	w, page := withPage(t, collect)
	w.write("d/big", big)
	w.must(w.fs.Symlink("big", workDir+"/d/link"))
	w.must(w.fs.SetAttr(workDir+"/d/big", sys.SetAttr{Set: sys.AttrMode | sys.AttrMtime, Mode: 0o640, Mtime: 1714979290e9}, 0))
	if got := w.run(words("download d/big"), ""); got != (result{}) || page.name != "big" || page.got.String() != big {
		t.Errorf("%+v, %q, %d bytes", got, page.name, page.got.Len())
	}
	page.got.Reset()
	if got := w.run(words("download d"), ""); got != (result{}) || page.name != "d.zip" {
		t.Errorf("%+v, %q", got, page.name)
	}
	z, err := zip.NewReader(bytes.NewReader(page.got.Bytes()), int64(page.got.Len()))
	w.must(err)
	var list []string
	for _, f := range z.File {
		list = append(list, f.Mode().String()+" "+f.Name)
		if f.Name == "d/big" && (f.Modified.Unix() != 1714979290 || f.UncompressedSize64 != uint64(len(big))) {
			t.Errorf("%+v", f)
		}
	}
	if got := strings.Join(list, ", "); got != "drwxr-xr-x d/, -rw-r----- d/big, Lrwxrwxrwx d/link" {
		t.Error(got)
	}
	page.got.Reset()
	w.write("e/d/x", "x")
	if got := w.run(words("download -o mine.zip d/link e/d d"), ""); got != (result{}) || page.name != "mine.zip" {
		t.Errorf("%+v, %q", got, page.name)
	}
	z, err = zip.NewReader(bytes.NewReader(page.got.Bytes()), int64(page.got.Len()))
	w.must(err)
	list = nil
	for _, f := range z.File {
		list = append(list, f.Mode().String()[:1]+f.Name)
	}
	if got := strings.Join(list, " "); got != "-link dd/ -d/x dd (2)/ -d (2)/big Ld (2)/link" {
		t.Error(got)
	}
	if n := z.File[0].UncompressedSize64; n != uint64(len(big)) {
		t.Errorf("what a link leads to has %d bytes", n)
	}
	// A link to a directory is that directory, under its own name.
	page.got.Reset()
	w.must(w.fs.Symlink("e/d", workDir+"/way"))
	if got := w.run(words("download way"), ""); got != (result{}) || page.name != "way.zip" {
		t.Errorf("%+v, %q", got, page.name)
	}
	z, err = zip.NewReader(bytes.NewReader(page.got.Bytes()), int64(page.got.Len()))
	w.must(err)
	if len(z.File) != 2 || z.File[1].Name != "way/x" {
		t.Errorf("%d members", len(z.File))
	}
}

func TestDownload_refused(t *testing.T) {
	w, _ := withPage(t, func(p *fakePage, msg []byte) {
		if msg[0] == 'd' {
			p.in <- []byte(`j{"Error":"the browser has no room"}`)
		}
	})
	w.write("big", strings.Repeat("x", 4<<20))
	if got := w.run(words("download big"), ""); got != (result{"", "download: the browser has no room\n", 1}) {
		t.Errorf("%+v", got)
	}
}

func TestNoPage(t *testing.T) {
	w := newWorld(t)
	w.write("x", "")
	for _, line := range []string{"upload", "download x"} {
		if got := w.run(words(line), ""); got.code != 1 || !strings.Contains(got.err, "needs a page in a browser") {
			t.Errorf("%s: %+v", line, got)
		}
	}
}
