package kernel

import "github.com/bushel-wasm/bushel/kernel/sys"

// ending is a reply that is to be handed out.
type ending struct {
	done  func(sys.Reply)
	reply sys.Reply
}

// fewLater is how much waits for the lock to be given up in most calls, for which nothing is
// allocated.
const fewLater = 4

func (k *Kernel) lock() { k.mu.Lock() }

// unlock tries the calls that have been woken, gives up the lock, and then does
// what had to wait for that: it hands out replies and calls what is not ours.
//
// A continuation may start the process's next call, which may complete another's,
// and so on without end; to keep that off the stack, one goroutine at a time hands
// out replies, and a continuation's own unlock leaves its replies to it.
func (k *Kernel) unlock() {
	for {
		k.drain()
		var few [fewLater]func()
		var many []func()
		n, replies := len(k.later), k.replies
		if n <= len(few) {
			copy(few[:], k.later)
			clear(k.later)
			k.later = k.later[:0]
		} else {
			n, many, k.later = 0, k.later, nil
		}
		deliver := len(replies) > 0 && !k.delivering
		if deliver {
			k.replies = nil
			k.delivering = true
		}
		k.mu.Unlock()
		for _, fn := range few[:n] {
			fn()
		}
		for _, fn := range many {
			fn()
		}
		if !deliver {
			return
		}
		for _, e := range replies {
			e.done(e.reply)
		}
		k.mu.Lock()
		k.delivering = false
		if len(k.replies) == 0 && len(k.ready) == 0 && len(k.later) == 0 {
			k.mu.Unlock()
			return
		}
	}
}

// drain tries woken calls until none is left.
func (k *Kernel) drain() {
	for len(k.ready) > 0 {
		list := k.ready
		k.ready = nil
		for _, c := range list {
			c.queued = false
			if !c.gone {
				c.retry()
			}
		}
	}
}

// after has fn called when the lock has been given up.
func (k *Kernel) after(fn func()) { k.later = append(k.later, fn) }
