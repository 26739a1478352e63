package zipfs

import (
	"archive/zip"
	"context"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/sys"
	"github.com/bushel-wasm/bushel/kernel/vfs"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

// An archive whose members together are over bombSize and over bombRatio times the
// archive is taken for a bomb: deflate cannot do better than 1032, and what people
// pack comes to 20 at the most.
const (
	bombSize  = 1 << 30
	bombRatio = 200
)

// encrypted is the bit of a member's flags that says so.
const encrypted = 1

// Options are what New may be told.
type Options struct {
	// Max, if it is not 0, is what the members may unpack to, in the stead of
	// the package's own idea of a bomb.
	Max uint64
	// Yield is called now and then while a member is decompressed or the list is read,
	// on the goroutine that reads. It may be nil.
	Yield func()
}

// New is the file system of the archive in file, which it holds until it is closed.
// It may wait until ctx is done. Errors are [errno.Fault]s, but those of ctx and of
// reading the file.
func New(ctx context.Context, file vfs.File, o Options) (*index.Tree, error) {
	if o.Yield == nil {
		o.Yield = func() {}
	}
	source, err := index.OpenSource(ctx, file)
	if err != nil {
		return nil, err
	}
	a := &archive{source: source, yield: o.Yield}
	// Decompressing takes its time also where the archive is in memory.
	t := index.New(index.Options{Type: "zip", Waits: true, Close: a.close})
	if err := a.fill(ctx, t, o.Max); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// fill adds the members to t.
func (a *archive) fill(ctx context.Context, t *index.Tree, max uint64) error {
	size := a.source.Size()
	errs := &lastError{r: a.source.Reader(ctx)}
	r, err := zip.NewReader(errs, size)
	switch {
	case errs.err != nil:
		return errs.err
	case err != nil && err != zip.ErrInsecurePath:
		return errno.Faultf(errno.EINVAL, "it is no zip archive, or a broken one: %s", strings.TrimPrefix(err.Error(), "zip: "))
	}
	total := uint64(0)
	for _, f := range r.File {
		total += min(f.UncompressedSize64, 1<<62)
		if total > 1<<62 {
			break
		}
	}
	if max == 0 && total > bombSize && total/bombRatio > uint64(size) || max != 0 && total > max {
		return errno.Faultf(errno.EFBIG, "it would unpack to %d MiB from %d KiB, which is too much: say -o max=BYTES if that is meant", total>>20, size>>10)
	}
	for _, f := range r.File {
		if err := a.add(ctx, t, f); err != nil {
			return err
		}
		if ctx != nil && ctx.Err() != nil {
			return ctx.Err()
		}
		a.yield()
	}
	// From now on several may read, and each knows its own error.
	errs.r, errs.quiet = a.source.Reader(context.Background()), true
	return nil
}

// lastError remembers what went wrong with reading, which the reader of archives
// takes for a broken archive.
type lastError struct {
	r     io.ReaderAt
	err   error
	quiet bool
}

func (l *lastError) ReadAt(p []byte, off int64) (int, error) {
	n, err := l.r.ReadAt(p, off)
	if err != nil && err != io.EOF && !l.quiet {
		l.err = err
	}
	return n, err
}

// add adds one member.
func (a *archive) add(ctx context.Context, t *index.Tree, f *zip.File) error {
	mode := f.Mode()
	e := index.Entry{Name: name(f), Mode: uint32(mode.Perm()), Mtime: f.Modified.UnixNano(), Size: f.UncompressedSize64}
	if strings.Contains(e.Name, `\`) && !strings.Contains(e.Name, "/") {
		e.Name = strings.ReplaceAll(e.Name, `\`, "/") // as some programs of Windows write them
	}
	if e.Mode == 0 {
		e.Mode = 0o644
	}
	switch {
	case strings.HasSuffix(e.Name, "/") || mode.IsDir():
		e.Type, e.Mode = sys.TypeDirectory, e.Mode|0o111
	case mode&fs.ModeSymlink != 0:
		e.Type = sys.TypeSymlink
		if f.UncompressedSize64 > vfs.MaxPath {
			return errno.Faultf(errno.ENAMETOOLONG, "the symbolic link %q has a target of %d bytes", e.Name, f.UncompressedSize64)
		}
		target := make([]byte, f.UncompressedSize64)
		if n, err := a.content(f).ReadAt(ctx, target, 0); n < len(target) {
			if err == nil || err == io.EOF {
				err = errno.Faultf(errno.EINVAL, "the symbolic link %q is cut off", e.Name)
			}
			return err
		}
		e.Target = string(target)
	case mode&fs.ModeType != 0:
		return nil
	default:
		e.Type, e.Content = sys.TypeRegular, a.content(f)
	}
	return t.Add(e)
}

// name is a member's name in UTF-8. What is not marked as that, and is not by
// itself, is in the character set of the PC.
func name(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return f.Name
	}
	high := []rune(codePage437)
	var b strings.Builder
	for i := range len(f.Name) {
		if c := f.Name[i]; c < 0x80 {
			b.WriteByte(c)
		} else {
			b.WriteRune(high[c-0x80])
		}
	}
	return b.String()
}

// codePage437 are the characters from 128 on.
const codePage437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"
