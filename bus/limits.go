package bus

// Limits bound what the other side of a link may ask of this one. A zero field
// stands for the default.
type Limits struct {
	Frame    int // the longest frame that is taken, in bytes; 16 MiB
	Calls    int // calls that the other side may have open at once; 16,384
	Sessions int // how deep open calls may stand one below another; 1,024
	Streams  int // streams of one call; 16
	Depth    int // how many calls may wait one for another; 64
}

// The defaults of [Limits].
const (
	DefaultFrame    = 16 << 20
	DefaultCalls    = 16 << 10
	DefaultSessions = 1 << 10
	DefaultStreams  = 16
	DefaultDepth    = 64
)

// Window is how many bytes of frames either side may send of a stream before it was
// given credit, and how many are under way at most.
const Window = 256 << 10

func (l Limits) withDefaults() Limits {
	for _, f := range [...]struct {
		p   *int
		def int
	}{
		{&l.Frame, DefaultFrame}, {&l.Calls, DefaultCalls}, {&l.Sessions, DefaultSessions},
		{&l.Streams, DefaultStreams}, {&l.Depth, DefaultDepth},
	} {
		if *f.p <= 0 {
			*f.p = f.def
		}
	}
	l.Frame = min(l.Frame, MaxFrame)
	return l
}

// PeerCalls is how many calls the other side takes at once, as its hello says.
func (c *Conn) PeerCalls() int {
	c.mu.Lock()
	n := c.peer.MaxCalls
	c.mu.Unlock()
	return int(n)
}
