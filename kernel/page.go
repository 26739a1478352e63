package kernel

import (
	"context"

	"github.com/bushel-wasm/bushel/kernel/errno"
)

// Page is the page around the kernel, for programs that need its user: a file to
// upload, a place for a download, a folder of the user's disk. Natively there is none.
type Page interface {
	// Open begins a conversation about what, such as "upload". It does not wait.
	Open(what string) PageConn
}

// PageConn is a conversation with the page: messages both ways, in order. One goroutine
// may send while another receives.
type PageConn interface {
	// Send sends a message, which is copied.
	Send(msg []byte)
	// Recv waits for a message of the page. It returns io.EOF when the page has ended
	// the conversation, and ctx's error when ctx is done. The caller owns the message.
	Recv(ctx context.Context) ([]byte, error)
	// Close ends the conversation.
	Close()
}

// Page is what the kernel was made with, nil if there is no page.
func (k *Kernel) Page() Page { return k.cfg.Page }

// Catalog gets the catalogue of programs that can be installed, as package shell/packages
// reads it, and the URL that it came from. It is the embedder's own, like the page:
// grants say nothing of it.
type Catalog func(ctx context.Context) (text []byte, url string, err error)

// Catalog gets the catalogue that the kernel was made with; ENOENT if there is none.
func (k *Kernel) Catalog(ctx context.Context) (text []byte, url string, err error) {
	if k.cfg.Catalog == nil {
		return nil, "", errno.ENOENT
	}
	return k.cfg.Catalog(ctx)
}
