package commands

import (
	"context"
	"encoding/json"
	"io"

	"github.com/bushel-wasm/bushel/kernel"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// What upload and download say to the page and hear from it is a byte that tells what
// follows: JSON, contents, or nothing, for contents that have been taken. web/ts/transfer.ts
// is the other half.
const (
	pageJSON = 'j'
	pageData = 'd'
	pageTook = 'a'
)

// pieceSize is how much of a file is sent at once, and piecesAhead how many pieces may
// be on their way.
const (
	pieceSize   = 256 << 10
	piecesAhead = 4
)

// pageTalk is a conversation with the page.
type pageTalk struct {
	c      *cmd
	conn   kernel.PageConn
	ctx    context.Context // done when a signal asks for the end
	cancel context.CancelFunc
}

// page begins a conversation about what; it ends the run if there is no page.
func (c *cmd) page(what, instead string) *pageTalk {
	p := c.p.Kernel().Page()
	if p == nil {
		c.fail(1, "this needs a page in a browser; here, %s", instead)
	}
	t := &pageTalk{c: c, conn: p.Open(what)}
	t.ctx, t.cancel = context.WithCancel(c.p.Context())
	signals := c.p.Catch(sys.SIGINT, sys.SIGTERM, sys.SIGHUP)
	go func() {
		select {
		case <-signals:
			t.cancel()
		case <-t.ctx.Done():
		}
	}()
	return t
}

// close ends the conversation.
func (t *pageTalk) close() {
	t.cancel()
	t.conn.Close()
}

func (t *pageTalk) say(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		t.c.fail(1, "%s", err)
	}
	t.conn.Send(append([]byte{pageJSON}, text...))
}

// hear waits for the next message. It ends the run if the page has gone away or a
// signal asks for the end.
func (t *pageTalk) hear(v any) (kind byte, data []byte) {
	for {
		msg, err := t.conn.Recv(t.ctx)
		switch {
		case err == io.EOF:
			t.c.fail(1, "the page has ended it")
		case err != nil:
			t.c.fs.GetPID() // if the process has been ended, this does not return
			t.c.exit(130)
		case len(msg) == 0:
			continue
		}
		if msg[0] == pageJSON {
			if err := json.Unmarshal(msg[1:], v); err != nil {
				t.c.fail(1, "the page sent what makes no sense: %s", err)
			}
		}
		return msg[0], msg[1:]
	}
}
