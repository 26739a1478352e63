//go:build !js

package buslink

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/coder/websocket"

	"github.com/bushel-wasm/bushel/busimpl/osws"
	"github.com/bushel-wasm/bushel/kernel"
)

// Server accepts links to the bus of a kernel; it is an http.Handler.
//
// A client says by its subprotocols that it speaks [Protocol] and, as [TokenProtocol], what token it
// has: a page can set no header of a WebSocket's, and a URL is written into logs. The
// query's "as" is the name that the link gets here.
type Server struct {
	Kernel *kernel.Kernel
	// Token is what a client must have. It must not be empty.
	Token string
	// Origins are patterns, as path.Match has them, of hosts whose pages may link, besides
	// the server's own. A client that is no page names no origin and needs the token only.
	Origins []string
	// Share are the packages that clients may call.
	Share []string
}

// TokenProtocol is the subprotocol that stands for a token.
func TokenProtocol(token string) string {
	return "token." + base64.RawURLEncoding.EncodeToString([]byte(token))
}

// linkName is a name that a client may ask for.
var linkName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("as")
	if name == "" {
		name = "page"
	}
	switch {
	case !linkName.MatchString(name):
		http.Error(w, "the name of a link has letters, digits, and . _ -", http.StatusBadRequest)
		return
	case !s.knows(r):
		http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
		return
	}
	// It checks the origin.
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{Protocol}, OriginPatterns: s.Origins})
	if err != nil {
		return // the client has been answered
	}
	socket := osws.NewConn(c)
	if c.Subprotocol() != Protocol {
		socket.Close(codeFailed, "the subprotocol is "+Protocol)
		return
	}
	p, err := s.Kernel.Init().Fork(func(p *kernel.Process) int {
		l, err := s.link(p, name)
		if err != nil {
			socket.Close(codeFailed, err.Error()[:min(len(err.Error()), 120)])
			return 1
		}
		defer l.Close()
		l.Run(p.Context(), socket, true, func() {}) // it ends as every link does
		return 0
	}, kernel.ForkAttr{Argv: []string{"buslink", "accept", name}, FDs: [][2]uint32{}})
	if err != nil {
		socket.Close(codeFailed, err.Error()[:min(len(err.Error()), 120)])
		return
	}
	s.Kernel.Init().Files().Wait(p.PID(), 0) // an error says that the kernel is closed
}

// link makes a link under the name, or the next one that is free: page, page-2, page-3.
func (s *Server) link(p *kernel.Process, name string) (l *Link, err error) {
	share := s.Share
	if share == nil {
		share = []string{}
	}
	for i := range 1000 {
		if i > 0 {
			l, err = New(p, Options{Name: fmt.Sprintf("%s-%d", name, i+1), Share: share})
		} else {
			l, err = New(p, Options{Name: name, Share: share})
		}
		if err == nil || !taken(err) {
			return l, err
		}
	}
	return nil, err
}

// knows reports whether the client has the token.
func (s *Server) knows(r *http.Request) bool {
	want := []byte(TokenProtocol(s.Token))
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(line, ",") {
			if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(p)), want) == 1 {
				return s.Token != ""
			}
		}
	}
	return false
}
