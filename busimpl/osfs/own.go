package osfs

import (
	"context"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/cborvalue"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// own is a session by the interface fs/1.
type own struct {
	c *client
	s *bus.Session
}

// m is the number of a method of fs/1.
func m(name string) bus.Method { return bus.MethodOf("fs/1." + name) }

// The methods of fs/1.
var (
	ownMount                                     = m("Mount")
	ownStat, ownList, ownCreate, ownMkdir        = m("Tree.Stat"), m("Tree.List"), m("Tree.Create"), m("Tree.Mkdir")
	ownSymlink, ownReadlink, ownUnlink, ownRmdir = m("Tree.Symlink"), m("Tree.Readlink"), m("Tree.Unlink"), m("Tree.Rmdir")
	ownRename, ownSetAttr, ownOpen               = m("Tree.Rename"), m("Tree.SetAttr"), m("Tree.Open")
	ownFileStat, ownRead, ownWrite               = m("File.Stat"), m("File.Read"), m("File.Write")
	ownTruncate, ownFileSetAttr, ownSync         = m("File.Truncate"), m("File.SetAttr"), m("File.Sync")
)

type fields = map[string]any

func openOwn(ctx context.Context, c *client, name string) (server, error) {
	body, err := cborvalue.Append(nil, fields{"name": name})
	if err != nil {
		return nil, err
	}
	s, err := c.object(ctx, c.conn.Package(c.pkg), ownMount, bus.FormatCBOR, body)
	if err != nil {
		return nil, err
	}
	return &own{c, s}, nil
}

// ask makes a call and takes its results apart.
func (c *client) ask(ctx context.Context, t bus.Target, method bus.Method, f fields) (result, error) {
	body, err := cborvalue.Append(nil, f)
	if err != nil {
		return nil, err
	}
	r, err := c.invoke(ctx, t, method, bus.FormatCBOR, body)
	if err != nil {
		return nil, err
	}
	return results(r)
}

// result is the results of a call by their names.
type result map[string]any

func results(r *bus.Response) (result, error) {
	if r.Session != nil {
		r.Session.Close()
		return nil, errno.EIO
	}
	if len(r.Body) == 0 {
		return nil, nil
	}
	v, err := cborvalue.Decode(r.Body)
	if err != nil || r.Format != bus.FormatCBOR {
		return nil, errno.EIO
	}
	return entries(v), nil
}

// entries is a map by its names; nil for what is none.
func entries(v any) result {
	pairs, _ := v.([]cborvalue.Pair)
	list := make(result, len(pairs))
	for _, p := range pairs {
		if name, ok := p.Key.(string); ok {
			list[name] = p.Value
		}
	}
	return list
}

func (r result) number(name string) int64  { n, _ := r[name].(int64); return n }
func (r result) text(name string) string   { s, _ := r[name].(string); return s }
func (r result) fields(name string) result { return entries(r[name]) }
func (o *own) root() *bus.Session          { return o.s }

// typeNames are the types of files by their names in fs/1.
var typeNames = map[string]sys.FileType{"dir": sys.TypeDirectory, "file": sys.TypeRegular, "link": sys.TypeSymlink}

// stat reads the type Stat.
func (r result) stat() (sys.Stat, error) {
	st := sys.Stat{
		Mode: uint32(r.number("mode")) & 0o7777, Nlink: uint64(max(r.number("nlink"), 1)), Size: uint64(max(r.number("size"), 0)),
		Atime: r.number("atime"), Mtime: r.number("mtime"), Ctime: r.number("ctime"),
	}
	ok := false
	if st.Type, ok = typeNames[r.text("type")]; !ok {
		return st, errno.EIO
	}
	return st, nil
}

func (o *own) stat(ctx context.Context, path string) (sys.Stat, error) {
	r, err := o.c.ask(ctx, o.s, ownStat, fields{"path": path})
	if err != nil {
		return sys.Stat{}, err
	}
	return r.fields("stat").stat()
}

func (o *own) list(ctx context.Context, path string) ([]named, error) {
	r, err := o.c.ask(ctx, o.s, ownList, fields{"path": path})
	if err != nil {
		return nil, err
	}
	all, _ := r["entries"].([]any)
	list := make([]named, 0, len(all))
	for _, v := range all {
		e := entries(v)
		typ, ok := typeNames[e.text("type")]
		if !ok {
			return nil, errno.EIO
		}
		list = append(list, named{e.text("name"), typ})
	}
	return list, nil
}

// does is a call without results.
func (o *own) does(ctx context.Context, method bus.Method, f fields) error {
	_, err := o.c.ask(ctx, o.s, method, f)
	return err
}

func (o *own) create(ctx context.Context, path string, mode uint32) error {
	return o.does(ctx, ownCreate, fields{"path": path, "mode": int64(mode)})
}

func (o *own) mkdir(ctx context.Context, path string, mode uint32) error {
	return o.does(ctx, ownMkdir, fields{"path": path, "mode": int64(mode)})
}

func (o *own) symlink(ctx context.Context, target, path string) error {
	return o.does(ctx, ownSymlink, fields{"path": path, "target": target})
}

func (o *own) readlink(ctx context.Context, path string) (string, error) {
	r, err := o.c.ask(ctx, o.s, ownReadlink, fields{"path": path})
	return r.text("target"), err
}

func (o *own) unlink(ctx context.Context, path string) error {
	return o.does(ctx, ownUnlink, fields{"path": path})
}

func (o *own) rmdir(ctx context.Context, path string) error {
	return o.does(ctx, ownRmdir, fields{"path": path})
}

func (o *own) rename(ctx context.Context, from, to string) error {
	return o.does(ctx, ownRename, fields{"from": from, "to": to})
}

func (o *own) setAttr(ctx context.Context, path string, a sys.SetAttr) error {
	f := attrs(a)
	f["path"] = path
	return o.does(ctx, ownSetAttr, f)
}

// attrs are the attributes that are to be set.
func attrs(a sys.SetAttr) fields {
	f := fields{}
	for _, x := range []struct {
		bit   sys.AttrSet
		name  string
		value int64
	}{{sys.AttrMode, "mode", int64(a.Mode)}, {sys.AttrAtime, "atime", a.Atime}, {sys.AttrMtime, "mtime", a.Mtime}} {
		if a.Set&x.bit != 0 {
			f[x.name] = x.value
		}
	}
	return f
}

func (o *own) open(ctx context.Context, path string) (handle, error) {
	body, err := cborvalue.Append(nil, fields{"path": path})
	if err != nil {
		return nil, err
	}
	s, err := o.c.object(ctx, o.s, ownOpen, bus.FormatCBOR, body)
	if err != nil {
		return nil, err
	}
	return &ownFile{o.c, s}, nil
}

// ownFile is the object File.
type ownFile struct {
	c *client
	s *bus.Session
}

func (f *ownFile) alive() bool { return f.s.Err() == nil }
func (f *ownFile) close()      { f.s.Close() }

func (f *ownFile) stat(ctx context.Context) (sys.Stat, error) {
	r, err := f.c.ask(ctx, f.s, ownFileStat, fields{})
	if err != nil {
		return sys.Stat{}, err
	}
	return r.fields("stat").stat()
}

func (f *ownFile) readAt(ctx context.Context, n int, off int64) ([]byte, error) {
	r, err := f.c.ask(ctx, f.s, ownRead, fields{"offset": off, "length": int64(n)})
	data, _ := r["data"].([]byte)
	return data, err
}

func (f *ownFile) writeAt(ctx context.Context, data []byte, off int64) (int64, error) {
	r, err := f.c.ask(ctx, f.s, ownWrite, fields{"offset": off, "data": data})
	return r.number("end"), err
}

func (f *ownFile) truncate(ctx context.Context, size uint64) error {
	_, err := f.c.ask(ctx, f.s, ownTruncate, fields{"size": int64(size)})
	return err
}

func (f *ownFile) setAttr(ctx context.Context, a sys.SetAttr) error {
	_, err := f.c.ask(ctx, f.s, ownFileSetAttr, attrs(a))
	return err
}

func (f *ownFile) sync(ctx context.Context) error {
	_, err := f.c.ask(ctx, f.s, ownSync, fields{})
	return err
}
