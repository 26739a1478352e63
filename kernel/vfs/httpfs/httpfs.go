package httpfs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/bushel-wasm/bushel/kernel/errno"
	"github.com/bushel-wasm/bushel/kernel/vfs/index"
)

// Request asks for bytes of a URL.
type Request struct {
	URL string
	// From and To are the first byte and the last; To below zero is all of it, and
	// no range is asked for.
	From, To int64
	// Limit is the most that may come. More than that is an error.
	Limit int64
}

// Response is what came.
type Response struct {
	// Status is HTTP's.
	Status int
	// Total is the length of the whole that a range was taken from, below zero if the
	// server did not say or the page may not know.
	Total int64
	Body  []byte
}

// Getter gets bytes over HTTP. It may be used by several goroutines at once.
type Getter interface {
	// Get returns an answer whatever its status. An error, one sentence, is for
	// servers that cannot be reached or break off; ErrLimit is for those that send more
	// than the limit. It ends soon after ctx is done.
	Get(ctx context.Context, r Request) (*Response, error)
}

// ErrLimit is the error of an answer that is longer than the request's limit.
var ErrLimit = errors.New("the server sent more than it was asked for")

// Options are what New may be told.
type Options struct {
	// Index is the name of the index, DefaultIndex if it is empty.
	Index string
	// Cache is how many bytes are kept; 0 is 32 MiB.
	Cache int64
	// Patience is how long one request may take, besides a second for each 128 KiB;
	// 0 is a minute.
	Patience time.Duration
}

const (
	defaultCache    = 32 << 20
	defaultPatience = time.Minute
	maxIndex        = 16 << 20
)

// folder is what the files of a file system share.
type folder struct {
	get      Getter
	base     string
	patience time.Duration
	cache    *cache

	// ctx ends what is being fetched when the file system is closed.
	ctx   context.Context
	close context.CancelFunc

	mu sync.Mutex
	// whole is all of wholeOf, a file that the cache has no room for and the server no
	// ranges of.
	whole   []byte
	wholeOf *content
}

// New is the file system of the folder at url, or of the folder that the index at
// url is in, if that ends in ".json". It waits for the index until ctx is done.
// Errors are [errno.Fault]s, but those of ctx.
func New(ctx context.Context, get Getter, url string, o Options) (*index.Tree, error) {
	if o.Index == "" {
		o.Index = DefaultIndex
	}
	if o.Cache <= 0 {
		o.Cache = defaultCache
	}
	if o.Patience <= 0 {
		o.Patience = defaultPatience
	}
	url, _, _ = strings.Cut(url, "#")
	if strings.Contains(url, "?") {
		return nil, errno.Faultf(errno.EINVAL, "%s has a query, and what is behind that can be no folder", url)
	}
	base := url
	if strings.HasSuffix(url, ".json") {
		base = url[:strings.LastIndexByte(url, '/')+1]
	} else {
		base = strings.TrimSuffix(url, "/") + "/"
		url = base + escape(o.Index)
	}
	limited, cancel := context.WithTimeout(ctx, o.Patience)
	defer cancel()
	r, err := get.Get(limited, Request{URL: url, To: -1, Limit: maxIndex})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, errno.Faultf(errno.EIO, "its index cannot be read: %s", err)
	case r.Status != 200:
		return nil, errno.Faultf(errno.EIO, "its index cannot be read: the server answered %d for %s", r.Status, url)
	}
	f := &folder{get: get, base: base, patience: o.Patience, cache: newCache(o.Cache)}
	f.ctx, f.close = context.WithCancel(context.Background())
	t := index.New(index.Options{Type: "http", Waits: true, Close: f.close})
	err = parse(r.Body, t, func(file File, sum []byte) index.Content {
		return &content{folder: f, url: base + escape(file.Path), size: file.Size, sum: sum, busy: map[int64]*flight{}}
	})
	if err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

// escape writes a path as a part of a URL.
func escape(path string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/"
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(path) {
		if c := path[i]; strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}
