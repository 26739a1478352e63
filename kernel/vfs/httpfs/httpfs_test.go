//go:build !js

package httpfs_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/httpfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/vfstest"
)

// site is a web server with files and an index of them.
type site struct {
	*httptest.Server
	files    map[string]string
	index    httpfs.Index
	requests atomic.Int32
	// before may answer in the stead of the files.
	before func(w http.ResponseWriter, r *http.Request) bool
}

func newSite(t *testing.T, tree ...vfstest.Member) *site {
	s := &site{files: map[string]string{}, index: httpfs.Index{Version: httpfs.Version}}
	for _, m := range tree {
		f := httpfs.File{Path: m.Name, Size: int64(len(m.Data)), Mtime: m.Mtime / 1e9, Mode: fmt.Sprintf("%o", m.Mode), Target: m.Target}
		switch m.Type {
		case sys.TypeDirectory:
			f.Path += "/"
		case sys.TypeRegular:
			sum := sha256.Sum256([]byte(m.Data))
			f.SHA256 = hex.EncodeToString(sum[:])
			s.files["/f/"+m.Name] = m.Data
		}
		s.index.Files = append(s.index.Files, f)
	}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.requests.Add(1)
	if s.before != nil && s.before(w, r) {
		return
	}
	if r.URL.Path == "/f/index.json" {
		json.NewEncoder(w).Encode(s.index)
		return
	}
	data, ok := s.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(data))
}

func (s *site) open(t *testing.T, o httpfs.Options) vfs.FS {
	t.Helper()
	f, err := httpfs.New(t.Context(), httpfs.NetHTTP{Client: s.Client()}, s.URL+"/f", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func file(name, data string) vfstest.Member {
	return vfstest.Member{Name: name, Type: sys.TypeRegular, Mode: 0o644, Data: data}
}

// noRanges answers every range with the whole file.
func noRanges(w http.ResponseWriter, r *http.Request) bool {
	r.Header.Del("Range")
	return false
}

func TestSuite(t *testing.T) {
	for name, before := range map[string]func(http.ResponseWriter, *http.Request) bool{"ranges": nil, "no ranges": noRanges} {
		t.Run(name, func(t *testing.T) {
			vfstest.RunReadOnly(t, func(t *testing.T, tree []vfstest.Member) vfstest.FS {
				s := newSite(t, tree...)
				s.before = before
				return vfstest.Mounted(t, s.open(t, httpfs.Options{}))
			}, vfstest.ReadOnlyOptions{NoHardLinks: true})
		})
	}
}

// big is 5 MB of which no two pieces are the same.
var big = func() string {
	var b strings.Builder
	for i := range 500_000 {
		fmt.Fprintf(&b, "%09d\n", i)
	}
	return b.String()
}()

// read reads all of a file, in pieces.
func read(f vfs.FS, name string, piece int) (string, error) {
	n, err := f.Root().Lookup(name)
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	p := make([]byte, piece)
	for {
		n, err := n.(vfs.File).ReadAt(p, int64(all.Len()))
		all.Write(p[:n])
		if n == 0 || err != nil {
			return all.String(), err
		}
	}
}

func TestReadAheadAndCache(t *testing.T) {
	s := newSite(t, file("big", big))
	f := s.open(t, httpfs.Options{})
	s.requests.Store(0)
	for range 2 {
		if got, err := read(f, "big", 10_000); got != big || err != nil {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	}
	if n := s.requests.Load(); n > 6 {
		t.Errorf("%d requests for 5 MB", n)
	}
	// One byte somewhere costs one block.
	f = s.open(t, httpfs.Options{})
	n, _ := f.Root().Lookup("big")
	p := make([]byte, 10)
	if _, err := n.(vfs.File).ReadAt(p, 4_000_000); string(p) != big[4_000_000:4_000_010] || err != nil {
		t.Errorf("%q, %v", p, err)
	}
}

func TestSmallCache(t *testing.T) {
	s := newSite(t, file("big", big))
	f := s.open(t, httpfs.Options{Cache: 300_000})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := read(f, "big", 70_000); got != big || err != nil {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	all.Wait()
}

// A server without ranges sends a file that is larger than the cache once.
func TestSmallCache_noRanges(t *testing.T) {
	s := newSite(t, file("big", big), file("other", big))
	s.before = noRanges
	f := s.open(t, httpfs.Options{Cache: 3_000_000})
	s.requests.Store(0)
	for _, name := range []string{"big", "other"} {
		if got, err := read(f, name, 70_000); got != big || err != nil {
			t.Fatalf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	// One of each asks for a range.
	if n := s.requests.Load(); n != 4 {
		t.Errorf("%d requests for two files", n)
	}
}

// A server may have ranges of some files only.
func TestRangesOfSome(t *testing.T) {
	s := newSite(t, file("whole", big), file("big", big))
	s.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/f/whole" {
			r.Header.Del("Range")
		}
		return false
	}
	f := s.open(t, httpfs.Options{})
	if got, err := read(f, "whole", 1<<20); got != big || err != nil {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	ranges := 0
	s.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Range") != "" {
			ranges++
		}
		return false
	}
	n, _ := f.Root().Lookup("big")
	if _, err := n.(vfs.File).ReadAt(make([]byte, 10), 4_000_000); err != nil || ranges != 1 {
		t.Errorf("%v, %d ranges asked for", err, ranges)
	}
}

// An index may claim any length, also of what can only be fetched whole.
func TestHugeWithoutRanges(t *testing.T) {
	s := newSite(t, file("big", big))
	s.before = noRanges
	s.index.Files[0].Size, s.index.Files[0].SHA256 = vfs.MaxFileSize, ""
	f := s.open(t, httpfs.Options{})
	n, _ := f.Root().Lookup("big")
	for _, off := range []int64{0, 1 << 40, vfs.MaxFileSize - 1} {
		_, err := n.(vfs.File).ReadAt(make([]byte, 10), off)
		if errno.Of(err) != errno.EIO || !strings.Contains(err.Error(), "it is too large to be fetched whole") && !strings.Contains(err.Error(), "and the index says") {
			t.Errorf("at %d: %v", off, err)
		}
	}
}

func TestFaults(t *testing.T) {
	once := func(fail func(w http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
		var done atomic.Bool
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/f/index.json" || done.Swap(true) {
				return false
			}
			fail(w)
			return true
		}
	}
	always := func(fail func(w http.ResponseWriter)) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/f/index.json" {
				fail(w)
				return true
			}
			return false
		}
	}
	half := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000000")
		w.WriteHeader(http.StatusPartialContent)
		w.Write([]byte(big[:1000]))
	}
	status := func(code int) func(w http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(code) }
	}
	for _, test := range []struct {
		name   string
		before func(http.ResponseWriter, *http.Request) bool
		change func(s *site)
		says   string // empty: the file is read
	}{
		{name: "500 once", before: once(status(500))},
		{name: "500", before: always(status(500)), says: "answered 500 for http"},
		{name: "404", before: always(status(404)), says: "answered 404"},
		{name: "half a body once", before: once(half)},
		{name: "half a body", before: always(half), says: "broke off"},
		{name: "another range", before: always(func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusPartialContent)
			w.Write([]byte("short"))
		}), says: "another range"},
		{name: "longer than the index says", change: func(s *site) { s.files["/f/big"] += "x" }, says: "and the index says 5000000"},
		{name: "shorter", change: func(s *site) { s.files["/f/big"] = big[:2_000_000] }, says: "has 2000000 bytes, and the index says"},
		{name: "longer, no ranges", before: noRanges, change: func(s *site) { s.files["/f/big"] += "x" }, says: "longer than the 5000000"},
		{name: "shorter, no ranges", before: noRanges, change: func(s *site) { s.files["/f/big"] = "x" }, says: "has 1 bytes"},
		{name: "other contents", before: noRanges, change: func(s *site) { s.files["/f/big"] = strings.Replace(big, "7", "8", 1) }, says: "SHA-256"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t, file("big", big))
			s.before = test.before
			f := s.open(t, httpfs.Options{})
			if test.change != nil {
				test.change(s)
			}
			got, err := read(f, "big", 1<<20)
			switch {
			case test.says == "" && (err != nil || got != big):
				t.Errorf("%d bytes, %v", len(got), err)
			case test.says != "" && (errno.Of(err) != errno.EIO || !strings.Contains(err.Error(), test.says)):
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
}

func TestIndexErrors(t *testing.T) {
	for _, test := range []struct{ name, index, says string }{
		{"no JSON", "<html>", "no JSON"},
		{"another version", `{"version": 2}`, "version 2"},
		{"absolute", `{"version": 1, "files": [{"path": "/etc/x"}]}`, "leads out of it"},
		{"dot dot", `{"version": 1, "files": [{"path": "a/../../x"}]}`, "leads out of it"},
		{"no path", `{"version": 1, "files": [{"size": 1}]}`, "path"},
		{"no object", `[]`, "a JSON array where an object should be"},
		{"a string for a number", `{"version": "1"}`, `a JSON string for "version"`},
		{"half a byte", `{"version": 1, "files": [{"path": "x", "size": 1.5}]}`, `a JSON number 1.5 for "files.size"`},
		{"longer than any file", `{"version": 1, "files": [{"path": "x", "size": 9223372036854775807}]}`, "size"},
		{"negative", `{"version": 1, "files": [{"path": "x", "size": -1}]}`, "size"},
		{"mode", `{"version": 1, "files": [{"path": "x", "mode": "9"}]}`, "mode"},
		{"time", `{"version": 1, "files": [{"path": "x", "mtime": 99999999999999}]}`, "time"},
		{"sum", `{"version": 1, "files": [{"path": "x", "sha256": "12"}]}`, "SHA-256"},
		{"a directory that is a link", `{"version": 1, "files": [{"path": "x/", "target": "y"}]}`, "target"},
		{"both", `{"version": 1, "files": [{"path": "x"}, {"path": "x/y"}]}`, "no directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			s.before = func(w http.ResponseWriter, r *http.Request) bool {
				w.Write([]byte(test.index))
				return true
			}
			_, err := httpfs.New(t.Context(), httpfs.NetHTTP{}, s.URL+"/f/", httpfs.Options{})
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, which does not say %q", err, test.says)
			}
		})
	}
	s := newSite(t)
	for url, says := range map[string]string{
		s.URL + "/none/": "answered 404", "ftp://localhost/": "neither http nor https", "http://127.0.0.1:1/": "refused", s.URL + "/none.json": "answered 404",
	} {
		_, err := httpfs.New(t.Context(), httpfs.NetHTTP{}, url, httpfs.Options{})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, which does not say %q", url, err, says)
		}
	}
	if _, err := httpfs.New(t.Context(), httpfs.NetHTTP{}, s.URL+"/f/index.json?x=1", httpfs.Options{}); err == nil {
		t.Error("a query was taken for a folder")
	}
}

func TestGivingUp(t *testing.T) {
	s := newSite(t, file("big", big))
	arrived, gate := make(chan bool, 10), make(chan bool)
	s.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/f/index.json" {
			arrived <- true
			<-gate
		}
		return false
	}
	f := s.open(t, httpfs.Options{})
	n, _ := f.Root().Lookup("big")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := vfs.WithContext(ctx, n.(vfs.File)).ReadAt(make([]byte, 10), 0)
		ended <- err
	}()
	<-arrived
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(gate)
	if got, err := read(f, "big", 1<<20); got != big || err != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// answers is a Getter that answers everything with the same bytes.
type answers []byte

func (a answers) Get(_ context.Context, r httpfs.Request) (*httpfs.Response, error) {
	if int64(len(a)) > r.Limit {
		return nil, httpfs.ErrLimit
	}
	return &httpfs.Response{Status: 200, Total: -1, Body: a}, nil
}

func FuzzIndex(f *testing.F) {
	f.Add([]byte(`{"version": 1, "files": [{"path": "bin/", "mode": "755"}, {"path": "bin/x", "size": 123, "mtime": 5}, {"path": "l", "target": "bin/x"}]}`))
	f.Add([]byte(`{"version": 1, "files": [{"path": "x", "size": 60, "sha256": "00"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, err := httpfs.New(context.Background(), answers(data), "http://x/", httpfs.Options{})
		if err != nil {
			if errno.Why(err) == "" {
				t.Errorf("an error without a sentence: %v", err)
			}
			return
		}
		vfstest.WalkAll(fs, 1<<20)
		fs.Close()
	})
}
