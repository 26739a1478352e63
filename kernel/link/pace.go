package link

import "time"

const (
	// window is how many bytes of writes may be on their way before one waits
	// for the kernel. It is what a process may have written past a reader that
	// is gone, and what the kernel may have to hold for it.
	window = 512 << 10
	// holdBytes is how many bytes of writes are held back at most.
	holdBytes = 64 << 10
	// After a time of quiet the first eager writes are sent at once, up to eagerBytes,
	// and then one message each holdTime, a time that doubles up to maxHold while the flood
	// lasts. A process that writes now and then is never held back; one that
	// floods sends few messages, each of which costs more than many writes.
	quiet    = 8 * time.Millisecond
	holdTime = time.Millisecond
	maxHold  = 4 * time.Millisecond
	eager    = 32
	// eagerBytes is enough to be seen by who looks, and little to who moves bytes.
	eagerBytes = 32 << 10
)

// pace says when writes sent behind are posted.
type pace struct {
	sentAt time.Duration
	hold   time.Duration
	tokens int
	bytes  int // how much more the tokens are good for
}

// due reports whether what is held back is to be sent now that n bytes have been added.
func (p *pace) due(now time.Duration, n int) bool {
	since := now - p.sentAt
	switch {
	case since >= quiet:
		p.tokens, p.bytes, p.hold = eager-1, eagerBytes-n, holdTime
	case p.tokens > 0 && p.bytes > 0:
		p.tokens--
		p.bytes -= n
	case since >= p.hold:
		p.hold = min(2*p.hold, maxHold)
	default:
		return false
	}
	p.sentAt = now
	return true
}
