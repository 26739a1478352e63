package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// serveCommand serves the site at dir until it is interrupted. The port is
// PORT's, or -addr's.
func serveCommand(dir string, args []string) error {
	addr := "localhost:8080"
	if port := os.Getenv("PORT"); port != "" {
		addr = "localhost:" + port
	}
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	flags.StringVar(&addr, "addr", addr, "the `host:port` to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return serve(ctx, dir, addr, os.Stdout)
}

// serve serves dir on addr until ctx is done and prints the page's address to w.
func serve(ctx context.Context, dir, addr string, w io.Writer) error {
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: stop it, or choose another port with PORT=8081 make run", addr)
	}
	if err != nil {
		return err
	}
	server := &http.Server{Handler: siteHandler(dir), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		server.Close()
	}()
	host, _, _ := net.SplitHostPort(addr)
	if host == "" {
		host = "localhost"
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	fmt.Fprintf(w, "serving http://%s (Ctrl-C stops it)\n", net.JoinHostPort(host, port))
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// siteHandler serves the files of dir with no header beyond those that any web
// server sends. The browser is told to ask again each time, so that a
// rebuilt page is seen.
func siteHandler(dir string) http.Handler {
	for ext, kind := range map[string]string{
		".wasm": "application/wasm", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
		".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".map": "application/json",
	} {
		// The only error is a malformed type, and these are well formed.
		_ = mime.AddExtensionType(ext, kind)
	}
	files := http.FileServer(http.Dir(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") && r.URL.Path != "/" {
			if _, err := os.Stat(dir + r.URL.Path + "index.html"); err != nil {
				http.NotFound(w, r) // folders are not listed
				return
			}
		}
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
}
