//go:build !js

// Package site serves the static site that the build leaves in dist: what
// `make run` and `bushel serve` have in common. It sends no header that
// another web server would not send; which files the site has is the build's to say.
package site

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// types are the media types of the site's files, in case the host knows others.
var types = map[string]string{
	".wasm": "application/wasm", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".map": "application/json",
}

// DefaultAddr is localhost with the port that the environment's PORT names, or 8080.
func DefaultAddr() string {
	if port := os.Getenv("PORT"); port != "" {
		return "localhost:" + port
	}
	return "localhost:8080"
}

// Server serves a site.
type Server struct {
	Dir  string    // the site's folder
	Addr string    // the host and port to listen on
	Out  io.Writer // gets the page's address
	// More are handlers of paths that are no files; with some of them there need be no page.
	More map[string]http.Handler
	// Began, if there is one, is called when the address has been printed and requests are
	// taken; what it begins is its own to end.
	Began func()
}

// Serve serves until ctx is done.
func (s *Server) Serve(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(s.Dir, "index.html")); err != nil && len(s.More) == 0 {
		return fmt.Errorf("%s holds no page: make build makes one", s.Dir)
	}
	listener, err := net.Listen("tcp", s.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: stop it, or choose another port with PORT=8081", s.Addr)
	}
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", Handler(s.Dir))
	for at, h := range s.More {
		mux.Handle(at, h)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if _, err := fmt.Fprintf(s.Out, "serving http://%s (Ctrl-C stops it)\n", pageHost(s.Addr, listener.Addr())); err != nil {
		listener.Close()
		return err
	}
	if s.Began != nil {
		s.Began()
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// pageHost is the host and port to open for the address that a user asked for.
func pageHost(asked string, got net.Addr) string {
	host, _, err := net.SplitHostPort(asked)
	if err != nil || host == "" {
		host = "localhost"
	}
	_, port, err := net.SplitHostPort(got.String())
	if err != nil {
		return asked
	}
	return net.JoinHostPort(host, port)
}

// Handler serves the files of dir. Folders are not listed. The browser is told to
// ask again each time, so that a rebuilt page is seen, by a tag that knows files written twice
// in a second apart.
func Handler(dir string) http.Handler {
	for ext, kind := range types {
		// The only error is a malformed type, and these are well formed.
		_ = mime.AddExtensionType(ext, kind)
	}
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") && r.URL.Path != "/" {
			index := filepath.Join(dir, filepath.FromSlash(filepath.Clean("/"+r.URL.Path)), "index.html")
			if _, err := os.Stat(index); err != nil {
				http.NotFound(w, r)
				return
			}
		}
		w.Header().Set("Cache-Control", "no-cache")
		if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path.Clean("/"+r.URL.Path)))); err == nil && info.Mode().IsRegular() {
			w.Header().Set("ETag", fmt.Sprintf(`"%x-%x"`, info.ModTime().UnixNano(), info.Size()))
		}
		files.ServeHTTP(w, r)
	})
}
