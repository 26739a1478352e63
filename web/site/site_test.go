//go:build !js

package site_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bushel-wasm/bushel/web/site"
)

func TestHandler(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"index.html": "<title>page</title>", "bushel.js": "1", "wasm/kernel.wasm": "\x00asm", "style.css": "a{}",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(site.Handler(dir))
	defer server.Close()
	for _, test := range []struct {
		path     string
		status   int
		kind     string
		contains string
	}{
		{"/", 200, "text/html; charset=utf-8", "<title>page</title>"},
		{"/bushel.js", 200, "text/javascript; charset=utf-8", "1"},
		{"/wasm/kernel.wasm", 200, "application/wasm", "\x00asm"},
		{"/style.css", 200, "text/css; charset=utf-8", "a{}"},
		{"/wasm/", 404, "", ""},
		{"/missing", 404, "", ""},
		{"/../../etc/passwd", 404, "", ""},
	} {
		t.Run(test.path, func(t *testing.T) {
			r, err := http.Get(server.URL + test.path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if r.StatusCode != test.status || !strings.Contains(string(body), test.contains) {
				t.Errorf("status %d, body %q", r.StatusCode, body)
			}
			if test.kind != "" && r.Header.Get("Content-Type") != test.kind {
				t.Errorf("Content-Type %q", r.Header.Get("Content-Type"))
			}
			for _, header := range []string{"Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"} {
				if v := r.Header.Get(header); v != "" {
					t.Errorf("%s: %s: the page must do without", header, v)
				}
			}
		})
	}
}

func TestServe_noPage(t *testing.T) {
	err := (&site.Server{Dir: t.TempDir(), Addr: "localhost:0", Out: io.Discard}).Serve(context.Background())
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("error %v", err)
	}
}

// TestHandler_writtenTwice has a file written twice within a second, which browsers that have the
// first one are to see.
func TestHandler_writtenTwice(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "catalog.json")
	server := httptest.NewServer(site.Handler(dir))
	defer server.Close()
	tag := ""
	second := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for i, test := range []struct {
		text   string
		at     time.Duration // after the second
		status int
	}{
		{"first", 0, 200},
		{"first", 0, 304},
		{"later", 30 * time.Millisecond, 200},
	} {
		if err := os.WriteFile(file, []byte(test.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, second, second.Add(test.at)); err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequest(http.MethodGet, server.URL+"/catalog.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
			r.Header.Set("If-Modified-Since", second.Format(http.TimeFormat))
		}
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(a.Body)
		a.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if a.StatusCode != test.status || a.StatusCode == 200 && string(body) != test.text {
			t.Errorf("request %d: status %d, body %q", i+1, a.StatusCode, body)
		}
		tag = a.Header.Get("ETag")
	}
}
