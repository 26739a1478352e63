package link

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

const (
	// namesAfter is how many files in a row the process makes in a directory before it
	// asks for the names, and namesRarely how many when it has been refused.
	namesAfter  = 3
	namesRarely = 32
	// mostRetained is how many files that are closed the kernel is to keep at hand.
	mostRetained = 128
	// openCost is what a new file may take of the promised room besides its contents (a block
	// that is not full, names, records), and the room that an open file takes on its way.
	openCost = 8 << 10
	// plainOpen are the flags of an open that can be answered here.
	// ownerBits are the permission bits that opening a file to read and write takes.
	ownerBits = 0o600
	plainOpen = sys.OAccess | sys.OCreate | sys.OExcl | sys.OTrunc | sys.OCloexec
)

// names is what is known of names. While held is set nobody else changes any.
type names struct {
	held     bool
	dirs     map[dirKey]*directory
	byNode   map[[2]uint64]*directory // the same by their device and number
	last     dirKey                   // where the process made a file last
	streak   int                      // how many it has made there
	need     int                      // how many are enough to ask
	asking   bool
	retained []*file
	vague    bool   // fds may be open that are not known of here
	slow     uint64 // the mark of the last write that may have to wait for a reader
	epoch    uint64 // counts the named files that were opened by other ways, from 1 on
}

// dirKey is a directory as the process names it.
type dirKey struct {
	fd, at uint64
	path   string
}

// directory is what is in a directory.
type directory struct {
	entries map[string]entry
	fds     uint32 // how many fds the process may have
	number  uint32 // the kernel's, if it has given one: see [sys.AtNamed]
}

// name has r, a call on name in dir, name the directory by its number: to walk the path
// and to find out where a guest's begins costs the kernel more than to make a file.
func (dir *directory) name(r *sys.Request, name string) {
	if dir.number != 0 {
		r.Path, r.Args[0], r.Args[3] = name, sys.AtNamed|uint64(dir.number), 0
	}
}

type entry struct {
	kind sys.FileType
	file *file // if it is known by a number
	// sole is the epoch in which the file had this name alone, no number but file's, and a
	// mode with which it can be opened for anything: 0 if that is not known.
	sole uint64
}

// unknown reports whether the kernel has no number for the file, so that it can be given one.
func (e *entry) unknown(epoch uint64) bool {
	return e.kind == sys.TypeRegular && e.sole == epoch && (e.file == nil || e.file.gone && e.file.fds == 0)
}

func (n *names) reset() {
	*n = names{dirs: map[dirKey]*directory{}, byNode: map[[2]uint64]*directory{}, need: namesAfter, epoch: 1}
}

// forget drops what is known of directories. The names stay this process's.
func (n *names) forget() {
	clear(n.dirs)
	clear(n.byNode)
}

// split is the directory and the name of r's path. ok is false for a name that is not
// in the directory that the path says.
func split(r *sys.Request) (key dirKey, name string, ok bool) {
	i := strings.LastIndexByte(r.Path, '/')
	name = r.Path[i+1:]
	if i == 0 || r.Path != "" && r.Path[0] == '/' || name == "" || name == "." || name == ".." || len(name) > 255 {
		return key, "", false
	}
	return dirKey{r.Args[0], r.Args[3] &^ uint64(sys.AtNoFollow), r.Path[:i+1]}, name, true
}

// within finds what is known of the directory of r's path.
func (c *Client) within(r *sys.Request) (dir *directory, name string) {
	n := &c.names
	if !n.held || c.plain || n.vague || c.unacked.first.acked < n.slow {
		return nil, ""
	}
	key, name, ok := split(r)
	if !ok {
		return nil, ""
	}
	return n.dirs[key], name
}

// nameCall answers a call on a path from what is known of names.
func (c *Client) nameCall(r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	switch r.Op {
	case sys.OpOpen, sys.OpUnlink, sys.OpStat:
	case sys.OpSetAttr, sys.OpFSetAttr:
		if a, err := sys.DecodeSetAttr(r.Data); err != nil || a.Set&sys.AttrMode != 0 {
			c.names.forget()
			c.allowNothing()
		}
		return
	case sys.OpUmask:
		c.names.vague = c.names.vague || r.Args[0]&ownerBits != 0
		return
	case sys.OpMkdir, sys.OpRmdir, sys.OpRename, sys.OpLink, sys.OpSymlink, sys.OpChdir, sys.OpMount, sys.OpUnmount,
		sys.OpSpawn, sys.OpDup, sys.OpRenumber:
		c.names.forget()
		return
	case sys.OpPipe, sys.OpPTY:
		c.names.vague = true
		return
	default:
		if r.Op > sys.OpRest {
			c.names.vague = true // it may be one that opens something
		}
		return
	}
	dir, name := c.within(r)
	switch {
	case dir == nil:
		return
	case !c.fresh():
		return reply, false, c.again(0, r, done)
	}
	e, there := dir.entries[name]
	switch {
	case !there && (r.Op != sys.OpOpen || r.Args[1]&uint64(sys.OCreate) == 0):
		reply.Errno = errno.ENOENT
		return reply, true, true
	case r.Op == sys.OpOpen:
		return c.openBehind(dir, name, e, there, r, done)
	case r.Op == sys.OpUnlink && e.kind != sys.TypeDirectory:
		delete(dir.entries, name)
		req := *r
		dir.name(&req, name)
		c.follow(&req)
		if e.file != nil {
			c.release(e.file)
		}
		c.unacked.add(0, 1)
		answered = c.behindCost(openCost, func() { done(reply) })
		c.flush()
		return reply, answered, true
	}
	return
}

// openBehind opens a file whose opening cannot fail, and sends it behind.
func (c *Client) openBehind(dir *directory, name string, e entry, there bool, r *sys.Request, done func(sys.Reply)) (reply sys.Reply, answered, taken bool) {
	flags := sys.OpenFlag(r.Args[1])
	// What is cut is as good as new: nothing has to be known of what it was.
	cut := there && flags&(sys.OTrunc|sys.OWrite) == sys.OTrunc|sys.OWrite && e.unknown(c.names.epoch)
	switch {
	case flags&^plainOpen != 0 || flags&sys.OAccess == 0:
		return
	case there && flags&(sys.OCreate|sys.OExcl) == sys.OCreate|sys.OExcl:
		reply.Errno = errno.EEXIST
		return reply, true, true
	case cut:
		there = false
	case there && (e.kind != sys.TypeRegular || e.file == nil || e.file.gone || e.file.dir != dir || e.file.name != name):
		return
	case there && (flags&sys.OAccess&^e.file.allowed != 0 || flags&sys.OTrunc != 0 && e.file.allowed&sys.OWrite == 0):
		return
	}
	fd := c.fds.lowest()
	if fd >= dir.fds {
		return
	}
	f := e.file
	req := *r
	req.Args[5] = sys.OpenNumbered | uint64(fd)
	if there {
		req.Args[5] |= sys.OpenKept
		if flags&sys.OTrunc == 0 && f.retained {
			return c.openUnsaid(f, fd, flags), true, true
		}
	} else {
		c.lastFile++
		f = &file{id: c.lastFile, held: true, dir: dir, name: name}
		made := entry{kind: sys.TypeRegular, file: f}
		if cut || r.Args[2]&ownerBits == ownerBits {
			f.allowed, made.sole = sys.OAccess, c.names.epoch
		}
		c.files[f.id] = f
		dir.entries[name] = made
	}
	if !there || flags&sys.OTrunc != 0 {
		f.size = 0
		f.data.reset(0, nil)
		f.edits++
	}
	req.Args[4] = f.id
	dir.name(&req, name)
	info := knownInfo(flags)
	c.describe(fd, info, f, flags)
	c.follow(&req)
	c.unacked.add(0, 1)
	reply.Vals = [3]uint64{uint64(fd), uint64(info &^ sys.InfoSure)}
	answered = c.behindCost(openCost, func() { done(reply) })
	if !there || flags&sys.OTrunc != 0 {
		c.flush()
	}
	return reply, answered, true
}

// learnMode takes what a successful open by w says of what f may be opened for. While
// the names are held nobody else changes modes either.
func (c *Client) learnMode(w *waiter, f *file) {
	flags, mode := sys.OpenFlag(w.args[1]), w.args[2]
	if c.names.held && (flags&sys.OCreate == 0 || mode&ownerBits == ownerBits) {
		f.allowed |= flags & sys.OAccess
	}
}

// allowNothing forgets what learnMode has learned.
func (c *Client) allowNothing() {
	for _, f := range c.files {
		f.allowed = 0
	}
}

// learnName takes what a successful open says of a name, and of the file info.
func (c *Client) learnName(w *waiter, fd uint32, info sys.FDInfo) {
	n := &c.names
	dir := n.dirs[w.dir]
	state := c.fds.get(fd)
	if state.of != nil {
		state.of.dir, state.of.name = dir, w.name
	}
	if w.name == "" || dir == nil || !n.held {
		if info&sys.InfoNamed != 0 {
			n.epoch++ // it may be one of those that are known by their names
		}
		return
	}
	e, there := dir.entries[w.name]
	switch {
	case there && e.kind == sys.TypeSymlink:
		n.forget() // it may have made a file somewhere
		return
	case !there:
		e.kind = sys.TypeUnknown
		if state.of != nil {
			e.kind = sys.TypeRegular
		}
	}
	if e.kind == sys.TypeRegular {
		e.file = state.of
	}
	dir.entries[w.name] = e
}

// askNames asks for the names if the process is making files in one directory.
func (c *Client) askNames(r *sys.Request) {
	n := &c.names
	key, _, ok := split(r)
	if !ok || r.Args[1]&uint64(sys.OCreate) == 0 || n.asking || n.vague || n.held && n.dirs[key] != nil {
		return
	}
	if n.last != key {
		n.last, n.streak = key, 0
	}
	if n.streak++; n.streak < n.need {
		return
	}
	n.streak, n.asking = 0, true
	c.call(0, &sys.Request{
		Op: sys.OpNames, Path: key.path, Args: [6]uint64{key.fd, uint64(sys.NamesList), 0, key.at},
	}, waiter{op: sys.OpNames, dir: key})
}

// named takes the answer to askNames.
func (c *Client) named(w *waiter, r *sys.Reply) {
	n := &c.names
	n.asking = false
	n.need = namesRarely
	if r.Errno != 0 || r.Vals[0] != 1 || len(r.Data) < 16 || slices.Contains(w.changed, 0) {
		return
	}
	node := [2]uint64{binary.LittleEndian.Uint64(r.Data), binary.LittleEndian.Uint64(r.Data[8:])}
	if !n.held {
		c.allowNothing() // others may have changed modes until now
	}
	n.held, n.need = true, namesAfter
	dir := n.byNode[node]
	if dir == nil {
		dir = &directory{entries: map[string]entry{}, fds: uint32(min(r.Vals[1], 1<<31)), number: uint32(r.Vals[2])}
		for b := r.Data[16:]; len(b) > 0; {
			e, rest, err := sys.DecodeDirEntry(b)
			if err != nil {
				return
			}
			known := entry{kind: e.Type}
			if e.Cookie == sys.NamesSole {
				known.sole = n.epoch
			}
			dir.entries[e.Name] = known
			b = rest
		}
		n.byNode[node] = dir
	}
	n.dirs[w.dir] = dir
}

// recalled gives the names back, as the kernel asks.
func (c *Client) recalled() {
	n := &c.names
	c.sayAll()
	for id, f := range c.files {
		if f.fds == 0 {
			delete(c.files, id)
		}
		f.retained = false
	}
	c.allowNothing()
	vague, slow := n.vague, n.slow
	n.reset()
	n.need, n.vague, n.slow = namesRarely, vague, slow
	// In no lane: what was sent of names has been done when this arrives, and what a
	// lane waits for now has nothing to do with them.
	c.tell(&sys.Request{Op: sys.OpNames, Args: [6]uint64{0, uint64(sys.NamesGiveBack)}})
	c.flush()
}

// retain reports whether the kernel is to keep f at hand when it is closed, because it
// may be opened again by its name, or much is known of it. If it is to forget
// another for that, this is old.
func (c *Client) retain(f *file) (kept bool, old *file) {
	n := &c.names
	if f == nil || f.gone || (!n.held || len(n.dirs) == 0) && !f.whole() {
		return false, nil
	}
	if f.retained {
		return true, nil
	}
	f.retained = true
	n.retained = append(n.retained, f)
	if len(n.retained) > mostRetained {
		old = n.retained[0]
		n.retained = n.retained[1:]
		if !old.retained {
			return true, nil
		}
		c.forgets(old)
	}
	return true, old
}

// release has f known no longer by its name.
func (c *Client) release(f *file) {
	if !f.retained {
		f.gone = true
		return
	}
	c.forgets(f)
	c.follow(&sys.Request{Op: sys.OpNames, Args: [6]uint64{0, uint64(sys.NamesForget), 0, 0, f.id}})
}

// forgets is release for an f that was retained, but for telling the kernel.
func (c *Client) forgets(f *file) {
	c.sayAll()
	f.gone, f.retained = true, false
	if f.fds == 0 {
		delete(c.files, f.id)
	}
}
