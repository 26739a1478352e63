package osfs

import (
	"context"
	"encoding/json"
	"path"
	"strings"
	"sync"

	"github.com/bushel-wasm/bushel/bus"
	"github.com/bushel-wasm/bushel/bus/codec/bincode"
	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
)

// fuse is a session by the interface of the crate.
type fuse struct {
	c      *client
	s      *bus.Session
	module string // whose types are the names on the bus
}

// openFuse begins a session with a program of the crate wasmer-bus-fuse or, if the package says
// that it does not know that one, of wasm-bus-fuse, which came before it.
func openFuse(ctx context.Context, c *client, name string) (server, error) {
	f, err := openFuseOf(ctx, c, name, "wasmer_bus_fuse::api::")
	if e := bus.ErrorOf(err); err != nil && e.Code == bus.CodeUnimplemented && e.Crate == bus.CrateInvalidTopic {
		if f, err := openFuseOf(ctx, c, name, "wasm_bus_fuse::api::"); err == nil {
			return f, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

func openFuseOf(ctx context.Context, c *client, name, module string) (*fuse, error) {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return nil, err
	}
	f := &fuse{c: c, module: module}
	f.s = f.object(c.conn.Package(c.pkg), "FuseMount", body)
	if err := f.does(ctx, "Init", struct{}{}); err != nil {
		defer f.s.Close()
		return nil, because(err, f.s)
	}
	return f, nil
}

// object makes a call that returns an object, which can be used at once: nobody waits for an
// answer, of which the error of what is called along it tells enough.
func (f *fuse) object(t bus.Target, method string, body []byte) *bus.Session {
	r := &bus.Request{Method: f.method(method), Format: bus.FormatJSON, Body: body, Keep: true}
	return t.Start(context.Background(), r, func(*bus.Response, error) {})
}

// because is the error of a call along s, or why s had ended.
func because(err error, s *bus.Session) error {
	if why := s.Err(); err != nil && why != nil {
		return why
	}
	return err
}

func (f *fuse) method(name string) bus.Method {
	return bus.MethodOf(f.module + name + "Request")
}

func (f *fuse) root() *bus.Session { return f.s }

// fsErrors are the crate's FsError, in its order, with what they mean here.
var fsErrors = [...]struct {
	name string
	errno.Errno
}{
	{"BaseNotDirectory", errno.ENOTDIR}, {"NotAFile", errno.EISDIR}, {"InvalidFd", errno.EBADF}, {"AlreadyExists", errno.EEXIST},
	{"Lock", errno.EIO}, {"IOError", errno.EIO}, {"AddressInUse", errno.EADDRINUSE}, {"AddressNotAvailable", errno.EADDRNOTAVAIL},
	{"BrokenPipe", errno.EPIPE}, {"ConnectionAborted", errno.ECONNABORTED}, {"ConnectionRefused", errno.ECONNREFUSED},
	{"ConnectionReset", errno.ECONNRESET}, {"Interrupted", errno.EINTR}, {"InvalidData", errno.EIO}, {"InvalidInput", errno.EINVAL},
	{"NotConnected", errno.ENOTCONN}, {"EntityNotFound", errno.ENOENT}, {"NoDevice", errno.ENODEV}, {"PermissionDenied", errno.EACCES},
	{"TimedOut", errno.EIO}, {"UnexpectedEof", errno.EIO}, {"WouldBlock", errno.EAGAIN}, {"WriteZero", errno.EIO},
	{"DirectoryNotEmpty", errno.ENOTEMPTY}, {"UnknownError", errno.EIO},
}

func fsError(name string) error {
	for _, e := range fsErrors {
		if e.name == name {
			return e.Errno
		}
	}
	return errno.EIO
}

// ask makes a call of an object whose interface is in JSON, and reads its FsResult.
func (f *fuse) ask(ctx context.Context, t bus.Target, method string, request, result any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	r, err := f.c.invoke(ctx, t, f.method(method), bus.FormatJSON, body)
	if err != nil {
		return err
	}
	if r.Session != nil {
		r.Session.Close()
		return errno.EIO
	}
	var is struct {
		Ok  json.RawMessage
		Err *string
	}
	switch err := json.Unmarshal(r.Body, &is); {
	case err != nil:
		return errno.EIO
	case is.Err != nil:
		return fsError(*is.Err)
	case result == nil:
		return nil
	}
	if json.Unmarshal(is.Ok, result) != nil {
		return errno.EIO
	}
	return nil
}

func (f *fuse) does(ctx context.Context, method string, request any) error {
	return f.ask(ctx, f.s, "FileSystem"+method, request, nil)
}

// metadata is the crate's Metadata. What its times count it does not say; they are taken
// for nanoseconds, as the crate's own host passed them on.
type metadata struct {
	FT struct {
		Dir     bool `json:"dir"`
		File    bool `json:"file"`
		Symlink bool `json:"symlink"`
	} `json:"ft"`
	Accessed uint64 `json:"accessed"`
	Created  uint64 `json:"created"`
	Modified uint64 `json:"modified"`
	Len      uint64 `json:"len"`
}

func (m *metadata) stat() (sys.Stat, error) {
	st := sys.Stat{Nlink: 1, Size: m.Len, Atime: int64(m.Accessed), Mtime: int64(m.Modified), Ctime: int64(m.Modified)}
	switch {
	case m.FT.Dir:
		st.Type, st.Mode = sys.TypeDirectory, 0o755
	case m.FT.Symlink:
		st.Type, st.Mode = sys.TypeSymlink, 0o777
	case m.FT.File:
		st.Type, st.Mode = sys.TypeRegular, 0o644
	default:
		return st, errno.EIO
	}
	return st, nil
}

type pathRequest struct {
	Path string `json:"path"`
}

func (f *fuse) stat(ctx context.Context, path string) (sys.Stat, error) {
	var m metadata
	if err := f.ask(ctx, f.s, "FileSystemReadSymlinkMetadata", pathRequest{path}, &m); err != nil {
		return sys.Stat{}, err
	}
	return m.stat()
}

func (f *fuse) list(ctx context.Context, dir string) ([]named, error) {
	var is struct {
		Data []struct {
			Path     string    `json:"path"`
			Metadata *metadata `json:"metadata"`
		} `json:"data"`
	}
	if err := f.ask(ctx, f.s, "FileSystemReadDir", pathRequest{dir}, &is); err != nil {
		return nil, err
	}
	list := make([]named, 0, len(is.Data))
	for _, e := range is.Data {
		name := path.Base(e.Path) // some give the whole path, some the name
		var st sys.Stat
		var err error
		if e.Metadata != nil {
			st, err = e.Metadata.stat()
		} else {
			st, err = f.stat(ctx, strings.TrimSuffix(dir, "/")+"/"+name)
		}
		if err == nil {
			list = append(list, named{name, st.Type})
		}
	}
	return list, nil
}

func (f *fuse) create(ctx context.Context, path string, _ uint32) error {
	h, err := f.openWith(ctx, path, openOptions{Read: true, Write: true, Create: true, CreateNew: true})
	if err == nil {
		h.close()
	}
	return err
}

func (f *fuse) mkdir(ctx context.Context, path string, _ uint32) error {
	return f.does(ctx, "CreateDir", pathRequest{path})
}

func (f *fuse) symlink(context.Context, string, string) error { return errno.ENOTSUP }

func (f *fuse) readlink(context.Context, string) (string, error) { return "", errno.ENOTSUP }

func (f *fuse) unlink(ctx context.Context, path string) error {
	return f.does(ctx, "RemoveFile", pathRequest{path})
}

func (f *fuse) rmdir(ctx context.Context, path string) error {
	return f.does(ctx, "RemoveDir", pathRequest{path})
}

func (f *fuse) rename(ctx context.Context, from, to string) error {
	return f.does(ctx, "Rename", struct {
		From string `json:"from"`
		To   string `json:"to"`
	}{from, to})
}

// setAttr has nothing to set: the interface knows neither permissions nor how to change times.
func (f *fuse) setAttr(context.Context, string, sys.SetAttr) error { return errno.ENOTSUP }

type openOptions struct {
	Read      bool `json:"read"`
	Write     bool `json:"write"`
	CreateNew bool `json:"create_new"`
	Create    bool `json:"create"`
	Append    bool `json:"append"`
	Truncate  bool `json:"truncate"`
}

func (f *fuse) open(ctx context.Context, path string) (handle, error) {
	h, err := f.openWith(ctx, path, openOptions{Read: true, Write: true})
	if err != nil {
		h, err = f.openWith(ctx, path, openOptions{Read: true}) // it may be for reading alone
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (f *fuse) openWith(ctx context.Context, path string, o openOptions) (*fuseFile, error) {
	body, err := json.Marshal(struct {
		Path    string      `json:"path"`
		Options openOptions `json:"options"`
	}{path, o})
	if err != nil {
		return nil, err
	}
	opened := f.object(f.s, "FileSystemOpen", body)
	io := f.object(opened, "OpenedFileIo", []byte("{}"))
	if err := f.ask(ctx, opened, "OpenedFileMeta", struct{}{}, nil); err != nil {
		defer opened.Close()
		return nil, because(err, opened)
	}
	return &fuseFile{f: f, opened: opened, io: io}, nil
}

// fuseFile is the crate's objects OpenedFile and FileIO, which has one place for reads
// and writes.
type fuseFile struct {
	f          *fuse
	opened, io *bus.Session
	mu         sync.Mutex // held from a seek to what it is for, whose calls have deadlines
}

func (h *fuseFile) alive() bool { return h.opened.Err() == nil && h.io.Err() == nil }

func (h *fuseFile) close() { h.opened.Close() } // and all below it

func (h *fuseFile) stat(ctx context.Context) (sys.Stat, error) {
	var m metadata
	if err := h.f.ask(ctx, h.opened, "OpenedFileMeta", struct{}{}, &m); err != nil {
		return sys.Stat{}, err
	}
	return m.stat()
}

func (h *fuseFile) truncate(ctx context.Context, size uint64) error {
	return h.f.ask(ctx, h.opened, "OpenedFileSetLen", map[string]uint64{"len": size}, nil)
}

func (h *fuseFile) setAttr(context.Context, sys.SetAttr) error { return errno.ENOTSUP }

// call makes a call of FileIO, whose interface is in bincode, and reads its FsResult.
func (h *fuseFile) call(ctx context.Context, method string, body []byte) (*bincode.Reader, error) {
	r, err := h.f.c.invoke(ctx, h.io, h.f.method("FileIo"+method), bus.FormatBincode, body)
	if err != nil {
		return nil, err
	}
	is := bincode.NewReader(r.Body)
	switch is.Uint32() {
	case 0:
		return is, nil
	case 1:
		if n := is.Uint32(); is.End() == nil && n < uint32(len(fsErrors)) {
			return nil, fsErrors[n].Errno
		}
	}
	return nil, errno.EIO
}

// The variants of the crate's SeekFrom.
const (
	seekStart = 0
	seekEnd   = 1
)

func (h *fuseFile) seek(ctx context.Context, from uint32, off int64) (int64, error) {
	r, err := h.call(ctx, "Seek", bincode.AppendUint64(bincode.AppendUint32(nil, from), uint64(off)))
	if err != nil {
		return 0, err
	}
	at := int64(r.Uint64())
	if r.End() != nil || at < 0 {
		return 0, errno.EIO
	}
	return at, nil
}

func (h *fuseFile) readAt(ctx context.Context, n int, off int64) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, err := h.seek(ctx, seekStart, off); err != nil {
		return nil, err
	}
	r, err := h.call(ctx, "Read", bincode.AppendUint64(nil, uint64(n)))
	if err != nil {
		return nil, err
	}
	data := r.Bytes()
	if r.End() != nil {
		return nil, errno.EIO
	}
	return data, nil
}

func (h *fuseFile) writeAt(ctx context.Context, data []byte, off int64) (int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from := uint32(seekStart)
	if off < 0 {
		from, off = seekEnd, 0
	}
	at, err := h.seek(ctx, from, off)
	if err != nil {
		return 0, err
	}
	for len(data) > 0 {
		r, err := h.call(ctx, "Write", bincode.AppendBytes(nil, data))
		if err != nil {
			return at, err
		}
		n := r.Uint64()
		if r.End() != nil || n == 0 || n > uint64(len(data)) {
			return at, errno.EIO
		}
		at += int64(n)
		data = data[n:]
	}
	return at, nil
}

func (h *fuseFile) sync(ctx context.Context) error {
	_, err := h.call(ctx, "Flush", nil)
	return err
}
