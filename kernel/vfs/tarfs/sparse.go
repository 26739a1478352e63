package tarfs

import (
	"archive/tar"
	"context"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

// Package archive/tar reads files with holes from front to back and keeps to itself where
// they are, so their maps are read here once more, in all four forms that GNU tar has had.
// What it refuses never comes here.

const (
	blockSize = 512
	// maxMap is how long a map may be, in bytes: as archive/tar has it.
	maxMap = 1 << 20
)

// part is a part of a file that is no hole, which begins at off.
type part struct{ off, size, at int64 } // at: in the archive

// holey is a file with holes.
type holey struct {
	source *index.Source
	parts  []part
	size   int64
}

// ReadAt implements [index.Content].
func (h *holey) ReadAt(ctx context.Context, p []byte, off int64) (int, error) {
	i := sort.Search(len(h.parts), func(i int) bool { return h.parts[i].off+h.parts[i].size > off })
	next := h.size
	if i < len(h.parts) {
		x := h.parts[i]
		if off >= x.off {
			p = p[:min(int64(len(p)), x.off+x.size-off)]
			return h.source.Reader(ctx).ReadAt(p, x.at+off-x.off)
		}
		next = x.off
	}
	p = p[:min(int64(len(p)), next-off)]
	clear(p)
	return len(p), nil
}

// lying is a file whose map cannot be true.
type lying struct{}

func (lying) ReadAt(context.Context, []byte, int64) (int, error) {
	return 0, errno.Faultf(errno.EIO, "the archive's map of the file's holes does not fit what there is of it")
}

// sparse reports whether the contents in the archive are not those of the file, but
// those of its parts that are no holes.
func sparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return h.Typeflag == tar.TypeGNUSparse
}

// contentOf is a member with holes, whose header is at head and whose data begin at off.
func contentOf(ctx context.Context, source *index.Source, h *tar.Header, head, off int64) (index.Content, error) {
	if off-head < blockSize || off-head > blockSize+2*maxMap {
		return lying{}, nil
	}
	b := make([]byte, off-head)
	if _, err := io.ReadFull(io.NewSectionReader(source.Reader(ctx), head, off-head), b); err != nil {
		return nil, bad(err)
	}
	stored, ok := numeric(b[124:136])
	if text := h.PAXRecords["size"]; text != "" {
		stored, ok = decimal(text)
	}
	var list []int64
	switch {
	case !ok:
	case h.Typeflag == tar.TypeGNUSparse:
		list, ok = oldMap(b)
	case h.PAXRecords["GNU.sparse.major"] == "1":
		list, ok = numbers(strings.FieldsFunc(string(b[blockSize:]), func(r rune) bool { return r == '\n' || r == 0 }))
		if ok = ok && len(list) > 0 && list[0] == int64(len(list)-1)/2; ok {
			list = list[1:]
		}
		stored -= off - head - blockSize // the map is a part of what is stored
	case h.PAXRecords["GNU.sparse.map"] != "":
		list, ok = numbers(strings.Split(h.PAXRecords["GNU.sparse.map"], ","))
	}
	if !ok || len(list)%2 != 0 {
		return lying{}, nil
	}
	f := &holey{source: source, size: h.Size}
	end, used := int64(0), int64(0)
	for i := 0; i < len(list); i += 2 {
		x := part{list[i], list[i+1], off + used}
		if x.off < end || x.size < 0 || x.size > stored-used || x.size > h.Size-x.off {
			return lying{}, nil
		}
		end, used = x.off+x.size, used+x.size
		if x.size > 0 {
			f.parts = append(f.parts, x)
		}
	}
	if used != stored {
		return lying{}, nil
	}
	if stored > source.Size()-off {
		return nil, errno.Faultf(errno.EINVAL, "the archive is cut off in %q", h.Name)
	}
	return f, nil
}

// oldMap is the map in a header of type S and in the blocks that follow it.
func oldMap(b []byte) (list []int64, ok bool) {
	for at, n, more := 386, 4, 482; ; at, n, more = 0, 21, 504 {
		for ; n > 0 && b[at] != 0; at, n = at+24, n-1 {
			off, ok1 := numeric(b[at : at+12])
			size, ok2 := numeric(b[at+12 : at+24])
			if !ok1 || !ok2 {
				return nil, false
			}
			list = append(list, off, size)
		}
		last := b[more] == 0
		if b = b[blockSize:]; last || len(b) == 0 {
			return list, last && len(b) == 0
		}
	}
}

// numeric is a number of a header: octal, or base-256 if its first bit is set.
func numeric(b []byte) (n int64, ok bool) {
	if b[0]&0x80 == 0 {
		text := strings.Trim(string(b), " \x00")
		if text == "" {
			return 0, true
		}
		n, err := strconv.ParseInt(text, 8, 64)
		return n, err == nil && n >= 0
	}
	n = int64(b[0] & 0x7f)
	for _, c := range b[1:] {
		if n > math.MaxInt64>>8 {
			return 0, false
		}
		n = n<<8 | int64(c)
	}
	return n, true
}

func decimal(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}

func numbers(texts []string) (list []int64, ok bool) {
	for _, text := range texts {
		n, ok := decimal(text)
		if !ok {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

// isHeader reports whether a block has the checksum of a header.
func isHeader(b []byte) bool {
	want, ok := numeric(b[148:156])
	sum := int64(8 * ' ')
	for i, c := range b {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return ok && sum == want
}
