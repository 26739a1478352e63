package kernel

import (
	"strings"

	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
)

// maxBesides is the most entries whose attributes come with those of another.
const maxBesides = 1024

// leases are the promises to processes at the far ends of links that the attributes
// which they have been given, beside those that they asked for, are still so. There is
// one for all that a process knows, under a number of its own. It ends with the first
// call of another that may alter an attribute of any file, before that call does. The
// kernel's lock guards it.
type leases struct {
	of       map[*Process]uint64
	altering int // calls under way that may alter attributes
}

// altering is the handler of a call that may alter attributes of files, be it the time of
// the last access.
func altering(h handler) handler {
	return func(c *call) verdict {
		if l := &c.k.leases; !c.altering && !c.onStream() {
			c.altering = true
			l.altering++
			for p := range l.of {
				if p != c.p {
					l.end(p)
				}
			}
		}
		return h(c)
	}
}

// onStream reports whether the call reads or writes what is no file.
func (c *call) onStream() bool {
	switch c.r.Op {
	case sys.OpRead, sys.OpWrite:
		f, ok := c.p.fd(c.r.Args[0])
		return !ok || f.stream != nil && f.info&sys.InfoSeek == 0
	}
	return false
}

// end tells p that it can rely on its lease no more, if it has one.
func (l *leases) end(p *Process) {
	if number, ok := l.of[p]; ok {
		delete(l.of, p)
		p.copies.tell(number)
	}
}

// lease gives the caller the lease that it asks for, unless somebody alters something
// or the process can have none.
func (c *call) lease() bool {
	l, number := &c.k.leases, c.r.Args[4]
	if c.r.Args[1] == 0 || number == 0 || c.p.copies == nil || c.p.tracer.Load() != nil || l.altering > 0 {
		return false
	}
	if l.of == nil {
		l.of = map[*Process]uint64{}
	}
	l.of[c.p] = number
	return true
}

// besides adds attributes of entries in the directory of the call's path to its reply,
// if nobody has altered any since the lease was given.
func (c *call) besides(at vfs.At) {
	r := c.r
	place, ok := c.directory(at, r.Path[:strings.LastIndexByte(r.Path, '/')+1])
	if !ok || place.MayWait() {
		return
	}
	dir, err := place.Dir()
	if err != nil {
		return
	}
	if _, ok := dir.(vfs.PromisedDir); !ok {
		return // others than our callers may alter what is in it
	}
	most := int(min(r.Args[1], maxBesides))
	list := make([]sys.DirEntry, 0, most)
	more := false
	if err := dir.ReadDir(r.Args[2], func(e sys.DirEntry) bool {
		if more = len(list) == most; !more {
			list = append(list, e)
		}
		return !more
	}); err != nil {
		return
	}
	in := vfs.At{Dir: place, Flags: sys.AtNoFollow, NoWait: true}
	data := c.reply.Data
	for _, e := range list {
		of, err := c.p.fs.Walk(in, e.Name)
		if err != nil || of.FS() != place.FS() {
			continue
		}
		st, err := of.Stat()
		if _, device := of.Node().(vfs.Device); err != nil || device || st.Type == sys.TypeSymlink && at.Flags&sys.AtNoFollow == 0 {
			continue
		}
		data = e.Append(data)
		data = st.Append(data)
	}
	c.k.lock()
	defer c.k.unlock()
	if c.k.leases.of[c.p] != r.Args[4] {
		return
	}
	next := ^uint64(0)
	if more {
		next = list[len(list)-1].Cookie
	}
	c.reply.Data = data
	c.reply.Vals = [3]uint64{1, next}
}
