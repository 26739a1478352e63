package tarfs

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

// DefaultMax is how many bytes a compressed archive may unpack to.
const DefaultMax = 256 << 20

// Options are what New may be told.
type Options struct {
	// Waits: reading the archive may wait; see [vfs.Waiter].
	Waits bool
	// Max bounds what a compressed archive may unpack to; 0 is [DefaultMax].
	Max int64
	// Yield is called now and then, on the caller's goroutine. It may be nil.
	Yield func()
}

// New is the file system of the archive in file, which it holds until it is closed.
// It may wait until ctx is done. Errors are [errno.Fault]s, but those of ctx and of
// reading the file.
func New(ctx context.Context, file vfs.File, o Options) (*index.Tree, error) {
	if o.Max <= 0 {
		o.Max = DefaultMax
	}
	if o.Yield == nil {
		o.Yield = func() {}
	}
	source, err := index.OpenSource(ctx, file)
	if err != nil {
		return nil, err
	}
	var head [2]byte
	n, err := source.Reader(ctx).ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		source.Close()
		return nil, err
	}
	if n == 2 && head == [2]byte{0x1f, 0x8b} {
		plain, err := unpack(ctx, source, o)
		source.Close()
		if err != nil {
			return nil, err
		}
		source, o.Waits = plain, false
	}
	t := index.New(index.Options{Type: "tar", Waits: o.Waits, Close: source.Close})
	if err := fill(ctx, t, source, o.Yield); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// unpack writes what the gzip file in source holds into memory.
func unpack(ctx context.Context, source *index.Source, o Options) (*index.Source, error) {
	z, err := gzip.NewReader(io.NewSectionReader(source.Reader(ctx), 0, source.Size()))
	if err != nil {
		return nil, bad(err)
	}
	mem := vfs.NewMem(vfs.MemOptions{Limit: uint64(o.Max) + 1<<20})
	f, err := mem.Root().(vfs.MutableDir).Create("archive", 0o600)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 64<<10)
	for end := int64(0); ; {
		if ctx != nil && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n, err := z.Read(buf)
		if end+int64(n) > o.Max {
			return nil, errno.Faultf(errno.EFBIG, "the archive unpacks to more than %d MiB: say -o max=BYTES, or unpack it with tar", o.Max>>20)
		}
		if _, err := f.Append(buf[:n]); err != nil {
			return nil, err
		}
		end += int64(n)
		if err == io.EOF {
			return index.OpenSource(context.Background(), f)
		}
		if err != nil {
			return nil, bad(err)
		}
		o.Yield()
	}
}

// bad is what is wrong with an archive, in a sentence. What went wrong with reading it
// is left as it is.
func bad(err error) error {
	if e := errno.Of(err); e != errno.EIO || errno.Why(err) != "" {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return errno.Faultf(errno.EINVAL, "the archive is cut off")
	}
	return errno.Faultf(errno.EINVAL, "it is no tar archive, or a broken one: %s", strings.TrimPrefix(err.Error(), "archive/tar: "))
}

// cursor is where an archive is being read.
type cursor struct {
	r    io.ReaderAt
	off  int64
	size int64
	head int64 // where the last header is
}

func (c *cursor) Read(p []byte) (int, error) {
	if c.off >= c.size {
		return 0, io.EOF
	}
	n, err := c.r.ReadAt(p[:min(int64(len(p)), c.size-c.off)], c.off)
	if n == blockSize && isHeader(p[:n]) {
		c.head = c.off
	}
	c.off += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// Seek lets the reader of headers jump over contents.
func (c *cursor) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		off += c.off
	case io.SeekEnd:
		off += c.size
	}
	if off < 0 {
		return 0, errno.EINVAL
	}
	c.off = off
	return off, nil
}

// fill adds the members of the archive to t.
func fill(ctx context.Context, t *index.Tree, source *index.Source, yield func()) error {
	c := &cursor{r: source.Reader(ctx), size: source.Size()}
	r := tar.NewReader(c)
	for {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return bad(err)
		}
		if err := add(ctx, t, h, source, c); err != nil {
			return err
		}
		if ctx != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		yield()
	}
}

// add adds one member, whose contents begin at the cursor.
func add(ctx context.Context, t *index.Tree, h *tar.Header, source *index.Source, c *cursor) (err error) {
	e := index.Entry{Name: h.Name, Mode: uint32(h.Mode) & 0o7777, Mtime: h.ModTime.UnixNano()}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		e.Type, e.Size = sys.TypeRegular, uint64(h.Size)
		if strings.HasSuffix(h.Name, "/") { // as the oldest tars wrote directories
			e.Type = sys.TypeDirectory
		}
		if sparse(h) {
			if e.Content, err = contentOf(ctx, source, h, c.head, c.off); err != nil {
				return err
			}
		} else if e.Content = source.Section(c.off); h.Size > source.Size()-c.off {
			return errno.Faultf(errno.EINVAL, "the archive is cut off in %q", h.Name)
		}
	case tar.TypeDir:
		e.Type = sys.TypeDirectory
	case tar.TypeSymlink:
		e.Type, e.Target = sys.TypeSymlink, h.Linkname
	case tar.TypeLink:
		if e.Link = h.Linkname; e.Link == "" {
			return errno.Faultf(errno.EINVAL, "%q is a hard link to nothing", h.Name)
		}
	default:
		return nil
	}
	return t.Add(e)
}
