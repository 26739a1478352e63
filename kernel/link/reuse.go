package link

// reused is how long a message has to be for its memory to be wanted back.
const reused = 16 << 10

// message is one that has come, whose memory is used again once nothing of it is needed. The
// client's lock guards it.
type message struct {
	buf   []byte // nil if it has become somebody else's
	users int
}

// Reuse has reuse called with long messages that [Client.Receive] was given, once nothing of
// them is needed any more. It is called with a lock held and must not call the client; it is to
// be set before the first message.
func (c *Client) Reuse(reuse func(msg []byte)) { c.reuse = reuse }

// comes begins the use of a message; nil if nobody wants its memory back.
func (c *Client) comes(msg []byte) *message {
	if c.reuse == nil || len(msg) < reused {
		return nil
	}
	return &message{buf: msg, users: 1}
}

// unused ends a use of m.
func (c *Client) unused(m *message) {
	if m == nil {
		return
	}
	if m.users--; m.users == 0 && m.buf != nil {
		c.reuse(m.buf)
		m.buf = nil
	}
}

// unlend takes back what was lent until the next call.
func (c *Client) unlend() {
	for i, m := range c.borrowed {
		c.unused(m)
		c.borrowed[i] = nil
	}
	c.borrowed = c.borrowed[:0]
}
