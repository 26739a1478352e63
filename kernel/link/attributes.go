package link

import (
	"slices"

	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// asksAfter is how many files in a row of one directory a process asks after before it
	// is given the attributes of others there, and asksRarely how many once that was in vain.
	asksAfter  = 3
	asksRarely = 32
	// fewBesides is how many others come first, and mostBesides how many in the end, twice
	// as many each time.
	fewBesides  = 64
	mostBesides = 1024
	// mostAttributes is of how many files they are kept.
	mostAttributes = 1 << 14
)

// attributes is what is known of files that the process may ask after, because it does so
// of one after another in a directory. The kernel has promised to tell of the first
// change that another makes, anywhere; the process's own calls end it as well.
type attributes struct {
	id     uint64 // by which the kernel tells; 0 if nothing is known
	of     map[dirKey]map[string][]byte
	count  int
	next   map[dirKey]uint64 // the cookie to go on from
	window uint64

	last   dirKey // of which directory the process has asked last
	streak int    // how often in a row
	need   int    // how often is enough
}

func (a *attributes) forget() {
	if a.id != 0 {
		*a = attributes{last: a.last, need: a.need}
	}
	a.streak = 0
}

// alters reports whether the call r may alter attributes of files, or what a path leads to.
func (c *Client) alters(r *sys.Request) bool {
	switch r.Op {
	case sys.OpStat, sys.OpFStat, sys.OpGetPID, sys.OpGetFD, sys.OpGetcwd, sys.OpPoll, sys.OpReadlink:
		return false
	case sys.OpRead, sys.OpWrite:
		if r.Args[0] < 1<<31 {
			state := c.fds.get(uint32(r.Args[0]))
			return !state.open || state.file
		}
	}
	return true
}

// mayAlter has what is known forgotten if r ends it. It is asked of every call that is not
// of a stream.
func (c *Client) mayAlter(r *sys.Request) {
	if a := &c.attributes; a.streak > 0 && (c.plain || c.alters(r)) {
		a.forget()
	}
}

// statCall answers a call that asks for attributes from what is known, or asks for more
// of them.
func (c *Client) statCall(r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	a := &c.attributes
	if r.Op != sys.OpStat || c.plain {
		return
	}
	key, name, ok := split(r)
	if !ok {
		return
	}
	key.at = r.Args[3]
	if st := a.of[key][name]; st != nil {
		if !c.fresh() {
			return reply, false, c.again(0, r, done)
		}
		if c.shown {
			c.flush()
		}
		return sys.Reply{Data: slices.Clone(st)}, true, true
	}
	if a.last != key {
		a.last, a.streak = key, 0
	}
	if a.streak++; a.streak < max(a.need, asksAfter) || a.next[key] == ^uint64(0) {
		return
	}
	if a.id == 0 {
		c.lastFile++
		a.id, a.window = c.lastFile, fewBesides
		a.of, a.next = map[dirKey]map[string][]byte{}, map[dirKey]uint64{}
	}
	req := *r
	req.Args[1], req.Args[2], req.Args[4] = a.window, a.next[key], a.id
	c.tellRested()
	c.call(0, &req, waiter{op: sys.OpStat, args: req.Args, done: done, dir: key})
	c.flush()
	return reply, false, true
}

// learnAttributes takes what came beside the attributes that w asked for.
func (c *Client) learnAttributes(w *waiter, r *sys.Reply) {
	if w.args[4] == 0 || len(r.Data) < sys.StatSize {
		return
	}
	list, held, next := r.Data[sys.StatSize:], r.Vals[0] == 1, r.Vals[1]
	r.Data, r.Vals = r.Data[:sys.StatSize:sys.StatSize], [3]uint64{}
	a := &c.attributes
	if a.id != w.args[4] {
		return
	}
	if !held || slices.Contains(w.changed, a.id) {
		a.forget()
		a.need = asksRarely
		return
	}
	dir := a.of[w.dir]
	if dir == nil {
		dir = map[string][]byte{}
		a.of[w.dir] = dir
	}
	for len(list) > 0 {
		e, rest, err := sys.DecodeDirEntry(list)
		if err != nil || len(rest) < sys.StatSize {
			break
		}
		dir[e.Name] = rest[:sys.StatSize:sys.StatSize]
		list = rest[sys.StatSize:]
		a.count++
	}
	a.next[w.dir], a.window = next, min(2*a.window, mostBesides)
	if a.count > mostAttributes {
		a.forget()
	}
}
