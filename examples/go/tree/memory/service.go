package memory

import (
	"time"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cbor"
)

// maxRead is the most that one call reads, in bytes.
const maxRead = 1 << 20

// Service is the service fs/1 on a tree.
func Service(t *Tree) *bus.Service {
	return &bus.Service{Name: "fs/1", Methods: []bus.MethodHandler{
		{Name: "fs/1.Mount", Handler: bus.HandlerFunc(func(in *bus.Incoming) {
			in.Open(bus.FormatCBOR, nil, bus.HandlerFunc(t.serve))
		})},
	}}
}

// request is the arguments of all methods.
type request struct {
	Path   string `json:"path"`
	From   string `json:"from"`
	To     string `json:"to"`
	Target string `json:"target"`
	Mode   *int64 `json:"mode"`
	Atime  *int64 `json:"atime"`
	Mtime  *int64 `json:"mtime"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	Size   int64  `json:"size"`
	Data   []byte `json:"data"`
}

func (r *request) mode() int64 {
	if r.Mode == nil {
		return 0o644
	}
	return *r.Mode & 0o7777
}

// stat is the type Stat.
type stat struct {
	Type  string `json:"type"`
	Mode  int64  `json:"mode"`
	Nlink int    `json:"nlink"`
	Size  int64  `json:"size"`
	Atime int64  `json:"atime"`
	Mtime int64  `json:"mtime"`
	Ctime int64  `json:"ctime"`
}

func (n *node) stat() map[string]any {
	st := stat{n.kind, n.mode, 1, n.size, n.atime, n.mtime, n.ctime}
	switch n.kind {
	case kindDir:
		st.Nlink = 2 // its own name and "."; each directory in it has ".."
		for _, kid := range n.kids {
			if kid.kind == kindDir {
				st.Nlink++
			}
		}
	case kindLink:
		st.Size = int64(len(n.target))
	}
	return map[string]any{"stat": st}
}

// answer reads the arguments of a call, and answers with what fn makes of them.
func answer(in *bus.Incoming, fn func(r *request) (any, error)) {
	var r request
	err := cbor.Codec.Unmarshal(in.Body(), &r)
	var result any
	if err == nil {
		result, err = fn(&r)
	}
	if err != nil {
		in.Fault(err)
		return
	}
	body, err := cbor.Codec.Marshal(result)
	if err != nil {
		in.Fault(err)
		return
	}
	in.Reply(bus.FormatCBOR, body)
}

// The methods of the object Tree.
var treeMethods = map[bus.Method]func(t *Tree, r *request) (any, error){
	method("Tree.Stat"): func(t *Tree, r *request) (any, error) {
		return t.with(r.Path, func(n *node) (any, error) { return n.stat(), nil })
	},
	method("Tree.List"): func(t *Tree, r *request) (any, error) {
		return t.with(r.Path, func(n *node) (any, error) {
			if n.kind != kindDir {
				return nil, number(enotdir)
			}
			list := []map[string]string{}
			for _, name := range n.names() {
				list = append(list, map[string]string{"name": name, "type": n.kids[name].kind})
			}
			return map[string]any{"entries": list}, nil
		})
	},
	method("Tree.Create"): func(t *Tree, r *request) (any, error) { return nil, t.add(r.Path, made(kindFile, r.mode())) },
	method("Tree.Mkdir"):  func(t *Tree, r *request) (any, error) { return nil, t.add(r.Path, made(kindDir, r.mode())) },
	method("Tree.Symlink"): func(t *Tree, r *request) (any, error) {
		n := made(kindLink, 0o777)
		n.target = r.Target
		return nil, t.add(r.Path, n)
	},
	method("Tree.Readlink"): func(t *Tree, r *request) (any, error) {
		return t.with(r.Path, func(n *node) (any, error) {
			if n.kind != kindLink {
				return nil, number(einval)
			}
			return map[string]any{"target": n.target}, nil
		})
	},
	method("Tree.Unlink"): func(t *Tree, r *request) (any, error) { return nil, t.remove(r.Path, false) },
	method("Tree.Rmdir"):  func(t *Tree, r *request) (any, error) { return nil, t.remove(r.Path, true) },
	method("Tree.Rename"): func(t *Tree, r *request) (any, error) { return nil, t.rename(r.From, r.To) },
	method("Tree.SetAttr"): func(t *Tree, r *request) (any, error) {
		return t.with(r.Path, func(n *node) (any, error) {
			n.set(r)
			return nil, nil
		})
	},
}

func method(name string) bus.Method { return bus.MethodOf("fs/1." + name) }

var open = method("Tree.Open")

// with has fn look at what a path names.
func (t *Tree) with(path string, fn func(n *node) (any, error)) (any, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n, err := t.find(path)
	if err != nil {
		return nil, err
	}
	return fn(n)
}

// serve serves the object Tree.
func (t *Tree) serve(in *bus.Incoming) {
	if in.Method() == open {
		t.open(in)
		return
	}
	fn := treeMethods[in.Method()]
	if fn == nil {
		in.Fault(bus.ErrNoMethod(in.Method()))
		return
	}
	answer(in, func(r *request) (any, error) { return fn(t, r) })
}

// open answers with an object File.
func (t *Tree) open(in *bus.Incoming) {
	var r request
	err := cbor.Codec.Unmarshal(in.Body(), &r)
	var n *node
	if err == nil {
		t.mu.Lock()
		if n, err = t.find(r.Path); err == nil && n.kind != kindFile {
			err = number(eisdir)
		}
		t.mu.Unlock()
	}
	if err != nil {
		in.Fault(err)
		return
	}
	in.Open(bus.FormatCBOR, nil, bus.HandlerFunc(func(in *bus.Incoming) {
		fn := fileMethods[in.Method()]
		if fn == nil {
			in.Fault(bus.ErrNoMethod(in.Method()))
			return
		}
		answer(in, func(r *request) (any, error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			return fn(n, r)
		})
	}))
}

// The methods of the object File.
var fileMethods = map[bus.Method]func(n *node, r *request) (any, error){
	method("File.Stat"): func(n *node, _ *request) (any, error) { return n.stat(), nil },
	method("File.Sync"): func(*node, *request) (any, error) { return nil, nil },
	method("File.Read"): func(n *node, r *request) (any, error) {
		if r.Offset < 0 || r.Length < 0 {
			return nil, number(einval)
		}
		n.atime = time.Now().UnixNano()
		return map[string]any{"data": n.read(r.Offset, min(r.Length, maxRead))}, nil
	},
	method("File.Write"): func(n *node, r *request) (any, error) {
		at := r.Offset
		if at < 0 {
			at = n.size
		}
		if at > maxFile-int64(len(r.Data)) {
			return nil, number(efbig)
		}
		n.write(at, r.Data)
		n.changed()
		return map[string]any{"end": at + int64(len(r.Data))}, nil
	},
	method("File.SetAttr"): func(n *node, r *request) (any, error) {
		n.set(r)
		return nil, nil
	},
	method("File.Truncate"): func(n *node, r *request) (any, error) {
		if r.Size < 0 || r.Size > maxFile {
			return nil, number(efbig)
		}
		n.truncate(r.Size)
		n.changed()
		return nil, nil
	},
}

// set sets attributes.
func (n *node) set(r *request) {
	for _, a := range []struct {
		from *int64
		to   *int64
	}{{r.Mode, &n.mode}, {r.Atime, &n.atime}, {r.Mtime, &n.mtime}} {
		if a.from != nil {
			*a.to = *a.from
		}
	}
}
