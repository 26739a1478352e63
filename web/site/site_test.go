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
	err := site.Serve(context.Background(), t.TempDir(), "localhost:0", io.Discard, nil)
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("error %v", err)
	}
}
